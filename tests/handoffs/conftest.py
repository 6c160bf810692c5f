"""Two installations that know each other."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from repatriation.records.doors import Doors
from sop import shelf
from sop.shelf import Shelf
from tests.handoffs.two import Two, two_places
from tests.web.conftest import quick_passwords

__all__ = ["quick_passwords"]


@pytest.fixture(scope="session")
def procedures() -> Shelf:
    """The route files, read and walked once."""
    return shelf.stock()


@pytest.fixture
def two(tmp_path: Path, doors: Doors, sqlite_template: Path, procedures: Shelf) -> Iterator[Two]:
    """Bangkok on either database, Chiang Mai on SQLite."""
    with two_places(tmp_path, doors, sqlite_template, procedures) as both:
        yield both
