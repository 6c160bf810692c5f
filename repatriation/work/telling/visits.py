"""Visits whose day comes near, comes, or goes by: those concerned are told, and the next turn is set.

A visit, what is said of it, the event in its case's trail and its next turn are one transaction. So a clock
may be killed at any line, and several may run at once: what was not written is simply due still.
"""

from datetime import datetime
from typing import Any, Final, NamedTuple

from repatriation.records.sets import set_rows
from repatriation.records.waiting import VISITS, due_visits
from repatriation.work.followup.turns import next_turn_of, stands
from repatriation.work.house import House
from repatriation.work.telling.audience import Audience, Who
from repatriation.work.telling.batch import MOST, Batch, late
from sop.followup import Standing

VISIT: Final = "visit"
"""The kind of a notice that a visit turned."""

_DUE: Final = due_visits(MOST)
_WIDER: Final = frozenset({Standing.OVERDUE, Standing.MISSED})


class Turn(NamedTuple):
    """How a visit stands now and since when, and what comes next and when."""

    now: Standing
    since: datetime
    next_at: datetime | None
    next_step: str | None


def turn_visits(house: House, now: datetime) -> int:
    """Turn one batch of the visits that are due to turn; says how many. Several may do so at once."""
    with house.doors.act() as session:
        connection = session.connection()
        due = connection.execute(_DUE, {"now": now}).all()
        if not due:
            return 0
        audience = Audience(connection, (visit.case_id for visit in due))
        batch = Batch(connection, now)
        turned = []
        for visit in due:
            if visit.closed_at is not None:  # nobody visits any more, whatever was planned
                turned.append({"id": visit.id, "next_at": None, "next_step": None})
                continue
            country = visit.country or visit.route.rpartition("-")[2].upper()
            turn = turn_of(house, visit, country, now)
            if turn.now is not Standing.AHEAD:
                _say(batch, audience, visit, turn, country)
            turned.append({"id": visit.id, "next_at": turn.next_at, "next_step": turn.next_step})
        batch.write()
        set_rows(connection, VISITS, turned)
        return len(due)


def turn_of(house: House, visit: Any, country: str, now: datetime) -> Turn:
    """How a visit that is due to turn stands since its turn. After an outage only the newest is told, and how
    late; what the day has brought since is told at its own hour."""
    since = visit.next_at
    ahead = next_turn_of(house, visit.due_on, country, since)
    while ahead is not None and ahead[0] <= now:
        since = ahead[0]
        ahead = next_turn_of(house, visit.due_on, country, since)
    return Turn(stands(house, visit.due_on, country, since), since, *(ahead or (None, None)))


def _say(batch: Batch, audience: Audience, visit: Any, turn: Turn, country: str) -> None:
    due, behind = visit.due_on.isoformat(), late(turn.since, batch.now)
    told, visitors = 0, audience.visitors(visit)
    for those, asks in ((visitors, True), (_besides(audience, visitors, visit, turn.now, country), False)):
        told += batch.tell(
            those,
            VISIT,
            f"visit:{visit.id}:{due}:{turn.now}",
            {"reference": visit.reference, "due": due, **behind},
            case_id=visit.case_id,
            visit_id=visit.id,
            standing=turn.now,
            asks=asks,
        )
    said = {"visit": visit.id, "due": due, "told": told, **behind}
    batch.log(visit, visit.case_id, f"visit:{turn.now}", said)


def _besides(
    audience: Audience, visitors: list[Who], visit: Any, stands: Standing, country: str
) -> list[Who]:
    """Who else is told, for information."""
    those: list[Who] = []
    if stands in _WIDER:
        those = audience.coordinators_beside(visitors)
    if stands is Standing.MISSED:
        those = those + audience.coordination(visit.case_id, country)
    return [who for who in those if who not in visitors]
