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
    """When a visit's standing changes: days before and after the day it is due. At `hour` people are told.

    The figures are assumed: no source gives any for Cambodia, Thailand or Viet Nam.
    """

    soon_days: int = 7
    grace_days: int = 0
    missed_days: int = 14
    hour: int = 8


def standing(due_on: date, now: datetime, zone: ZoneInfo, rhythm: Rhythm) -> Standing:
    """How a visit that is due on a day of the place stands now: alike from one midnight there to the next.
    `now` knows its zone.
    """
    behind = (now.astimezone(zone).date() - due_on).days
    found = Standing.AHEAD
    for days, to in _turns(rhythm):
        if days <= behind:
            found = to
    return found


def next_turn(
    due_on: date, now: datetime, zone: ZoneInfo, rhythm: Rhythm
) -> tuple[datetime, Standing] | None:
    """The next morning on which the standing is another, at the hour at which people are told, and what it
    then is; none once the visit is missed.
    """
    for days, _ in _turns(rhythm):
        at = datetime.combine(due_on + timedelta(days=days), time(rhythm.hour), zone)
        if at > now:
            # Two turns may fall together, as when nobody is told before the day itself: the later one counts.
            return at, standing(due_on, at, zone, rhythm)
    return None


def _turns(rhythm: Rhythm) -> tuple[tuple[int, Standing], ...]:
    """How many days after the one it is due on a visit comes to stand so."""
    return (
        (-rhythm.soon_days, Standing.DUE_SOON),
        (0, Standing.DUE),
        (rhythm.grace_days + 1, Standing.OVERDUE),
        (rhythm.missed_days, Standing.MISSED),
    )
