"""The clocks on a case: when the first runs out, for sorting lists by it, and when one turns next.

The clocks themselves are never kept.
"""

from datetime import date, datetime
from typing import NamedTuple

from repatriation.work.house import House
from sop.clocks import zone_of
from sop.deadlines import due
from sop.procedure import Procedure
from sop.turns import next_turning
from sop.view import CaseView


class Clocks(NamedTuple):
    """What is kept of a case's clocks: the day on which the first ends, and when somebody is to be told."""

    due_on: date | None = None
    turn_at: datetime | None = None


NONE = Clocks()


def clocks_of(house: House, procedure: Procedure, view: CaseView, now: datetime) -> Clocks:
    """The day on which the first running clock ends, and when one of them turns; none when no clock runs."""
    running = due(procedure, view, now, house.calendars)
    if not running:
        return NONE
    first = running[0]
    day = first.on or first.at.astimezone(zone_of(first.limit.calendar)).date()
    return Clocks(day, next_turning(running, now))


def next_look(kept: datetime | None, clocks: Clocks, now: datetime) -> datetime | None:
    """When the clocks of a case are to be looked at, after a step: at once where one has turned already and
    nobody was told of it yet, as after an outage.
    """
    untold = kept is not None and kept <= now and clocks.due_on is not None
    return kept if untold else clocks.turn_at


def first_due(house: House, procedure: Procedure, view: CaseView, now: datetime) -> date | None:
    """The day on which the first running clock ends, or none when no clock runs."""
    return clocks_of(house, procedure, view, now).due_on
