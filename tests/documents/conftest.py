"""What tests of papers need beside the press: a moment, keys, a paper to sign."""

from datetime import UTC, datetime

import pytest

from documents.composing import compose
from documents.keys import PaperKeys, new_generation
from documents.press import Press
from documents.samples import sample

NOW = datetime(2026, 3, 10, 2, 30, tzinfo=UTC)
NAME = "returns.example.org"


@pytest.fixture(scope="session")
def keys() -> PaperKeys:
    """The keys of an installation, of two generations."""
    earlier = new_generation(NAME, NOW.replace(year=2025))
    return PaperKeys.load({1: earlier, 2: new_generation(NAME, NOW)})


@pytest.fixture(scope="session")
def strangers() -> PaperKeys:
    """The keys of somebody else, who took the same name."""
    return PaperKeys.load({1: new_generation(NAME, NOW)})


@pytest.fixture(scope="session")
def sheet(press: Press) -> bytes:
    """A paper as it comes from the press, not signed yet."""
    return press.print(compose(sample("return_certificate", ("en", "km"))).sheet).file
