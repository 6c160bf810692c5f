"""A step and a case as they travel between two installations: codes and moments, never who it is about."""

import base64
import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from sop.view import CaseView, ConsentState, Decision, Fact


def _a_day(told: str) -> str:
    date.fromisoformat(told)  # what only looks like a day is refused
    return told


Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:/+-]{0,99}$")]
Key = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Digest = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$"), AfterValidator(_a_day)]
Micros = Annotated[int, Field(ge=0, le=2**53)]
"""A moment, in millionths of a second since 1970: both sides must hold the very same one."""
Count = Annotated[int, Field(ge=0, le=2**31)]
Codes = Annotated[list[Code], Field(max_length=50)]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO: Final = timedelta(microseconds=1)


class _Told(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Step(_Told):
    """A step as it travels: codes and moments, never who it is about.

    `key` names it for ever; `seq` counts the steps of its side, `number` its place in the order, once
    whoever keeps the order has given it one; `seen` is how far the order stood with its sender. `stage` and
    `view` are what its sender saw before it. `void`: it is overtaken, and only takes up its number.
    """

    key: Key
    seq: Annotated[int, Field(ge=1, le=2**31)]
    number: Annotated[int, Field(ge=1, le=2**31)] | None = None
    seen: Count = 0
    procedure: Sha256
    stage: Code
    view: Digest
    action: Code
    by: Code
    organisation: Code | None = None
    at: Micros
    on: Day | None = None
    until: Micros | None = None
    guardian: bool = False
    own_view: bool = False
    gate: Code | None = None
    language: Code | None = None
    how: Code | None = None
    recorded: Codes = []
    cleared: Codes = []
    joined: Codes = []
    void: bool = False

    @property
    def taken_at(self) -> datetime:
        """When it was taken, by the clock there."""
        return moment(self.at)


class FactTold(_Told):
    """A fact as it stands."""

    at: Micros
    until: Micros | None = None
    on: Day | None = None


class ConsentTold(_Told):
    """What the person last said about one consent: that it was said, not in which words."""

    decision: Decision
    at: Micros
    until: Micros | None = None
    guardian: bool = False
    own_view: bool = False


class Standing(_Told):
    """Where a case stands, for whoever is to carry it on together with its sender.

    `number`, `taken` and `heard` are how far the order is, and how many steps of the sender's and of the
    receiver's are in it. `anew`: what the receiver holds of it counts no more. `parts` is who has a part in
    it, role by role, as the code of an organisation.
    """

    number: Count = 0
    taken: Count = 0
    heard: Count = 0
    anew: bool = True
    stage: Code
    entered: Micros
    child: bool
    facts: Annotated[dict[Code, FactTold], Field(max_length=100)] = {}
    consents: Annotated[dict[Code, ConsentTold], Field(max_length=40)] = {}
    parts: Annotated[dict[Code, Code], Field(max_length=40)] = {}
    gate: Code | None = None


def digest(view: CaseView) -> str:
    """What a case holds, in one word: alike on both sides when they hold the same."""
    told = standing(view).model_dump(mode="json")
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


def standing(view: CaseView) -> Standing:
    """A view of a case as it is told."""
    return Standing(
        stage=view.stage,
        entered=micros(view.entered),
        child=view.child,
        facts={
            name: FactTold(at=micros(fact.at), until=_micros(fact.until), on=_iso(fact.on))
            for name, fact in sorted(view.facts.items())
        },
        consents={
            name: ConsentTold(
                decision=said.decision,
                at=micros(said.at),
                until=_micros(said.until),
                guardian=said.guardian,
                own_view=said.own_view,
            )
            for name, said in sorted(view.consents.items())
        },
    )


def view_of(told: Standing, procedure: str, version: int = 0) -> CaseView:
    """A case as it was told, for our engine."""
    return CaseView(
        procedure,
        told.stage,
        moment(told.entered),
        {name: Fact(moment(f.at), _moment(f.until), day(f.on)) for name, f in told.facts.items()},
        {
            name: ConsentState(c.decision, moment(c.at), _moment(c.until), c.guardian, c.own_view)
            for name, c in told.consents.items()
        },
        told.child,
        version,
    )


def micros(at: datetime) -> int:
    """A moment, to be told."""
    return (at - _EPOCH) // _MICRO


def moment(told: int) -> datetime:
    """A moment that was told."""
    return _EPOCH + told * _MICRO


def day(told: str | None) -> date | None:
    """A day that was told."""
    return None if told is None else date.fromisoformat(told)


def _micros(at: datetime | None) -> int | None:
    return None if at is None else micros(at)


def _moment(told: int | None) -> datetime | None:
    return None if told is None else moment(told)


def _iso(on: date | None) -> str | None:
    return None if on is None else on.isoformat()
