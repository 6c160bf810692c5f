"""Clocks of the procedure that run out soon, or have: those whose turn it is are told, then those above."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple

from repatriation.records.sets import set_rows
from repatriation.records.waiting import CASES, due_cases
from repatriation.work.house import House
from repatriation.work.telling.audience import Audience
from repatriation.work.telling.batch import MOST, Batch, late
from repatriation.work.views import case_view
from sop.deadlines import Deadline, due
from sop.turns import Turned, Turning, next_turning, turned

LIMIT: Final = "limit"
"""The kind of a notice that a clock of the procedure turned."""

_DUE: Final = due_cases(MOST)


class Turn(NamedTuple):
    """One clock that has turned."""

    deadline: Deadline
    turning: Turning


def turn_limits(house: House, now: datetime) -> int:
    """Turn the clocks on one batch of cases; says how many cases. Several may do so at once."""
    with house.doors.act() as session:
        connection = session.connection()
        cases = connection.execute(_DUE, {"now": now}).all()
        if not cases:
            return 0
        audience = Audience(connection, (case.id for case in cases))
        batch = Batch(connection, now)
        moved = []
        for case in cases:
            procedure = house.shelf.pinned(case.digest)
            view = case_view(case)
            running = due(procedure, view, now, house.calendars)
            for turn in _turned(running, case.turn_at, now):
                _say(batch, audience, case, turn)
            moved.append({"id": case.id, "turn_at": next_turning(running, now)})
        batch.write()
        set_rows(connection, CASES, moved)
        return len(cases)


def _turned(running: tuple[Deadline, ...], since: datetime, now: datetime) -> Iterator[Turn]:
    """The clocks that turned since then; of each its newest turn. Those that turned before were told."""
    for deadline in running:
        turning = turned(deadline, now)
        if turning.to is not Turned.RUNS and turning.at >= since:
            yield Turn(deadline, turning)


def _say(batch: Batch, audience: Audience, case: Any, turn: Turn) -> None:
    deadline, turning = turn
    action = deadline.action.name
    name = f"limit:{case.id}:{action}:{deadline.limit.of}:{deadline.starts:%Y%m%dT%H%M%S}:{turning.to}"
    detail: dict[str, Any] = {
        "reference": case.reference,
        "action": action,
        "at": deadline.at.isoformat(),
        "due": deadline.on.isoformat() if deadline.on else None,
        **late(turning.at, batch.now),
    }
    owing = audience.whose_turn(case.id, deadline.by)
    beside = [] if turning.to is Turned.DUE_SOON else audience.coordinators_beside(owing)
    if turning.to is Turned.ESCALATED:
        beside += audience.coordination(case.id, deadline.limit.calendar)
    told = 0
    for those, asks in ((owing, True), ([who for who in beside if who not in owing], False)):
        told += batch.tell(those, LIMIT, name, detail, case_id=case.id, standing=turning.to, asks=asks)
    batch.log(case, case.id, f"limit:{turning.to}", {"owed": action, "told": told})
