"""The way of a case through its procedure: the stages it has passed, and the plain way ahead."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from sop import vocabulary as words
from sop.procedure import Action, Procedure, Stage


class Passed(NamedTuple):
    """A stage that the case entered, and when."""

    stage: Stage
    at: datetime


def passed(procedure: Procedure, entered: tuple[tuple[str, datetime], ...]) -> tuple[Passed, ...]:
    """The stages a case entered, in the order it did; one entered twice stands twice."""
    return tuple(Passed(procedure.stages[name], at) for name, at in entered if name in procedure.stages)


def ahead(procedure: Procedure, stage: str, facts: Iterable[str]) -> tuple[Stage, ...]:
    """The stages that still lie between a stage and the closing of the case, when all goes plainly.

    A route file reads from top to bottom as the return goes, so the way ahead is always the nearest stage
    further down. A step is left out where the facts on file, or those recorded on the way, bar it, or where
    it needs a fact that can no longer be recorded: so somebody who came unannounced goes through screening,
    and somebody identified does not.
    """
    if procedure.stages[stage].end:
        return ()
    order = {name: number for number, name in enumerate(procedure.stages)}
    way = _way(procedure, order, stage, frozenset(facts), _recordable(procedure, stage))
    return tuple(procedure.stages[name] for name in way or ())


def _way(
    procedure: Procedure,
    order: Mapping[str, int],
    here: str,
    facts: frozenset[str],
    recordable: frozenset[str],
) -> tuple[str, ...] | None:
    """The names of the stages from here to the closing, or none when no way leads there."""
    if here == words.CLOSED:
        return ()
    onward = [
        (order[action.to], action)
        for action in procedure.by_stage[here]
        if action.to is not None
        and order[action.to] > order[here]
        and (action.to == words.CLOSED or not procedure.stages[action.to].end)
        and not _barred(procedure, action, facts, recordable)
    ]
    for _, action in sorted(onward, key=lambda step: step[0]):
        assert action.to is not None
        rest = _way(procedure, order, action.to, facts | frozenset(action.records), recordable)
        if rest is not None:
            return (action.to, *rest)
    return None


def _recordable(procedure: Procedure, stage: str) -> frozenset[str]:
    """Every fact that some stage still reachable can put on file."""
    reached, waiting = {stage}, [stage]
    while waiting:
        for action in procedure.by_stage[waiting.pop()]:
            if action.to is not None and action.to not in reached:
                reached.add(action.to)
                waiting.append(action.to)
    return frozenset(
        fact for action in procedure.actions.values() if action.frm & reached for fact in action.records
    )


def _barred(procedure: Procedure, action: Action, facts: frozenset[str], recordable: frozenset[str]) -> bool:
    for safeguard in procedure.gates[action.name]:
        if safeguard.children_only:
            continue
        if not any(
            all(fact in facts or fact in recordable for fact in way.has)
            and not any(fact in facts and not fact.startswith(words.HOLD) for fact in way.lacks)
            for way in safeguard.alternatives
        ):
            return True
    return False
