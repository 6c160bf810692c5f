"""Visits that were there before schedules were: each says afterwards what it was."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from repatriation.records import migrations
from repatriation.records.doors import Doors
from repatriation.records.keyring import Keyring
from repatriation.records.visits import Visit
from tests.records import made


@pytest.fixture
def empty(empty_url: str) -> Any:
    """The doors of a database without tables."""
    doors = Doors(empty_url)
    yield doors
    doors.dispose()


def _cases(doors: Doors, keyring: Keyring, now: datetime) -> tuple[str, str]:
    """A case that is open, and one that has ended."""
    with doors.act() as session:
        actor = made.officer(session)
        open_case = made.case(session, now, actor, keyring)
        return open_case.id, made.case(session, now, actor, keyring, stage="closed", closed_at=now).id


def _visits_of_old(doors: Doors, now: datetime, open_case: str, ended: str) -> None:
    with doors.act() as session:
        rows = [
            ("a-planned", open_case, date(2026, 12, 1), None, None),
            ("b-met", open_case, None, now, "seen"),
            ("c-not-there", open_case, date(2026, 11, 1), now, "not_there"),
            ("d-ended", ended, date(2026, 12, 1), None, None),
        ]
        add = text(
            "INSERT INTO visit (id, case_id, kind, due_on, at, outcome, version)"
            " VALUES (:id, :case, 'follow_up', :due, :at, :outcome, 1)"
        )
        for row_id, case_id, due, at, outcome in rows:
            values = {"id": row_id, "case": case_id, "due": due, "at": at, "outcome": outcome}
            told = {name: value for name, value in values.items() if value is not None}
            whole = {**dict.fromkeys(values), **told}
            if doors.kind == "sqlite":
                whole["at"] = at and at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
                whole["due"] = due and due.isoformat()
            session.connection().execute(add, whole)


def test_visits_of_old_say_what_they_were_and_the_one_to_come_has_its_turn(
    empty: Doors, keyring: Keyring, now: datetime
) -> None:
    migrations.upgrade(empty)
    cases = _cases(empty, keyring, now)  # by the tables of today, whatever later revisions added to them
    migrations.downgrade(empty, "0008")
    _visits_of_old(empty, now, *cases)
    migrations.upgrade(empty)
    with empty.read() as session:
        rows = {row.id: row for row in session.exec(select(Visit).order_by(col(Visit.id))).all()}
    assert {name: row.state for name, row in rows.items()} == {
        "a-planned": "planned",
        "b-met": "done",
        "c-not-there": "missed",
        "d-ended": "cancelled",
    }
    assert {row.country for row in rows.values()} == {"KHM"}
    planned = rows["a-planned"]
    assert (planned.next_at, planned.next_step) == (datetime(2026, 11, 24, 1, tzinfo=UTC), "due_soon")
    assert [row.next_at for name, row in rows.items() if name != "a-planned"] == [None, None, None]
    assert (rows["d-ended"].reason, rows["c-not-there"].attempts) == ("ended", 1)
    migrations.downgrade(empty, "0008")
    migrations.upgrade(empty)
    with empty.read() as session:
        assert {row.state for row in session.exec(select(Visit)).all()} == {"planned", "done", "missed"}
