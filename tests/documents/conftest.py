"""One press for all tests of papers: its workers take a second to start."""

from collections.abc import Iterator

import pytest

from documents.press import Press


@pytest.fixture(scope="session")
def press() -> Iterator[Press]:
    """A press with one worker."""
    press = Press(workers=1)
    yield press
    press.close()
