"""Dates as people write them: read when they can mean one day only, and otherwise not guessed at."""

import datetime
import re
import unicodedata

from repatriation.htcds.findings import Problem, kept, noted, refused

_FIRST_YEAR, _LAST_YEAR = 1900, 2100
# The Buddhist Era of Thailand, Cambodia and Laos runs 543 (544) years ahead.
_BUDDHIST = range(_FIRST_YEAR + 543, _LAST_YEAR + 545)
_OLDEST = 120
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})")
_SHORT_YEAR = re.compile(r"\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2}")
_WITH_MONTH = re.compile(
    r"(\d{1,2})[-/. ]?([A-Za-z]{3,9})[-/., ]{1,2}(\d{4})|([A-Za-z]{3,9})[. ]+(\d{1,2}),? +(\d{4})"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONG_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)

TEXT_DATE = noted("text_date", "The date is written as text; it can mean one day only and was read so.")
SERIAL = noted("serial_date", "The date is a bare number; it was read as the day that number stands for.")
AMBIGUOUS = refused(
    "ambiguous_date",
    "The date is written as text and could be day first or month first."
    " Make the cell a date, or write it as 2001-12-31.",
)
BUDDHIST = refused(
    "buddhist_year", "The year is of the Buddhist Era. Write the year of the common era (take 543 away)."
)
TWO_DIGITS = refused("two_digit_year", "The year has two digits. Write it with four.")
IMPOSSIBLE = refused("impossible_date", "There is no such day, or it is outside 1900 to 2100.")
FUTURE = refused("future_birthdate", "The date of birth lies in the future.")
TOO_OLD = refused("old_birthdate", f"The date of birth is more than {_OLDEST} years ago.")
COMING = noted("coming_date", "The date lies in the future.")
NO_DATE = kept("no_date", "This is not a whole date. It is kept as it was written.")


def from_text(written: str) -> tuple[datetime.date | None, Problem]:
    """The day that `written` means with what to note, or nothing with why."""
    text = "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in written.strip())
    if match := _YEAR_FIRST.fullmatch(text):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := _YEAR_LAST.fullmatch(text):
        return _either_order(int(match[1]), int(match[2]), int(match[3]))
    if match := _WITH_MONTH.fullmatch(text):
        month = _month(match[2] or match[4])
        if month:
            return _day(int(match[3] or match[6]), month, int(match[1] or match[5]))
    if _SHORT_YEAR.fullmatch(text):
        return None, TWO_DIGITS
    if any(int(year) in _BUDDHIST for year in re.findall(r"(?<!\d)\d{4}(?!\d)", text)):
        return None, BUDDHIST
    return None, NO_DATE


def from_number(number: float) -> Problem | None:
    """What a bare number in a date column is if it is not the number of a day."""
    if number in _BUDDHIST:
        return BUDDHIST
    # Up to 3,000 a number is a year rather than a day of 1908 or before.
    return None if 3_000 < number < 73_051 else NO_DATE


def check(day: datetime.date, birth: bool, today: datetime.date) -> Problem | None:
    """What is wrong, or worth saying, about a day that was read."""
    if day.year in _BUDDHIST:
        return BUDDHIST
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        return IMPOSSIBLE
    if birth and day > today:
        return FUTURE
    if birth and today.year - day.year > _OLDEST:
        return TOO_OLD
    return COMING if day > today else None


def _either_order(first: int, second: int, year: int) -> tuple[datetime.date | None, Problem]:
    if year in _BUDDHIST:
        return None, BUDDHIST
    if first <= 12 and second <= 12 and first != second:
        return None, AMBIGUOUS
    day, month = (first, second) if second <= 12 else (second, first)
    return _day(year, month, day)


def _day(year: int, month: int, day: int) -> tuple[datetime.date | None, Problem]:
    if year in _BUDDHIST:
        return None, BUDDHIST
    try:
        return datetime.date(year, month, day), TEXT_DATE
    except ValueError:
        return None, IMPOSSIBLE


def _month(written: str) -> int | None:
    name = written.lower()
    for names in (_LONG_MONTHS, _MONTHS):
        if name in names:
            return names.index(name) + 1
    return 9 if name == "sept" else None
