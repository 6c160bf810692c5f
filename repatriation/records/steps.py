"""How one quick look is taken, and how one step is run on PostgreSQL: see `Doors.look` and `Doors.step`."""

from collections.abc import Callable
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Select

from repatriation.records.lean import Compiler, Lean, Values, Writes
from repatriation.records.spare import Spare

Read = TypeVar("Read")


class Clash(Exception):
    """Somebody else changed the row first, or a row of the same key is there already."""


def look(spare: Spare, compiler: Compiler, read: Callable[[Lean], Read]) -> Read:
    """Read outside any transaction; once more when the connection turns out to have died."""
    try:
        with spare.one() as kept:
            return read(Lean(kept.driver, compiler))
    except psycopg.OperationalError:
        spare.clear()
        with spare.one() as kept:
            return read(Lean(kept.driver, compiler))


def on_postgresql(
    spare: Spare,
    compiler: Compiler,
    read: Callable[[Lean], Read],
    decide: Callable[[Read], Writes],
    tries: int,
) -> Any:
    """Read, then write all in one statement, which is its own transaction; again when somebody
    was quicker."""
    try:
        return _tried(spare, compiler, read, decide, tries)
    except _Stale:
        spare.clear()  # the server was started anew, so that every other connection is as dead
        return _tried(spare, compiler, read, decide, tries)


class _Stale(Exception):
    """The connection had died before anything was read from it."""


def _tried(
    spare: Spare,
    compiler: Compiler,
    read: Callable[[Lean], Read],
    decide: Callable[[Read], Writes],
    tries: int,
) -> Any:
    with spare.one() as (_, plain, prepared):
        lean = Lean(prepared, compiler)
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


def tell_postgresql(
    spare: Spare, compiler: Compiler, writes: Writes, statement: Select[Any], values: Values
) -> list[Any]:
    """Write what needs nothing read first and look at one thing, in one breath; once more when the connection
    turns out to have died."""
    try:
        return _told(spare, compiler, writes, statement, values)
    except psycopg.OperationalError:
        spare.clear()
        return _told(spare, compiler, writes, statement, values)


def _told(
    spare: Spare, compiler: Compiler, writes: Writes, statement: Select[Any], values: Values
) -> list[Any]:
    with spare.one() as kept:
        try:
            rows = Lean(kept.driver, compiler).write_and_look(writes, statement, values)
        except psycopg.errors.UniqueViolation as problem:
            raise Clash from problem
    if rows is None:
        raise Clash
    return rows
