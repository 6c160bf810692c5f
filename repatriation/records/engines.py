"""How the two kinds of database are connected to, and with which settings."""

import sqlite3
import time
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url

SQLITE = {
    "synchronous": "FULL",  # an approval must survive a power cut
    "foreign_keys": "ON",
    "secure_delete": "ON",  # else what was erased stays readable in the file
    "recursive_triggers": "ON",  # else INSERT OR REPLACE deletes a row past the append-only guards
    "journal_size_limit": str(64 * 2**20),
    "mmap_size": str(256 * 2**20),
    "temp_store": "MEMORY",  # no copies of case data in a temporary folder
}

POSTGRESQL = {
    "timezone": "UTC",
    "lock_timeout": "5s",
    "statement_timeout": "15s",
    "idle_in_transaction_session_timeout": "30s",  # a stopped process must not hold its rows for ever
}

PATIENCE = 10.0
"""Seconds SQLite waits for a lock. Only a backstop: writers wait in the queue, readers do not wait."""


def make_engine(url: str) -> Engine:
    """An engine for a SQLite file or a PostgreSQL server. ValueError for anything else."""
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if parsed.database in (None, "", ":memory:"):
            raise ValueError("SQLite must be given a file: a database in memory cannot be shared")
        engine = create_engine(parsed, connect_args={"timeout": PATIENCE, "cached_statements": 512})
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if backend == "postgresql":
        settings = " ".join(f"-c {name}={value}" for name, value in POSTGRESQL.items())
        arguments = {"options": settings, "keepalives_idle": 30, "application_name": "repatriation"}
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"), connect_args=arguments, pool_recycle=1800
        )
    raise ValueError(f"the database must be SQLite or PostgreSQL, not {backend}")


def _set_up_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself: see _begin_sqlite
    _write_ahead(connection)
    for name, value in SQLITE.items():
        connection.execute(f"PRAGMA {name}={value}")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch the file to write-ahead logging, once in its life; SQLite does not wait its timeout for this one."""
    deadline = time.monotonic() + PATIENCE
    while connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _begin_sqlite(connection: Connection) -> None:
    """Begin as the door says: a writer takes the lock at once, a reader never does and is held to reading."""
    plain = connection.connection.dbapi_connection
    assert isinstance(plain, sqlite3.Connection)
    if connection.get_execution_options().get("door") == "act":
        plain.execute("PRAGMA query_only=OFF")
        plain.execute("BEGIN IMMEDIATE")
    else:
        plain.execute("PRAGMA query_only=ON")
        plain.execute("BEGIN")
