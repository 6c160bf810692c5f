"""A place to measure in, tiny and quick, on either kind of database."""

from collections.abc import Iterator

import pytest

from repatriation.bench.place import Place, places
from sop import shelf
from sop.shelf import Shelf
from tests import postgres
from tests.conftest import KINDS


@pytest.fixture(scope="session")
def procedures() -> Shelf:
    """The route files, read and walked once."""
    return shelf.stock()


@pytest.fixture(scope="module", params=KINDS)
def place(request: pytest.FixtureRequest, procedures: Shelf) -> Iterator[Place]:
    """A folder or a server of its own: a benchmark crashes the server, so the tests' own will not do."""
    kind = str(request.param)
    if kind == "postgresql" and postgres.left_out():
        pytest.skip(f"left out by {postgres.WITHOUT}")
    with places(kind, quick=True, procedures=procedures) as place:
        yield place
