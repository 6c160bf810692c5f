"""Which questions a database can answer only by reading a whole table: it is asked how it goes about each."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import psycopg
from sqlalchemy import Engine, event, make_url

from repatriation.bench.postgres import plain
from repatriation.bench.world import World

LARGE: Final = ("case_file", "party", "trail", "fact")
"""The tables that grow with the years."""

Question = tuple[str, Any]


@contextlib.contextmanager
def overheard() -> Iterator[list[Question]]:
    """Every question that is put to any database during the block, with its values."""
    heard: list[Question] = []

    def hear(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        heard.append((statement, values))

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def whole_tables(world: World, asks: Iterable[Callable[[], object]]) -> list[str]:
    """The questions, each once, for which the database has to read a large table from end to end."""
    with overheard() as heard:
        for ask in asks:
            ask()
    questions = {statement: values for statement, values in heard if statement.startswith("SELECT")}
    url = make_url(world.apart.ground.url)
    explain = (
        _by_sqlite(str(url.database)) if world.house.doors.kind == "sqlite" else _by_postgresql(plain(url))
    )
    with explain as plan_of:
        plans = {statement: plan_of(statement, values) for statement, values in questions.items()}
    return [statement for statement, plan in plans.items() if any(map(_reads_all, plan))]


def _reads_all(line: str) -> bool:
    words = line.replace("->", " ").split()
    return any(
        words[: len(start)] == start
        for table in LARGE
        for start in (["SCAN", table], ["Seq", "Scan", "on", table], ["Parallel", "Seq", "Scan", "on", table])
    )


Plan = Callable[[str, Any], list[str]]


@contextlib.contextmanager
def _by_sqlite(file: str) -> Iterator[Plan]:
    with contextlib.closing(sqlite3.connect(file)) as connection:
        yield lambda sql, values: [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]


@contextlib.contextmanager
def _by_postgresql(url: str) -> Iterator[Plan]:
    """It weighs a whole table against an index, and rightly chooses the table where an organisation has a
    part in much of it. So it is asked for another way: without an index, it has none.
    """
    with psycopg.connect(url, autocommit=True, options="-c enable_seqscan=off") as connection:
        yield lambda sql, values: [
            row[0] for row in connection.execute(f"EXPLAIN (COSTS OFF) {sql}".encode(), values)
        ]
