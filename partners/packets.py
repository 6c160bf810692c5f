"""What an envelope carries about a case: which fields there may be, and which of them may leave for what.

Everything is optional that a sender may not know, and nothing is taken that is not named here.
"""

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Final, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from partners import scopes
from partners.steps import Standing, Step

Line = Annotated[str, Field(min_length=1, max_length=200)]
Note = Annotated[str, Field(min_length=1, max_length=4000)]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:/+-]{0,99}$")]
Reference = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,39}$")]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Jti = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Codes = Annotated[list[Code], Field(max_length=50)]

HANDLING: Final = (
    "not_to_origin",
    "not_to_family",
    "not_to_police",
    "no_onward_sharing",
    "women_only",
    "erase_when_done",
)
"""What a sender may ask of whoever handles the data. A closed list, so that it can be shown in any language;
what does not fit into it stands in a sentence beside it.
"""


STEPS: Final = ("step", "stop")
"""What an update is that carries a step."""


class BadPacket(ValueError):
    """An envelope's `case` is not what its type asks for."""


class _Told(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Name(_Told):
    """A name in one script, exactly as given."""

    script: Code = "latn"
    given: Line | None = None
    middle: Line | None = None
    family: Line | None = None
    full: Line | None = None


class Person(_Told):
    """The person, in the fields of the records. `scopes.FIELDS` says which may leave, and for what."""

    names: Annotated[list[Name], Field(max_length=10)] | None = None
    birthdate: Day | None = None
    birth_year_estimated: bool | None = None
    gender: Code | None = None
    citizenship: Codes | None = None
    primary_language: Line | None = None
    secondary_language: Line | None = None
    identity_number: Line | None = None
    home_address: Annotated[dict[Code, Line], Field(max_length=10)] | None = None
    contacts: Annotated[dict[Code, Line], Field(max_length=10)] | None = None
    marital_status: Line | None = None
    number_of_children: Annotated[int, Field(ge=0, le=40)] | None = None
    education: Line | None = None
    trafficking_status: Code | None = None
    type_of_exploitation: Codes | None = None
    vulnerabilities: Codes | None = None
    details_of_vulnerabilities: Note | None = None


class Consented(_Told):
    """What the person agreed to, and when: in seconds since 1970."""

    name: Code | None = None
    purpose: Code
    given: int
    until: int | None = None
    language: Code | None = None
    how: Code | None = None
    guardian: bool = False
    own_view: bool = False


class Handing(_Told):
    """A referral or a transfer. `to` is the role in which the receiver is asked, `asked` what is asked of it.

    `step` names the act of the procedure by which a transfer moves the case on, where it is one that does.
    `standing` is there when the receiver is asked to carry the case on together with its sender, step by
    step.
    """

    reference: Reference | None = None
    route: Code | None = None
    edition: Code | None = None
    procedure: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    stage: Code | None = None
    step: Code | None = None
    age_group: Literal["adult", "child", "unknown"] | None = None
    to: Code | None = None
    organisation: Code | None = None
    sender: Code | None = None
    purpose: Code | None = None
    asked: Note | None = None
    consent: Consented | None = None
    person: Person = Person()
    handling: Annotated[list[Code], Field(max_length=20)] = []
    handling_note: Note | None = None
    standing: Standing | None = None


class Summary(_Told):
    """How a person is after coming home: codes, numbers and days; never who they are, and no sentence."""

    reference: Reference
    route: Code
    number: Annotated[int, Field(ge=1, le=1000)]
    stage: Code
    home_since: Day
    contact: Literal["met", "not_met", "none_yet"]
    last_met: Day | None = None
    safety: Literal["safe", "worry", "danger"] | None = None
    visits_made: Annotated[int, Field(ge=0, le=10_000)]
    visits_missed: Annotated[int, Field(ge=0, le=10_000)]
    next_visit: Day | None = None


class Update(_Told):
    """Something more: a question, an answer, or what was wrong and is put right in a handoff; where the case
    is carried on together, a step that was taken in it, a step that stops it, or that this ends; and how
    somebody is after coming home, which is about a handoff only where the case came by one.
    """

    about: Jti | None = None
    what: Literal["question", "answer", "correction", "step", "stop", "end", "summary"]
    text: Note | None = None
    person: Person | None = None
    step: Step | None = None
    summary: Summary | None = None
    consent: Consented | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.step is not None) != (self.what in STEPS):
            raise ValueError("a step, and nothing else, has a step")
        if (self.summary is not None) != (self.what == "summary"):
            raise ValueError("a summary, and nothing else, has one")
        if self.about is None and self.summary is None:
            raise ValueError("it must be about a handoff")
        if (self.step or self.summary) and (self.text is not None or self.person is not None):
            raise ValueError("a step or a summary says no more than its codes")
        return self


