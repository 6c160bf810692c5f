"""On which days somebody who came home is visited: a schedule as data, and the days it makes.

A slot is one visit of a schedule, named by how long after the beginning it is due: `P2W`, `P3M`. The name is
all there is to it, so a slot of one schedule is the same visit in another that has it too.
"""

import calendar as months
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

from sop.days import Calendar
from sop.followup import Rhythm

SCHEDULE: Final = Path(__file__).parent / "schedule.toml"
STATUSES: Final = ("assumed", "confirmed")
MOST_SLOTS: Final = 40
LONGEST_DAYS: Final = 3700

_SLOT: Final = re.compile(r"P([1-9]\d{0,3})([DWM])")
_KEYS: Final = {
    "edition",
    "status",
    "source",
    "adults",
    "children",
    "attempts",
    "again",
    "closing_months",
    "rhythm",
}


class ScheduleError(ValueError):
    """A schedule may not be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The visits of grown-ups and of children, and what else an installation settles about them.

    `attempts` is how many visits in a row may find nobody before lost contact is offered, `again` how long
    after such a visit the next attempt is made, `closing_months` before when closing is early.
    """

    edition: str
    status: str
    source: str
    adults: tuple[str, ...]
    children: tuple[str, ...]
    attempts: int = 3
    again: str = "P1W"
    closing_months: int = 12
    rhythm: Rhythm = field(default_factory=Rhythm)

    @property
    def assumed(self) -> bool:
        """Whether no authority has confirmed these days."""
        return self.status == "assumed"

    def slots(self, *, child: bool) -> tuple[str, ...]:
        """The visits of a child, or of a grown-up."""
        return self.children if child else self.adults


class PlannedDay(NamedTuple):
    """One visit that is to come: which one of the schedule, and the day."""

    slot: str
    due_on: date


def load(path: Path = SCHEDULE) -> Schedule:
    """The schedule of a file. Raises ScheduleError when it cannot be used."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise ScheduleError(f"{path.name}: {wrong}") from wrong
    try:
        return _read(table)
    except ScheduleError as wrong:
        raise ScheduleError(f"{path.name}: {wrong}") from wrong


def _read(table: dict[str, Any]) -> Schedule:
    unknown = sorted(table.keys() - _KEYS)
    if unknown:
        raise ScheduleError(f"a schedule has no {', '.join(unknown)}")
    words = {}
    for key in ("edition", "status", "source"):
        value = table.get(key)
        if not isinstance(value, str) or not value.strip():
            raise ScheduleError(f"{key} must be given in words")
        words[key] = value
    if words["status"] not in STATUSES:
        raise ScheduleError(f"status must be one of {', '.join(STATUSES)}")
    return Schedule(
        **words,
        adults=checked(table.get("adults")),
        children=checked(table.get("children")),
        attempts=_number(table, "attempts", 3, least=1),
        again=checked([table.get("again", "P1W")])[0],
        closing_months=_number(table, "closing_months", 12),
        rhythm=_rhythm(table.get("rhythm", {})),
    )


def _rhythm(table: Any) -> Rhythm:
    if not isinstance(table, dict) or table.keys() - {"soon_days", "grace_days", "missed_days", "hour"}:
        raise ScheduleError("rhythm has soon_days, grace_days, missed_days and hour")
    usual = Rhythm()
    made = Rhythm(
        **{
            name: _number(table, name, getattr(usual, name))
            for name in ("soon_days", "grace_days", "missed_days", "hour")
        }
    )
    if made.hour > 23:
        raise ScheduleError("hour must be an hour of the day")
    if made.missed_days <= made.grace_days + 1:
        raise ScheduleError("a visit must be overdue before it is missed")
    return made


def _number(table: dict[str, Any], key: str, usual: int, least: int = 0) -> int:
    value = table.get(key, usual)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= 1000:
        raise ScheduleError(f"{key} must be a number from {least} to 1000")
    return value


def checked(slots: Any) -> tuple[str, ...]:
    """Slots that may be used, the earliest first. Raises ScheduleError."""
    if not isinstance(slots, list | tuple) or not all(isinstance(slot, str) for slot in slots):
        raise ScheduleError("visits are a list such as P2W, P1M")
    if not 0 < len(slots) <= MOST_SLOTS:
        raise ScheduleError(f"a schedule has one visit to {MOST_SLOTS}")
    start = date(2000, 1, 1)
    days = {slot: day_of(slot, start) for slot in slots}
    if len(set(days.values())) != len(slots):
        raise ScheduleError("two visits would fall on the same day")
    if max(days.values()) - start > timedelta(days=LONGEST_DAYS):
        raise ScheduleError("visits end after ten years at the latest")
    return tuple(sorted(slots, key=days.__getitem__))


def day_of(slot: str, start: date) -> date:
    """The day of a slot, whether or not anybody works on it. Raises ScheduleError when it is no slot."""
    found = _SLOT.fullmatch(slot)
    if found is None:
        raise ScheduleError(f"{slot!r} is no time such as P2W or P3M")
    number, unit = int(found[1]), found[2]
    if unit == "M":
        return _months_after(start, number)
    return start + timedelta(days=number * (7 if unit == "W" else 1))


def _months_after(start: date, number: int) -> date:
    """The same day of a later month, or that month's last day where it is shorter."""
    year, month = divmod(start.year * 12 + start.month - 1 + number, 12)
    return date(year, month + 1, min(start.day, months.monthrange(year, month + 1)[1]))


def plan(slots: Iterable[str], start: date, calendar: Calendar) -> tuple[PlannedDay, ...]:
    """The day of each slot counted from `start`; where offices are closed, the next day that is worked."""
    return tuple(PlannedDay(slot, _worked(day_of(slot, start), calendar)) for slot in slots)


def _worked(day: date, calendar: Calendar) -> date:
    return day if calendar.is_working(day) else calendar.add_working_days(day, 1)
