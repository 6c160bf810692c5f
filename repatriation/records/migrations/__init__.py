"""Bringing a database to the schema this program knows, and back: one line of revisions for
both databases."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from repatriation.records import guards
from repatriation.records.doors import Doors, commit

_LOCK = 7306184
"""Any number will do, as long as every machine that migrates takes the same."""


class MigrationFailed(RuntimeError):
    """A migration would have left rows that point at nothing; it was undone."""


class NotReady(NamedTuple):
    """One thing that keeps the database from being used: a code, and what it is about."""

    code: str
    what: str = ""


def upgrade(doors: Doors, revision: str = "head", scripts: Path | None = None) -> None:
    """Bring the database up to a revision, wholly or not at all. Several processes may do so at once.

    Raises what the migration raised, or MigrationFailed. `scripts` is another folder of revisions, for tests.
    """
    _run(doors, scripts, lambda config: command.upgrade(config, revision))


def downgrade(doors: Doors, revision: str = "base", scripts: Path | None = None) -> None:
    """Take the database back to a revision; `base` leaves it empty."""
    _run(doors, scripts, lambda config: command.downgrade(config, revision))


def head(scripts: Path | None = None) -> str:
    """The revision this program knows."""
    newest = ScriptDirectory.from_config(_config(scripts)).get_current_head()
    if newest is None:
        raise LookupError("there are no revisions")
    return newest


def current(doors: Doors) -> str | None:
    """The revision the database is at; None when it is empty."""
    with doors.read() as session:
        return MigrationContext.configure(session.connection()).get_current_revision()


def ready(doors: Doors) -> tuple[NotReady, ...]:
    """What keeps the database from being used: unreachable, revision, guard. Nothing when all is well."""
    try:
        at = current(doors)
    except OperationalError as problem:
        return (NotReady("unreachable", str(problem.orig)),)
    if at != head():
        return (NotReady("revision", at or "empty"),)
    with doors.read() as session:
        return tuple(NotReady("guard", name) for name in guards.missing(session.connection()))


def _config(scripts: Path | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(scripts or Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _run(doors: Doors, scripts: Path | None, run: Callable[[Config], None]) -> None:
    config = _config(scripts)
    with _whole(doors) as connection:
        config.attributes["connection"] = connection
        run(config)


@contextmanager
def _whole(doors: Doors) -> Iterator[Connection]:
    """One transaction for all of a migration, with everybody else kept out."""
    with doors.alone() as connection:
        if doors.kind == "postgresql":
            connection.begin()
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SET LOCAL lock_timeout = '60s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
            yield connection
            commit(connection)
            return
        _foreign_keys(connection, "OFF")  # else rebuilding a table takes the rows that point at it along
        try:
            connection.begin()
            yield connection
            broken = connection.execute(text("PRAGMA foreign_key_check")).all()
            if broken:
                raise MigrationFailed(f"{len(broken)} rows point at nothing, the first in {broken[0][0]}")
            commit(connection)
        finally:
            connection.rollback()
            _foreign_keys(connection, "ON")


def _foreign_keys(connection: Connection, state: str) -> None:
    plain = connection.connection.dbapi_connection
    assert plain is not None
    plain.cursor().execute(f"PRAGMA foreign_keys={state}")
