"""The offices and officers of the demonstration, without its cases, on either database; and a story."""

import logging
from collections.abc import Iterator, Mapping

import pytest

from repatriation.app import create_app
from repatriation.demonstration import load
from repatriation.records.doors import Doors
from repatriation.records.keyring import Keyring
from repatriation.settings import Settings
from repatriation.web.access_log import JsonLines
from repatriation.work.house import House
from sop import clocks, shelf
from sop.clocks import Calendar
from sop.shelf import Shelf
from tests.fakes.press import workshop
from tests.journeys.officer import Story, never_said
from tests.web.conftest import Clock, quick_passwords

__all__ = ["quick_passwords"]  # a fixture, taken over as it is


class Listener(logging.Handler):
    """Keeps every line that is logged, as it would be written."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonLines())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keeps one line."""
        self.lines.append(self.format(record))


@pytest.fixture(scope="session")
def procedures() -> Shelf:
    """Every route, read and walked once."""
    return shelf.stock()


@pytest.fixture(scope="session")
def calendars() -> Mapping[str, Calendar]:
    """The holidays."""
    return clocks.load()


@pytest.fixture
def house(
    doors: Doors,
    keyring: Keyring,
    procedures: Shelf,
    calendars: Mapping[str, Calendar],
    monkeypatch: pytest.MonkeyPatch,
) -> House:
    """An installation with the offices and officers of the demonstration, and no case."""
    made = House(doors, procedures, calendars, keyring, demonstration=True, papers=workshop())
    monkeypatch.setattr(load, "STORIES", ())
    load.load(made, Clock().time)
    return made


@pytest.fixture
def story(house: House) -> Iterator[Story]:
    """A story that has not begun. When it is over, its log is looked through for whom it was about."""
    listener = Listener()
    loggers = [logging.getLogger(name) for name in ("", "repatriation")]
    for logger in loggers:
        logger.addHandler(listener)
    before = loggers[1].level
    loggers[1].setLevel(logging.DEBUG)
    clock = Clock()
    # English is not the first language here, so that its link stands on the sign-in page to be pressed.
    settings = Settings(demonstration=True, languages=("km", "en", "th", "vi"))
    app = create_app(settings, house, clock)
    app.testing = True  # a failure of ours is shown where it happened, instead of as a page
    story = Story(app, clock)
    yield story
    loggers[1].setLevel(before)
    for logger in loggers:
        logger.removeHandler(listener)
    assert listener.lines
    never_said(story.secrets, listener.lines)
