"""Lines in which steps of one process wait for each other, where all but the first would only be too late.

A step that finds that another was quicker looks, decides and writes anew. Where many write to one chain at
once, most of that work would be done for nothing; so they line up, and only other processes collide.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Line:
    """One line: whose turn it is, and how many stand in it."""

    __slots__ = ("there", "turn")

    def __init__(self) -> None:
        self.turn, self.there = threading.Lock(), 0


class Lines:
    """One line for each name, as long as somebody stands in it."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._lines: dict[str, _Line] = {}

    @contextmanager
    def turn(self, name: str | None) -> Iterator[None]:
        """Waits until whoever came before under this name is done; without a name there is nobody to wait
        for."""
        if name is None:
            yield
            return
        with self._guard:
            line = self._lines.setdefault(name, _Line())
            line.there += 1
        try:
            with line.turn:
                yield
        finally:
            with self._guard:
                line.there -= 1
                if not line.there:
                    del self._lines[name]
