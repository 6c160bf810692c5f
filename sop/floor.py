"""Proves of a route file, before it is used, that nothing the floor forbids can happen in it.

The walk visits every case that the file can produce, grown-up and child, letting the person take consent
back and facts lapse at any moment. For the rules about safety it can only err towards complaint. What it
cannot see is whether an officer wrote the truth.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sop import vocabulary as words
from sop.procedure import Procedure
from sop.reader import ProcedureError
from sop.rules import Breach
from sop.walker import Walker


@dataclass(frozen=True, slots=True)
class Walk:
    """The outcome of the walk over one procedure."""

    cases: int
    steps: int
    breaches: tuple[Breach, ...]


class BelowTheFloor(ProcedureError):
    """A route file that would allow what no procedure may allow."""

    def __init__(self, procedure: Procedure, breaches: tuple[Breach, ...]) -> None:
        self.breaches = breaches
        super().__init__(procedure.path.name, "", " ".join(breach.sentence for breach in breaches))


def stand(procedure: Procedure) -> Walk:
    """Walks a procedure through.

    Raises:
        BelowTheFloor: when anything in it is forbidden.
    """
    walk = examine(procedure)
    if walk.breaches:
        raise BelowTheFloor(procedure, walk.breaches)
    return walk


def examine(procedure: Procedure) -> Walk:
    """Walks a procedure through and says everything that is wrong with it."""
    breaches = list(_at_rest(procedure))
    if any(breach.code in ("unreachable", "nobody_responsible") for breach in breaches):
        return Walk(0, 0, tuple(breaches))
    found: dict[tuple[str, str], Breach] = {}
    children, grown = Walker(procedure, child=True), Walker(procedure, child=False)
    children.run(found)
    grown.run(found, grown.come_of_age(children))
    return Walk(children.cases + grown.cases, children.steps + grown.steps, (*breaches, *found.values()))


def _at_rest(procedure: Procedure) -> Iterator[Breach]:
    """What can be seen without walking: the shape of the stages and who answers for them."""
    reached = {stage.name for stage in procedure.stages.values() if stage.entry}
    grown = True
    while grown:
        found = {a.to for a in procedure.actions.values() if a.to and not reached.isdisjoint(a.frm)} - reached
        reached |= found
        grown = bool(found)
    for stage in procedure.stages.values():
        place = f"stage {stage.name}"
        if stage.name not in reached:
            yield Breach("unreachable", place, "no action leads here from any entry")
        leaves = any(action.to not in (None, stage.name) for action in procedure.by_stage[stage.name])
        if not stage.end and not leaves:
            yield Breach("unreachable", place, "no action leads on from here")
        if stage.end and leaves:
            yield Breach("unreachable", place, "is an end, yet an action leads on from here")
        if not _held(procedure, stage.responsible):
            yield Breach("nobody_responsible", place, f"“{stage.responsible}” is no agency of this file")
    for action in procedure.actions.values():
        for role in action.by:
            if role != words.PERSON and role not in words.SUPPORT and not _held(procedure, role):
                yield Breach(
                    "nobody_responsible", f"action {action.name}", f"“{role}” is no agency of this file"
                )
    if words.CLOSED not in procedure.stages:
        yield Breach("stuck", "stages", f"there is no stage “{words.CLOSED}”")


def _held(procedure: Procedure, role: str) -> bool:
    country = procedure.country_of(role)
    return country is not None and bool(procedure.agencies[country].get(role.partition(".")[2]))
