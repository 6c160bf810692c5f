"""How the two kinds of database are connected to, and with which settings."""

import sqlite3
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

import psycopg
from sqlalchemy import URL, Engine, create_engine, event, make_url

SQLITE = {
    "synchronous": "FULL",  # an approval must survive a power cut
    "foreign_keys": "ON",
    "secure_delete": "ON",  # else what was erased stays readable in the file
    "recursive_triggers": "ON",  # else INSERT OR REPLACE deletes a row past the append-only guards
    "wal_autocheckpoint": "4000",  # pages: a page written many times over is then copied back once
    "journal_size_limit": str(64 * 2**20),
    "mmap_size": str(2**31 - 2**16),
    "temp_store": "MEMORY",  # no copies of case data in a temporary folder
}

POSTGRESQL = {
    "timezone": "UTC",
    "lock_timeout": "5s",
    "statement_timeout": "15s",
    "max_parallel_workers_per_gather": "0",  # pages are short: to start a helper takes longer than they do
    "idle_in_transaction_session_timeout": "30s",  # a stopped process must not hold its rows for ever
}

PATIENCE = 10.0
"""Seconds SQLite waits for a lock. Only a backstop: writers wait in the queue, readers do not wait."""


class Engines(NamedTuple):
    """One pool of connections for each way of using them: switching a connection between them costs more.

    What is written through `passing` is there for everybody at once, but may be gone after a power cut.
    """

    read: Engine
    act: Engine
    step: Engine
    passing: Engine

    def dispose(self, close: bool = True) -> None:
        """Give up all connections; without `close`, leave them to the process this one was forked from."""
        for engine in {id(engine): engine for engine in self}.values():
            engine.dispose(close=close)


def make_engines(url: str) -> Engines:
    """Engines for a SQLite file or a PostgreSQL server. ValueError for anything else."""
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if parsed.database in (None, "", ":memory:"):
            raise ValueError("SQLite must be given a file: a database in memory cannot be shared")
        act = _sqlite(parsed, "BEGIN IMMEDIATE", {})
        passing = _sqlite(parsed, "BEGIN IMMEDIATE", {"synchronous": "NORMAL"})
        return Engines(_sqlite(parsed, "BEGIN", {"query_only": "ON"}), act, act, passing)
    if backend == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
        # Asking first whether a connection still lives costs a round trip, which a step has not to spare.
        read = _postgresql(parsed, isolation_level="REPEATABLE READ", pool_pre_ping=True)
        event.listen(read, "connect", _only_read)
        return Engines(
            read,
            _postgresql(parsed, pool_pre_ping=True),
            # Each statement is its own transaction, so there is nothing to roll back either.
            _postgresql(parsed, isolation_level="AUTOCOMMIT", pool_reset_on_return=None),
            _postgresql(
                parsed,
                {"synchronous_commit": "off"},
                isolation_level="AUTOCOMMIT",
                pool_reset_on_return=None,
            ),
        )
    raise ValueError(f"the database must be SQLite or PostgreSQL, not {backend}")


def _postgresql(url: URL, further: Mapping[str, str] | None = None, **settings: Any) -> Engine:
    options = " ".join(f"-c {name}={value}" for name, value in {**POSTGRESQL, **(further or {})}.items())
    arguments = {"options": options, "keepalives_idle": 30, "application_name": "repatriation"}
    settings = {"pool_recycle": 1800, "hide_parameters": True, **settings}
    return create_engine(url, connect_args=arguments, **settings)


def _only_read(connection: psycopg.Connection, _record: Any) -> None:
    connection.read_only = True


def _sqlite(url: URL, begin: str, further: Mapping[str, str]) -> Engine:
    arguments = {"timeout": PATIENCE, "cached_statements": 512}
    engine = create_engine(url, connect_args=arguments, hide_parameters=True)

    def set_up(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself, for it would do so too late
        _write_ahead(connection)
        for name, value in {**SQLITE, **further}.items():
            connection.execute(f"PRAGMA {name}={value}")

    event.listen(engine, "connect", set_up)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch the file to write-ahead logging, once in its life; SQLite does not wait its timeout for this
    one.
    """
    deadline = time.monotonic() + PATIENCE
    while connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
