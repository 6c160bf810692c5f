"""A row that is added once is added once, and whoever comes second is told so, on both databases."""

from datetime import datetime, timedelta

from sqlmodel import select

from repatriation.records.doors import Doors
from repatriation.records.partners import RevokedToken
from repatriation.records.writing import add_once


def test_the_second_to_add_a_row_is_told_that_it_was_there(doors: Doors, now: datetime) -> None:
    told = []
    for hours in (1, 2):
        with doors.act() as session:
            told.append(add_once(session, RevokedToken, id="token", until=now + timedelta(hours=hours)))
    assert told == [True, False]
    with doors.read() as session:
        assert [row.until for row in session.exec(select(RevokedToken)).all()] == [now + timedelta(hours=1)]
