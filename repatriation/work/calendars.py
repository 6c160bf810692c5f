"""The calendars of an installation: those of the files, with the days laid over them that offices entered.

Every process looks now and then whether a day was entered by another; the one that enters it looks at once.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import Select, func, select

from repatriation.records.calendar import DayOverride
from repatriation.records.doors import Doors
from sop.clocks import Calendar

FRESH_FOR: Final = 20.0
"""Seconds for which a process goes by what it knows."""

_DAYS = DayOverride.metadata.tables["day_override"]
_ALL: Final[Select[Any]] = select(_DAYS.c.country, _DAYS.c.day, _DAYS.c.works)
_COUNTED: Final[list[Any]] = [func.count().label("number"), func.max(_DAYS.c.at).label("last")]
_MARK: Final[Select[Any]] = select(*_COUNTED).select_from(_DAYS)


class Calendars(Mapping[str, Calendar]):
    """The calendar of each country, as it is now."""

    def __init__(self, base: Mapping[str, Calendar], doors: Doors) -> None:
        self._base, self._doors = dict(base), doors
        self._now: Mapping[str, Calendar] = self._base
        self._mark: tuple[Any, ...] = (0, None)
        self._looked_at = float("-inf")
        self._guard = threading.Lock()

    def __getitem__(self, country: str) -> Calendar:
        return self._fresh()[country]

    def __iter__(self) -> Iterator[str]:
        return iter(self._base)

    def __len__(self) -> int:
        return len(self._base)

    def refresh(self) -> None:
        """Look now what was entered."""
        with self._guard:
            mark = tuple(self._doors.look(lambda lean: lean.all(_MARK, {}))[0])
            if mark != self._mark:
                self._now, self._mark = self._laid_over(), mark
            self._looked_at = time.monotonic()

    def _fresh(self) -> Mapping[str, Calendar]:
        if time.monotonic() - self._looked_at > FRESH_FOR:
            self.refresh()
        return self._now

    def _laid_over(self) -> Mapping[str, Calendar]:
        entered: dict[str, dict[date, bool]] = defaultdict(dict)
        for country, day, works in self._doors.look(lambda lean: lean.all(_ALL, {})):
            entered[country][day] = works
        return {
            country: laid_over(calendar, entered[country]) if country in entered else calendar
            for country, calendar in self._base.items()
        }


def laid_over(calendar: Calendar, entered: Mapping[date, bool]) -> Calendar:
    """A calendar with some days otherwise. Its edition says how many, so that a deadline can be explained."""
    works = frozenset(day for day, works in entered.items() if works)
    closed = frozenset(entered) - works
    return Calendar(
        country=calendar.country,
        days_off=(calendar.days_off - works) | closed,
        working_extra=(calendar.working_extra - closed) | works,
        first=calendar.first,
        last=calendar.last,
        source=calendar.source,
        edition=f"{calendar.edition} + {len(entered)} entered, to {max(entered)}",
    )
