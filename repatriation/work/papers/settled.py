"""What an act settles of its paper, so that no paper says something else than what was done."""

from collections.abc import Mapping
from datetime import date
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

PAST: Final = (
    "person.birth",
    "found.on",
    "search.last_contact",
    "talk.on",
    "explained.on",
    "consent.given_on",
    "finding.assessed_on",
    "answers.dated",
    "entry.on",
    "visit.on",
    "keeping.agreed_on",
    "course.since",
)
"""Where papers tell of a day that has been."""


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


def check(action: Action, fields: Mapping[str, Any], today: date) -> None:
    """Raise Invalid, by place, where a paper says something else than its act, or tells of a day to come as
    of one that has been.
    """
    wrong = {}
    for place, allowed in settled(action).items():
        said = _said_at(fields, place)
        if said is not None and said not in allowed:
            wrong[place] = "not_as_done"
    for place in PAST:
        said = _said_at(fields, place)
        # Of a year or a month alone, the year or the month of today may be told.
        if isinstance(said, str) and said > today.isoformat()[: len(said)]:
            wrong[place] = "not_yet"
    if wrong:
        raise Invalid(wrong)


def _said_at(fields: Any, place: str) -> Any:
    """What a paper says at a place, or nothing."""
    for part in place.split("."):
        fields = fields.get(part) if isinstance(fields, Mapping) else None
    return fields
