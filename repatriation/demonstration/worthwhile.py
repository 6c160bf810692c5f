"""What officers on the good course work towards, and what they leave: setbacks, and what is of no use."""

from collections.abc import Mapping
from typing import Final

from sop import vocabulary as words
from sop.procedure import Action, Procedure
from sop.view import CaseView

SETBACKS: Final = frozenset(
    {
        "nationality_refused",
        "family_not_found",
        "family_unsuitable",
        "risk_too_high",
        "best_interests_not_return",
        "received_one_sided",
        "referral_declined",
        "visit_missed",
        "breakdown_reported",
        "fined_on_return",
        "arrived_unannounced",
        "reopened",
    }
)
"""Facts that nobody works towards."""

MOOT: Final[Mapping[str, frozenset[str]]] = {
    "referral_offered": frozenset({"referral_accepted"}),
    "alternative_care_confirmed": frozenset({"family_suitable", "family_found"}),
    "family_found": frozenset({"family_not_found"}),
    "family_suitable": frozenset({"family_unsuitable", "family_not_found", "alternative_care_confirmed"}),
    "risk_acceptable": frozenset({"risk_too_high"}),
    "best_interests_return": frozenset({"best_interests_not_return"}),
    "nationality_confirmed": frozenset({"nationality_refused"}),
}
"""Facts that are not looked for once one of these others is on file."""

FOR_CHILDREN: Final = frozenset({"guardian_appointed", "best_interests_return"})


def helps(fact: str, view: CaseView, goal: str, without: frozenset[str]) -> bool:
    """Whether it is worth while to put a fact on file in a case on its way to a stage."""
    if fact.startswith(words.HOLD) or fact in SETBACKS or fact in without:
        return False
    if fact in FOR_CHILDREN and not view.child:
        return False
    if fact == "closure_requested" and goal != words.CLOSED:
        return False
    return fact not in view.facts and MOOT.get(fact, frozenset()).isdisjoint(view.facts)


def leads_on(procedure: Procedure, stage: str, action: Action) -> bool:
    """Whether an action brings a case forward: to a later stage that is no exit, not at the person's word."""
    if action.to is None or words.PERSON in action.by:
        return False
    order = list(procedure.stages)
    exits = procedure.stages[action.to].end and action.to != words.CLOSED
    return not exits and order.index(action.to) > order.index(stage)
