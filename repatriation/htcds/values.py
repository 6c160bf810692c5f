"""From what a cell holds to a value of the standard: one reader per kind of field."""

import datetime
import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

from repatriation.htcds import dates
from repatriation.htcds.cells import CellKind, Content, date_cell
from repatriation.htcds.countries import plain
from repatriation.htcds.fields import CODES
from repatriation.htcds.findings import Problem, kept, noted, refused
from repatriation.htcds.standard import Field, Kind

Value = str | bool | int | float | datetime.date | tuple[str, ...]
"""Text, a checkbox, a number, a date, a code, or (for fields of several choices) codes."""


class Outcome(NamedTuple):
    """A value if there is one, the text to keep if not all was understood, and what to say."""

    value: Value | None
    rest: str | None = None
    problems: tuple[Problem, ...] = ()


Reader = Callable[[CellKind, Content], Outcome]

_NOTHING = Outcome(None)
_REMEMBERED = 5_000
_PARTS = re.compile(r"[;,\n\r|•]+")
_MOST_PARTS = 200
# No label of the standard is cut into more than four by the marks that part values.
_LONGEST_LABEL = 4

_UNKNOWN_CODE = kept(
    "unknown_value", "Not all of this is in the standard's list. It is kept as it was written."
)
_SEVERAL = kept("several_values", "The standard allows one value here. They are kept as they were written.")
_NOT_TEXT = kept(
    "not_a_text", "The standard has a word of a list here, and this is none. It is kept as written."
)
_NO_NUMBER = kept("no_number", "This is not a number that can be meant here. It is kept as it was written.")
_NO_TICK = kept("no_checkbox", "This is neither yes nor no. It is kept as it was written.")
_WORD_TICK = noted("word_for_checkbox", "The checkbox is written as a word; it was read as ticked.")
_TIME = kept("time_of_day", "The date has a time of day. The day was read, and the whole is kept as written.")
_ROUNDED = noted(
    "number_for_text",
    "A number stands where a text belongs: zeros at its start may be missing. Compare the source.",
)
_LOST_DIGITS = noted(
    "digits_lost", "The number is longer than a spreadsheet can hold: its last digits may be wrong."
)
FORMULA = refused(
    "formula", "The cell holds a formula. Paste its value instead: what a formula shows can change."
)
ERROR = refused("error_cell", "The cell shows an error of the spreadsheet instead of a value.")

_TICKED = {"true", "yes", "y", "1", "x", "t", "✓", "✔", "☑", "given", "checked", "có", "ใช่", "បាទ", "ចាស"}
_NOT_TICKED = {"false", "no", "n", "0", "f", "☐", "not given", "refused", "none", "không", "ไม่", "ទេ"}
_EXACT_SIGNS = re.compile("phone|postalcode|identitynumber")


def clean(text: str) -> str:
    """Without blanks around it, and with accents in the composed form, so that the same text is the same."""
    text = text.strip()
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def written(kind: CellKind, content: Content) -> str:
    """The content of any cell as text, to be kept."""
    if kind is CellKind.BOOL:
        return "TRUE" if content else "FALSE"
    if isinstance(content, datetime.date):
        return content.isoformat()
    return clean(content if isinstance(content, str) else str(content))


def reader_for(field: Field, today: datetime.date, from_1904: bool) -> Reader:
    """The reader of one column; it remembers what it has met, for a sheet says the same few things often."""
    if field.kind is Kind.DATE:
        return _date_reader(field.name == "prs_Birthdate", today, from_1904)
    if field.kind is Kind.CHECKBOX:
        return _checkbox
    if field.kind is Kind.NUMBER:
        return _number_reader(field)
    if field.kind is Kind.TEXT:
        return _text_reader(_EXACT_SIGNS.search(field.name.lower()) is not None)
    return _code_reader(CODES[field.name], field.kind in (Kind.CHOICES, Kind.COUNTRIES))


def _text_reader(signs_matter: bool) -> Reader:
    def read(kind: CellKind, content: Content) -> Outcome:
        text = written(kind, content)
        if not text:
            return _NOTHING
        if kind is CellKind.NUMBER and isinstance(content, int | float):
            if abs(content) >= 1e15:
                return Outcome(text, None, (_LOST_DIGITS,))
            if signs_matter:
                return Outcome(text, None, (_ROUNDED,))
        return Outcome(text)

    return read


