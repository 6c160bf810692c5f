"""The pages of the directory: who may enter and change what, and what the search asks again."""

from datetime import UTC, datetime, timedelta

import pytest

from repatriation.web import services_glossary as words
from repatriation.work.newcase import NewCase
from repatriation.work.particulars import Particulars
from repatriation.work.services import codes
from repatriation.work.services.offers import offers
from tests.web.casework.conftest import SOK, SPOKEN, World, fill_in, send_on
from tests.web.conftest import read_page
from tests.web.reading import obstacles

SHELTER = "anti_trafficking_transitional_accomodation"
ENTERED = {
    "name": "House in Poipet",
    "organisation": "ngo",
    "place": "KHM-011002",
    "takes": ["men", "women"],
    "services": [SHELTER],
    "capacity": "2",
}


@pytest.fixture
def reference(world: World) -> str:
    """Somebody for whom a place is looked for."""
    new = NewCase(route="tha-khm", stage="received", age_group="adult", gate="poipet", person=SOK.person)
    reference = world.open_case("poipet", new)
    world.take("poipet", reference, "begin_screening")
    world.take("poipet", reference, "find_trafficked", Particulars(authority="Centre"))
    world.take("poipet", reference, "consent_to_referral", SPOKEN)
    return reference


def entered(world: World, **changes: object) -> str:
    """An offer entered by its own organisation; gives its address."""
    answer = fill_in(world.browser("ngo"), "/services/new", **{**ENTERED, **changes})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def test_every_code_has_its_words() -> None:
    assert tuple(words.SERVICES) == codes.SERVICES
    assert tuple(words.WHO) == codes.WHO
    assert tuple(words.DECLINED) == codes.DECLINED
    assert set(codes.NEEDED_BECAUSE) == set(words.WHY_NOT)


def test_the_second_of_two_who_change_an_entry_is_told_what_stands_there_and_loses_nothing(
    world: World,
) -> None:
    address = entered(world)
    path = f"{address}/change"
    ngo, mosvy = world.browser("ngo"), world.browser("mosvy")
    first, second, seen = ngo.open(path), mosvy.open(path), mosvy.open(address)
    assert send_on(ngo, path, first, **{**ENTERED, "capacity": "7"}).status_code == 303
    typed = {**ENTERED, "name": "House by the river"}
    answer = send_on(mosvy, path, second, **typed)
    assert answer.status_code == 409
    told = read_page(answer)
    rows = [[cell.text for cell in row.select("th, td")] for row in told.select("tbody tr")]
    assert [row[0] for row in rows] == ["Name of the shelter or service", "Places"]
    assert "7" in rows[1][1]
    assert obstacles(told) == []
    assert "House by the river" in answer.text
    checked = send_on(mosvy, f"{address}/checked", seen)
    assert checked.status_code == 303
    assert "Look at it again" in mosvy.open(address).text
    assert send_on(mosvy, path, answer, **typed).status_code == 303
    assert "House by the river" in mosvy.open(address).text


def test_an_entry_is_shown_with_its_marks_and_changed_by_its_own(world: World) -> None:
    address = entered(world)
    page = world.browser("datip").open(address)
    assert obstacles(read_page(page)) == []
    assert "Not checked lately" not in page.text
    assert "I checked all this today" not in page.text
    assert world.browser("datip").open(f"{address}/change").status_code == 404
    assert world.browser("ngo").open(f"{address}/change").status_code == 200
    world.clock.time += timedelta(days=200)
    world.signed_in.clear()
    assert "Not checked lately" in world.browser("mosvy").open("/services").text
    done = world.browser("mosvy").send(f"{address}/checked", {"version": 1})
    assert done.status_code == 303
    assert "Not checked lately" not in world.browser("mosvy").open("/services").text


def test_a_withdrawn_entry_is_in_the_directory_no_more(world: World) -> None:
    address = entered(world)
    assert fill_in(world.browser("ngo"), f"{address}/withdraw").status_code == 303
    assert "House in Poipet" not in world.browser("ngo").open("/services").text
    assert fill_in_refused(world, address) == 404


