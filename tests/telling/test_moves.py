"""What steps leave to be told reaches those who may see the case when it is told, and nobody else."""

from collections import Counter
from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from repatriation.records.cases import CaseFile, Party
from repatriation.records.notices import Notice, Telling
from repatriation.records.outbox import Outbox
from repatriation.records.sealing import instance_key
from repatriation.work.telling.hours import MAIL
from repatriation.work.telling.inbox import ALL, NoticeLine, Wanted, notices, open_notice, unread
from tests.records import made
from tests.telling.conftest import Office

RECEIVED = "begin_screening"
"""A step that brings a case on from `received`; it is awaited of those who receive people."""

NO_STAGE = "record_visit"
"""A step that puts something on file and leaves the case where it is."""


def _case(office: Office, stage: str = "placement_pending") -> CaseFile:
    """A case in which the ministry coordinates at home, and the NGO does whatever a caseworker does."""
    procedure = office.house.shelf.in_force("tha-khm", office.now.date())
    state: dict[str, Any] = {"facts": {}, "consents": {}}
    case = office.case(digest=procedure.digest, stage=stage, state=state)
    with office.house.doors.act() as session:
        made.part(session, case, office.organisations["mosvy"], "home.coordination")
        made.part(session, case, office.organisations["ngo"], "home.caseworker")
    return case


def _moved(
    office: Office,
    case: CaseFile,
    by: str = "ngo",
    kind: str = "case:moved",
    to: str | None = None,
    action: str = RECEIVED,
    at: dict[str, Any] | None = None,
) -> None:
    """What a step leaves behind, as the scribe writes it; `at` is how the case stands after it."""
    with office.house.doors.act() as session:
        row = session.get_one(CaseFile, case.id)
        row.version += 1
        for name, value in (at or {}).items():
            setattr(row, name, value)
        detail = {
            "reference": case.reference,
            "version": row.version,
            "by": office.organisations[by],
            "action": action,
        }
        recipient = office.organisations[to] if to else None
        session.add(
            Outbox(case_id=case.id, kind=kind, recipient_id=recipient, run_at=office.now, detail=detail)
        )


def _waiting(office: Office) -> list[str]:
    with office.house.doors.read() as session:
        return list(session.exec(select(Outbox.state)).all())


def _leave(office: Office, organisation: str) -> None:
    with office.house.doors.act() as session:
        for part in session.exec(
            select(Party).where(Party.organisation_id == office.organisations[organisation])
        ).all():
            part.until, part.stage = office.now, None


def _entries(office: Office, name: str, wanted: Wanted = ALL) -> list[tuple[bool, list[NoticeLine]]]:
    """An officer's inbox: for each entry whether it needs them, and what it says."""
    found, _ = notices(office.house, office.actor(name), office.now, wanted)
    return [(entry.needs, list(entry.lines)) for entry in found]


def test_a_step_is_told_by_its_name_and_only_whose_turn_it_now_is_is_asked_to_act(office: Office) -> None:
    case = _case(office)
    _moved(office, case, by="elsewhere")
    office.tick()
    # At this stage the coordination decides on the placement; the NGO hears of it, for information.
    assert {name for name, _ in office.told("case:moved")} == {"vuthy", "kanha"}
    ((needs, (line,)),) = _entries(office, "vuthy")
    assert needs
    assert line.detail == {"reference": case.reference, "action": RECEIVED, "version": 2}
    assert [needs for needs, _ in _entries(office, "kanha")] == [False]
    assert _waiting(office) == ["sent"]


def test_what_leaves_the_case_where_it_is_is_told_only_to_whose_turn_it_is(office: Office) -> None:
    case = _case(office, "follow_up")
    _moved(office, case, by="elsewhere", action=NO_STAGE)
    office.tick()
    assert {name for name, _ in office.told("case:moved")} == {"sina", "bopha"}


def test_a_hold_a_persons_no_and_what_speaks_against_the_return_are_told_to_all(office: Office) -> None:
    warnings = ("find_risk_too_high", "find_family_unsuitable", "lose_alternative_care")
    for action in ("place_hold_border", "withdraw_consent", *warnings):
        case = _case(office, "follow_up")
        _moved(office, case, by="elsewhere", action=action)
        office.tick()
        told = [notice for notice in office.notices() if notice.case_id == case.id]
        asked = {notice.officer_id for notice in told if notice.asks}
        assert asked == {office.officers["sina"], office.officers["bopha"]}
        assert {notice.officer_id for notice in told} - asked == {
            office.officers["kanha"],
            office.officers["vuthy"],
        }


def test_what_was_asked_is_no_longer_once_the_turn_has_passed_on(office: Office) -> None:
    case = _case(office)
    _moved(office, case, by="elsewhere")
    office.tick()
    assert [needs for needs, _ in _entries(office, "vuthy")] == [True]
    _moved(office, case, by="mosvy", action="place_in_community", at={"stage": "pre_integration"})
    assert [needs for needs, _ in _entries(office, "vuthy")] == [False]
    office.tick(minutes=1)
    assert [needs for needs, _ in _entries(office, "kanha")] == [False]
    assert [needs for needs, _ in _entries(office, "sina")] == [True]


