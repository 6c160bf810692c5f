"""What an officer is shown of a case, as plain values: everything but who the person is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from repatriation.work.line import Passed
from sop.awaiting import Turn
from sop.deadlines import Deadline
from sop.engine import Reason
from sop.followup import Standing
from sop.procedure import Action, Consent, Procedure, Stage
from sop.view import CaseView


class Kind(StrEnum):
    """What an action is for, so that a page can put the next step first and the rest where it belongs."""

    ON = "on"  # brings the case forward, or puts something on file
    BACK = "back"  # leads to an earlier stage, or takes something off the file
    CONSENT = "consent"  # the person's word on one consent
    PERSON = "person"  # another thing that the person themselves decides
    HOLD = "hold"  # holds the return back, or lets it go on
    EXIT = "exit"  # ends the case otherwise than by its closing


@dataclass(frozen=True, slots=True)
class Body:
    """An organisation, as it calls itself."""

    id: str
    code: str
    name: str
    name_local: str | None
    country: str


@dataclass(frozen=True, slots=True)
class Move:
    """One action of the present stage for the officer who looks: open, or closed with its reasons.

    `overturns`: it would record the contrary of what was found, so nobody is asked to take it.
    """

    action: Action
    kind: Kind
    reasons: tuple[Reason, ...]
    asked: Mapping[str, bool]
    done: bool
    mine: bool
    overturns: bool

    @property
    def open(self) -> bool:
        """Whether the officer may take it now."""
        return not self.reasons

    @property
    def elsewhere(self) -> bool:
        """Whether nothing is lacking but that it is somebody else's to do."""
        return bool(self.reasons) and all(reason.code == "role" for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class FactLine:
    """Something on file: what, since when, until when, and who put it there."""

    name: str
    at: datetime
    until: datetime | None
    on: date | None
    lapsed: bool
    officer: str | None
    body: Body | None


@dataclass(frozen=True, slots=True)
class NoteLine:
    """What an officer wrote beside a step, for everyone with a part in the case."""

    text: str
    action: str
    at: datetime
    officer: str | None
    body: Body | None


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """One decision of the person. Of interpreter and guardian it is told that there was one, not who."""

    name: str
    decision: str
    at: datetime
    until: datetime | None
    language: str | None
    how: str | None
    interpreter: bool
    guardian: bool
    own_view: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that the person is asked in this procedure: how it stands, and every decision there was."""

    consent: Consent
    live: bool
    history: tuple[ConsentLine, ...]


@dataclass(frozen=True, slots=True)
class PartLine:
    """An organisation with a part in the case, its roles, and whether it still has them."""

    body: Body
    roles: tuple[str, ...]
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class IdentificationLine:
    """A screening outcome or a formal identification, whoever made it."""

    kind: str
    outcome: str
    authority: str
    country: str
    form_version: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class VisitLine:
    """A visit planned, made, missed, moved or cancelled; `standing` is that of one that is planned,
    `attempt` of one on whose day nobody agreed."""

    id: str
    state: str
    standing: Standing | None
    slot: str | None
    attempt: bool
    reason: str | None
    attempts: int
    finding: str | None
    contact: bool | None
    answers: Mapping[str, str]
    added: int
    due_on: date | None
    at: datetime | None
    mode: str | None
    seen_alone: bool | None
    outcome: str | None
    safety: str | None
    notes: bool
    officer: str | None


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One thing that happened, as codes."""

    at: datetime
    tag: str
    action: str | None
    to: str | None
    version: int
    detail: Mapping[str, object]
    officer: str | None
    body: Body | None


@dataclass(frozen=True, slots=True)
class CaseGlance:
    """Where a case stands at one moment, for one organisation: what a program is shown of it."""

    reference: str
    procedure: Procedure
    view: CaseView
    stage: Stage
    age_group: str
    gate: str | None
    expected_on: date | None
    opened_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    roles: frozenset[str]
    holder: Body | None
    turn: Turn
    deadlines: tuple[Deadline, ...]
    facts: tuple[FactLine, ...]
    consents: tuple[Asked, ...]
    parts: tuple[PartLine, ...]
    identifications: tuple[IdentificationLine, ...]
    reopened_from: str | None
    reopened_as: str | None

    @property
    def held(self) -> frozenset[str]:
        """The roles that somebody has in the case now."""
        return frozenset(role for part in self.parts if part.until is None for role in part.roles)

    @property
    def my_move(self) -> bool:
        """Whether it falls to the organisation that looks to do something."""
        return not self.roles.isdisjoint(self.turn.falls_to(self.held))

    @property
    def version(self) -> int:
        """The version that a step from here is taken on."""
        return self.view.version


@dataclass(frozen=True, slots=True)
class CasePage(CaseGlance):
    """A case as one officer may see it at one moment."""

    passed: tuple[Passed, ...]
    ahead: tuple[Stage, ...]
    moves: tuple[Move, ...]
    notes: tuple[NoteLine, ...]
    visits: tuple[VisitLine, ...]
    trail: tuple[TrailLine, ...]

    def move(self, action: str) -> Move | None:
        """The action of a name at this stage, or none."""
        return next((move for move in self.moves if move.action.name == action), None)
