"""What steps leave to be told reaches those who may see the case when it is told, and nobody else."""

from datetime import timedelta

from sqlmodel import select

from repatriation.records.cases import CaseFile, Party
from repatriation.records.outbox import Outbox
from repatriation.work.telling.inbox import notices, open_notice, unread
from tests.telling.conftest import Office


def _moved(
    office: Office, case: CaseFile, by: str = "ngo", kind: str = "case:moved", to: str | None = None
) -> None:
    """What a step leaves behind, as the scribe writes it."""
    detail = {"reference": case.reference, "version": 2, "by": office.organisations[by]}
    recipient = office.organisations[to] if to else None
    with office.house.doors.act() as session:
        session.add(
            Outbox(case_id=case.id, kind=kind, recipient_id=recipient, run_at=office.now, detail=detail)
        )


def _waiting(office: Office) -> list[str]:
    with office.house.doors.read() as session:
        return list(session.exec(select(Outbox.state)).all())


def test_that_a_case_moved_is_told_to_all_others_who_may_see_it(office: Office) -> None:
    case = office.case("mosvy", "audit")
    _moved(office, case)
    office.tick()
    assert {name for name, _ in office.told("case:moved")} == {"vuthy", "rith"}
    assert _waiting(office) == ["sent"]


def test_whoever_lost_their_part_before_it_was_told_hears_nothing(office: Office) -> None:
    case = office.case("mosvy")
    _moved(office, case)
    with office.house.doors.act() as session:
        mosvy = office.organisations["mosvy"]
        part = session.exec(select(Party).where(Party.organisation_id == mosvy)).one()
        part.until, part.stage = office.now, None
    office.tick()
    assert office.told("case:moved") == []


def test_a_case_that_moves_often_is_told_once_until_it_is_read(office: Office) -> None:
    case = office.case("mosvy")
    for _ in range(3):
        _moved(office, case)
        office.tick(hours=1)
    vuthy = office.actor("vuthy")
    assert unread(office.house, vuthy) == 1
    (line,), _ = notices(office.house, vuthy)
    open_notice(office.house, vuthy, office.now, line.id)
    assert unread(office.house, vuthy) == 0
    _moved(office, case)
    office.tick(hours=1)
    assert unread(office.house, vuthy) == 1


def test_those_whose_part_ended_learn_that_it_did_and_have_no_way_to_the_case(office: Office) -> None:
    case = office.case()
    _moved(office, case, kind="case:left", to="mosvy")
    office.tick()
    assert office.told("case:left") == [("vuthy", None)]
    (line,), _ = notices(office.house, office.actor("vuthy"))
    assert not line.in_sight
    assert line.detail == {"reference": case.reference}


def test_a_handoff_that_needs_a_person_is_told_in_its_organisation(office: Office) -> None:
    detail = {"handoff": "0190", "why": "declined"}
    with office.house.doors.act() as session:
        session.add(
            Outbox(
                kind="handoff:attention",
                recipient_id=office.organisations["ngo"],
                run_at=office.now - timedelta(days=60),
                detail=detail,
            )
        )
    office.tick()
    assert {name for name, _ in office.told("handoff:attention")} == {"sina", "bopha", "kanha"}


def test_what_happened_long_ago_is_laid_aside_as_no_news(office: Office) -> None:
    _moved(office, office.case("mosvy"))
    office.tick(days=15)
    assert office.notices() == []
    assert _waiting(office) == ["sent"]


def test_a_notice_goes_out_of_sight_together_with_the_case(office: Office) -> None:
    case = office.case("mosvy")
    _moved(office, case)
    office.tick()
    vuthy = office.actor("vuthy")
    assert unread(office.house, vuthy) == 1
    with office.house.doors.act() as session:
        part = session.exec(select(Party).where(Party.organisation_id == vuthy.organisation_id)).one()
        part.until, part.stage = office.now, None
    assert unread(office.house, vuthy) == 0
    assert notices(office.house, vuthy) == ((), None)
