"""What an act settles of its paper, so that no paper says something else than what was done."""

from collections.abc import Mapping
from typing import Any, Final

from repatriation.work.refusals import Invalid
from sop.procedure import Action

MATTERS: Final[Mapping[str, str]] = {
    "notify_origin": "notification",
    "request_verification": "verification",
    "accept_return": "acceptance",
    "refuse_acceptance": "refusal",
}
"""What the note verbale of an act is about."""


def settled(action: Action) -> Mapping[str, frozenset[str]]:
    """The places of an act's paper at which it may say only some things, and which these are."""
    if action.document == "screening_form":
        return {"result.outcome": frozenset(_outcomes(action))}
    if action.document == "consent_form" and action.consent is None:
        return {"matter.purpose": frozenset({"return"}), "matter.decision": frozenset({"given"})}
    if action.document == "note_verbale" and action.name in MATTERS:
        return {"matter": frozenset({MATTERS[action.name]})}
    if action.document == "family_assessment":
        suits = "family_suitable" in action.records
        advice = {"family", "other_relatives"} if suits else {"other_relatives", "care", "not_now", "more"}
        return {"recommended.advice": frozenset(advice)}
    return {}


def _outcomes(action: Action) -> set[str]:
    """What a talk may have shown, for what was done after it."""
    if action.to == "not_identified":
        return {"not_trafficked"}
    if "formally_identified" in action.records:
        return {"trafficked"}
    return {"presumed", "trafficked"}


def check(action: Action, fields: Mapping[str, Any]) -> None:
    """Raise Invalid, by place, where a paper says something else than its act."""
    wrong = {}
    for place, allowed in settled(action).items():
        value: Any = fields
        for part in place.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        if value is not None and value not in allowed:
            wrong[place] = "not_as_done"
    if wrong:
        raise Invalid(wrong)
