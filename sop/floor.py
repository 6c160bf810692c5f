"""Proves of a route file, before it is used, that nothing the floor forbids can happen in it.

The walk visits every case that the file can produce, grown-up and child, letting the person take consent
back and facts lapse at any moment. For the rules about safety it can only err towards complaint. What it
cannot see is whether an officer wrote the truth.
"""

from dataclasses import dataclass

from sop.outline import breaches_in_outline
from sop.procedure import Procedure
from sop.reader import ProcedureError
from sop.rules import Breach
from sop.walker import MOST, TooManyCases, Walker


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
        ProcedureError: when it has too many cases to prove anything.
    """
    try:
        walk = examine(procedure)
    except TooManyCases:
        rule = f"has more than {MOST:,} cases to visit, too many to prove, so it may not be used"
        raise ProcedureError(procedure.path.name, "", rule) from None
    if walk.breaches:
        raise BelowTheFloor(procedure, walk.breaches)
    return walk


def examine(procedure: Procedure) -> Walk:
    """Walks a procedure through and says everything that is wrong with it."""
    breaches = list(breaches_in_outline(procedure))
    if any(breach.code in ("unreachable", "nobody_responsible", "stuck") for breach in breaches):
        return Walk(0, 0, tuple(breaches))
    found: dict[tuple[str, str], Breach] = {}
    children, grown = Walker(procedure, child=True), Walker(procedure, child=False)
    children.run(found)
    grown.run(found, grown.come_of_age(children))
    seen = {(breach.code, breach.place) for breach in breaches}
    walked = (breach for place, breach in found.items() if place not in seen)
    return Walk(children.cases + grown.cases, children.steps + grown.steps, (*breaches, *walked))
