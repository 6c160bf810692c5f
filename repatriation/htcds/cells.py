"""What a sheet is made of once read: rows of cells, each with its place, its kind and its value."""

import datetime
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

_DAY_ZERO = datetime.date(1899, 12, 30).toordinal()
_DAYS_FROM_1900_TO_1904 = 1462
_LAST_SERIAL = 2_958_465  # 31 December 9999


class CellKind(StrEnum):
    """What a cell holds. A `moment` is a date with a time of day, given as ISO text."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    MOMENT = "moment"
    BOOL = "bool"
    FORMULA = "formula"
    ERROR = "error"


Content = str | int | float | bool | datetime.date
Cell = tuple[int, CellKind, Content]
"""Column counted from 1, kind, content (of a formula: what it last showed). A plain tuple, for speed."""


class Row(NamedTuple):
    """The filled cells of one row, left to right; `merged` is the first merged column that touches it."""

    number: int
    cells: list[Cell]
    hidden: bool
    merged: str | None


@lru_cache(maxsize=1024)
def column_letter(number: int) -> str:
    """1 is A, 27 is AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def date_cell(column: int, serial: float, from_1904: bool) -> Cell:
    """A number shown as a date: a date, a moment if it has a time, or the number itself if it is no day."""
    days = serial + _DAYS_FROM_1900_TO_1904 if from_1904 else serial
    # Excel's 1900 calendar has a 29 February that never was: before 1 March 1900 its serials are one off.
    whole = int(days) + (1 if days < 60 else 0)
    if not 1 <= days <= _LAST_SERIAL or int(days) == 60:
        return column, CellKind.NUMBER, serial
    day = datetime.date.fromordinal(_DAY_ZERO + whole)
    minutes = round((days - int(days)) * 24 * 60)
    if minutes in (0, 24 * 60):
        return column, CellKind.DATE, day
    return column, CellKind.MOMENT, f"{day.isoformat()}T{minutes // 60:02}:{minutes % 60:02}"
