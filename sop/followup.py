"""When a visit is due: the one function that decides how it stands, in the country's own days."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Standing(StrEnum):
    AHEAD = "ahead"
    DUE_SOON = "due_soon"
    DUE = "due"
    OVERDUE = "overdue"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Rhythm:
    soon_days: int = 7
    grace_days: int = 0
    missed_days: int = 14
    hour: int = 8


def _turns(due_on: date, zone: ZoneInfo, rhythm: Rhythm) -> list[tuple[datetime, Standing]]:
    def at(days: int) -> datetime:
        return datetime.combine(due_on + timedelta(days=days), time(rhythm.hour), zone)

    return [
        (at(-rhythm.soon_days), Standing.DUE_SOON),
        (at(0), Standing.DUE),
        (at(rhythm.grace_days + 1), Standing.OVERDUE),
        (at(rhythm.missed_days), Standing.MISSED),
    ]


def standing(due_on: date, now: datetime, zone: ZoneInfo, rhythm: Rhythm) -> Standing:
    found = Standing.AHEAD
    for at, to in _turns(due_on, zone, rhythm):
        if at <= now:
            found = to
    return found


def next_turn(
    due_on: date, now: datetime, zone: ZoneInfo, rhythm: Rhythm
) -> tuple[datetime, Standing] | None:
    for turn in _turns(due_on, zone, rhythm):
        if turn[0] > now:
            return turn
    return None
