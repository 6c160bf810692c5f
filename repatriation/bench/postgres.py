"""A PostgreSQL server of the benchmark's own, as durable as a real one, in a temporary folder."""

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
from sqlalchemy import URL

_SETTINGS = ("listen_addresses=", "max_connections=100", "log_min_messages=panic")


class PostgresqlMissing(RuntimeError):
    """There is no PostgreSQL to measure with."""


class Server:
    """A server that listens on a socket in its own folder, and that may be made to crash."""

    def __init__(self, folder: Path, durable: bool = True) -> None:
        """Makes the files of a new server, for whoever may run it: PostgreSQL refuses to run as root."""
        self._programs, self._folder = programs(), folder
        self._settings = (*_SETTINGS, *(() if durable else ("fsync=off", "full_page_writes=off")))
        user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        if user:
            os.chown(folder, user.pw_uid, user.pw_gid)
        self._as: dict[str, Any] = (
            {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
        )
        command: list[str | Path] = [self._programs / "initdb", "-D", folder / "data", "-U", "bench"]
        command += ["-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", *(() if durable else ("-N",))]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, **self._as)  # noqa: S603
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> URL:
        """The address of the server's first database."""
        return URL.create(
            "postgresql+psycopg",
            username="bench",
            database="postgres",
            query={"host": str(self._folder)},
        )

    def start(self) -> None:
        """Starts it, and comes back when it answers."""
        command: list[str | Path] = [self._programs / "postgres", "-D", self._folder / "data"]
        command += ["-k", self._folder]
        for setting in self._settings:
            command += ["-c", setting]
        self._process = subprocess.Popen(command, cwd=self._folder, **self._as)  # noqa: S603
        deadline = time.monotonic() + 30
        while not answers(self.url):
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise PostgresqlMissing("The PostgreSQL server did not start.")
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stops it: by SIGINT tidily, by SIGQUIT at once, as a crash would."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=30)
            self._process = None

    def crash(self) -> None:
        """Ends it without any tidying up, and starts it again."""
        self.stop(signal.SIGQUIT)
        self.start()


@contextlib.contextmanager
def server(durable: bool = True) -> Iterator[Server]:
    """A running server for the length of the block. Raises PostgresqlMissing."""
    # A socket's path must be short, so the folder lies right under the system's own for such things.
    with tempfile.TemporaryDirectory(prefix="pg-") as name:
        started = Server(Path(name), durable)
        started.start()
        try:
            yield started
        finally:
            started.stop()


def programs() -> Path:
    """The folder of the newest PostgreSQL's programs. Raises PostgresqlMissing."""
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3])
    )
    found = str(versions[-1]) if versions else shutil.which("initdb")
    if found is None:
        raise PostgresqlMissing("PostgreSQL is not installed (on Debian: apt-get install postgresql).")
    return Path(found).parent


def answers(url: URL) -> bool:
    """Whether a server takes connections."""
    try:
        execute(url, "SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


def execute(url: URL, *statements: str) -> None:
    """Runs statements outside any transaction, as making a database requires."""
    with psycopg.connect(plain(url), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def plain(url: URL) -> str:
    """The address as PostgreSQL's own library takes it."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
