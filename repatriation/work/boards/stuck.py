"""Cases that do not go on: no step for long, a time limit that ran out, or nobody there to act."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Row

from repatriation.records.boards import standstill
from repatriation.work.actors import Actor
from repatriation.work.boards.behind import Behind
from repatriation.work.boards.stages import open_stages
from repatriation.work.house import House
from repatriation.work.lists import STUCK_AFTER
from repatriation.work.views import case_view
from sop.deadlines import due
from sop.procedure import Procedure

WHYS: Final = ("untouched", "overdue", "unmanned", "any")


@dataclass(frozen=True, slots=True)
class StuckLine:
    """The stuck cases of one route, by reason; one may be stuck for several."""

    procedure: Procedure
    numbers: dict[str, int]


def stuck(house: House, actor: Actor, now: datetime, day: date) -> tuple[StuckLine, ...]:
    """How many open cases in which the organisation has a part do not go on, route by route."""
    given = _given(house, actor, now, day)
    with house.doors.read() as session:
        found = session.connection().execute(standstill.numbers(), given).all()
    rows = {row.route: row for row in found}
    return tuple(
        StuckLine(procedure, {why: int(getattr(rows[procedure.route], why)) for why in WHYS})
        for procedure in house.shelf.routes(day)
        if procedure.route in rows
    )


def behind(house: House, actor: Actor, now: datetime, day: date, route: str, why: str) -> Behind:
    """The cases behind a number."""
    return Behind(standstill.cases(why), {**_given(house, actor, now, day), "route": route})


def _given(house: House, actor: Actor, now: datetime, day: date) -> dict[str, Any]:
    asked = {"organisation_id": actor.organisation_id, "stages": open_stages(house), "today": day}
    with house.doors.read() as session:
        ending = session.connection().execute(standstill.ending(), asked).all()
    ran_out = {case.id for case in ending if _is_over(house, case, now)}
    return {**asked, "touched_before": now - STUCK_AFTER, "ran_out": sorted(ran_out)}


def _is_over(house: House, case: Row[Any], now: datetime) -> bool:
    """Whether a limit that ends today is over already. The procedure decides it, as on every other page."""
    view = case_view(case)
    running = due(house.shelf.pinned(case.digest), view, now, house.calendars)
    return bool(running) and running[0].overdue
