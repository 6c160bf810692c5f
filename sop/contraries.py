"""Findings that contradict each other: safe and too dangerous, in a child's interest and not."""

from collections.abc import Mapping

from sop.procedure import Action
from sop.safeguards import Safeguard


def contraries(
    actions: Mapping[str, Action], gates: Mapping[str, tuple[Safeguard, ...]]
) -> dict[str, frozenset[str]]:
    """For each action the facts whose contrary it would record, were they on file.

    Two findings are contraries where each takes the other off the file and neither is the answer to the
    other, as accepting is to asking.
    """
    findings = [action for action in actions.values() if action.to is None and action.records]
    found: dict[str, frozenset[str]] = dict.fromkeys(actions, frozenset())
    for one in findings:
        opposed = [other for other in findings if _exclude(one, other) and not _answers(one, other, gates)]
        found[one.name] = frozenset(one.clears) & {fact for other in opposed for fact in other.records}
    return found


def _exclude(one: Action, other: Action) -> bool:
    """Whether each takes off the file what the other puts there."""
    return not set(one.records).isdisjoint(other.clears) and not set(other.records).isdisjoint(one.clears)


def _answers(one: Action, other: Action, gates: Mapping[str, tuple[Safeguard, ...]]) -> bool:
    """Whether one asks for what the other puts on file."""
    return any(
        not way.has.isdisjoint(second.records)
        for first, second in ((one, other), (other, one))
        for gate in gates[first.name]
        for way in gate.alternatives
    )
