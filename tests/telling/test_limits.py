"""Clocks of the procedure turn: those whose turn it is are told, and a week later the coordination."""

from datetime import datetime, timedelta

from sqlmodel import select

from repatriation.records.cases import CaseFile, Party
from tests.records import made
from tests.telling.conftest import Office

STAGE = "registered"


def _at_home(office: Office, stage: str, facts: dict[str, list[str | None]]) -> CaseFile:
    """A case of a person found in Thailand, with what is on file of it."""
    procedure = office.house.shelf.in_force("tha-khm", office.now.date())
    state = {"facts": facts, "consents": {}}
    return office.case(
        "elsewhere", "mosvy", digest=procedure.digest, stage=stage, state=state, turn_at=office.now
    )


def _identification(office: Office, office_of: str = "elsewhere") -> CaseFile:
    """A case in which Thailand's fifteen days for identification run."""
    begun: list[str | None] = [office.now.isoformat(), None, None]
    procedure = office.house.shelf.in_force("tha-khm", office.now.date())
    (stage,) = procedure.actions["identify"].frm
    case = _at_home(office, stage, {"reflection_begun": begun})
    with office.house.doors.act() as session:
        made.part(session, case, office.organisations[office_of], "host.identification")
        made.part(session, case, office.organisations["thai_ministry"], "host.coordination")
    return case


def test_a_time_limit_is_told_to_those_whose_turn_it_is_and_goes_up_after_a_week(office: Office) -> None:
    case = _identification(office)
    office.tick()
    assert office.told("limit") == []
    office.tick(days=9)
    assert set(office.told("limit")) == {("mona", "due_soon"), ("dara", "due_soon")}
    office.tick(days=7)
    assert set(office.told("limit")[2:]) == {("mona", "overdue"), ("dara", "overdue")}
    office.tick(days=6)
    assert len(office.told("limit")) == 4
    office.tick(days=1)
    assert ("somsak", "escalated") in office.told("limit")
    office.tick(days=300)
    assert [tag for tag in office.events(case) if tag.startswith("limit:")] == [
        "limit:due_soon",
        "limit:overdue",
        "limit:escalated",
    ]


def test_a_limit_is_told_once_however_often_the_clock_looks(office: Office) -> None:
    _identification(office)
    for _ in range(40):
        office.tick(hours=13)
    told = office.told("limit")
    assert len(told) == len(set(told))


def test_a_limit_that_was_kept_is_told_to_nobody(office: Office) -> None:
    case = _identification(office)
    office.tick()
    with office.house.doors.act() as session:
        row = session.get_one(CaseFile, case.id)
        row.state = {"facts": {}, "consents": {}}
    office.tick(days=30)
    assert office.told("limit") == []
    with office.house.doors.read() as session:
        assert session.get_one(CaseFile, case.id).turn_at is None


def test_nobody_without_a_part_hears_of_a_limit(office: Office) -> None:
    case = _identification(office)
    with office.house.doors.act() as session:
        for part in session.exec(select(Party).where(Party.case_id == case.id)).all():
            if part.role == "host.identification":
                part.until, part.stage = office.now, None
    office.tick(days=16)
    assert office.told("limit") == []


def test_after_an_outage_only_the_newest_turn_of_a_limit_is_told(office: Office) -> None:
    _identification(office)
    office.tick()
    office.tick(days=20)
    assert {standing for _, standing in office.told("limit")} == {"overdue"}
    late = {notice.detail["late_hours"] for notice in office.notices()}
    assert late == {_hours_since_it_ended(office.now)}


def _hours_since_it_ended(now: datetime) -> int:
    """The fifteenth day after the tenth of March is over at midnight in Bangkok."""
    return int((now - datetime.fromisoformat("2026-03-26T00:00+07:00")) / timedelta(hours=1))