def test_a_case_that_moves_often_is_one_entry_with_its_history(office: Office) -> None:
    case = _case(office)
    for _ in range(3):
        _moved(office, case, by="elsewhere")
        office.tick(hours=1)
    vuthy = office.actor("vuthy")
    assert unread(office.house, vuthy) == 1
    ((_, lines),) = _entries(office, "vuthy")
    assert [line.detail["version"] for line in lines] == [4, 3, 2]
    open_notice(office.house, vuthy, office.now, lines[0].id)
    assert unread(office.house, vuthy) == 0
    assert [needs for needs, _ in _entries(office, "vuthy")] == [True], "read, and still to be done"
    _moved(office, case, by="elsewhere")
    office.tick(hours=1)
    assert unread(office.house, vuthy) == 1


def test_who_only_hears_of_a_case_gets_one_mail_until_they_have_read(office: Office) -> None:
    case = _case(office)
    for name in ("kanha", "vuthy"):
        officer_id = office.officers[name]
        mail = instance_key(office.house.keyring).seal("telling", "mail", officer_id, "x@example.org")
        with office.house.doors.act() as session:
            session.add(Telling(officer_id=officer_id, mail=mail, rhythm="at_once", changed_at=office.now))
    for _ in range(3):
        _moved(office, case, by="elsewhere")
        office.tick(hours=1)
    with office.house.doors.read() as session:
        mails = session.exec(select(Outbox.recipient_id).where(Outbox.kind == MAIL)).all()
    assert Counter(mails) == {office.officers["kanha"]: 1, office.officers["vuthy"]: 3}


def test_what_needs_the_reader_comes_first_and_what_is_late_before_all(office: Office) -> None:
    waiting = _case(office)
    _moved(office, waiting, by="elsewhere")
    office.tick()
    late = _case(office)
    with office.house.doors.act() as session:
        session.add(
            Notice(
                officer_id=office.officers["vuthy"], kind="handoff:attention", at=office.now,
                standing="overdue", detail={"handoff": "0190"}, once="late", asks=True,
            )
        )  # fmt: skip
    news = _case(office, "follow_up")
    _moved(office, news, by="elsewhere", action="place_hold_border")
    office.tick(hours=5)
    told = [(needs, lines[0].detail.get("reference")) for needs, lines in _entries(office, "vuthy")]
    assert told == [(True, None), (True, waiting.reference), (False, news.reference)]
    assert late.reference not in str(told)
    for which, number in (("needs", 2), ("news", 1)):
        assert len(_entries(office, "vuthy", Wanted(which))) == number
    assert len(_entries(office, "vuthy", Wanted("all", "steps"))) == 2
    assert len(_entries(office, "vuthy", Wanted("needs", "handoffs"))) == 1


def test_a_long_inbox_is_read_page_by_page_and_each_entry_stands_once(office: Office) -> None:
    for number in range(70):
        case = _case(office, "placement_pending" if number % 2 else "follow_up")
        _moved(office, case, by="elsewhere")
        if number % 10 == 0:
            office.tick(minutes=1)
    office.tick(minutes=1)
    seen, before = [], None
    for _ in range(3):
        found, before = notices(office.house, office.actor("vuthy"), office.now, ALL, before)
        seen += [(entry.needs, entry.lines[0].detail["reference"]) for entry in found]
        if before is None:
            break
    assert len(seen) == len(set(seen)) == 70
    assert [needs for needs, _ in seen] == [True] * 35 + [False] * 35


def test_whoever_lost_their_part_before_it_was_told_hears_nothing(office: Office) -> None:
    case = _case(office)
    _moved(office, case, by="elsewhere")
    _leave(office, "mosvy")
    office.tick()
    assert {name for name, _ in office.told("case:moved")} == {"kanha"}


def test_those_whose_part_ended_learn_that_it_did_and_have_no_way_to_the_case(office: Office) -> None:
    case = office.case()
    _moved(office, case, kind="case:left", to="mosvy")
    office.tick()
    assert office.told("case:left") == [("vuthy", None)]
    ((needs, (line,)),) = _entries(office, "vuthy")
    assert not needs
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
    assert [needs for needs, _ in _entries(office, "sina")] == [True]


def test_what_happened_long_ago_is_laid_aside_as_no_news(office: Office) -> None:
    _moved(office, _case(office), by="elsewhere")
    office.tick(days=15)
    assert office.notices() == []
    assert _waiting(office) == ["sent"]


def test_a_case_whose_route_file_is_gone_holds_up_no_other(office: Office) -> None:
    _moved(office, office.case("mosvy"), by="elsewhere")
    case = _case(office)
    _moved(office, case, by="elsewhere")
    office.tick()
    with office.house.doors.read() as session:
        told = session.exec(select(Notice.case_id).order_by(col(Notice.id))).all()
    assert len(set(told)) == 2
    assert {needs for needs, _ in _entries(office, "vuthy")} == {True, False}


def test_a_notice_goes_out_of_sight_together_with_the_case(office: Office) -> None:
    _moved(office, _case(office), by="elsewhere")
    office.tick()
    vuthy = office.actor("vuthy")
    assert unread(office.house, vuthy) == 1
    _leave(office, "mosvy")
    assert unread(office.house, vuthy) == 0
    assert notices(office.house, vuthy, office.now) == ((), None)
