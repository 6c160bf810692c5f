"""The demonstration, loaded once on each kind of database for all tests that only look at it."""

import logging
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import URL

from repatriation.demonstration.load import Loaded, load
from repatriation.records.doors import Doors
from repatriation.records.keyring import Keyring
from repatriation.work.house import House
from sop import clocks, shelf
from tests import postgres
from tests.conftest import KINDS

NOW = datetime(2026, 3, 10, 2, 30, tzinfo=UTC)


class Listener(logging.Handler):
    """Keeps every line that is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keeps one line."""
        self.lines.append(self.format(record))


@dataclass(slots=True)
class Scene:
    """A loaded demonstration, what loading it said, and every line that was logged meanwhile."""

    house: House
    loaded: Loaded
    lines: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def procedures() -> shelf.Shelf:
    """Every route."""
    return shelf.stock()


@pytest.fixture
def house(doors: Doors, keyring: Keyring, procedures: shelf.Shelf) -> House:
    """An installation in demonstration mode, with nothing in it."""
    return House(doors, procedures, clocks.load(), keyring, demonstration=True)


@pytest.fixture(scope="session", params=KINDS)
def scene(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, procedures: shelf.Shelf
) -> Iterator[Scene]:
    """The demonstration on one kind of database. Tests that use it change nothing in it."""
    if request.param == "postgresql" and postgres.left_out():
        pytest.skip(f"left out by {postgres.WITHOUT}")
    folder = tmp_path_factory.mktemp("demonstration")
    for url in _database(request, str(request.param), folder):
        doors = Doors(url)
        keyring = Keyring.create(folder / "keys")
        house = House(doors, procedures, clocks.load(), keyring, demonstration=True)
        listener = Listener()
        logging.getLogger().addHandler(listener)
        loaded = load(house, NOW)
        logging.getLogger().removeHandler(listener)
        yield Scene(house, loaded, listener.lines)
        doors.dispose()


def _database(request: pytest.FixtureRequest, kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), folder / "demonstration.sqlite")
        yield f"sqlite:///{folder / 'demonstration.sqlite'}"
        return
    template: URL = request.getfixturevalue("postgresql_template")
    server, name = template.set(database="postgres"), f"demonstration_{id(folder)}"
    postgres.execute(server, f"CREATE DATABASE {name} TEMPLATE {template.database} STRATEGY file_copy")
    yield server.set(database=name).render_as_string(hide_password=False)
    postgres.execute(server, f"DROP DATABASE {name} WITH (FORCE)")
