"""Small numbers: not told, and not to be worked out from what is told."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from repatriation.work.boards.small import LEAST, Table, Told, as_told

Counts = Mapping[tuple[str, str], int]


def _tables(rows: int, columns: int, most: int) -> Iterator[Counts]:
    places = [(f"row {r}", f"column {c}") for r in range(rows) for c in range(columns)]
    for numbers in product(range(most + 1), repeat=len(places)):
        yield dict(zip(places, numbers, strict=True))


def _as_read(table: Table) -> Any:
    parts = (table.cells, table.rows, table.columns)
    return (*(frozenset(part.items()) for part in parts), table.total)


def test_fewer_than_five_are_told_as_such_and_more_or_none_as_they_are() -> None:
    table = as_told({("a", "x"): 4, ("a", "y"): 5, ("b", "x"): 0, ("b", "y"): 40})
    assert table.cells["a", "x"] == Told(1, 4)
    assert table.cells["a", "y"] == Told(5, 5)
    assert table.cells["b", "x"] == Told(0, 0)
    assert table.rows["b"] == Told(40, 40)


def test_a_total_over_a_small_number_is_a_range() -> None:
    table = as_told({("a", "x"): 3, ("a", "y"): 20, ("b", "x"): 2, ("b", "y"): 7})
    assert table.rows["a"] == Told(21, 24)
    assert table.columns["x"] == Told(2, 8)
    assert table.columns["y"] == Told(27, 27)
    assert table.total == Told(29, 35)


def test_whoever_knows_the_rule_still_cannot_tell_which_of_four_a_small_number_is() -> None:
    """All tables there are of one size: of those that read alike, every hidden place holds 1, 2, 3 and 4."""
    alike: dict[Any, list[Counts]] = defaultdict(list)
    for counts in _tables(2, 2, 6):
        alike[_as_read(as_told(counts))].append(counts)
    for counts in (tables[0] for tables in alike.values()):
        together = alike[_as_read(as_told(counts))]
        for place, number in counts.items():
            if 0 < number < LEAST:
                assert {each[place] for each in together} == set(range(1, LEAST))


@st.composite
def two_tables(draw: st.DrawFn) -> tuple[Counts, Counts]:
    """A table, and another one that differs in its small numbers alone."""
    rows, columns = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    one, other = {}, {}
    for place in product(map(str, range(rows)), map(str, range(columns))):
        one[place] = draw(st.integers(0, 12))
        other[place] = draw(st.integers(1, LEAST - 1)) if 0 < one[place] < LEAST else one[place]
    return one, other


@given(two_tables())
def test_tables_that_differ_in_small_numbers_alone_read_alike(both: tuple[Counts, Counts]) -> None:
    one, other = both
    assert _as_read(as_told(one)) == _as_read(as_told(other))


@given(two_tables())
def test_what_is_told_is_true(both: tuple[Counts, Counts]) -> None:
    counts, _ = both
    table = as_told(counts)
    assert table.total.least <= sum(counts.values()) <= table.total.most
    for (row, column), number in counts.items():
        assert table.cells[row, column].least <= number <= table.cells[row, column].most
        assert table.rows[row].least <= sum(n for (r, _), n in counts.items() if r == row)
        assert table.columns[column].most >= sum(n for (_, c), n in counts.items() if c == column)
