"""What an officer was told that is theirs to do, and still is: looked up each time the inbox is read.

A notice says whose turn it was when it was told. Meanwhile a visit may have been made, a step taken, a limit
kept; so visit and procedure are asked again, and nobody is sent after what is done already. A step asks for
the next one only until any is taken after it: a later step of others has a notice of its own.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, exists, or_, select

from repatriation.records.waiting import NOTICES, VISITS, cases_as_they_stand, live_parts
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.summaries.points import DUE, sending
from repatriation.work.telling.limits import LIMIT
from repatriation.work.telling.moves import MOVED
from repatriation.work.telling.sight import ABOUT, seen_by
from repatriation.work.telling.visits import VISIT
from repatriation.work.views import case_view
from sop.awaiting import turn
from sop.deadlines import due
from sop.followup import Standing
from sop.procedure import Procedure
from sop.shelf import NotOnTheShelf
from sop.turns import Turned
from sop.view import CaseView
from sop.vocabulary import AGAIN

MOST: Final = 500
"""How many of the newest notices are looked at; beyond them nothing is a person's day's work any more."""

_FIRST: Final = frozenset({Standing.OVERDUE, Standing.MISSED, Turned.ESCALATED})


class Asked(NamedTuple):
    """What waits for an officer: a case or a matter by its key, since when, and which acts are awaited."""

    key: str
    late: bool
    at: datetime
    actions: tuple[str, ...]


def asked_of(
    connection: Connection, house: House, actor: Actor, now: datetime, kinds: Collection[str]
) -> list[Asked]:
    """Everything of some kinds that waits for an officer: what is late first, then the newest."""
    if actor.reads_only:
        return []
    rows = connection.execute(_candidates(actor, kinds)).all()
    cases = _Cases(connection, house, actor, now, {row.case_id for row in rows if row.case_id is not None})
    found: dict[str, Asked] = {}
    for row in rows:
        if cases.wait_for(row):
            before = found.get(row.about)
            late = row.standing in _FIRST or (before is not None and before.late)
            at = before.at if before is not None else row.at
            found[row.about] = Asked(row.about, late, at, cases.actions(row.case_id))
    return sorted(found.values(), key=lambda asked: (asked.late, asked.at), reverse=True)


def _candidates(actor: Actor, kinds: Collection[str]) -> Any:
    """The notices that asked something of an officer. A visit waits only while it is planned and theirs."""
    theirs = exists().where(
        VISITS.c.id == NOTICES.c.visit_id,
        VISITS.c.state == "planned",
        or_(VISITS.c.officer_id.is_(None), VISITS.c.officer_id == actor.officer_id),
    )
    return (
        select(NOTICES, ABOUT)
        .where(
            NOTICES.c.officer_id == actor.officer_id,
            NOTICES.c.asks.is_(True),
            NOTICES.c.kind.in_(kinds),
            seen_by(actor),
            or_(NOTICES.c.visit_id.is_(None), theirs),
        )
        .order_by(NOTICES.c.at.desc(), NOTICES.c.id.desc())
        .limit(MOST)
    )


class _Turn(NamedTuple):
    """Whether it is the officer's organisation's turn in a case, and which acts are awaited of it."""

    ours: bool
    actions: tuple[str, ...]


class _Cases:
    """The cases that some notices are about, as they stand now, each asked of its procedure once."""

    def __init__(
        self, connection: Connection, house: House, actor: Actor, now: datetime, cases: Iterable[str]
    ) -> None:
        self.house, self.now = house, now
        wanted = set(cases)
        self._roles: dict[str, set[str]] = defaultdict(set)
        self._held: dict[str, set[str]] = defaultdict(set)
        for case_id, organisation_id, role in live_parts(connection, wanted):
            self._held[case_id].add(role)
            if organisation_id == actor.organisation_id:
                self._roles[case_id].add(role)
        self._open = {
            case.id: case
            for case in cases_as_they_stand(connection, wanted)
            if case.closed_at is None or case.stage == AGAIN
        }
        self._turns: dict[str, _Turn] = {}
        self._owed: dict[str, frozenset[str]] = {}

    def wait_for(self, notice: Any) -> bool:
        """Whether what a notice asked is still to be done by whoever it was told to."""
        if notice.case_id is None:
            return notice.read_at is None
        if notice.case_id not in self._open:
            return False
        if notice.kind == VISIT:
            return True  # only those were read that are planned still
        if notice.kind == LIMIT:
            return notice.detail["action"] in self._limits(notice.case_id)
        if notice.kind == DUE:
            procedure = self._procedure(notice.case_id)
            return procedure is not None and sending(procedure, self._view(notice.case_id)) is not None
        is_latest = notice.detail.get("version") == self._open[notice.case_id].version
        return notice.kind == MOVED and is_latest and self._turn(notice.case_id).ours

    def actions(self, case_id: str | None) -> tuple[str, ...]:
        """The acts in a case that are awaited of the officer's organisation."""
        return self._turn(case_id).actions if case_id is not None and case_id in self._open else ()

    def _turn(self, case_id: str) -> _Turn:
        if case_id not in self._turns:
            procedure, roles = self._procedure(case_id), self._roles[case_id]
            if procedure is None:
                return _Turn(ours=False, actions=())
            awaited = turn(procedure, self._view(case_id), self.now)
            asks = awaited.asks if awaited.responsible in roles else ()
            self._turns[case_id] = _Turn(
                not roles.isdisjoint(awaited.falls_to(self._held[case_id])),
                (
                    *(name for name in awaited.actions if not roles.isdisjoint(procedure.actions[name].by)),
                    *(procedure.consents[name].give for name in asks),
                ),
            )
        return self._turns[case_id]

    def _limits(self, case_id: str) -> frozenset[str]:
        """The acts whose time runs, and that are the officer's organisation's."""
        if case_id not in self._owed:
            procedure = self._procedure(case_id)
            if procedure is None:
                return frozenset()
            running = due(procedure, self._view(case_id), self.now, self.house.calendars)
            self._owed[case_id] = frozenset(
                each.action.name for each in running if not self._roles[case_id].isdisjoint(each.by)
            )
        return self._owed[case_id]

    def _view(self, case_id: str) -> CaseView:
        case = self._open[case_id]
        return case_view(case)

    def _procedure(self, case_id: str) -> Procedure | None:
        try:
            return self.house.shelf.pinned(self._open[case_id].digest)
        except NotOnTheShelf:
            return None
