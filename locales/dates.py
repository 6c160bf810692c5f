"""Dates in words as official paper has them: whole, or as much of a date as a person knows of themselves."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone, tzinfo
from typing import Final

from babel.dates import get_month_names

from locales.digits import own_digits

AT_HOME: Final = timezone(timedelta(hours=7))
"""The time that Cambodia, Thailand and Viet Nam share, all year round."""

# The Thai civil year began in April until 1940: year + 543 would be wrong for part of an earlier one.
_FIRST_BUDDHIST_YEAR = 1941

_PARTIAL = re.compile(r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?)?")


def write_date(day: date, language: str, *, native_digits: bool = False) -> str:
    """A date in words, never all in numbers, the way official paper in the language has it.

    Thai dates are of the Buddhist Era and always say so; before 1941 they are of the common era, and say so.
    Vietnamese puts a zero before days 1-9 and months 1-2 (Decree 30/2020).
    """
    return write_partial(day.isoformat(), language, native_digits=native_digits)


def write_partial(
    text: str, language: str, *, native_digits: bool = False, both_calendars: bool = False
) -> str:
    """As much as is known of a date, in words: "1998", "1998-04" or "1998-04-13".

    With `both_calendars` a Thai date of the Buddhist Era gives the common era's year beside it.
    """
    year, month, day = read_partial(text)
    parts = [] if day is None else [_day(day, language)]
    if month is not None:
        parts.append(_month(month, language))
    parts.append(_year(year, language, both_calendars))
    written = " ".join(parts)
    return own_digits(written, language) if native_digits else written


def write_pair(text: str, languages: Sequence[str], *, native_digits: bool = False) -> tuple[str, ...]:
    """The same date for a row in several languages; beside another language Thai shows both calendars."""
    beside = len(set(languages)) > 1
    return tuple(
        write_partial(text, language, native_digits=native_digits, both_calendars=beside)
        for language in languages
    )


def read_partial(text: str) -> tuple[int, int | None, int | None]:
    """Year, month and day of a partial date, as far as it says them; what is no date is not repeated."""
    found = _PARTIAL.fullmatch(text)
    if found is None:
        raise ValueError("a date is a year, a year and month, or a day: YYYY, YYYY-MM or YYYY-MM-DD")
    year, month, day = (int(part) if part else None for part in found.groups())
    assert year is not None
    try:
        date(year, month or 1, day or 1)
    except ValueError:
        raise ValueError("there is no such day in the calendar") from None
    return year, month, day


def day_of(moment: datetime) -> date:
    """The day on which a moment falls in the three countries. `moment` must know its own zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone falls on no certain day")
    return moment.astimezone(AT_HOME).date()


def write_time(moment: datetime, language: str, zone: tzinfo, *, native_digits: bool = False) -> str:
    """A moment as date and 24-hour time in `zone`. `moment` must know its own zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be shown")
    local = moment.astimezone(zone)
    clock = f"{local:%H:%M}"
    written = f"{write_date(local.date(), language)}, {clock}"
    return own_digits(written, language) if native_digits else written


def _day(day: int, language: str) -> str:
    match language:
        case "km":
            return f"ថ្ងៃទី{day:02d}"
        case "vi":
            return f"ngày {day:02d}"
        case _:
            return str(day)


def _month(month: int, language: str) -> str:
    name: str = get_month_names("wide", locale=language)[month]
    match language:
        case "km":
            return f"ខែ{name}"
        case "vi":
            return f"tháng {month:02d}" if month < 3 else f"tháng {month}"
        case _:
            return name


def _year(year: int, language: str, both_calendars: bool) -> str:
    match language:
        case "km":
            return f"ឆ្នាំ{year}"
        case "th" if year < _FIRST_BUDDHIST_YEAR:
            return f"ค.ศ. {year}"
        case "th":
            return f"พ.ศ. {year + 543}" + (f" (ค.ศ. {year})" if both_calendars else "")
        case "vi":
            return f"năm {year}"
        case _:
            return str(year)
