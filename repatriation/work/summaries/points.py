"""The points after coming home at which the sending country is told, and when the clock looks at a case.

One message for each case lies in the outbox from the day the person came home. Its moment is the next at
which somebody may have to be told; what is due then is asked of the case.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, select

from repatriation.records.outbox import Outbox
from repatriation.records.stays import Stay
from repatriation.records.writing import Write, adding
from repatriation.work.followup.turns import next_turn_of
from repatriation.work.house import House
from repatriation.work.opened import Opened
from repatriation.work.summaries.composing import SETTLED, sends
from sop.clocks import zone_of
from sop.engine import Step
from sop.followup import Standing
from sop.procedure import Action, Procedure
from sop.view import CaseView

DUE: Final = "summary:due"
"""The kind of the message, and of the notice, that a summary is due."""

POINTS: Final = tuple(timedelta(days=days) for days in (91, 182, 274, 365))
"""How long after coming home the sending country is told: three, six, nine and twelve months. Our own
figures; the sources say that it is told, and not how often."""

TELLS: Final = frozenset({Standing.DUE, Standing.OVERDUE})
"""How a summary stands when somebody is told of it."""

_STAY = Stay.metadata.tables["stay"]
_CAME_HOME = (
    select(_STAY.c.case_id)
    .where(_STAY.c.case_id == bindparam("case"), _STAY.c.stage == bindparam("settled"))
    .limit(1)
)


def awaited(
    house: House, now: datetime, procedure: Procedure, opened: Opened, before: CaseView, step: Step
) -> tuple[Write, ...]:
    """What the step writes with which somebody comes home: from when on the clock looks. Whoever comes home
    once more, after a placement that did not hold, is told of by the days of the first time.
    """
    if (
        step.view.stage != SETTLED
        or before.stage == SETTLED
        or not any(map(sends, procedure.actions.values()))
    ):
        return ()
    if opened.lean.all(_CAME_HOME, {"case": opened.row.id, "settled": SETTLED}):
        return ()
    at = next_look(house, procedure.home, now.astimezone(zone_of(procedure.home)).date(), now)
    return (adding(Outbox, **message(opened.row.id, at or now)),)


def message(case_id: str, at: datetime) -> dict[str, Any]:
    """The columns of the message of a case."""
    return {"kind": DUE, "case_id": case_id, "run_at": at, "once": f"{DUE}:{case_id}"}


def next_look(house: House, country: str, home: date, now: datetime) -> datetime | None:
    """When a summary of somebody who came home on a day falls due or overdue next; none after the last."""
    found = []
    for point in POINTS:
        ahead = next_turn_of(house, home + point, country, now)
        while ahead is not None and ahead[1] not in TELLS:
            ahead = next_turn_of(house, home + point, country, ahead[0])
        if ahead is not None:
            found.append(ahead[0].astimezone(UTC))
    return min(found, default=None)


def next_due(house: House, home: date, sent_on: date | None) -> date | None:
    """The first point at which no summary was sent: one that went out while it was due soon counts for it."""
    soon = timedelta(days=house.rhythm.soon_days)
    return next((day for day in _days(home) if sent_on is None or day > sent_on + soon), None)


def latest_due(house: House, home: date, sent_on: date | None, today: date) -> date | None:
    """The latest point that has come and at which no summary was sent: what came before it is no news."""
    first = next_due(house, home, sent_on)
    return max((day for day in _days(home) if first is not None and first <= day <= today), default=None)


def _days(home: date) -> Iterable[date]:
    return (home + point for point in POINTS)


def sending(procedure: Procedure, view: CaseView) -> Action | None:
    """The act with which a summary may leave at the present stage; none where the person's last word on it is
    no. Who was not asked yet, or whose agreement ran out, is to be asked.
    """
    for action in procedure.by_stage[view.stage]:
        if sends(action):
            said = [
                view.consents[name].decision
                for name in procedure.consents
                if f"consent_to_{name}" in action.requires and name in view.consents
            ]
            return action if all(decision == "given" for decision in said) else None
    return None
