"""What an officer enters beside an action: dates, an interpreter, a chosen organisation, a reason."""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    StringConstraints,
    ValidationError,
)

from repatriation.places.gazetteer import province_of
from repatriation.work.services.codes import PLACING, SERVICES, Custody, Declined
from repatriation.work.sharing import BROUGHT_IN_BY
from sop import vocabulary as words
from sop.procedure import Action, Procedure

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.\-]{1,60}$")]

Day = TypeVar("Day", bound=date)

_UNSEEN: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
"""Signs that nobody types, and those that turn the reading of what follows. Zero-width ones stay: Khmer words
are parted by them."""

YEARS: Final = range(2000, 2101)
"""Days that an agreement, a paper or a handover may speak of; any other year is a slip of the hand."""


def says_something(text: str) -> bool:
    """Whether a letter or a figure stands in a text. Blanks, dashes and signs without width name nobody."""
    return any(sign.isalnum() for sign in text)


def _said(text: str) -> str:
    text = _UNSEEN.sub("", text).strip()
    if not says_something(text):
        raise ValueError("needed")
    return text


def _near(day: Day) -> Day:
    if day.year not in YEARS:
        raise ValueError("out of range")
    return day


def _a_service(code: str) -> str:
    if code not in SERVICES:
        raise ValueError("unknown")
    return code


Said = Annotated[Line, AfterValidator(_said)]
SaidAtLength = Annotated[Note, AfterValidator(_said)]


def _a_province(code: str) -> str:
    place = province_of(code)
    if place is None or place.code != code:
        raise ValueError("unknown")
    return code


class Particulars(BaseModel):
    """What comes with a step. Which of it is asked for follows from the action (`asked`)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    on: Annotated[date, AfterValidator(_near)] | None = None
    until: Annotated[AwareDatetime, AfterValidator(_near)] | None = None
    gate: Code | None = None
    organisation: Code | None = None
    note: SaidAtLength | None = None
    language: Literal["km", "th", "vi", "en", "other"] | None = None
    how: Literal["spoken", "written", "thumbprint", "signed"] | None = None
    interpreter: Said | None = None
    guardian: Said | None = None
    own_view: bool = False
    authority: Said | None = None
    form_version: Said | None = None
    entry: Code | None = None
    offer: Code | None = None
    service: Annotated[Code, AfterValidator(_a_service)] | None = None
    reason: Declined | None = None
    custody: Custody | None = None
    province: Annotated[Code, AfterValidator(_a_province)] | None = None

    def entered(self) -> dict[str, Any]:
        """What was entered, by name."""
        return {name: value for name, value in vars(self).items() if value != _BLANK[name]}


NOTHING: Final = Particulars()

_BLANK: Final = dict(vars(NOTHING))

_POSITIVE: Final = {
    "formally_identified": "formal",
    "identified_at_home": "formal",
    "screened_positive": "screening",
}
_NOT_IDENTIFIED: Final = "not_identified"

NEEDS_A_NOTE: Final = frozenset(
    {
        "risk_too_high",
        "family_unsuitable",
        "best_interests_not_return",
        "received_one_sided",
        "nationality_refused",
        "referral_declined",
        "breakdown_reported",
        "closure_requested",
        "hold_legal",
        "hold_health",
        "hold_border",
    }
)
"""Facts that nobody may put on file without saying why."""


def identification_of(action: Action) -> tuple[str, str] | None:
    """The kind and outcome of the identification that an action is, if it is one.

    A screening and a formal identification are two things; neither is ever inferred from the other.
    """
    for fact in action.records:
        if fact in _POSITIVE:
            return _POSITIVE[fact], "trafficked"
    if action.to == _NOT_IDENTIFIED:
        return ("screening" if "reception_screening" in action.frm else "formal"), "not_trafficked"
    return None


def asked(procedure: Procedure, action: Action, *, child: bool) -> Mapping[str, bool]:
    """The particulars that belong to an action, each with whether it must be given."""
    exits = action.to is not None and procedure.stages[action.to].end
    return _asked(action, exits, child)


@lru_cache(maxsize=4096)
def _asked(action: Action, exits: bool, child: bool) -> Mapping[str, bool]:
    fields: dict[str, bool] = {}
    if action.consent is not None:
        fields |= {"language": True, "how": True, "interpreter": False}
        if action.consent.act == "give":
            fields["until"] = False
            if child:
                fields |= {"guardian": True, "own_view": False}
    if not words.DATED.isdisjoint(action.records):
        fields |= {"on": True, "gate": True}
    if action.lapses == words.AS_RECORDED:
        fields["until"] = True
    if identification_of(action) is not None:
        fields |= {"authority": True, "form_version": False}
    if action.discloses is not None or not BROUGHT_IN_BY.keys().isdisjoint(action.records):
        fields["organisation"] = False
    if "reopened" in action.records:
        fields["entry"] = True
    if "referral_offered" in action.records:
        fields |= {"offer": False, "service": False}
    if "referral_declined" in action.records:
        fields["reason"] = False
    if action.name in PLACING:
        fields["province"] = False
        if "sheltered" in action.records:
            fields["offer"] = False
        if child:
            fields["custody"] = True
    # Whoever decides for themselves owes nobody a reason.
    fields["note"] = (exits and words.PERSON not in action.by) or not NEEDS_A_NOTE.isdisjoint(action.records)
    return MappingProxyType(fields)


def wanting(procedure: Procedure, action: Action, given: Particulars, *, child: bool) -> dict[str, str]:
    """Which particulars are missing, or do not belong to this action, as field -> code."""
    expected = asked(procedure, action, child=child)
    entered = given.entered()
    problems = {field: "not_asked" for field in entered if field not in expected}
    problems |= {field: "needed" for field, must in expected.items() if must and field not in entered}
    return problems


def problems_of(error: ValidationError) -> dict[str, str]:
    """A validation error as field -> code, without repeating what was entered."""
    return {
        ".".join(str(part) for part in each["loc"]): each["type"]
        for each in error.errors(include_input=False)
    }
