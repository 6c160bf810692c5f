"""The days on which the offices of one country, or of several together, are open: `Calendar`, `joint`."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

SATURDAY: Final = 5
DAY: Final = timedelta(days=1)


class CalendarError(ValueError):
    """A calendar file may not be used; the message says why."""


@dataclass(frozen=True)
class Calendar:
    """The days on which the offices of one country, or of several together, are open.

    `days_off` are closed days, `working_extra` Saturdays and Sundays that are worked; `first` and `last`
    bound the days the source speaks of. Before and after them weekends alone are known, and `covers` says
    so. A day in both sets is worked.
    """

    country: str
    days_off: frozenset[date]
    working_extra: frozenset[date]
    first: date
    last: date
    source: str
    edition: str
    _days: tuple[date, ...] = field(init=False, repr=False, compare=False)
    _counts: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _origin: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Builds the table once, so that a deadline is two look-ups and not a walk from day to day."""
        if self.last < self.first:
            raise CalendarError(
                f"{self.country}: the last day {self.last} is before the first day {self.first}"
            )
        days, counts = [], []
        for ordinal in range(self.first.toordinal(), self.last.toordinal() + 1):
            day = date.fromordinal(ordinal)
            if self.is_working(day):
                days.append(day)
            counts.append(len(days))
        object.__setattr__(self, "_days", tuple(days))
        object.__setattr__(self, "_counts", tuple(counts))
        object.__setattr__(self, "_origin", self.first.toordinal())

    def __hash__(self) -> int:
        """By name and edition: hashing twenty years of days at every question would cost more than the
        answer."""
        return hash((self.country, self.edition, self.first, self.last))

    def is_working(self, day: date) -> bool:
        """Whether offices are open on this day; outside the source's years every Monday to Friday counts."""
        return day in self.working_extra or (day.weekday() < SATURDAY and day not in self.days_off)

    def covers(self, start: date, end: date) -> bool:
        """Whether the source speaks of every day from `start` to `end`, so that the answer is not a guess."""
        return self.first <= start and end <= self.last

    def add_working_days(self, start: date, n: int) -> date:
        """The nth working day after `start`; `start` itself never counts, and n = 0 gives it back.

        Raises:
            ValueError: when n is negative.
        """
        if n <= 0:
            if n < 0:
                raise ValueError("a time limit does not run backwards")
            return start
        place = start.toordinal() - self._origin
        if 0 <= place < len(self._counts):
            wanted = self._counts[place] + n - 1
            if wanted < len(self._days):
                return self._days[wanted]
        return self._walk(start, n)

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days lie after `start` up to and including `end`; negative when `end` comes
        first."""
        if end < start:
            return -self.working_days_between(end, start)
        if self.covers(start, end):
            return (
                self._counts[end.toordinal() - self._origin] - self._counts[start.toordinal() - self._origin]
            )
        return sum(map(self.is_working, _days_after(start, end)))

    def _walk(self, start: date, n: int) -> date:
        day = start
        while n:
            day += DAY
            n -= self.is_working(day)
        return day


def _days_after(start: date, end: date) -> Iterable[date]:
    return map(date.fromordinal, range(start.toordinal() + 1, end.toordinal() + 1))


@lru_cache(maxsize=64)
def joint(*calendars: Calendar) -> Calendar:
    """The calendar of days on which all these countries work, for what takes offices on both sides.

    It is certain only in the years that all of them cover.

    Raises:
        CalendarError: when their years do not overlap.
        ValueError: when no calendar is given.
    """
    if not calendars:
        raise ValueError("a joint calendar needs at least one country")
    if len(calendars) == 1:
        return calendars[0]
    extra = frozenset(
        day
        for day in frozenset[date]().union(*(c.working_extra for c in calendars))
        if all(c.is_working(day) for c in calendars)
    )
    closed = frozenset(
        day
        for day in frozenset[date]().union(*(c.days_off for c in calendars))
        if not all(c.is_working(day) for c in calendars)
    )
    return Calendar(
        country="+".join(c.country for c in calendars),
        days_off=closed,
        working_extra=extra,
        first=max(c.first for c in calendars),
        last=min(c.last for c in calendars),
        source="; ".join(f"{c.country}: {c.source}" for c in calendars),
        edition="; ".join(f"{c.country}: {c.edition}" for c in calendars),
    )
