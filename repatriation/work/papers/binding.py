"""What a paper must say because its act says it: nobody signs one thing while another is put on file."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

from documents.fields import PaperFields
from locales.dates import day_of
from repatriation.work.particulars import Particulars, asked
from repatriation.work.refusals import Invalid
from sop.engine import DECISIONS
from sop.procedure import Action, Procedure

Settled = Mapping[str, tuple[str, ...]]

_MATTERS: Final = {
    "notify_origin": "notification",
    "request_verification": "verification",
    "accept_return": "acceptance",
    "refuse_acceptance": "refusal",
}
_OUTCOMES: Final = {
    "formally_identified": ("trafficked",),
    "screened_positive": ("trafficked", "presumed"),
    "presumed": ("presumed", "trafficked"),
}
UNTIL: Final = {"consent_form": "matter.until", "travel_document": "journey.until"}
"""Where a paper says how long it holds, which is entered beside its act."""

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


def settled(procedure: Procedure, action: Action) -> Settled:
    """The places of an act's paper at which it may say only some things, and which; the likeliest first."""
    match action.document:
        case "consent_form":
            return _agreed(procedure, action)
        case "screening_form":
            found = next((_OUTCOMES[fact] for fact in action.records if fact in _OUTCOMES), None)
            outcome = found or (("not_trafficked",) if action.to == "not_identified" else None)
            return {"result.outcome": outcome} if outcome else {}
        case "note_verbale" if action.name in _MATTERS:
            return {"matter": (_MATTERS[action.name],)}
        case "family_assessment" if "family_suitable" in action.records:
            return {"recommended.advice": ("family", "other_relatives")}
        case "family_assessment":
            return {"recommended.advice": ("not_now", "other_relatives", "care", "more")}
    return {}


def _agreed(procedure: Procedure, action: Action) -> Settled:
    act = action.consent
    if act is None:  # the decision to return, which is made with the person
        return {"matter.purpose": ("return",), "matter.decision": ("given",)}
    purpose = procedure.consents[act.consent].purpose
    return {"matter.purpose": (purpose,), "matter.decision": (DECISIONS[act.act],)}


def last_day(until: datetime | None) -> date | None:
    """The last day on which something holds that ends at a moment; at midnight the day before has ended."""
    return day_of(until - timedelta(microseconds=1)) if until else None


def printed(day: date | None) -> str | None:
    """A day as the fields of a paper hold it."""
    return day.isoformat() if day else None


def check(
    procedure: Procedure, action: Action, given: Particulars | None, fields: PaperFields, today: date
) -> None:
    """Raises Invalid for each field that says something else than the act or than was entered beside it, or
    tells of a day to come as of one that has been. A field left empty says nothing; but how long a paper
    holds is not left open where it was entered.

    A paper that is made afterwards comes without what was entered: `given` is then none.
    """
    bound: dict[str, tuple[str | None, ...]] = {
        place: (None, *may) for place, may in settled(procedure, action).items()
    }
    until = UNTIL.get(str(action.document))
    if given is not None and until and "until" in asked(procedure, action, child=False):
        bound[until] = (printed(last_day(given.until)),)
    wrong = {place: "said_otherwise" for place, may in bound.items() if _said_at(fields, place) not in may}
    wrong |= {place: "not_yet" for place in PAST if _is_to_come(_said_at(fields, place), today)}
    if wrong:
        raise Invalid(wrong)


def _is_to_come(said: object, today: date) -> bool:
    """Whether a day, month or year lies ahead; those of today do not."""
    return isinstance(said, str) and said > today.isoformat()[: len(said)]


def _said_at(fields: object, place: str) -> object:
    """What a paper says at a place, or nothing."""
    for part in place.split("."):
        fields = getattr(fields, part, None)
    return fields
