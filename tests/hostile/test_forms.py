"""Forms as nobody's browser fills them in: blanks, choices that were not offered, methods, versions, keys."""

from datetime import timedelta

import pytest
from sqlmodel import func, select

from repatriation.records.cases import CaseFile
from repatriation.work.newcase import NewCase
from tests.web.casework.conftest import World, fill_in, send_on
from tests.web.conftest import read_page

ASK = "/cases/open/tha-khm/requested"
HERE = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
CHILD = NewCase(route="tha-khm", stage="reported", age_group="child")
SENT: dict[str, object] = {"sure": "yes", "language": "km", "how": "spoken", "own_view": "y"}


def how_many(world: World) -> int:
    """How many cases there are."""
    with world.house.doors.read() as session:
        return session.exec(select(func.count()).select_from(CaseFile)).one()


@HERE
@pytest.mark.parametrize("blank", [" ", "\u3000\t", "\u200b", "\u2060 \u202e", "-"])
def test_a_blank_is_no_guardian(world: World, blank: str) -> None:
    reference = world.open_case(new=CHILD)
    sent: dict[str, object] = {**SENT, "guardian": blank, "version": "0", "key": "k"}
    path = f"/cases/{reference}/do/consent_to_protection"
    answer = world.browser("datip").send(path, sent)
    assert answer.status_code == 400
    assert [link["href"] for link in read_page(answer).select(".error-summary a")] == ["#guardian"]
    assert world.case(reference).state["consents"] == {}


@HERE
@pytest.mark.parametrize("name", ["interpreter", "guardian"])
def test_what_may_be_left_empty_may_be_left_blank(world: World, name: str) -> None:
    page = send_on(world.browser("embassy"), ASK, world.browser("embassy").open(ASK), **{name: " "})
    assert page.status_code == 200
    reference = world.open_case(new=CHILD)
    sent: dict[str, object] = {**SENT, "guardian": "Aunt", "interpreter": " ", "version": "0", "key": "k"}
    sent |= world.paper_boxes("consent_to_protection")
    answer = world.browser("datip").send(f"/cases/{reference}/do/consent_to_protection", sent)
    assert answer.status_code == 303


@HERE
@pytest.mark.parametrize("field", ["gender", "age_group", "agrees", "language", "how", "gate"])
def test_a_choice_that_was_not_offered_opens_no_case(world: World, field: str) -> None:
    visitor = world.browser("embassy")
    for each in ({"at": "names"}, {"at": "about"}, {"at": "consent"}, {"go": "consent"}, {"sure": "yes"}):
        sent: dict[str, object] = {**each, "agrees": "yes", field: "Bogus"}
        assert visitor.send(ASK, sent).status_code < 500
    assert how_many(world) == 0


@HERE
@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"])
def test_nothing_is_done_but_by_a_form_that_was_sent(world: World, method: str) -> None:
    reference = world.open_case()
    visitor = world.browser("datip")
    data: dict[str, object] = {"sure": "yes", "version": "1", "_method": "POST"}
    override = {"X-HTTP-Method-Override": "POST"}
    for path in (
        "/cases/open/tha-khm/reported",
        f"/cases/{reference}/do/presume",
        f"/cases/{reference}/person",
    ):
        asked = visitor.client.open(path, method=method, data=data, headers=override, base_url=visitor.at)
        assert asked.status_code in (200, 405), path
    assert how_many(world) == 1
    assert world.case(reference).version == 1


@HERE
def test_asking_by_get_that_a_form_be_taken_for_sent_does_nothing(world: World) -> None:
    reference = world.open_case()
    page = world.browser("datip").open(f"/cases/{reference}/do/presume?sure=yes&version=1&_method=POST")
    assert page.status_code == 200
    assert world.case(reference).version == 1


