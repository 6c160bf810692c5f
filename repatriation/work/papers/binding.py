"""What a paper must say because its act says it: nobody signs one thing while another is put on file."""

from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import Final

from documents.fields import PaperFields
from locales.dates import day_of
from repatriation.work.particulars import Particulars, asked
from repatriation.work.refusals import Invalid
from sop.procedure import Action, Procedure

_DECISIONS: Final = {"give": "given", "refuse": "refused", "withdraw": "withdrawn"}
_OUTCOMES: Final = {
    "presumed": "presumed",
    "formally_identified": "trafficked",
    "screened_positive": "trafficked",
}
_UNTIL: Final = {"consent_form": "matter.until", "travel_document": "journey.until"}
"""Where a paper says how long it holds, which is entered beside its act."""


def said_by_the_act(kind: str, procedure: Procedure, action: Action) -> dict[str, str]:
    """What the act alone says of the fields of its paper, by their places."""
    if kind == "consent_form":
        act = action.consent
        if act is None:  # the decision to return, which is made with the person
            return {"matter.purpose": "return", "matter.decision": "given"}
        purpose = procedure.consents[act.consent].purpose
        return {"matter.purpose": purpose, "matter.decision": _DECISIONS[act.act]}
    if kind == "screening_form":
        found = next((_OUTCOMES[fact] for fact in action.records if fact in _OUTCOMES), None)
        outcome = found or ("not_trafficked" if action.to == "not_identified" else None)
        return {"result.outcome": outcome} if outcome else {}
    return {}


def last_day(until: datetime | None) -> date | None:
    """The last day on which something holds that ends at a moment; at midnight the day before has ended."""
    return day_of(until - timedelta(microseconds=1)) if until else None


def printed(day: date | None) -> str | None:
    """A day as the fields of a paper hold it."""
    return day.isoformat() if day else None


def same_as_the_act(
    kind: str, procedure: Procedure, action: Action, given: Particulars | None, fields: PaperFields
) -> None:
    """Raises Invalid for each field that says something else than the act, or than was entered beside it.

    A paper that is made afterwards comes without what was entered: `given` is then none.
    """
    bound: dict[str, str | None] = {**said_by_the_act(kind, procedure, action)}
    if given is not None and kind in _UNTIL and "until" in asked(procedure, action, child=False):
        bound[_UNTIL[kind]] = printed(last_day(given.until))
    wrong = [place for place, said in bound.items() if attrgetter(place)(fields) != said]
    if wrong:
        raise Invalid(dict.fromkeys(wrong, "said_otherwise"))
