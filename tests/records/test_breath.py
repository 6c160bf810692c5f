"""Several questions in one breath, and writing besides looking."""

import threading
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import URL, Select, Text, bindparam, cast, func, literal_column, select
from sqlmodel import select as pick

from repatriation.records import prepared
from repatriation.records.doors import Clash, Doors
from repatriation.records.outbox import Outbox
from repatriation.records.writing import Write, Writes, adding
from tests import postgres

_BOX = Outbox.metadata.tables["outbox"]
ALL: Select[Any] = select(_BOX.c.once, _BOX.c.detail).order_by(_BOX.c.once)
ONE: Select[Any] = ALL.where(_BOX.c.once == bindparam("of_once"))
COUNT: Select[Any] = select(func.count().label("number")).select_from(_BOX)
WORSE: Select[Any] = select((literal_column("1") / func.count()).label("x")).select_from(_BOX)
"""What PostgreSQL cannot answer while there is no row."""
SEEN = _BOX.update().where(_BOX.c.once == bindparam("of_once"), _BOX.c.state == bindparam("was"))


def told(once: str, now: datetime) -> Write:
    return adding(Outbox, kind="turn", run_at=now, once=once, detail={"of": "ទី"})


def kept(doors: Doors) -> list[str | None]:
    with doors.read() as session:
        return sorted(session.exec(pick(Outbox.once)).all(), key=str)


def test_each_of_several_questions_gets_its_own_answer(doors: Doors, now: datetime) -> None:
    doors.step(lambda _: None, lambda _: Writes(None, (told("a", now), told("b", now))))
    every, one, none, number = doors.look(
        lambda lean: lean.each(((ALL, {}), (ONE, {"of_once": "b"}), (ONE, {"of_once": "c"}), (COUNT, {})))
    )
    assert [(row.once, row.detail) for row in every] == [("a", {"of": "ទី"}), ("b", {"of": "ទី"})]
    assert [row.once for row in one] == ["b"]
    assert none == []
    assert number[0].number == 2


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_question_that_fails_spoils_neither_the_connection_nor_the_next_breath(doors: Doors) -> None:
    with pytest.raises(Exception, match="division by zero"):
        doors.look(lambda lean: lean.each(((COUNT, {}), (WORSE, {}), (COUNT, {}))))
    assert [rows[0].number for rows in doors.look(lambda lean: lean.each(((COUNT, {}),) * 3))] == [0, 0, 0]


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_more_questions_than_a_connection_keeps_are_answered_all_the_same(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepared, "_KEPT", 3)
    many: list[Select[Any]] = [select(literal_column(str(number)).label("n")) for number in range(8)]
    for start in range(0, 8, 2):
        asked: tuple[tuple[Select[Any], dict[str, Any]], ...] = tuple(
            (question, {}) for question in many[start : start + 2]
        )
        found = doors.look(lambda lean, asked=asked: lean.each(asked))  # type: ignore[misc]
        assert [rows[0].n for rows in found] == [start, start + 1]


def test_what_is_looked_at_besides_is_as_it_was_before_the_writing(doors: Doors, now: datetime) -> None:
    assert doors.tell(Writes(None, (told("a", now),)), ALL, {}) == []
    assert [row.once for row in doors.tell(Writes(None, (told("b", now),)), ALL, {}, lasting=False)] == ["a"]
    assert kept(doors) == ["a", "b"]


def test_where_the_guard_misses_nothing_is_written(doors: Doors, now: datetime) -> None:
    doors.tell(Writes(None, (told("a", now),)), ALL, {})
    guard = Write(SEEN, {"of_once": "a", "was": "sent", "state": "dead"})
    with pytest.raises(Clash) as clash:
        doors.tell(Writes(guard, (told("b", now),)), ALL, {})
    assert clash.value.__cause__ is None
    assert kept(doors) == ["a"]
    guard = Write(SEEN, {"of_once": "a", "was": "open", "state": "sent"})
    assert [row.once for row in doors.tell(Writes(guard, (told("b", now),)), ALL, {})] == ["a"]
    assert kept(doors) == ["a", "b"]


def test_what_is_there_already_is_told_from_a_guard_that_missed(doors: Doors, now: datetime) -> None:
    doors.tell(Writes(None, (told("a", now),)), ALL, {})
    with pytest.raises(Clash) as clash:
        doors.tell(Writes(None, (told("b", now), told("a", now))), ALL, {})
    assert clash.value.__cause__ is not None
    assert kept(doors) == ["a"]
    doors.tell(Writes(None, (told("b", now),)), ALL, {})
    assert kept(doors) == ["a", "b"]


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_while_the_server_works_on_a_breath_the_other_threads_of_the_process_go_on(doors: Doors) -> None:
    slow: Select[Any] = select(cast(func.pg_sleep(1), Text).label("slept"))
    doors.look(lambda lean: lean.each(((COUNT, {}), (COUNT, {}))))
    answered, went_on = threading.Event(), 0

    def ask() -> None:
        doors.look(lambda lean: lean.each(((slow, {}), (COUNT, {}))))
        answered.set()

    asking = threading.Thread(target=ask)
    asking.start()
    while not answered.wait(0.01):
        went_on += 1
    asking.join()
    assert went_on > 3


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_server_that_was_started_anew_is_not_noticed(
    doors: Doors, now: datetime, postgresql_server: URL
) -> None:
    doors.tell(Writes(None, (told("a", now),)), ALL, {})
    for once in ("b", "c"):
        postgres.execute(
            postgresql_server,
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{doors.url.database}'",
        )
        if once == "b":
            doors.tell(Writes(None, (told(once, now),)), ALL, {})
        else:
            assert len(doors.look(lambda lean: lean.each(((ALL, {}), (COUNT, {}))))) == 2
    assert kept(doors) == ["a", "b"]
