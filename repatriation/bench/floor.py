"""The floor: two narrow tables, one row changed and one added, kept for good, by the bare driver."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count

import psycopg

from repatriation.bench.place import Place
from repatriation.bench.postgres import plain

_TABLES = (
    "CREATE TABLE thing (id INTEGER PRIMARY KEY, stage TEXT NOT NULL, version INTEGER NOT NULL)",
    "CREATE TABLE event (thing INTEGER NOT NULL, seq INTEGER NOT NULL, stage TEXT NOT NULL, "
    "PRIMARY KEY (thing, seq))",
)

Once = Callable[[], None]


@contextmanager
def floor(place: Place, things: int) -> Iterator[Once]:
    """A function that does the work of the floor once, on a database of its own beside the product's."""
    with _sqlite(place, things) if place.server is None else _postgresql(place, things) as once:
        yield once


@contextmanager
def _sqlite(place: Place, things: int) -> Iterator[Once]:
    file = str(place.empty_database().database)
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=4000"):
            connection.execute(f"PRAGMA {pragma}")
        for statement in _TABLES:
            connection.execute(statement)
        connection.executemany("INSERT INTO thing VALUES (?, 'reported', 0)", [(n,) for n in range(things)])
        numbers = count()

        def once() -> None:
            version, thing = divmod(next(numbers), things)
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(
                "UPDATE thing SET stage = ?, version = version + 1 WHERE id = ? AND version = ?",
                ("identified", thing, version),
            )
            connection.execute("INSERT INTO event VALUES (?, ?, ?)", (thing, version + 1, "identified"))
            connection.execute("COMMIT")

        yield once


@contextmanager
def _postgresql(place: Place, things: int) -> Iterator[Once]:
    with psycopg.connect(plain(place.empty_database())) as connection:
        for statement in _TABLES:
            connection.execute(statement.encode())
        connection.execute(
            "INSERT INTO thing SELECT n, 'reported', 0 FROM generate_series(0, %s) AS n", (things - 1,)
        )
        connection.commit()
        numbers = count()

        def once() -> None:
            version, thing = divmod(next(numbers), things)
            connection.execute(
                "UPDATE thing SET stage = %s, version = version + 1 WHERE id = %s AND version = %s",
                ("identified", thing, version),
            )
            connection.execute("INSERT INTO event VALUES (%s, %s, %s)", (thing, version + 1, "identified"))
            connection.commit()

        yield once