@HERE
@pytest.mark.parametrize("version", [None, "", "x", "-1", "0", "2", str(2**64), "1.0"])
def test_a_step_names_the_version_that_was_looked_at(world: World, version: str | None) -> None:
    reference = world.open_case()
    sent: dict[str, object] = {"sure": "yes", "key": "k"}
    if version is not None:
        sent["version"] = version
    assert world.browser("datip").send(f"/cases/{reference}/do/presume", sent).status_code == 409
    assert world.case(reference).version == 1


@HERE
@pytest.mark.parametrize("key", ["k" * 100_000, "k\nk", "ក", ""])
def test_any_key_of_a_form_does(world: World, key: str) -> None:
    reference = world.open_case()
    sent: dict[str, object] = {"sure": "yes", "key": key, "version": "1", **world.paper_boxes("presume")}
    assert world.browser("datip").send(f"/cases/{reference}/do/presume", sent).status_code == 303


@HERE
def test_only_who_lists_arrivals_opens_the_names_of_a_whole_roll(world: World) -> None:
    world.open_case()
    for who in ("thai-police", "datip"):
        status = world.browser(who).open("/arrivals/centre/roll").status_code
        assert status == (404 if who == "thai-police" else 200)
        sent = world.browser(who).send("/arrivals/centre/roll?gate=", {"reason": "roll_check"})
        assert sent.status_code == (404 if who == "thai-police" else 200)


@HERE
def test_a_long_note_about_yesterdays_arrival_is_a_note_to_shorten(world: World) -> None:
    day = world.clock() - timedelta(days=1)
    sent: dict[str, object] = {"latn_family": "Sok", "gate": "poipet", "note": "x" * 4000}
    sent |= {"day-day": str(day.day), "day-month": str(day.month), "day-year": str(day.year)}
    page = world.browser("poipet").send("/arrivals/new?route=tha-khm", sent)
    assert page.status_code in (303, 400)


@HERE
def test_a_name_typed_where_a_reference_belongs_is_in_no_further_address(world: World) -> None:
    for given in ("Sok Chanthy", "Sok", "../account", "\\\\evil.example"):
        page = world.browser("datip").open("/cases/find", query_string={"reference": given})
        assert page.status_code == 404
    reference = world.open_case()
    for given in (
        reference.lower(),
        f" {reference} ",
        reference.replace("-", " "),
        reference.replace("-", ""),
    ):
        page = world.browser("datip").open("/cases/find", query_string={"reference": given})
        assert page.headers["Location"] == f"/cases/{reference}"


@HERE
@pytest.mark.parametrize("name", ["a b " * 50, "\u200b", "%", "_", "*", "' OR 1=1 --", "x" * 200])
def test_a_search_by_name_takes_every_sign_for_a_sign(world: World, name: str) -> None:
    reference = world.open_case()
    found = fill_in(world.browser("datip"), "/cases/by-name", name=name)
    assert found.status_code in (200, 400)
    assert reference not in found.text


@pytest.mark.parametrize("year", ["10", "96", "1026", "2030", "1880"])
@HERE
def test_a_year_of_birth_that_cannot_be_makes_nobody_grown_up(world: World, year: str) -> None:
    answer = world.browser("embassy").send(ASK, {"at": "about", "birthdate-year": year})
    assert answer.status_code == 400
    assert "#birthdate-day" in answer.text


@HERE
@pytest.mark.parametrize(
    "day", [("1", "1", "1"), ("31", "12", "10542"), ("1", "1", "2001"), ("9", "9", "2200")]
)
def test_a_last_day_that_cannot_be_is_not_taken(world: World, day: tuple[str, str, str]) -> None:
    reference = world.open_case()
    sent: dict[str, object] = dict(zip(("until-day", "until-month", "until-year"), day, strict=True))
    sent |= {"sure": "yes", "language": "km", "how": "spoken", "version": "1", "key": "k"}
    sent |= world.paper_boxes("consent_to_notification")
    answer = world.browser("datip").send(f"/cases/{reference}/do/consent_to_notification", sent)
    assert answer.status_code in (400, 409)
    assert "notification" not in world.case(reference).state["consents"]
