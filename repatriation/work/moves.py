"""Sorts the actions of a stage for whoever looks: the next steps first, the rest by what it is for."""

from datetime import datetime
from typing import Final

from partners.federation import not_ours
from repatriation.work.casepage import Kind, Move
from repatriation.work.particulars import asked
from sop import vocabulary as words
from sop.awaiting import overturns
from sop.engine import Reason, verdicts
from sop.procedure import Action, Procedure, Stage
from sop.view import CaseView

RECURRING: Final = frozenset({"record_visit", "record_missed_visit"})
"""Actions that are taken again and again, and are never done with."""


def moves(
    procedure: Procedure,
    view: CaseView,
    roles: frozenset[str],
    now: datetime,
    way: tuple[Stage, ...],
    side: str | None = None,
) -> tuple[Move, ...]:
    """Every action of the stage, in the order of the file, with what it asks for and its reasons if closed.

    `way` is the way ahead (`work.line.ahead`); `side` is the one that is played here, where another
    installation plays the other one.
    """
    onward = {stage.name for stage in way}
    return tuple(
        Move(
            verdict.action,
            kind_of(procedure, verdict.action, onward),
            _elsewhere(procedure, view, verdict.action, side) or verdict.reasons,
            asked(procedure, verdict.action, child=view.child),
            _done(view, verdict.action, now),
            not roles.isdisjoint(verdict.action.by),
            overturns(procedure, view, verdict.action),
        )
        for verdict in verdicts(procedure, view, roles, now)
    )


def _elsewhere(procedure: Procedure, view: CaseView, action: Action, side: str | None) -> tuple[Reason, ...]:
    return not_ours(procedure, view.stage, action, side) if side is not None else ()


def kind_of(procedure: Procedure, action: Action, onward: set[str]) -> Kind:
    """What an action is for. A person's choice to stay is theirs before it is an end of the case."""
    if action.consent is not None:
        return Kind.CONSENT
    if words.PERSON in action.by:
        return Kind.PERSON
    if any(fact.startswith(words.HOLD) for fact in (*action.records, *action.clears)) and action.to is None:
        return Kind.HOLD
    if action.to is not None:
        if procedure.stages[action.to].end and action.to != words.CLOSED:
            return Kind.EXIT
        return Kind.ON if action.to in onward else Kind.BACK
    return Kind.ON if action.records else Kind.BACK


def _done(view: CaseView, action: Action, now: datetime) -> bool:
    """Whether all that the action puts on file is there already, and still counts."""
    if action.name in RECURRING:
        return False
    return bool(action.records) and all(
        fact in view.facts and view.facts[fact].counts(now) for fact in action.records
    )
