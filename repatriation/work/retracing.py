"""Every case taken again from its trail, step by step: whether its procedure allowed each, and whether the
case and the person's consents stand where they led.

The digests of the trail tell that nobody changed what was written; this tells that what a case is acted on by
is what was written.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

from sqlalchemy import select as core_select
from sqlmodel import Session, col

from repatriation.records.cases import CaseFile
from repatriation.records.consents import Consent
from repatriation.records.scope import every_case
from repatriation.records.trail import Trail
from repatriation.records.verify import Problem
from repatriation.work.house import House
from repatriation.work.views import GROWN_UP, case_view
from sop.engine import DECISIONS, Event, NotAllowed, UnknownAction, begin, replay
from sop.procedure import Procedure

_AT_ONCE: Final = 500
_TRAIL, _CONSENT = Trail.metadata.tables["trail"].c, Consent.metadata.tables["consent"].c


class Retraced(NamedTuple):
    """How many cases were taken again, how many could not be, and what is wrong. What another installation
    tells of a case stands in its trail, not in ours, so a case that is or was shared is not taken again.

    Problems are at the event at which they show. unreadable: it does not tell a step; not_allowed: the
    procedure would not have allowed the step; stands_elsewhere: stage, facts or consents of the case are not
    those its steps led to; consent_differs: the rows of consents are not those its steps recorded.
    """

    cases: int
    shared: int
    problems: tuple[Problem, ...]


def retrace(house: House) -> Retraced:
    """Take every case again."""
    cases, shared, problems, after = 0, 0, list[Problem](), ""
    while True:
        with house.doors.read() as session:
            some = session.exec(
                every_case().where(col(CaseFile.id) > after).order_by(col(CaseFile.id)).limit(_AT_ONCE)
            ).all()
            if not some:
                return Retraced(cases, shared, tuple(problems))
            ours = [case for case in some if case.side is None]
            trails, consents = _trails(session, ours), _consents(session, ours)
        for case in ours:
            problems += _retrace(house, case, trails.get(case.id, []), consents.get(case.id, []))
        cases, shared, after = cases + len(ours), shared + len(some) - len(ours), some[-1].id


def _trails(session: Session, cases: Iterable[CaseFile]) -> dict[str, list[Any]]:
    """The events of some cases, in their order."""
    found = session.connection().execute(
        core_select(_TRAIL.chain, _TRAIL.seq, _TRAIL.at, _TRAIL.detail)
        .where(_TRAIL.chain.in_([case.id for case in cases]))
        .order_by(_TRAIL.chain, _TRAIL.seq)
    )
    return {chain: list(events) for chain, events in groupby(found, key=itemgetter(0))}


def _consents(session: Session, cases: Iterable[CaseFile]) -> dict[str, list[tuple[Any, ...]]]:
    """What stands in the rows of consents of some cases: version, name, decision and end of each."""
    found = session.connection().execute(
        core_select(_CONSENT.case_id, _CONSENT.seq, _CONSENT.name, _CONSENT.decision, _CONSENT.until)
        .where(_CONSENT.case_id.in_([case.id for case in cases]))
        .order_by(_CONSENT.case_id, _CONSENT.seq)
    )
    return {case_id: [tuple(row[1:]) for row in rows] for case_id, rows in groupby(found, key=itemgetter(0))}


def _retrace(
    house: House, case: CaseFile, trail: Sequence[Any], consents: Sequence[tuple[Any, ...]]
) -> list[Problem]:
    procedure = house.shelf.pinned(case.digest)
    told: list[tuple[Any, ...]] = []
    seq = 1
    try:
        _, _, at, opened = trail[0]
        view = begin(procedure, opened["stage"], at, child=case.age_group != GROWN_UP)
        for _, number, at, said in trail[1:]:
            if "action" in said:
                seq, event = number, step_of(at, said)
                view = replay(procedure, view, [event])
                told += _decision(procedure, event, said["version"])
    except (NotAllowed, UnknownAction):
        return [Problem("not_allowed", case.id, seq)]
    except (IndexError, KeyError, TypeError, ValueError):
        return [Problem("unreadable", case.id, seq)]
    kept = case_view(case)
    wrong = []
    if kept._replace(version=view.version) != view:
        wrong.append(Problem("stands_elsewhere", case.id, seq))
    if told != consents:
        wrong.append(Problem("consent_differs", case.id, seq))
    return wrong


def step_of(at: datetime, said: Mapping[str, Any]) -> Event:
    """A step as its event tells it."""
    return Event(
        said["action"],
        at,
        frozenset(said["roles"]),
        on=date.fromisoformat(said["on"]) if "on" in said else None,
        until=datetime.fromisoformat(said["until"]) if "until" in said else None,
        guardian=said.get("guardian", False),
        own_view=said.get("own_view", False),
    )


def _decision(procedure: Procedure, event: Event, version: int) -> list[tuple[Any, ...]]:
    """The row of a consent that a step must have left, if it is one."""
    act = procedure.actions[event.action].consent
    return [] if act is None else [(version, act.consent, DECISIONS[act.act], event.until)]
