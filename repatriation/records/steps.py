"""How one step, or one quick look, is run on each kind of database: see `Doors.step` and `Doors.look`."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Engine

from repatriation.records.lean import Compiler, Lean, Writes
from repatriation.records.queue import Queue

Read = TypeVar("Read")

_TAKEN = (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)


class Clash(Exception):
    """Somebody else changed the row first, or a row of the same key is there already."""


def look(engine: Engine, compiler: Compiler, read: Callable[[Lean], Read]) -> Read:
    """Read outside any transaction; once more when the pool's connection turns out to have died."""
    try:
        with _plain(engine) as plain:
            return read(Lean(plain, compiler))
    except psycopg.OperationalError:
        engine.dispose()
        with _plain(engine) as plain:
            return read(Lean(plain, compiler))


def on_sqlite(
    engine: Engine,
    compiler: Compiler,
    queue: Queue,
    read: Callable[[Lean], Read],
    decide: Callable[[Read], Writes],
) -> Any:
    """All of it in one transaction, in the writer queue, so that nothing changes between
    reading and writing."""
    with _plain(engine) as plain, queue.turn():
        plain.execute("BEGIN IMMEDIATE")
        try:
            lean = Lean(plain, compiler)
            writes = decide(read(lean))
            if not lean.write_each(writes):
                raise Clash
            plain.execute("COMMIT")
        except sqlite3.IntegrityError as problem:
            plain.execute("ROLLBACK")
            if problem.sqlite_errorcode in _TAKEN:
                raise Clash from problem
            raise
        except BaseException:
            if plain.in_transaction:
                plain.execute("ROLLBACK")
            raise
        return writes.answer


def on_postgresql(
    engine: Engine,
    compiler: Compiler,
    read: Callable[[Lean], Read],
    decide: Callable[[Read], Writes],
    tries: int,
) -> Any:
    """Read, then write all in one statement, which is its own transaction; again when somebody
    was quicker."""
    try:
        return _tried(engine, compiler, read, decide, tries)
    except _Stale:
        engine.dispose()  # the server was started anew, so that every other connection is as dead
        return _tried(engine, compiler, read, decide, tries)


class _Stale(Exception):
    """The pool's connection had died before anything was read from it."""


def _tried(
    engine: Engine,
    compiler: Compiler,
    read: Callable[[Lean], Read],
    decide: Callable[[Read], Writes],
    tries: int,
) -> Any:
    with _plain(engine) as plain:
        lean = Lean(plain, compiler)
        for turn in range(1, tries + 1):
            try:
                row = read(lean)
            except psycopg.OperationalError as problem:
                if plain.broken and turn == 1:
                    raise _Stale from problem
                raise
            writes = decide(row)
            if writes.guard is None and not writes.rest:
                return writes.answer
            try:
                if lean.write_combined(writes):
                    return writes.answer
            except psycopg.errors.UniqueViolation as problem:
                if turn == tries:
                    raise Clash from problem
        raise Clash


@contextmanager
def _plain(engine: Engine) -> Iterator[Any]:
    """A driver's own connection from the engine's pool. One that broke is not given back."""
    pooled = engine.raw_connection()
    try:
        yield pooled.dbapi_connection
    finally:
        if getattr(pooled.dbapi_connection, "closed", False):
            pooled.invalidate()
        pooled.close()
