"""What a step writes, before and after it was kept in fewer places: nothing is lost on the way."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session, select

from repatriation.records import guards, migrations
from repatriation.records.cases import CaseFile, Fact
from repatriation.records.consents import Consent
from repatriation.records.doors import Doors
from repatriation.records.keyring import Keyring
from repatriation.records.seals import seal
from repatriation.records.stays import Stay
from repatriation.records.trail import append
from tests.records import made

BEFORE = "0013"


@pytest.fixture
def empty(empty_url: str) -> Any:
    """The doors of a database without tables."""
    doors = Doors(empty_url)
    yield doors
    doors.dispose()


def _put_on_file(session: Session, case_id: str, now: datetime) -> None:
    for seq, name in ((2, "presumed"), (2, "safe_place"), (3, "presumed")):
        session.add(Fact(case_id=case_id, seq=seq, name=name, event="recorded", at=now, action="a"))
    session.add(
        Consent(case_id=case_id, seq=3, name="referral", purpose="p", decision="given", at=now,
                language="km", how="spoken", officer_id="o")
    )  # fmt: skip
    session.add(
        Stay(
            case_id=case_id, seq=3, route="tha-khm", stage="reported", entered_at=now, left_at=now, minutes=0
        )
    )


def _kept(doors: Doors) -> list[list[Any]]:
    """Every row of what is kept under another key, and which case waits for a seal."""
    with doors.read() as session:
        rows = [
            sorted(map(tuple, session.connection().execute(text(f"SELECT {columns} FROM {table}"))))
            for table, columns in (
                ("fact", "case_id, seq, name, id, event, at"),
                ("consent", "case_id, seq, name, id, decision, language"),
                ("stay", "case_id, seq, stage, left_at"),
                ("case_file", "id, trail_seq, sealed_seq"),
            )
        ]
        assert guards.missing(session.connection()) == ()
        return rows


def _unsealed(doors: Doors) -> dict[str, bool]:
    with doors.read() as session:
        return dict(session.exec(select(CaseFile.id, CaseFile.unsealed)).all())


def test_rows_go_down_and_up_and_the_mark_says_who_waits_for_a_seal(
    empty: Doors, keyring: Keyring, now: datetime
) -> None:
    migrations.upgrade(empty)
    with empty.act() as session:
        actor = made.officer(session)
        sealed, waiting = (made.case(session, now, actor, keyring).id for _ in range(2))
        append(session, actor, now, "case:opened", {}, sealed)
        assert seal(session, keyring, now, "here") is not None
        append(session, actor, now, "case:opened", {}, waiting)
        for case_id in (sealed, waiting):
            _put_on_file(session, case_id, now)
    before = _kept(empty)
    assert [len(rows) for rows in before] == [6, 2, 2, 2]
    for _ in range(2):
        assert _unsealed(empty) == {sealed: False, waiting: True}
        migrations.downgrade(empty, BEFORE)
        assert _kept(empty) == before
        migrations.upgrade(empty)
        assert _kept(empty) == before


def test_a_fact_is_recorded_once_in_a_step(empty: Doors, keyring: Keyring, now: datetime) -> None:
    migrations.upgrade(empty)
    with empty.act() as session:
        case_id = made.case(session, now, made.officer(session), keyring).id
        _put_on_file(session, case_id, now)
    with pytest.raises(DatabaseError), empty.act() as session:
        session.add(Fact(case_id=case_id, seq=2, name="presumed", event="recorded", at=now, action="a"))


def test_the_mark_cannot_say_otherwise_than_the_chain(doors: Doors, keyring: Keyring, now: datetime) -> None:
    with doors.act() as session:
        made.case(session, now, made.officer(session), keyring)
    with pytest.raises(DatabaseError), doors.act() as session:
        session.connection().execute(text("UPDATE case_file SET trail_seq = 5"))
