"""Visits turn: who is told what, once, and what happens when time itself misbehaves."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlmodel import select

from repatriation.records.cases import Party
from repatriation.records.organisations import Officer
from repatriation.records.verify import verify
from repatriation.records.visits import Visit
from repatriation.work.followup.turns import next_turn_of
from repatriation.work.telling.visits import turn_of
from sop.clocks import ZONES
from sop.followup import Standing
from tests.telling.conftest import Office

DAY = date(2026, 3, 20)  # ten days after a Tuesday morning in Poipet


def test_a_visit_is_told_to_its_officer_then_to_the_coordinator_then_to_the_ministry(office: Office) -> None:
    office.visit(office.case("mosvy", "elsewhere"), DAY)
    office.tick()
    assert office.told() == []
    office.tick(days=3)
    assert office.told() == [("sina", "due_soon")]
    office.tick(days=7)
    assert office.told()[1:] == [("sina", "due")]
    office.tick(days=1)
    assert set(office.told()[2:]) == {("sina", "overdue"), ("kanha", "overdue")}
    office.tick(days=13)
    assert set(office.told()[4:]) == {("sina", "missed"), ("kanha", "missed"), ("vuthy", "missed")}
    office.tick(days=100)
    assert len(office.told()) == 7


def test_without_an_officer_every_caseworker_of_the_organisation_is_told(office: Office) -> None:
    office.visit(office.case(), DAY, officer=None)
    office.tick(days=4)
    assert set(office.told()) == {("sina", "due_soon"), ("bopha", "due_soon")}


def test_the_ministry_hears_of_nothing_where_it_has_no_part(office: Office) -> None:
    office.visit(office.case(), DAY)
    office.tick(days=40)
    assert {name for name, _ in office.told()} == {"sina", "kanha"}


def test_whoever_lost_sight_of_the_case_is_not_told(office: Office) -> None:
    case = office.case("elsewhere")
    office.visit(case, DAY)
    with office.house.doors.act() as session:
        part = session.exec(select(Party).where(Party.organisation_id == office.organisations["ngo"])).one()
        part.until, part.stage = office.now, None
    office.tick(days=11)
    assert office.told() == []


def test_a_visit_in_a_case_that_is_closed_is_told_to_nobody(office: Office) -> None:
    visit = office.visit(office.case(closed_at=office.now), DAY)
    office.tick(days=11)
    assert office.told() == []
    with office.house.doors.read() as session:
        assert session.get_one(Visit, visit).next_at is None


def test_an_officer_who_left_is_replaced_by_their_colleagues(office: Office) -> None:
    office.visit(office.case(), DAY)
    with office.house.doors.act() as session:
        session.get_one(Officer, office.officers["sina"]).active = False
    office.tick(days=4)
    assert office.told() == [("bopha", "due_soon")]


def test_every_turn_stands_in_the_trail_of_the_case_and_the_trail_stays_whole(office: Office) -> None:
    case = office.case("mosvy")
    for days in (0, 0, 1):
        office.visit(case, DAY + timedelta(days=days))
    for _ in range(30):
        office.tick(days=1)
    assert sorted(office.events(case)) == sorted(
        ["visit:due_soon", "visit:due", "visit:overdue", "visit:missed"] * 3
    )
    with office.house.doors.read() as session:
        assert verify(session, office.house.keyring).problems == ()


def test_after_a_weeks_outage_only_the_newest_turn_is_told_and_how_late(office: Office) -> None:
    case = office.case()
    for day in range(5):
        office.visit(case, DAY + timedelta(days=day))
    office.tick(days=12)  # ahead of the first, the clock stood still: due soon and due were never told
    told = [notice for notice in office.notices() if notice.officer_id == office.officers["sina"]]
    assert len(told) == 5
    assert [notice.standing for notice in told].count("overdue") == 2
    first = min(told, key=lambda notice: notice.detail["due"])
    assert first.detail["due"] == "2026-03-20"
    assert first.detail["late_hours"] == 25  # overdue since 08:00 on the 21st, which is 01:00 UTC


def test_nothing_is_told_twice_when_the_clock_is_set_back_and_forward_again(office: Office) -> None:
    office.visit(office.case(), DAY)
    office.tick(days=4)
    office.tick(days=-8)
    office.tick(days=9)
    assert office.told() == [("sina", "due_soon")]
    office.tick(days=5)
    assert [standing for _, standing in office.told()] == ["due_soon", "due"]


def test_a_clock_that_ran_ahead_lets_nothing_be_lost(office: Office) -> None:
    visit = office.visit(office.case(), DAY)
    office.tick(days=365)
    with office.house.doors.read() as session:
        row = session.get_one(Visit, visit)
        assert (row.next_at, row.next_step) == (None, None)
    office.tick(days=-365)
    assert {standing for _, standing in office.told()} == {"missed"}


def test_a_visit_turns_at_eight_in_the_morning_where_the_clocks_change(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ZONES, "PRT", "Europe/Lisbon")
    day = date(2026, 3, 29)  # the night before, clocks go forward
    turn = next_turn_of(office.house, day, "PRT", datetime(2026, 3, 28, 12, tzinfo=UTC))
    assert turn is not None
    assert turn[0].astimezone(UTC) == datetime(2026, 3, 29, 7, tzinfo=UTC)
    visit = SimpleNamespace(due_on=day, next_at=turn[0] - timedelta(days=7))
    before = turn_of(office.house, visit, "PRT", datetime(2026, 3, 29, 6, 59, tzinfo=UTC))
    after = turn_of(office.house, visit, "PRT", datetime(2026, 3, 29, 7, tzinfo=UTC))
    assert (before.now, after.now) == (Standing.DUE_SOON, Standing.DUE)


def test_a_visit_on_new_years_day_turns_across_the_border_of_the_years(office: Office) -> None:
    office.now = datetime(2026, 12, 20, 2, tzinfo=UTC)
    office.visit(office.case(), date(2027, 1, 1))
    for _ in range(16):
        office.tick(days=1)
    assert [standing for name, standing in office.told() if name == "sina"] == ["due_soon", "due", "overdue"]
    assert [notice.at.year for notice in office.notices()][:2] == [2026, 2027]
