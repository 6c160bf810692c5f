"""Small numbers: how many cases there are may be told to those who have no part in them, but not of so few
that a person shows.

A number from 1 to 4 is told as fewer than 5. A total over such numbers is told as a range, from what it is at
least to what it is at most as far as anybody can know from the rest: so what is told depends on nothing that
is hidden, and no difference gives it away.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

LEAST: Final = 5
"""Fewer are not told to those who have no part in the cases. Our own figure; no source gives one."""


class Told(NamedTuple):
    """A number as it is told: at least and at most so many."""

    least: int
    most: int

    @property
    def exact(self) -> bool:
        """Whether it is told as it is."""
        return self.least == self.most


@dataclass(frozen=True, slots=True)
class Table:
    """Numbers by row and column, each with its totals, as they may be told."""

    cells: Mapping[tuple[str, str], Told]
    rows: Mapping[str, Told]
    columns: Mapping[str, Told]
    total: Told


def told(number: int) -> Told:
    """A number as it is told to those who have no part in the cases."""
    return Told(1, LEAST - 1) if 0 < number < LEAST else Told(number, number)


def as_told(counts: Mapping[tuple[str, str], int]) -> Table:
    """A table of counts as it may be told."""
    cells = {place: told(number) for place, number in counts.items()}
    return Table(
        cells,
        {row: _sum(told for (of, _), told in cells.items() if of == row) for row, _ in cells},
        {column: _sum(told for (_, of), told in cells.items() if of == column) for _, column in cells},
        _sum(cells.values()),
    )


def _sum(parts: Iterable[Told]) -> Told:
    least, most = 0, 0
    for part in parts:
        least, most = least + part.least, most + part.most
    return Told(least, most)
