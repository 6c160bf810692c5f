"""What no procedure may do: the rules of the floor, one sentence each, and what breaking one looks like."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from sop.procedure import Procedure


class Rule(NamedTuple):
    """One rule of the floor: its code and its sentence."""

    code: str
    sentence: str


FLOOR: Final = (
    Rule("moves_without_consent", "Nobody is moved without their own live consent to return."),
    Rule(
        "moves_under_hold",
        "Nobody is moved while proceedings, illness, a closed gate or second thoughts stand.",
    ),
    Rule(
        "moves_child",
        "No child is moved without a guardian, a best-interests determination and a receiving carer.",
    ),
    Rule(
        "discloses_without_consent",
        "Nobody is spoken of without live consent for that purpose and that recipient.",
    ),
    Rule("notifies_against_objection", "The home country is not told against the person's objection."),
    Rule("no_way_to_stay", "Until the handover, the person can always say that they stay."),
    Rule("consent_is_final", "Until the handover, consent to return can always be taken back."),
    Rule("stuck", "From every case there is a way on to a closed file."),
    Rule("unreachable", "Every stage can be reached, and every stage but an end can be left."),
    Rule("nobody_responsible", "In every stage a named agency answers for the case."),
)

SENTENCES: Final = {rule.code: rule.sentence for rule in FLOOR}
CHILD_GATES: Final = ("child_guardian", "child_best_interests", "child_receiving_carer")


@dataclass(frozen=True, slots=True)
class Breach:
    """One thing in a file that the floor forbids."""

    code: str
    place: str
    detail: str

    @property
    def sentence(self) -> str:
        """What is wrong, where, and which rule it breaks."""
        return f"{self.place}: {self.detail}. {SENTENCES[self.code]}"


def stages_before_handover(procedure: Procedure) -> frozenset[str]:
    """The stages from which a movement homeward may still come."""
    before = {stage for action in procedure.actions.values() if action.moves for stage in action.frm}
    grown = True
    while grown:
        grown = False
        for action in procedure.actions.values():
            if action.to in before and not action.frm <= before:
                before |= action.frm
                grown = True
    return frozenset(before)
