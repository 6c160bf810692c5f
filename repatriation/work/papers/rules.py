"""Which act makes which paper, who may open which paper, and who may take one back."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from sop import vocabulary as words
from sop.procedure import Action


class Readers(NamedTuple):
    """The functions whose bodies may open a kind of paper: on the side that issued it, and on the other."""

    own: frozenset[str]
    other: frozenset[str]


def _readers(own: str, other: str = "") -> Readers:
    return Readers(frozenset(own.split()), frozenset(other.split()))


MAY_OPEN: Final[Mapping[str, Readers]] = {
    "return_request": _readers(
        "coordination foreign_affairs consulate protection social",
        "coordination foreign_affairs consulate protection police reception social",
    ),
    "note_verbale": _readers(
        "coordination foreign_affairs consulate", "coordination foreign_affairs consulate"
    ),
    "family_tracing_request": _readers("coordination protection social", "coordination social"),
    "family_assessment": _readers(
        "coordination social reception caseworker guardian_authority",
        "coordination protection social shelter guardian_authority",
    ),
    "consent_form": _readers(
        "coordination protection social shelter reception caseworker guardian_authority"
    ),
    "travel_document": _readers(
        "coordination foreign_affairs consulate reception border immigration",
        "coordination protection shelter border immigration",
    ),
    "handover_minutes": _readers(
        "coordination protection social shelter reception police border immigration consulate",
        "coordination protection social shelter reception police border immigration consulate",
    ),
    "return_certificate": _readers("coordination social reception border police caseworker"),
    "screening_form": _readers("coordination protection social identification reception guardian_authority"),
    "referral_form": _readers("coordination social reception shelter caseworker"),
    "reintegration_plan": _readers("coordination social caseworker guardian_authority"),
    "visit_form": _readers("coordination social caseworker"),
    "closure_report": _readers("coordination social caseworker"),
}
"""Who may open what. Whoever is not named here may not, but for the body that issued the paper. What tells of
the talks with a person, of their plan and of visits never leaves the country that wrote it."""


def is_made_with(action: Action) -> bool:
    """Whether an act happens only together with its paper.

    That somebody says no, takes their word back, or that a return is held, never waits for a paper: the paper
    can be made afterwards.
    """
    if action.document is None:
        return False
    if action.consent is not None and action.consent.act != "give":
        return False
    return not any(fact.startswith(words.HOLD) for fact in action.records)


def may_open(kind: str, roles: frozenset[str], same_country: bool, issued_it: bool) -> bool:
    """Whether a body that holds these roles in a case may open a paper of it."""
    if issued_it:
        return True
    readers = MAY_OPEN.get(kind)
    if readers is None:
        return False
    allowed = readers.own if same_country else readers.other
    return not allowed.isdisjoint(role.rpartition(".")[2] for role in roles)
