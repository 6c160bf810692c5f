"""What each thing in a procedure rests on, counted in one way by the book and by the check."""

from collections.abc import Iterator
from typing import NamedTuple

from sop.procedure import Action, Limit, Procedure, Texts


class Ground(NamedTuple):
    """One thing in a procedure that rests on something: its words, where it stands, and whether it is
    assumed."""

    assumed: bool
    texts: Texts
    stage: str | None = None
    action: Action | None = None
    limit: Limit | None = None


def grounds(procedure: Procedure) -> Iterator[Ground]:
    """Everything in a procedure that carries a basis; the person's answers stand and fall with their
    consent."""
    for stage in procedure.stages.values():
        yield Ground(stage.grounding == "assumed", stage.text, stage.name)
        for claim in stage.entitlements:
            yield Ground(claim.grounding == "assumed", claim.text, stage.name)
    for action in procedure.actions.values():
        if action.consent is None:
            yield Ground(action.grounding == "assumed", action.text, None, action)
        for limit in action.within:
            yield Ground(limit.grounding == "assumed", action.text, None, action, limit)
    for consent in procedure.consents.values():
        yield Ground(consent.grounding == "assumed", consent.text)
    for functions in procedure.agencies.values():
        for bodies in functions.values():
            for agency in bodies:
                yield Ground(agency.grounding == "assumed", agency.text)
