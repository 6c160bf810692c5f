"""Visits on days that cannot be, and rolls longer than any: refused with a page, and nothing half done."""

from urllib.parse import quote

import pytest

from repatriation.work.arrivals import tick
from repatriation.work.identity import MOST_AT_ONCE
from repatriation.work.refusals import Invalid
from tests.web.casework.conftest import SPOKEN, World, fill_in
from tests.web.casework.test_visits import followed, written_down

__all__ = ["followed"]  # a fixture, taken over as it is

HERE = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


def boxes(name: str, day: str, month: str, year: str) -> dict[str, str]:
    """The three boxes of a date."""
    return {f"{name}__day": day, f"{name}__month": month, f"{name}__year": year}


@pytest.mark.parametrize(
    "wrong",
    [
        boxes("on", "1", "1", "1"),
        boxes("on", "1", "1", "1850"),
        boxes("next_on", "31", "12", "10542"),
        boxes("next_on", "1", "1", "2300"),
        {"notes": "x" * 8001},
        {"outcome": "seen\0"},
        {"safety": "Bogus"},
    ],
)
def test_a_visit_that_cannot_be_is_not_written_down(
    world: World, followed: str, wrong: dict[str, str]
) -> None:
    world.take("ngo", followed, "consent_to_visits", SPOKEN)
    visitor, path = world.browser("ngo"), f"/cases/{followed}/visit"
    assert fill_in(visitor, path, **{"outcome": "seen", "mode": "home", **wrong}).status_code == 400
    assert written_down(world) == []
    for page in (path, f"/cases/{followed}/file", "/visits"):
        assert visitor.open(page).status_code == 200


@HERE
@pytest.mark.parametrize("after", ["", "soon", "2026-11-21", "2026-02-30_x", "9999-12-31_-"])
def test_a_place_in_the_list_of_visits_that_nobody_made_is_no_failure(
    world: World, followed: str, after: str
) -> None:
    visitor = world.browser("ngo")
    assert visitor.open(f"/visits?until=all&after={quote(after)}").status_code == 200


@HERE
@pytest.mark.parametrize("visit", ["x", "0" * 36, "é" * 36])
def test_a_visit_that_there_is_not_is_not_written_down(world: World, followed: str, visit: str) -> None:
    world.take("ngo", followed, "consent_to_visits", SPOKEN)
    path = f"/cases/{followed}/visit"
    answer = fill_in(world.browser("ngo"), f"{path}?visit={quote(visit)}", outcome="not_there", visit=visit)
    assert answer.status_code == 400
    assert written_down(world) == []


@HERE
def test_notes_of_signs_that_nobody_sees_are_no_failure(world: World, followed: str) -> None:
    world.take("ngo", followed, "consent_to_visits", SPOKEN)
    answer = fill_in(
        world.browser("ngo"), f"/cases/{followed}/visit", outcome="not_there", notes="\u200b \u2028"
    )
    assert answer.status_code in (303, 400)


@HERE
def test_more_people_than_come_in_a_day_are_not_ticked_at_once(world: World) -> None:
    reference = world.open_case()
    many = [(reference, 1)] * (MOST_AT_ONCE + 1)
    with pytest.raises(Invalid):
        tick(world.house, world.officers["datip"], world.clock(), many, ("check_roll",), "k")
    sent: dict[str, object] = {"tick": "yes", "here": [reference] * 3000, "act": "check_roll"}
    assert world.browser("datip").send("/arrivals/gate/roll", sent).status_code == 400
