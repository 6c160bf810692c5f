"""When a clock on a case turns: that it runs out soon, that it has run out, that it goes up a level.

How long before and how long after is assumed (no source says it), and stands here in one place.
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from sop.clocks import zone_of
from sop.deadlines import Deadline

SOON: Final = timedelta(days=7)
"""How long before its end a clock is due soon: a week, or half of the limit where that is less."""

GRACE: Final = timedelta(hours=1)
"""What is to be done at once is not called late while somebody is at it."""

UP: Final = timedelta(days=7)
"""How long after its end the coordination of that country is told."""

MORNING: Final = time(8)


class Turned(StrEnum):
    """How a clock stands."""

    RUNS = "runs"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    ESCALATED = "escalated"


class Turning(NamedTuple):
    """A moment from which on a clock stands otherwise."""

    at: datetime
    to: Turned


def turnings(deadline: Deadline) -> tuple[Turning, ...]:
    """The moments at which a clock turns, in order."""
    starts, ends = deadline.starts, deadline.at
    if deadline.limit.value == 0:
        over = ends + GRACE
        return (Turning(over, Turned.OVERDUE), Turning(over + UP, Turned.ESCALATED))
    soon = max(ends - SOON, starts + (ends - starts) / 2)
    if deadline.on is not None:
        zone = zone_of(deadline.limit.calendar)
        soon = datetime.combine(soon.astimezone(zone).date(), MORNING, zone)
    found = (Turning(soon, Turned.DUE_SOON),) if starts < soon < ends else ()
    return (*found, Turning(ends, Turned.OVERDUE), Turning(ends + UP, Turned.ESCALATED))


def turned(deadline: Deadline, now: datetime) -> Turning:
    """How a clock stands now, and since when."""
    last = Turning(deadline.starts, Turned.RUNS)
    for turning in turnings(deadline):
        if turning.at <= now:
            last = turning
    return last


def next_turning(running: Iterable[Deadline], now: datetime) -> datetime | None:
    """When the first of some clocks turns next; none when no clock runs or all have turned for good."""
    ahead = (turning.at for deadline in running for turning in turnings(deadline) if turning.at > now)
    return min(ahead, default=None)