class Withdrawal(_Told):
    """A handoff is taken back; what came with it is to be erased."""

    about: Jti
    reason: Code | None = None
    was: Code | None = None
    """How it stood with the sender: `accepted` when its acceptance had been heard of."""


class Decision(_Told):
    """What a person decided about a handoff: the receipt is what counts, the rest says why and who.

    About a step the procedure decides: `number` is its place in the order, `reasons` why it does not count.
    """

    about: Jti
    receipt: Annotated[str, Field(min_length=10, max_length=4096)]
    reason: Code | None = None
    note: Note | None = None
    by: Line | None = None
    reference: Reference | None = None
    number: Annotated[int, Field(ge=1, le=2**31)] | None = None
    reasons: Codes = []


Packet = Handing | Update | Withdrawal | Decision

MODELS: Final[Mapping[str, type[Packet]]] = {
    "referral": Handing,
    "transfer": Handing,
    "update": Update,
    "withdrawal": Withdrawal,
    "decision": Decision,
}
"""What `case` holds in an envelope of each type."""


class KeptBack(NamedTuple):
    """A field that is on file and does not leave. `why`: `never`, `purpose` (it would for another one) or
    `officer` (who sends it thought it not needed).
    """

    field: str
    why: str


class Chosen(NamedTuple):
    """What of a person leaves, and what does not."""

    person: Person
    sent: tuple[str, ...]
    kept_back: tuple[KeptBack, ...]


def read(kind: str, case: Mapping[str, Any]) -> Packet:
    """An envelope's `case`. Raises BadPacket; nothing of what was sent is repeated in it."""
    try:
        return MODELS[kind].model_validate(dict(case))
    except (KeyError, ValidationError):
        raise BadPacket(kind) from None


def told(packet: Packet) -> dict[str, Any]:
    """A packet as it stands in an envelope: what is not known is not there."""
    return packet.model_dump(mode="json", exclude_none=True, exclude_defaults=True)


def as_said(summary: Summary) -> dict[str, Any]:
    """A summary as it is kept and shown: what is not known is not there."""
    return summary.model_dump(mode="json", exclude_none=True)


def choose(on_file: Mapping[str, Any], purposes: Collection[str], held_back: Collection[str] = ()) -> Chosen:
    """Of what is on file, that which may leave for these purposes, less what the officer holds back.

    Raises BadPacket when something on file cannot be sent as it stands.
    """
    known = {name: value for name, value in on_file.items() if value not in (None, "", [], {}, ())}
    opened = scopes.fields(purposes)
    kept_back = []
    for name in sorted(known):
        if name not in opened:
            kept_back.append(KeptBack(name, "purpose" if name in scopes.EVER_LEAVES else "never"))
        elif name in held_back:
            kept_back.append(KeptBack(name, "officer"))
    apart = {each.field for each in kept_back}
    sent = {name: value for name, value in known.items() if name not in apart}
    try:
        person = Person.model_validate(sent)
    except ValidationError:
        raise BadPacket("person") from None
    return Chosen(person, tuple(sorted(sent)), tuple(kept_back))