def fill_in_refused(world: World, address: str) -> int:
    return world.browser("ngo").open(f"{address}/change").status_code


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"place": "Nowhereville"}, "No place is called so"),
        ({"place": "Thmei"}, "Many places are called so"),
        ({"place": "Bavet, Svay Rieng"}, "Several places are called so; choose one"),
        ({"takes": []}, "Choose whom it is for"),
        ({"min_age": "20", "max_age": "10"}, "The youngest age cannot be above the oldest"),
        ({"capacity": "many"}, "Enter a whole number in figures"),
        ({"taken": "9"}, "More places are taken than there are"),
        ({"organisation": "datip"}, "Look at this again"),
        ({"name": "..."}, "Enter the name"),
    ],
)
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_what_cannot_be_is_said_at_its_box(world: World, changes: dict[str, object], said: str) -> None:
    answer = fill_in(world.browser("ngo"), "/services/new", **{**ENTERED, **changes})
    assert answer.status_code == 400
    assert said in answer.text or "Not a valid choice" in answer.text
    assert offers(world.house, world.clock().date()) == ()


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_number_that_is_none_still_stands_in_its_box(world: World) -> None:
    answer = fill_in(world.browser("ngo"), "/services/new", **{**ENTERED, "capacity": "about ten"})
    box = read_page(answer).select_one("input[name=capacity]")
    assert box is not None
    assert box["value"] == "about ten"


def test_the_search_says_who_can_and_why_others_cannot(world: World, reference: str) -> None:
    entered(world)
    path = f"/cases/{reference}/services"
    mosvy = world.browser("mosvy")
    assert path in mosvy.open(f"/cases/{reference}").text
    assert path not in world.browser("ngo").open("/cases").text
    found = fill_in(mosvy, path, service=SHELTER, place="KHM-01100407", who="man")
    assert "Can take the person (1)" in read_page(found).get_text(" ", strip=True)
    assert "In the same district" in found.text
    assert "offer_referral?" in found.text
    nobody = fill_in(mosvy, path, service=SHELTER, place="KHM-01100407", who="trans")
    assert "Enter this as an unmet need" in nobody.text
    assert "Enter this as an unmet need" not in found.text
    asked = fill_in(mosvy, path, service=SHELTER, place="KHM-01100407", who="child")
    assert "Enter the age of the child" in asked.text
    for who, age in (("man", "9"), ("child", "25")):
        refused = fill_in(mosvy, path, service=SHELTER, place="Nowhereville", who=who, age=age)
        assert "Whoever is under 18 is a child" in refused.text
        assert "No place is called so" in refused.text
    poipet = fill_in(mosvy, path, service=SHELTER, place="Poipet", who="man")
    assert "Village: Paoy Paet" in read_page(poipet).get_text(" ", strip=True)
    assert world.browser("datip").open(path).status_code == 404
    assert world.browser("auditor").open(path).status_code == 404


def test_a_child_is_looked_for_no_place_among_grown_ups(world: World) -> None:
    entered(world)
    new = NewCase(route="tha-khm", stage="received", age_group="child", gate="poipet", person=SOK.person)
    path = f"/cases/{world.open_case('poipet', new)}/services"
    asked = fill_in(world.browser("mosvy"), path, service=SHELTER, place="KHM-01100407", who="man")
    assert "The case says that the person is a child" in asked.text
    assert "Can take the person" not in asked.text


def test_a_need_is_entered_where_the_only_place_is_far_away_and_history_says_so_in_words(
    world: World, reference: str
) -> None:
    entered(world, place="KHM-20")
    mosvy, path = world.browser("mosvy"), f"/cases/{reference}/services"
    found = fill_in(mosvy, path, service=SHELTER, place="KHM-01100407", who="man")
    assert "Only places further away can" in found.text
    assert (
        fill_in(mosvy, path, service=SHELTER, place="KHM-01100407", who="man", need="yes").status_code == 303
    )
    assert "Too far away" in mosvy.open("/services/needs").text
    history = mosvy.open(f"/cases/{reference}/history").text
    assert "Too far away" in history
    assert "too_far" not in history


def test_a_shelter_before_the_return_lies_in_the_country_where_the_person_is(world: World) -> None:
    reference = world.open_case()
    world.take("datip", reference, "presume")
    form = world.browser("datip").open(f"/cases/{reference}/do/place_in_shelter")
    provinces = [str(each["value"]) for each in read_page(form).select("#province option[value]")]
    assert {each[:3] for each in provinces if each} == {"THA"}


def test_what_is_checked_after_midnight_is_checked_today(world: World) -> None:
    world.clock.time = datetime(2026, 11, 30, 17, 30, tzinfo=UTC)  # half past midnight in Cambodia
    address = entered(world, checked_on__day="1", checked_on__month="12", checked_on__year="2026")
    assert "1 December 2026" in world.browser("ngo").open(address).text
    other = entered(
        world, name="Another house", checked_on__day="", checked_on__month="", checked_on__year=""
    )
    assert world.browser("ngo").send(f"{other}/checked", {"version": 1}).status_code == 303
    assert "1 December 2026" in world.browser("ngo").open(other).text
