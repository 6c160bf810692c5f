"""When a visit is due: the one function that decides how it stands, in the country's own days."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Standing(StrEnum):
    """How a visit that has not taken place stands."""

    AHEAD = "ahead"
    DUE_SOON = "due_soon"
    DUE = "due"
    OVERDUE = "overdue"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When a visit's standing changes: days before and after the day it is due, at an hour of the place.

    The figures are assumed: no source gives any for Cambodia, Thailand or Viet Nam.
    """

    soon_days: int = 7
    grace_days: int = 0
    missed_days: int = 14
    hour: int = 8


def standing(due_on: date, now: datetime, zone: ZoneInfo, rhythm: Rhythm) -> Standing:
    """How a visit that is due on a day of the place stands now. `now` knows its zone."""
    found = Standing.AHEAD
    for at, to in _turns(due_on, zone, rhythm):
        if at <= now:
            found = to
    return found


def next_turn(
    due_on: date, now: datetime, zone: ZoneInfo, rhythm: Rhythm
) -> tuple[datetime, Standing] | None:
    """The next moment at which the standing changes, and what it then is; none once it is missed."""
    for at, _ in _turns(due_on, zone, rhythm):
        if at > now:
            # Two turns may fall together, as when nobody is told before the day itself: the later one counts.
            return at, standing(due_on, at, zone, rhythm)
    return None


def _turns(due_on: date, zone: ZoneInfo, rhythm: Rhythm) -> list[tuple[datetime, Standing]]:
    def at(days: int) -> datetime:
        return datetime.combine(due_on + timedelta(days=days), time(rhythm.hour), zone)

    return [
        (at(-rhythm.soon_days), Standing.DUE_SOON),
        (at(0), Standing.DUE),
        (at(rhythm.grace_days + 1), Standing.OVERDUE),
        (at(rhythm.missed_days), Standing.MISSED),
    ]
