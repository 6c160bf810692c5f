"""What many tests need: a database of their own on either kind, keys, a moment, and rows to begin with."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import URL

from documents.press import Press
from repatriation.records import migrations
from repatriation.records.doors import Doors
from repatriation.records.keyring import Keyring
from tests import postgres

KINDS = ("sqlite",) if postgres.left_out() else ("sqlite", "postgresql")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Nobody shall believe that all was tested when half of it was not."""
    if postgres.left_out():
        terminalreporter.section("NOT TESTED ON POSTGRESQL", sep="!", red=True, bold=True)
        terminalreporter.write_line(f"{postgres.WITHOUT}=1 left out every test on PostgreSQL.", red=True)


@pytest.fixture(scope="session")
def press() -> Iterator[Press]:
    """A real press with one worker, for all tests: a worker takes a second or two to start."""
    press = Press(workers=1)
    yield press
    press.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file, to be copied."""
    file = tmp_path_factory.mktemp("template") / "template.sqlite"
    doors = Doors(f"sqlite:///{file}")
    migrations.upgrade(doors)
    doors.dispose()
    return file


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[URL]:
    """A running server. Fails, and says what to install, when there is none."""
    try:
        with postgres.server() as url:
            yield url
    except postgres.PostgresqlMissing as problem:
        pytest.fail(str(problem), pytrace=False)


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: URL) -> Iterator[URL]:
    """A migrated database, to be copied."""
    name = f"template_{id(postgresql_server)}"
    postgres.execute(postgresql_server, f"CREATE DATABASE {name} TEMPLATE template0")
    doors = Doors(postgresql_server.set(database=name).render_as_string(hide_password=False))
    migrations.upgrade(doors)
    doors.dispose()
    yield postgresql_server.set(database=name)
    postgres.execute(postgresql_server, f"DROP DATABASE {name}")


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Every test that uses this, or `doors`, runs on both databases."""
    if request.param == "postgresql" and postgres.left_out():
        pytest.skip(f"left out by {postgres.WITHOUT}")
    return str(request.param)


@pytest.fixture
def empty_url(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without tables."""
    if kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite'}"
        return
    server: URL = request.getfixturevalue("postgresql_server")
    yield from _new_database(server, "template0")


@pytest.fixture
def database_url(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated database without rows, for this test alone."""
    if kind == "sqlite":
        file = tmp_path / "repatriation.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite:///{file}"
        return
    template: URL = request.getfixturevalue("postgresql_template")
    yield from _new_database(template, str(template.database))


@pytest.fixture
def doors(database_url: str) -> Iterator[Doors]:
    """The doors of a migrated database without rows."""
    doors = Doors(database_url)
    yield doors
    doors.dispose()


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    """A new keyring."""
    return Keyring.create(tmp_path / "keys")


@pytest.fixture
def now() -> datetime:
    """A Tuesday morning in Poipet."""
    return datetime(2026, 3, 10, 2, 30, tzinfo=UTC)


def _new_database(beside: URL, template: str) -> Iterator[str]:
    name = f"test_{id(object())}_{datetime.now(UTC).timestamp():.6f}".replace(".", "_")
    server = beside.set(database="postgres")
    postgres.execute(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    yield server.set(database=name).render_as_string(hide_password=False)
    postgres.execute(server, f"DROP DATABASE {name} WITH (FORCE)")
