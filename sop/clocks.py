"""Working days of each country and the moment a time limit runs out: `load`, `due_at`. Days off are data,
not code.

A calendar file names one country and a first and last day. `[days_off]` lists days on which its offices are
closed, `[working]` days on which they are open although they would be closed (a Saturday worked in exchange
for a bridging day). Saturdays and Sundays need no mention. Thailand announces its days yearly in the
gazette, Cambodia and Viet Nam by decree, and single days change at short notice: so an installation may lay
override files of the same shape over ours, each of which must say where its days come from.
"""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sop.days import DAY, Calendar, CalendarError, joint

__all__ = [
    "CALENDARS",
    "ZONES",
    "Calendar",
    "CalendarError",
    "Due",
    "due_at",
    "joint",
    "load",
    "zone_of",
]

CALENDARS: Final = Path(__file__).parent / "calendars"
ZONES: Final[Mapping[str, str]] = {
    "KHM": "Asia/Phnom_Penh",
    "THA": "Asia/Bangkok",
    "VNM": "Asia/Ho_Chi_Minh",
}
_KEYS: Final = {"country", "edition", "source", "first", "last", "days_off", "working"}


class Due(NamedTuple):
    """When a time limit runs out.

    A limit in hours ends at an instant: `at`, and `on` is None. A limit in days ends with a whole day in the
    country: `on` is that day and `at` the instant it is over. `uncertain` says that some day was outside the
    calendar's years, so holidays in it are not known.
    """

    at: datetime
    on: date | None
    uncertain: bool

    def passed(self, now: datetime) -> bool:
        """Whether the limit is over."""
        return now > self.at if self.on is None else now >= self.at


def zone_of(country: str) -> tzinfo:
    """The time zone in which a country counts its days.

    Raises:
        KeyError: for a country that is not in `ZONES`.
    """
    return _zone(ZONES[country])


@lru_cache(maxsize=16)
def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        # A small machine may carry no time zone data. These countries have kept UTC+7 the whole year for
        # decades, and a deadline reckoned by a fixed +7 is right, where none at all would stop the work.
        return timezone(timedelta(hours=7), name)


def due_at(
    limit_value: int, unit: str, starts: datetime, calendar: Calendar, tz: tzinfo | None = None
) -> Due:
    """When a limit of so many hours, days or working days is over.

    Hours run to the exact instant. Days and working days run from the local day of `starts`, which does not
    count, to the end of the nth day in `tz`, by default the zone of the calendar's (first) country. A limit
    of 0 means at once: it is due at the instant it starts.

    Raises:
        ValueError: when `starts` names no time zone, the value is negative or the unit is unknown.
    """
    if starts.tzinfo is None:
        raise ValueError("a time limit starts at a moment with a time zone")
    if limit_value < 0:
        raise ValueError("a time limit does not run backwards")
    if limit_value == 0:
        return Due(starts.astimezone(UTC), None, False)
    if unit == "hours":
        return Due(starts.astimezone(UTC) + timedelta(hours=limit_value), None, False)
    tz = tz or zone_of(calendar.country.partition("+")[0])
    today = starts.astimezone(tz).date()
    if unit == "days":
        return Due(_end_of(today + limit_value * DAY, tz), today + limit_value * DAY, False)
    if unit != "working days":
        raise ValueError(f"{unit!r} is not a unit of time limits")
    last = calendar.add_working_days(today, limit_value)
    return Due(_end_of(last, tz), last, not calendar.covers(today, last))


def _end_of(day: date, tz: tzinfo) -> datetime:
    return datetime.combine(day + DAY, time.min, tz).astimezone(UTC)


def load(folder: Path = CALENDARS, overrides: Iterable[Path] = ()) -> Mapping[str, Calendar]:
    """Every country's calendar of a folder, with override folders laid over it; the later one wins, day by
    day.

    Within a folder files are taken in order of name. An override for a country without a calendar becomes
    its calendar. The edition of a calendar names every file that went into it, so that a deadline can be
    explained.

    Raises:
        CalendarError: when a file has an unknown key, a wrong value or no source.
    """
    calendars: dict[str, Calendar] = {}
    for path in chain.from_iterable(sorted(place.glob("*.toml")) for place in (folder, *overrides)):
        sheet = _read(path)
        calendars[sheet.country] = _laid_over(calendars.get(sheet.country), sheet, path.name)
    return calendars


class _Sheet(NamedTuple):
    """What one file says. An override of single days need not say which years it speaks of."""

    country: str
    days_off: frozenset[date]
    working: frozenset[date]
    first: date | None
    last: date | None
    source: str
    edition: str


def _laid_over(base: Calendar | None, sheet: _Sheet, name: str) -> Calendar:
    first, last = sheet.first, sheet.last
    if base is None:
        if first is None or last is None:
            raise CalendarError(
                f"{name}: first and last must say which days the calendar of a country speaks of"
            )
        return Calendar(
            sheet.country, sheet.days_off, sheet.working, first, last, sheet.source, sheet.edition
        )
    first, last = first or base.first, last or base.last
    if base.last + DAY < first or last < base.first - DAY:
        raise CalendarError(
            f"{name}: nothing is known of the days between it and {base.first} to {base.last}"
        )
    return Calendar(
        country=base.country,
        days_off=(base.days_off - sheet.working) | sheet.days_off,
        working_extra=(base.working_extra - sheet.days_off) | sheet.working,
        first=min(base.first, first),
        last=max(base.last, last),
        source=f"{base.source}; {sheet.source}",
        edition=f"{base.edition} + {sheet.edition}",
    )


def _read(path: Path) -> _Sheet:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise CalendarError(f"{path.name}: {wrong}") from wrong
    unknown = sorted(table.keys() - _KEYS)
    if unknown:
        raise CalendarError(f"{path.name}: a calendar has no {', '.join(unknown)}")
    country, edition, source = (_words(path, table, key) for key in ("country", "edition", "source"))
    first, last = (_bound(path, table, key) for key in ("first", "last"))
    days_off, working = (_days(path, table, key) for key in ("days_off", "working"))
    if days_off & working:
        raise CalendarError(f"{path.name}: {min(days_off & working)} cannot be a day off and a working day")
    for day in days_off | working:
        if (first is not None and day < first) or (last is not None and last < day):
            raise CalendarError(f"{path.name}: {day} lies outside the days it speaks of")
    return _Sheet(country, days_off, working, first, last, source, edition)


def _words(path: Path, table: Mapping[str, object], key: str) -> str:
    written = table.get(key)
    if not isinstance(written, str) or not written.strip():
        raise CalendarError(f"{path.name}: {key} must say something")
    return written


def _bound(path: Path, table: Mapping[str, object], key: str) -> date | None:
    written = table.get(key)
    if written is None or type(written) is date:
        return written
    raise CalendarError(f"{path.name}: {key} must be a day")


def _days(path: Path, table: Mapping[str, object], key: str) -> frozenset[date]:
    rows = table.get(key, {})
    if not isinstance(rows, dict):
        raise CalendarError(f"{path.name}: {key} must be a table of days")
    days = set()
    for day, names in rows.items():
        try:
            days.add(date.fromisoformat(day))
        except ValueError as wrong:
            raise CalendarError(f"{path.name}: {key} has {day!r}, which is not a day") from wrong
        if (
            not isinstance(names, dict)
            or not all(isinstance(name, str) for name in names.values())
            or not names
        ):
            raise CalendarError(f"{path.name}: {key} says nothing of {day}")
    return frozenset(days)
