"""A day that a decree changed: every open time limit follows, and the trail says so."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from repatriation.records.cases import CaseFile, Party
from repatriation.records.doors import Doors
from repatriation.work.calendars import Calendars, laid_over
from repatriation.work.decrees import decrees, enter_day, take_back_day
from repatriation.work.refusals import Invalid, NotFound
from sop import clocks
from tests.records import made
from tests.telling.conftest import Office

FRIDAY = date(2026, 3, 13)


@pytest.fixture
def office(office: Office) -> Office:
    """The office goes by calendars over which days can be laid."""
    calendars = Calendars(clocks.load(), office.house.doors)
    office.house = replace(office.house, calendars=calendars)
    return office


def _travel_document(office: Office) -> CaseFile:
    """A case of somebody found in Cambodia for whom Viet Nam has five working days to issue a paper."""
    procedure = office.house.shelf.in_force("khm-vnm", office.now.date())
    case = office.case(
        route="khm-vnm",
        digest=procedure.digest,
        stage="acceptance_received",
        state={"facts": {}, "consents": {}},
        turn_at=office.now + timedelta(days=3),
    )
    with office.house.doors.act() as session:
        made.part(session, case, office.organisations["elsewhere"], "home.consulate")
        for part in session.exec(select(Party).where(Party.case_id == case.id)).all():
            part.due_on = date(2026, 3, 17)
    return case


def _due(office: Office, case: CaseFile) -> set[date | None]:
    with office.house.doors.read() as session:
        return {part.due_on for part in session.exec(select(Party).where(Party.case_id == case.id)).all()}


def test_a_holiday_that_is_decreed_moves_every_open_limit_and_taking_it_back_moves_it_back(
    office: Office,
) -> None:
    case = _travel_document(office)
    done = enter_day(
        office.house, None, office.now, country="VNM", day=FRIDAY, works=False, source="Decision 7"
    )
    assert (done.looked_at, done.moved) == (1, 1)
    assert _due(office, case) == {date(2026, 3, 18)}
    assert office.events(case) == ["limit:replanned"]
    done = take_back_day(office.house, None, office.now, country="VNM", day=FRIDAY)
    assert done.moved == 1
    assert _due(office, case) == {date(2026, 3, 17)}
    with office.house.doors.read() as session:
        assert session.get_one(CaseFile, case.id).turn_at is not None


def test_a_day_of_another_country_moves_nothing(office: Office) -> None:
    case = _travel_document(office)
    enter_day(office.house, None, office.now, country="KHM", day=FRIDAY, works=False, source="Sub-decree 3")
    assert office.events(case) == []


def test_a_limit_that_ran_out_because_of_the_change_is_told(office: Office) -> None:
    """A Saturday on which all must work brings the end forward, to a day that is over already."""
    case = _travel_document(office)
    office.now += timedelta(days=7)  # the 17th, the last day
    worked: dict[str, Any] = {"country": "VNM", "works": True, "source": "Decision 8"}
    for day in (14, 15):
        enter_day(office.house, None, office.now, day=date(2026, 3, day), **worked)
    assert _due(office, case) == {date(2026, 3, 15)}
    office.tick()
    assert {standing for _, standing in office.told("limit")} == {"overdue"}


def test_an_officer_speaks_for_their_own_country_alone(office: Office) -> None:
    dara = office.actor("dara")
    with pytest.raises(Invalid):
        enter_day(office.house, dara, office.now, country="KHM", day=FRIDAY, works=False, source="A")
    enter_day(office.house, dara, office.now, country="THA", day=FRIDAY, works=False, source="Cabinet")
    (kept,) = decrees(office.house)
    assert (kept.country, kept.day, kept.works, kept.officer) == ("THA", FRIDAY, False, "dara")
    with pytest.raises(NotFound):
        take_back_day(office.house, office.actor("kanha"), office.now, country="THA", day=FRIDAY)


def test_other_processes_see_the_day_when_they_look_again(office: Office, doors: Doors) -> None:
    other = Calendars(clocks.load(), doors)
    assert other["VNM"].is_working(FRIDAY)
    enter_day(office.house, None, office.now, country="VNM", day=FRIDAY, works=False, source="Decision 7")
    assert other["VNM"].is_working(FRIDAY)
    other.refresh()
    assert not other["VNM"].is_working(FRIDAY)
    assert "1 entered" in other["VNM"].edition
    assert other["KHM"] == clocks.load()["KHM"]


def test_a_saturday_may_be_worked_and_a_swapped_one_closed_again() -> None:
    calendar = clocks.load()["VNM"]
    saturday, swapped = date(2026, 3, 14), min(calendar.working_extra)
    changed = laid_over(calendar, {saturday: True, swapped: False})
    assert changed.is_working(saturday)
    assert not changed.is_working(swapped)