def _code_reader(codes: dict[str, str], several: bool) -> Reader:
    remembered: dict[str, Outcome] = {}

    def read(kind: CellKind, content: Content) -> Outcome:
        if not isinstance(content, str):
            return Outcome(None, written(kind, content), (_NOT_TEXT,))
        outcome = remembered.get(content)
        if outcome is None:
            if len(remembered) > _REMEMBERED:
                remembered.clear()
            outcome = remembered[content] = _codes(clean(content), codes, several)
        return outcome

    return read


def _codes(text: str, codes: dict[str, str], several: bool) -> Outcome:
    if not text:
        return _NOTHING
    whole = codes.get(plain(text))
    if whole:
        return Outcome((whole,) if several else whole)
    found, all_known = _split(text, codes)
    if several:
        unknown = () if all_known else (_UNKNOWN_CODE,)
        return Outcome(tuple(dict.fromkeys(found)) or None, None if all_known else text, unknown)
    return Outcome(None, text, (_SEVERAL if len(found) > 1 else _UNKNOWN_CODE,))


def _split(text: str, codes: dict[str, str]) -> tuple[list[str], bool]:
    """The codes in `text`, longest label first, for labels hold commas; and whether that was all."""
    parts = [part for part in _PARTS.split(text)[:_MOST_PARTS] if part.strip()]
    names = [plain(part) for part in parts]
    found: list[str] = []
    place, all_known = 0, len(parts) < _MOST_PARTS
    while place < len(names):
        for end in range(min(place + _LONGEST_LABEL, len(names)), place, -1):
            code = codes.get("".join(names[place:end]))
            if code:
                found.append(code)
                place = end
                break
        else:
            all_known = False
            place += 1
    return found, all_known


def _date_reader(birth: bool, today: datetime.date, from_1904: bool) -> Reader:
    def read(kind: CellKind, content: Content) -> Outcome:
        day, rest, problem = _day(kind, content, from_1904)
        if day is None:
            if problem is None:
                return _NOTHING
            return Outcome(None, written(kind, content), (problem,))
        about = dates.check(day, birth, today)
        return Outcome(day, rest, tuple(said for said in (problem, about) if said))

    return read


def _day(
    kind: CellKind, content: Content, from_1904: bool
) -> tuple[datetime.date | None, str | None, Problem | None]:
    if isinstance(content, datetime.date):
        return content, None, None
    if kind is CellKind.MOMENT and isinstance(content, str):
        day, _ = dates.from_text(content[:10])
        midnight = content[10:].strip("T0:.Z") == ""
        return (day, None, None) if midnight else (day, content, _TIME if day else dates.NO_DATE)
    if kind is CellKind.TEXT and isinstance(content, str):
        if not clean(content):
            return None, None, None
        day, problem = dates.from_text(content)
        return day, None, problem
    if kind is CellKind.NUMBER and isinstance(content, int | float):
        problem_with_number = dates.from_number(content)
        if problem_with_number:
            return None, None, problem_with_number
        _, _, day_of = date_cell(1, int(content), from_1904)
        return (
            (day_of, None, dates.SERIAL)
            if isinstance(day_of, datetime.date)
            else (None, None, dates.IMPOSSIBLE)
        )
    return None, None, dates.NO_DATE


def _checkbox(kind: CellKind, content: Content) -> Outcome:
    if kind is CellKind.BOOL:
        return Outcome(bool(content))
    text = written(kind, content)
    word = text.casefold()
    if not word:
        return _NOTHING
    if word in _TICKED:
        return Outcome(True, None, () if word == "true" else (_WORD_TICK,))
    if word in _NOT_TICKED:
        return Outcome(False)
    return Outcome(None, text, (_NO_TICK,))


def _number_reader(field: Field) -> Reader:
    most = 180.0 if field.label in ("Longitude", "Latitude") else 120.0
    least = -180.0 if field.label in ("Longitude", "Latitude") else 0.0

    def read(kind: CellKind, content: Content) -> Outcome:
        text = written(kind, content)
        if not text:
            return _NOTHING
        try:
            number = content if kind is CellKind.NUMBER and isinstance(content, int | float) else float(text)
        except ValueError:
            return Outcome(None, text, (_NO_NUMBER,))
        if kind is CellKind.BOOL or not least <= number <= most:
            return Outcome(None, text, (_NO_NUMBER,))
        return Outcome(int(number) if number == int(number) else number)

    return read
