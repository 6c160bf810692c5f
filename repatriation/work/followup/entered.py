"""A visit as the caseworker writes it down, what is looked over first, and what its form says of it."""

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, StringConstraints

from documents.fields import NARRATIVE
from repatriation.work.particulars import YEARS
from repatriation.work.refusals import Invalid
from sop.clocks import zone_of

Notes = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8000)]
Answer = Literal["well", "worry", "help"]
Because = Literal["asked", "ill", "away", "not_safe", "road", "officer", "other"]

BECAUSE: Final[tuple[str, ...]] = get_args(Because)
"""Why a visit is put off or moved."""

ASKED_ABOUT: Final = ("health", "housing", "income", "school", "debt", "legal")
"""What is asked about at every visit, each answered by a code."""


class VisitEntered(BaseModel):
    """A visit as the caseworker writes it down.

    `visit` names the planned visit that it is; `reason` says why it was put off; `finding` is what was
    learned that calls for a step of its own.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    on: date
    outcome: Literal["seen", "not_there", "declined", "moved", "put_off"]
    mode: Literal["home", "elsewhere", "office", "phone", "written"] | None = None
    seen_alone: bool | None = None
    safety: Literal["safe", "worry", "danger"] | None = None
    contact: bool | None = None
    health: Answer | None = None
    housing: Answer | None = None
    income: Answer | None = None
    school: Answer | None = None
    debt: Answer | None = None
    legal: Answer | None = None
    finding: Literal["retrafficked", "breakdown"] | None = None
    notes: Notes | None = None
    needs: Notes | None = None
    steps: Notes | None = None
    next_on: date | None = None
    reason: Because | None = None
    visit: Annotated[str, StringConstraints(pattern=r"^[0-9a-f-]{36}$")] | None = None

    @property
    def answers(self) -> dict[str, str]:
        """What was answered, by what it was asked about."""
        told = {name: getattr(self, name) for name in ASKED_ABOUT}
        return {name: code for name, code in told.items() if code is not None}


def look_over(now: datetime, entered: VisitEntered) -> None:
    """Raises Invalid when the visit lies ahead, the next one does not, or one put off lacks day or reason."""
    day = now.astimezone(zone_of("KHM")).date()
    wrong = {"on": "future"} if entered.on > day or entered.on.year not in YEARS else {}
    if entered.next_on is not None and entered.next_on.year not in YEARS:
        wrong["next_on"] = "out_of_range"
    if entered.next_on is not None and entered.next_on <= entered.on:
        wrong["next_on"] = "past"
    if entered.outcome == "put_off":
        if entered.next_on is None:
            wrong["next_on"] = "needed"
        if entered.reason is None:
            wrong["reason"] = "needed"
    elif entered.reason is not None:
        wrong["reason"] = "not_asked"
    if wrong:
        raise Invalid(wrong)


def on_paper(entered: VisitEntered, visitor: str | None) -> dict[str, Any]:
    """What the form of a visit (`documents.kinds.visit_form`) says as soon as the visit is entered."""
    told: dict[str, dict[str, Any]] = {
        "visit": {
            "on": entered.on.isoformat(),
            "visitor": visitor,
            "outcome": entered.outcome,
            "mode": entered.mode,
            "alone": entered.seen_alone,
        },
        "safe": {"safety": entered.safety, "contact": entered.contact, "remarks": _fitting(entered.notes)},
        "next": {
            "needs": _fitting(entered.needs),
            "steps": _fitting(entered.steps),
            "visit_on": entered.next_on.isoformat() if entered.next_on else None,
        },
    }
    return {
        part: {name: value for name, value in said.items() if value is not None}
        for part, said in told.items()
    }


def _fitting(words: str | None) -> str | None:
    return words if words and len(words) <= NARRATIVE else None
