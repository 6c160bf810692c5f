"""A PostgreSQL server of the test session's own: made in a temporary folder, gone afterwards."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL, make_url

WITHOUT = "REPATRIATION_TEST_WITHOUT_POSTGRESQL"
GIVEN = "REPATRIATION_TEST_POSTGRESQL_URL"

MISSING = (
    "PostgreSQL is not installed, so half of the database tests cannot run. Install it (on Debian: apt-get "
    f"install postgresql), or name a server in {GIVEN}, or leave these tests out with {WITHOUT}=1."
)

_QUICK = (
    *("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"),
    *("-c", "listen_addresses=", "-c", "max_connections=200", "-c", "log_min_messages=fatal"),
)


class PostgresqlMissing(RuntimeError):
    """There is no PostgreSQL to test with. Says what to install."""


def left_out() -> bool:
    """Whether somebody asked for the tests on PostgreSQL to be left out."""
    return os.environ.get(WITHOUT) == "1"


def programs(debian: Path = Path("/usr/lib/postgresql")) -> Path:
    """The folder of the newest PostgreSQL's programs. Raises PostgresqlMissing."""
    versions = sorted(debian.glob("*/bin/initdb"), key=lambda initdb: float(initdb.parts[-3]))
    found = str(versions[-1]) if versions else shutil.which("initdb")
    if found is None:
        raise PostgresqlMissing(MISSING)
    return Path(found).parent


@contextlib.contextmanager
def server() -> Iterator[URL]:
    """The address of a running server: the one that was named, or a new one for the length of the block."""
    given = os.environ.get(GIVEN)
    if given:
        yield make_url(given).set(drivername="postgresql+psycopg")
        return
    initdb = programs() / "initdb"
    # A socket's path must be short, so the folder is not put below pytest's own. It belongs to whoever runs
    # the server, who is not us when we are root: PostgreSQL refuses to run as root.
    with tempfile.TemporaryDirectory(prefix="pg-", dir=_quick_folder()) as name:
        folder = Path(name)
        user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        if user:
            os.chown(folder, user.pw_uid, user.pw_gid)
        ids: dict[str, Any] = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
        data = folder / "data"
        subprocess.run(
            [initdb, "-D", data, "-U", "test", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"],
            check=True,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            **ids,
        )
        started = subprocess.Popen(
            [initdb.with_name("postgres"), "-D", data, "-k", folder, *_QUICK], cwd=folder, **ids
        )
        try:
            url = URL.create(
                "postgresql+psycopg", username="test", database="postgres", query={"host": str(folder)}
            )
            _wait(url)
            yield url
        finally:
            started.send_signal(signal.SIGINT)
            started.wait(timeout=10)


def execute(url: URL, *statements: str) -> None:
    """Run statements outside any transaction, as making a database requires."""
    with psycopg.connect(plain(url), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def plain(url: URL) -> str:
    """The address as PostgreSQL's own library takes it."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _quick_folder() -> str | None:
    """Memory instead of a disk, where there is plenty: a new database for each test is many small files."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > 2 * 2**30 else None


def _wait(url: URL) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            execute(url, "SELECT 1")
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return
