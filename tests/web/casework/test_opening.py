"""Opening a case: one thing on a page, a look over it, and one case however often the form is sent."""

from sqlmodel import func, select

from repatriation.records.cases import CaseFile
from repatriation.records.organisations import Organisation
from repatriation.records.people import Person, PersonName
from repatriation.records.sealing import Safe
from tests.web.casework.conftest import World, send_on
from tests.web.conftest import read_page
from tests.web.reading import obstacles

ASK = "/cases/open/tha-khm/requested"


def how_many(world: World) -> int:
    """How many cases there are."""
    with world.house.doors.read() as session:
        return session.exec(select(func.count()).select_from(CaseFile)).one()


def test_a_consular_officer_asks_for_a_return_page_by_page(world: World) -> None:
    visitor = world.browser("embassy")
    assert visitor.open("/cases/open").location == ASK
    page = visitor.open(ASK)
    page = send_on(visitor, ASK, page, khmr_family="សុខ", latn_family="Sok", latn_given="Chanthy")
    page = send_on(visitor, ASK, page, birthdate__year="1990", gender="Feminine")
    page = send_on(visitor, ASK, page, place="Shelter", note="Called from the shelter.")
    assert "Does the person agree?" in page.text
    page = send_on(visitor, ASK, page, agrees="yes", language="km", how="spoken")
    assert "Check your answers" in page.text
    assert how_many(world) == 0
    done = send_on(visitor, ASK, page, sure="yes")
    assert done.status_code == 303
    case = world.case(done.location.rpartition("/")[2])
    assert (case.stage, case.age_group) == ("requested", "adult")
    with world.house.doors.read() as session:
        key = Safe(world.house.keyring).key_of(case)
        names = {
            n.script: key.open_from(n, "family")["family"] for n in session.exec(select(PersonName)).all()
        }
        person = session.exec(select(Person)).one()
        assert names == {"khmr": "សុខ", "latn": "Sok"}
        assert key.open_from(person, "birthdate")["birthdate"] == "1990-12-31"
        assert person.birth_year_estimated


def test_a_form_sent_twice_opens_one_case(world: World) -> None:
    visitor = world.browser("embassy")
    page = visitor.open(ASK)
    for entered in ({"latn_family": "Sok"}, {"age_group": "adult"}, {}, {"agrees": "not_asked"}):
        page = send_on(visitor, ASK, page, **entered)
    first, second = (send_on(visitor, ASK, page, sure="yes") for _ in range(2))
    assert first.location == second.location
    assert how_many(world) == 1


def test_an_answer_can_be_changed_before_the_case_is_opened(world: World) -> None:
    visitor = world.browser("embassy")
    page = visitor.open(ASK)
    for entered in ({"latn_family": "Sok"}, {"age_group": "adult"}, {}, {"agrees": "not_asked"}):
        page = send_on(visitor, ASK, page, **entered)
    again = send_on(visitor, ASK, page, go="names")
    assert read_page(again).select_one("#latn_family")["value"] == "Sok"  # type: ignore[index]
    checked = send_on(visitor, ASK, again, latn_family="Sao")
    assert "Check your answers" in checked.text
    assert "Sao" in checked.text


def test_nobody_speaks_for_a_child_without_a_guardian(world: World) -> None:
    visitor = world.browser("embassy")
    page = visitor.open(ASK)
    for entered in ({"latn_family": "Sok"}, {"age_group": "child"}, {}):
        page = send_on(visitor, ASK, page, **entered)
    wrong = send_on(visitor, ASK, page, agrees="yes", language="km", how="spoken")
    assert wrong.status_code == 400
    assert [link["href"] for link in read_page(wrong).select(".error-summary a")] == ["#guardian"]
    right = send_on(
        visitor, ASK, wrong, agrees="yes", language="km", how="spoken", guardian="Aunt", own_view="y"
    )
    assert "Check your answers" in right.text


def test_of_a_year_alone_nobody_is_taken_for_grown_up_too_soon(world: World) -> None:
    visitor = world.browser("embassy")
    page = visitor.open(ASK)
    eighteen_this_year = str(world.clock().year - 18)
    for entered in (
        {},
        {"birthdate__year": eighteen_this_year},
        {},
        {"agrees": "not_asked"},
        {"sure": "yes"},
    ):
        page = send_on(visitor, ASK, page, **entered)
    assert world.case(page.location.rpartition("/")[2]).age_group == "child"


def test_a_host_officer_reports_somebody_found(world: World) -> None:
    page = read_page(world.browser("datip").open("/cases/open"))
    assert page.select_one('a[href="/cases/open/tha-khm/reported"]')
    assert not page.select_one('a[href="/cases/open/tha-khm/requested"]')


def test_no_route_is_offered_on_which_one_has_no_part(world: World) -> None:
    assert world.browser("embassy").open("/cases/open/vnm-khm/requested").status_code == 404
    assert world.browser("ngo").open("/cases/open").status_code == 404


def test_nothing_entered_stands_in_an_address(world: World) -> None:
    visitor = world.browser("embassy")
    page = visitor.open(ASK)
    page = send_on(visitor, ASK, page, latn_family="Sokdemonstration")
    form = read_page(page).select_one("main form")
    assert form is not None
    assert form["method"] == "post"
    assert not form.get("action")


def test_every_page_of_opening_can_be_read_by_everybody(world: World) -> None:
    visitor = world.browser("embassy")
    page = visitor.open(ASK)
    for entered in ({"latn_family": "Sok"}, {"age_group": "child"}, {}, {"agrees": "not_asked"}):
        assert obstacles(read_page(page)) == []
        page = send_on(visitor, ASK, page, **entered)
    assert obstacles(read_page(page)) == []


def test_where_several_could_answer_for_a_case_the_officer_says_who(world: World) -> None:
    with world.house.doors.act() as session:
        session.add(
            Organisation(code="sa-kaeo", name="Home in Sa Kaeo", country="THA", functions=["protection"])
        )
    address = "/cases/open/tha-khm/reported"
    visitor = world.browser("thai-police")
    page = visitor.open(address)
    for entered in ({"latn_family": "Sok"}, {"age_group": "adult"}):
        page = send_on(visitor, address, page, **entered)
    assert "Who answers for the case?" in page.text
    assert "Choose who answers for the case" in send_on(visitor, address, page).text
    page = send_on(visitor, address, page, organisation="sa-kaeo")
    page = send_on(visitor, address, page, agrees="not_asked")
    assert "Home in Sa Kaeo" in page.text
    done = send_on(visitor, address, page, sure="yes")
    case = world.case(done.location.rpartition("/")[2])
    with world.house.doors.read() as session:
        assert session.get_one(Organisation, case.holder_id).code == "sa-kaeo"
