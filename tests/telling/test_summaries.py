"""A summary to the sending country falls due after coming home, and is told until it is sent."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from repatriation.records.cases import CaseFile
from repatriation.records.outbox import Outbox
from repatriation.records.stays import Stay
from repatriation.records.summaries import Summary
from repatriation.work.summaries.points import DUE, message
from repatriation.work.telling.inbox import ALL, notices, unread
from tests.records import made
from tests.telling.conftest import Office


@pytest.fixture
def case(office: Office) -> CaseFile:
    """Somebody who came home to Cambodia today; the ministry is to tell Thailand how they are."""
    procedure = office.house.shelf.in_force("tha-khm", office.now.date())
    state: dict[str, Any] = {"facts": {}, "consents": {}}
    case = office.case("elsewhere", digest=procedure.digest, stage="integrated", state=state)
    with office.house.doors.act() as session:
        made.part(session, case, office.organisations["mosvy"], "home.coordination")
        session.add(Outbox(**message(case.id, office.now)))
    return case


def _send(office: Office, case: CaseFile) -> None:
    with office.house.doors.act() as session:
        session.add(
            Summary(
                case_id=case.id, seq=case.version, consent="follow_up", at=office.now, content={},
                recipient_id=office.organisations["thai_ministry"], officer_id=office.officers["vuthy"],
                organisation_id=office.organisations["mosvy"],
            )
        )  # fmt: skip
        case.version += 1


def _days(office: Office, number: int) -> None:
    """Let days go by, with a look of the clock on each."""
    for _ in range(number):
        office.tick(days=1)


def test_a_summary_is_told_on_its_day_and_when_it_is_overdue_to_whoever_is_to_send_it(
    office: Office, case: CaseFile
) -> None:
    _days(office, 90)
    assert office.told(DUE) == []
    _days(office, 1)
    assert office.told(DUE) == [("vuthy", "due")]
    _days(office, 60)
    assert office.told(DUE) == [("vuthy", "due"), ("vuthy", "overdue")]
    ((entry,), _) = notices(office.house, office.actor("vuthy"), office.now)
    assert entry.needs
    assert entry.late
    assert entry.lines[0].detail["due"] == (office.now - timedelta(days=60)).date().isoformat()


def test_the_notice_goes_away_when_the_summary_is_sent(office: Office, case: CaseFile) -> None:
    _days(office, 95)
    vuthy = office.actor("vuthy")
    assert unread(office.house, vuthy) == 1
    _send(office, case)
    assert unread(office.house, vuthy) == 0
    assert notices(office.house, vuthy, office.now) == ((), None)
    _days(office, 182 - 95)
    assert [standing for _, standing in office.told(DUE)] == ["due", "overdue", "due"]
    assert unread(office.house, vuthy) == 1


def test_one_that_was_sent_in_the_week_before_its_day_counts_for_it(office: Office, case: CaseFile) -> None:
    _days(office, 86)
    _send(office, case)
    _days(office, 90)
    assert office.told(DUE) == []
    _days(office, 10)
    assert [standing for _, standing in office.told(DUE)] == ["due", "overdue"]


def test_after_a_long_outage_only_the_latest_point_is_told(office: Office, case: CaseFile) -> None:
    office.tick()
    office.tick(days=300)
    assert office.told(DUE) == [("vuthy", "overdue")]
    assert office.notices()[0].detail["due"] == (office.now - timedelta(days=26)).date().isoformat()


def test_nobody_is_told_where_the_person_said_no_and_the_clock_looks_again(
    office: Office, case: CaseFile
) -> None:
    said = [office.now.isoformat(), None, False, None]
    with office.house.doors.act() as session:
        row = session.get_one(CaseFile, case.id)
        row.state = {"facts": {}, "consents": {"follow_up": ["withdrawn", *said]}}
    _days(office, 120)
    assert office.told(DUE) == []
    with office.house.doors.act() as session:
        row = session.get_one(CaseFile, case.id)
        row.state = {"facts": {}, "consents": {"follow_up": ["given", *said]}}
    _days(office, 8)
    assert office.told(DUE) == [("vuthy", "overdue")]


def test_the_days_count_from_the_first_time_that_somebody_came_home(office: Office, case: CaseFile) -> None:
    with office.house.doors.act() as session:
        row = session.get_one(CaseFile, case.id)
        row.stage, row.entered_at = "follow_up", office.now + timedelta(days=50)
        session.add(
            Stay(
                case_id=case.id, seq=2, route="tha-khm", stage="integrated", entered_at=office.now,
                left_at=office.now + timedelta(days=50), minutes=72000,
            )
        )  # fmt: skip
    _days(office, 91)
    assert office.told(DUE) == [("vuthy", "due")]


def test_a_case_that_has_ended_is_looked_at_no_more(office: Office, case: CaseFile) -> None:
    with office.house.doors.act() as session:
        row = session.get_one(CaseFile, case.id)
        row.stage, row.closed_at = "closed", office.now
    _days(office, 92)
    assert office.told(DUE) == []
    with office.house.doors.read() as session:
        assert session.exec(select(Outbox.state).where(Outbox.kind == DUE)).all() == ["sent"]


def test_it_is_looked_at_until_the_last_point_and_then_no_more(office: Office, case: CaseFile) -> None:
    _days(office, 400)
    assert len(office.told(DUE)) == 8
    with office.house.doors.read() as session:
        assert session.exec(select(Outbox.state).where(Outbox.kind == DUE)).all() == ["sent"]
    assert len(notices(office.house, office.actor("vuthy"), office.now, ALL)[0]) == 1
