"""What the reader says of a cell, a row or a column: a sentence that names the place, never the content."""

from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """`refused`: no case is opened. `kept as written`: not understood, not lost. `noted`: read, and how."""

    REFUSED = "refused"
    KEPT = "kept as written"
    NOTED = "noted"


class Problem(NamedTuple):
    """A finding without its place: what a value alone can say."""

    severity: Severity
    code: str
    sentence: str


class Finding(NamedTuple):
    """One thing to tell the officer. `column` is the letter they see, `field` the standard's API name."""

    severity: Severity
    sheet: str
    row: int | None
    column: str | None
    field: str | None
    code: str
    sentence: str

    def __str__(self) -> str:
        place = [f"sheet “{self.sheet}”"]
        place += [f"row {self.row}"] if self.row else []
        place += [f"column {self.column}"] if self.column else []
        where = ", ".join(place)
        return f"{where[0].upper()}{where[1:]}: {self.sentence}"


def refused(code: str, sentence: str) -> Problem:
    """The row is not imported."""
    return Problem(Severity.REFUSED, code, sentence)


def kept(code: str, sentence: str) -> Problem:
    """The text goes into the case as it stands, for an officer to read."""
    return Problem(Severity.KEPT, code, sentence)


def noted(code: str, sentence: str) -> Problem:
    """The value was understood, in a way that somebody should know of."""
    return Problem(Severity.NOTED, code, sentence)
