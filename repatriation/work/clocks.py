"""When the next clock on a case runs out, for sorting lists by it; the clocks themselves are never kept."""

from datetime import date, datetime

from repatriation.work.house import House
from sop.clocks import zone_of
from sop.deadlines import due
from sop.procedure import Procedure
from sop.view import CaseView


def first_due(house: House, procedure: Procedure, view: CaseView, now: datetime) -> date | None:
    """The day on which the first running clock ends, or none when no clock runs."""
    running = due(procedure, view, now, house.calendars)
    if not running:
        return None
    first = running[0]
    return first.on or first.at.astimezone(zone_of(first.limit.calendar)).date()
