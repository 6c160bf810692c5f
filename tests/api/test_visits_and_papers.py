"""An NGO's own system writes visits down, and fetches the papers that it may open."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from repatriation.records.trail import Trail
from repatriation.records.visits import Visit, VisitAddition
from tests.api.conftest import Caller
from tests.fakes.press import a_page
from tests.web.casework.conftest import SPOKEN, World
from tests.web.casework.test_visits import followed

__all__ = ["followed"]

SEEN: dict[str, Any] = {
    "on": "2026-11-21",
    "outcome": "seen",
    "mode": "home",
    "seen_alone": True,
    "safety": "worry",
    "notes": "Asks about school.",
    "next_on": "2026-12-01",
}


@pytest.fixture
def ngo(admit: Callable[..., Caller]) -> Caller:
    """The system of the NGO that visits."""
    return admit("ngo")


@pytest.fixture
def visited(world: World, followed: str) -> str:
    """Somebody in follow-up, who agreed to be visited."""
    world.take("ngo", followed, "consent_to_visits", SPOKEN)
    return followed


def test_a_visit_is_written_down_with_its_step_and_its_form(world: World, ngo: Caller, visited: str) -> None:
    version = world.case(visited).version
    answer = ngo.post("/api/visits", {"case": visited, **SEEN}, version=version)
    assert answer.json is not None
    assert answer.status_code == 201, answer.text
    assert answer.json["version"] == version + 1
    assert answer.json["paper"].startswith("KH26-")
    with world.house.doors.read() as session:
        rows = session.exec(select(Visit)).all()
    assert [(row.state, str(row.due_on)) for row in rows if row.slot is None and row.at is None] == [
        ("planned", "2026-12-01")
    ]
    assert [row.state for row in rows if row.at is not None] == ["done"]
    listed = ngo.get("/api/visits").json
    assert listed is not None
    made = {visit.get("outcome"): visit for visit in listed["visits"]}
    assert made.keys() == {"seen", None}
    assert {visit["case"] for visit in listed["visits"]} == {visited}
    assert made["seen"]["notes"] is True
    assert "Asks about school" not in ngo.get("/api/visits").text
    planned = ngo.get("/api/visits", query_string={"state": "planned", "case": visited}).json
    assert planned is not None
    agreed = [visit["due_on"] for visit in planned["visits"] if "slot" not in visit]
    assert agreed == ["2026-12-01"]
    assert {visit["state"] for visit in planned["visits"]} == {"planned"}


def test_a_visit_needs_no_version_and_is_still_written_down_once(
    world: World, ngo: Caller, visited: str
) -> None:
    version = world.case(visited).version
    first = ngo.post("/api/visits", {"case": visited, **SEEN}, key="one")
    again = ngo.post("/api/visits", {"case": visited, **SEEN}, key="one")
    assert (first.status_code, first.json) == (again.status_code, again.json)
    assert world.case(visited).version == version + 1


def test_a_planned_visit_is_named_and_what_a_second_program_tells_of_it_is_kept_beside_it(
    world: World, ngo: Caller, visited: str
) -> None:
    planned = ngo.get("/api/visits", query_string={"state": "planned"}).json
    assert planned is not None
    first = min(planned["visits"], key=lambda visit: visit["due_on"])
    told = {"case": visited, "visit": first["id"], "on": "2026-11-21", "outcome": "seen", "health": "well"}
    answer = ngo.post("/api/visits", told)
    assert answer.status_code == 201, answer.text
    second = ngo.post("/api/visits", {**told, "notes": "The roof leaks.", "health": "worry"})
    assert second.json is not None
    assert (second.status_code, second.json["addition"]) == (201, True)
    assert second.json.get("paper") is None
    made = [visit for visit in ngo.get("/api/visits").json["visits"] if visit.get("at")]  # type: ignore[index]
    assert [(visit["id"], visit["state"], visit["answers"]) for visit in made] == [
        (first["id"], "done", {"health": "well"})
    ]
    with world.house.doors.read() as session:
        (addition,) = session.exec(select(VisitAddition)).all()
    assert addition.visit_id == first["id"]
    assert b"roof" not in (addition.said or b"")


def test_a_missed_visit_is_its_own_step(world: World, ngo: Caller, visited: str) -> None:
    answer = ngo.post("/api/visits", {"case": visited, "on": "2026-11-21", "outcome": "not_there"})
    assert answer.status_code == 201, answer.text
    facts = ngo.get(f"/api/cases/{visited}").json["facts"]  # type: ignore[index]
    assert "visit_missed" in {fact["name"] for fact in facts}


def test_a_visit_cannot_be_told_as_a_step_alone_which_would_leave_the_planned_one_waiting(
    ngo: Caller, visited: str
) -> None:
    before = ngo.get(f"/api/cases/{visited}")
    for action in ("record_visit", "record_missed_visit"):
        answer = ngo.post(
            f"/api/cases/{visited}/actions/{action}", {}, headers={"If-Match": before.headers["ETag"]}
        )
        assert answer.json is not None
        assert (answer.status_code, answer.json["code"]) == (400, "invalid_request")
        assert "/api/visits" in answer.json["detail"]
    assert ngo.get(f"/api/cases/{visited}").headers["ETag"] == before.headers["ETag"]


def test_nobody_is_visited_who_has_not_agreed(world: World, ngo: Caller, followed: str) -> None:
    answer = ngo.post("/api/visits", {"case": followed, **SEEN})
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (409, "not_allowed")
    assert answer.json["errors"][0]["code"] == "consent_missing"


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"on": "2027-01-01"}, "/on"),
        ({"next_on": "2026-11-01"}, "/next_on"),
        ({"reason": "ill"}, "/reason"),
        ({"outcome": "put_off", "mode": None, "seen_alone": None}, "/reason"),
        ({"visit": "0" * 36}, "/visit"),
        ({"outcome": "declined"}, "/mode"),
        ({"outcome": "vanished"}, "/outcome"),
        ({"on": 5}, "/on"),
        ({"paper": {"fields": {"person": {}, "visit": {}}}}, "/paper/fields/visit/on"),
    ],
)
def test_a_visit_that_cannot_be_says_why(
    world: World, ngo: Caller, visited: str, wrong: dict[str, Any], pointer: str
) -> None:
    answer = ngo.post("/api/visits", {"case": visited, **SEEN, **wrong})
    assert answer.json is not None
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, pointer), answer.text


def test_a_paper_is_fetched_by_its_number_and_that_is_written_down(
    world: World, ngo: Caller, visited: str
) -> None:
    number = ngo.post("/api/visits", {"case": visited, **SEEN}).json["paper"]  # type: ignore[index]
    answer = ngo.get(f"/api/documents/{number}")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.data.startswith(a_page()[:5])
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{number}.pdf"'
    assert answer.headers["Cache-Control"] == "no-store"
    with world.house.doors.read() as session:
        events = session.exec(select(Trail).where(Trail.tag == "paper:file:opened")).all()
    assert [(event.chain, event.detail["number"]) for event in events] == [(world.case(visited).id, number)]


def test_a_foreign_paper_and_none_at_all_are_answered_alike(
    world: World, ngo: Caller, visited: str, embassy: Caller, admit: Callable[..., Caller]
) -> None:
    number = ngo.post("/api/visits", {"case": visited, **SEEN}).json["paper"]  # type: ignore[index]
    centre = admit("poipet")  # has a part in the case, and none in its visits
    assert centre.get(f"/api/cases/{visited}").status_code == 200
    seen = [
        embassy.get(f"/api/documents/{number}"),
        centre.get(f"/api/documents/{number}"),
        embassy.get("/api/documents/KH26-2222-2222"),
        embassy.get("/api/documents/anything"),
    ]
    assert {answer.status_code for answer in seen} == {404}
    assert {answer.text for answer in seen} == {seen[0].text}
    assert embassy.get("/api/visits").json == {"visits": []}
