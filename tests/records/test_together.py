"""Steps that wait for SQLite's one writer at the same time: one commit, and each on its own."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Event, Thread
from typing import Any

import pytest
from sqlmodel import col, select

from repatriation.records.doors import Clash, Doors
from repatriation.records.outbox import Outbox
from repatriation.records.writing import Writes, adding

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)

Decide = Callable[[Any], Writes]


class Refused(Exception):
    """The step may not be taken."""


def told(once: str, now: datetime, size: int = 0) -> Decide:
    """A decision to write one message, which can be written once."""
    message = adding(Outbox, kind="turn", run_at=now, once=once, detail={"x": "x" * size})
    return lambda _: Writes(None, (message,), once)


def refused(_: Any) -> Writes:
    raise Refused


def at_once(
    doors: Doors, first: Decide, others: list[Decide], lasting: tuple[bool, ...] = (True,) * 9
) -> list[Any]:
    """What came of the other steps, all of which waited while the first one was being taken."""
    came: list[Any] = [None] * len(others)
    begun, enough = Event(), Event()

    def hold(row: Any) -> Writes:
        begun.set()
        assert enough.wait(30)
        return first(row)

    def take(place: int) -> None:
        try:
            came[place] = doors.step(lambda lean: None, others[place], lasting=lasting[place])
        except Exception as problem:
            came[place] = problem

    holder = Thread(target=lambda: doors.step(lambda lean: None, hold))
    holder.start()
    assert begun.wait(30)
    waiting = [Thread(target=take, args=(place,)) for place in range(len(others))]
    for thread in waiting:
        thread.start()
    assert doors._together is not None
    until = time.monotonic() + 30
    while len(doors._together._waiting) < len(others):
        assert time.monotonic() < until
        time.sleep(0.001)
    enough.set()
    for thread in (holder, *waiting):
        thread.join(30)
    return came


@contextmanager
def listening(doors: Doors) -> Iterator[list[str]]:
    """What is said to the database over the connection that steps use."""
    said: list[str] = []
    with doors._spare.one() as kept:
        kept.plain.set_trace_callback(said.append)
    yield said


def kept(doors: Doors) -> list[str | None]:
    with doors.read() as session:
        return list(session.exec(select(Outbox.once).order_by(col(Outbox.once))).all())


def test_steps_that_wait_together_share_one_commit(doors: Doors, now: datetime) -> None:
    with listening(doors) as said:
        came = at_once(doors, told("a", now), [told("b", now), told("c", now), told("d", now)])
    assert came == ["b", "c", "d"]
    assert kept(doors) == ["a", "b", "c", "d"]
    assert said.count("COMMIT") == 2


def test_what_goes_wrong_with_one_undoes_nothing_of_the_others(doors: Doors, now: datetime) -> None:
    came = at_once(
        doors, told("a", now), [told("b", now), refused, told("a", now), told("b", now), told("c", now)]
    )
    taken = [each for each in came if isinstance(each, str)]
    problems = [type(each) for each in came if not isinstance(each, str)]
    assert sorted(taken) == ["b", "c"]
    assert sorted(problem.__name__ for problem in problems) == ["Clash", "Clash", "Refused"]
    assert all(each.__cause__ is not None for each in came if isinstance(each, Clash))
    assert kept(doors) == ["a", "b", "c"]


@pytest.mark.parametrize(("lasting", "over_the_lasting"), [((False, False), 1), ((False, True), 2)])
def test_no_disk_is_waited_for_unless_one_of_the_steps_must_last(
    doors: Doors, now: datetime, lasting: tuple[bool, ...], over_the_lasting: int
) -> None:
    with listening(doors) as said:
        came = at_once(doors, told("a", now), [told("b", now), told("c", now)], lasting)
    assert came == ["b", "c"]
    assert said.count("COMMIT") == over_the_lasting
    assert kept(doors) == ["a", "b", "c"]


def test_when_the_disk_is_full_everybody_is_told_and_the_next_step_works(doors: Doors, now: datetime) -> None:
    with doors._spare.one() as spare:
        (pages,) = spare.plain.execute("PRAGMA page_count").fetchone()
        spare.plain.execute(f"PRAGMA max_page_count={pages + 4}")
    came = at_once(doors, told("a", now), [told(once, now, 100_000) for once in "bcd"])
    assert [type(each) for each in came] == [sqlite3.OperationalError] * 3
    assert kept(doors) == ["a"]
    with doors._spare.one() as spare:
        spare.plain.execute("PRAGMA max_page_count=1000000")
    assert doors.step(lambda lean: None, told("e", now)) == "e"
    assert kept(doors) == ["a", "e"]
