"""Papers as they are kept: never changed, never taken out, each number once in a case."""

import re
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import delete, insert, update
from sqlalchemy.exc import DatabaseError, IntegrityError, StatementError
from sqlmodel import col, select

from repatriation.records.cases import LETTERS
from repatriation.records.columns import new_id
from repatriation.records.doors import Doors
from repatriation.records.keyring import Keyring
from repatriation.records.papers import (
    NUMBER,
    Paper,
    PaperRevocation,
    is_valid,
    new_number,
    papers_numbered,
)
from tests.records import made

Row = dict[str, Any]


@pytest.fixture
def filed(doors: Doors, keyring: Keyring, now: datetime) -> Row:
    """A paper in a case."""
    with doors.act() as session:
        actor = made.officer(session)
        case = made.case(session, now, actor, keyring)
        row: Row = {
            "id": new_id(),
            "case_id": case.id,
            "number": new_number("KHM", now),
            "kind": "travel_document",
            "version": 1,
            "languages": "km th",
            "organisation_id": actor.organisation_id,
            "officer_id": actor.officer_id,
            "action": "issue_travel_document",
            "seq": 2,
            "issued_at": now,
            "letter": "E",
            "pages": 1,
            "keys": 1,
            "data": b"sealed",
            "file": b"sealed",
            "data_sha256": "0" * 64,
            "file_sha256": "1" * 64,
        }
        session.exec(insert(Paper).values(row))
    return row


def revoked(row: Row, now: datetime) -> Row:
    """The row by which it is revoked."""
    return {
        "number": row["number"],
        "at": now,
        "reason": "lost",
        "officer_id": row["officer_id"],
        "organisation_id": row["organisation_id"],
    }


def test_a_paper_cannot_be_changed_or_taken_out(doors: Doors, filed: Row, now: datetime) -> None:
    with doors.act() as session:
        session.exec(insert(PaperRevocation).values(revoked(filed, now)))
    for table in (Paper, PaperRevocation):
        change = {"superseded_by": "X"} if table is PaperRevocation else {"kind": "note_verbale"}
        for deed in (update(table).values(change), delete(table)):
            with pytest.raises(DatabaseError, match="only ever added to"), doors.act() as session:
                session.exec(deed)


def test_a_number_stands_once_in_a_case_and_may_stand_in_several(
    doors: Doors, keyring: Keyring, filed: Row, now: datetime
) -> None:
    with pytest.raises(IntegrityError), doors.act() as session:
        session.exec(insert(Paper).values({**filed, "id": new_id()}))
    with doors.act() as session:
        other = made.case(session, now, made.Somebody(filed["officer_id"], filed["organisation_id"]), keyring)
        session.exec(insert(Paper).values({**filed, "id": new_id(), "case_id": other.id}))
    with doors.read() as session:
        assert len(session.exec(papers_numbered(filed["number"])).all()) == 2


def test_a_paper_counts_until_it_is_revoked_and_is_revoked_once(
    doors: Doors, filed: Row, now: datetime
) -> None:
    with doors.act() as session:
        assert session.exec(select(Paper.number).where(is_valid())).all() == [filed["number"]]
        session.exec(insert(PaperRevocation).values(revoked(filed, now)))
        assert session.exec(select(Paper.number).where(is_valid())).all() == []
    with pytest.raises(IntegrityError), doors.act() as session:
        session.exec(insert(PaperRevocation).values(revoked(filed, now)))


def test_a_reason_is_one_of_the_list(doors: Doors, filed: Row, now: datetime) -> None:
    with pytest.raises(StatementError), doors.act() as session:
        session.exec(insert(PaperRevocation).values({**revoked(filed, now), "reason": "because"}))
    with doors.read() as session:
        assert session.exec(select(col(PaperRevocation.number))).all() == []


@pytest.mark.parametrize(("country", "begins"), [("KHM", "KH26"), ("THA", "TH26"), ("VNM", "VN26")])
def test_a_number_tells_country_and_year_and_nothing_else(now: datetime, country: str, begins: str) -> None:
    numbers = {new_number(country, now) for _ in range(200)}
    assert len(numbers) == 200
    for number in numbers:
        assert number.startswith(f"{begins}-")
        assert re.fullmatch(NUMBER, number)
        assert set(number[5:].replace("-", "")) <= set(LETTERS)
