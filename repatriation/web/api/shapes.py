"""What stands in the answers of the API, and in what is sent to it. The contract is made of these."""

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from repatriation.work.followup.entered import VisitEntered
from repatriation.work.newcase import AgeGroup, ConsentEntered, Entered, PersonEntered
from repatriation.work.particulars import Code, Line, Note, Particulars

Version = Annotated[int, Field(ge=0)]
Language = Literal["en", "km", "th", "vi"]
Grounding = Literal["sourced", "assumed"]

_REFERENCE: Final = r"^[A-Z]{2}-[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}$"
Reference = Annotated[str, StringConstraints(pattern=_REFERENCE)]


class Shape(BaseModel):
    """What the API answers."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Body(Shape):
    """An organisation."""

    code: str
    name: str
    country: str


class Due(Shape):
    """A time limit that runs: for which action, until when, and whether a source gives it."""

    action: str
    by: tuple[str, ...]
    ends_at: datetime
    last_day: date | None = None
    overdue: bool
    basis: str
    grounding: Grounding


class CaseInList(Shape):
    """A case in a list. `ours`: a step is awaited of the caller's organisation."""

    reference: Reference
    route: str
    edition: str
    stage: str
    ended: bool
    age_group: AgeGroup
    version: Version
    entered_at: datetime
    updated_at: datetime
    expected_on: date | None = None
    gate: str | None = None
    responsible: str
    waiting_for: tuple[str, ...]
    ours: bool
    stuck: bool
    due: Due | None = None


class CaseList(Shape):
    """One page. `next` is to be given as `after`; where there is none, this was the last page."""

    cases: tuple[CaseInList, ...]
    next: str | None = None


class FactOnFile(Shape):
    """Something on file: since when, until when it counts, and the day it speaks of."""

    name: str
    at: datetime
    until: datetime | None = None
    on: date | None = None
    counts: bool
    by: str | None = None


class ConsentOnFile(Shape):
    """What the person said to one question, and whether it stands now."""

    name: str
    purpose: str
    to: tuple[str, ...]
    stands: bool
    decision: Literal["given", "refused", "withdrawn"] | None = None
    at: datetime | None = None
    until: datetime | None = None


class Part(Shape):
    """An organisation with a part in the case."""

    organisation: Body
    roles: tuple[str, ...]
    since: datetime
    until: datetime | None = None


class Identified(Shape):
    """A screening outcome or a formal identification. One never stands for the other."""

    kind: Literal["screening", "formal"]
    outcome: str
    authority: str
    country: str
    at: datetime


class NameSeen(Shape):
    """A name in one script, exactly as given."""

    script: str
    given: str | None = None
    middle: str | None = None
    family: str | None = None
    full: str | None = None


class PersonSeen(Shape):
    """The person, as far as the purpose opens it and it is known, in the fields of HTCDS 2.0."""

    names: tuple[NameSeen, ...] | None = None
    birthdate: date | None = None
    birth_year_estimated: bool | None = None
    gender: str | None = None
    citizenship: tuple[str, ...] | None = None
    primary_language: str | None = None
    secondary_language: str | None = None
    identity_number: str | None = None
    home_address: dict[str, Any] | None = None
    contacts: dict[str, Any] | None = None
    marital_status: str | None = None
    number_of_children: int | None = None
    education: str | None = None
    trafficking_status: str | None = None
    type_of_exploitation: tuple[str, ...] | None = None
    vulnerabilities: tuple[str, ...] | None = None
    details_of_vulnerabilities: str | None = None


class Case(Shape):
    """A case. `person` is there only where a purpose was named, and the person agreed to it."""

    reference: Reference
    route: str
    edition: str
    procedure: Annotated[str, Field(description="SHA-256 of the procedure file that the case keeps to")]
    stage: str
    ended: bool
    age_group: AgeGroup
    version: Version
    opened_at: datetime
    entered_at: datetime
    updated_at: datetime
    closed_at: datetime | None = None
    expected_on: date | None = None
    gate: str | None = None
    holder: Body | None = None
    responsible: str
    waiting_for: tuple[str, ...]
    ours: bool
    roles: Annotated[tuple[str, ...], Field(description="The roles of the caller's organisation in the case")]
    due: tuple[Due, ...]
    facts: tuple[FactOnFile, ...]
    consents: tuple[ConsentOnFile, ...]
    parts: tuple[Part, ...]
    identifications: tuple[Identified, ...]
    reopened_from: str | None = None
    reopened_as: str | None = None
    person: PersonSeen | None = None


class Why(Shape):
    """Why an action is closed: a code, what it speaks of, and the same in words."""

    code: str
    about: str
    words: str


class Need(Shape):
    """A particular that belongs to an action, and whether it must be given."""

    name: str
    must: bool


class Told(Shape):
    """Whom an action tells of the person, and for which purpose."""

    purpose: str
    to: tuple[str, ...]


class Action(Shape):
    """An action of the present stage: open, or closed with every reason. Words are in the language asked for;
    codes stay.

    `paper` is the kind of paper that the action makes, and `paper_needed` says that it is taken only together
    with it; `paper_languages` are the pairs in which it may be made.
    """

    name: str
    words: str
    open: bool
    reasons: tuple[Why, ...]
    by: tuple[str, ...]
    done: bool
    leads_to: str | None = None
    needs: tuple[Need, ...]
    paper: str | None = None
    paper_needed: bool
    paper_languages: tuple[tuple[Language, Language], ...] | None = None
    tells: Told | None = None
    basis: str
    grounding: Grounding


class Actions(Shape):
    """What may be done in a case now, and why not the rest."""

    reference: Reference
    version: Version
    stage: str
    actions: tuple[Action, ...]


class Paper(Entered):
    """The paper of an action: what is to stand in it, in the fields of its kind (see the schemas whose names
    begin with `Paper_`), and its two languages. What is not sent is printed as a line to write on.
    """

    languages: tuple[Language, Language] | None = None
    fields: Annotated[dict[str, Any], Field(max_length=50)]


class ActionToTake(Particulars):
    """What comes with a step. Which of it is asked for stands with each action under `needs`."""

    paper: Paper | None = None


class StepTaken(Shape):
    """The case after a step. `opened` is a new case that the step opened, `paper` the number of its paper."""

    reference: Reference
    version: Version
    stage: str
    opened: Reference | None = None
    paper: str | None = None


class AccountTold(Entered):
    """What was done to the person, in the fields and values of HTCDS 2.0."""

    trafficking_status: Code | None = None
    status_decided_by: Code | None = None
    relationship_to_trafficker: Code | None = None
    age_when_trafficked: Annotated[int, Field(ge=0, le=120)] | None = None
    method_of_recruitment: tuple[Code, ...] = ()
    location_of_recruitment: Line | None = None
    methods_of_control: tuple[Code, ...] = ()
    type_of_exploitation: tuple[Code, ...] = ()
    forced_labour_industry: Code | None = None
    type_of_sex_exploitation: tuple[Code, ...] = ()
    location_of_exploitation: Line | None = None
    vulnerabilities: tuple[Code, ...] = ()
    details_of_vulnerabilities: Note | None = None
    forced_criminality: bool | None = None


class CaseToOpen(Entered):
    """A return request. The route is where the person was found and where they go home to, as in `tha-khm`;
    the stage is one in which the caller's side may begin. Somebody whose age is unknown counts as a child.
    """

    route: Annotated[str, StringConstraints(pattern=r"^[a-z]{3}-[a-z]{3}$")]
    stage: Code = "reported"
    age_group: AgeGroup = "unknown"
    gate: Code | None = None
    organisation: Code | None = None
    person: PersonEntered = PersonEntered()
    account: AccountTold = AccountTold()
    consent: ConsentEntered | None = None
    note: Note | None = None


class CaseOpened(Shape):
    """The case that was opened."""

    reference: Reference
    version: Version
    stage: str


class VisitSeen(Shape):
    """A visit: planned, done, missed, moved or cancelled. Its words stay sealed; `notes` says that there are
    some.

    `slot` names which visit of the schedule it is, `reason` why it was moved or cancelled, `attempts` how
    many visits in a row have found nobody.
    """

    id: str
    case: Reference
    case_version: Version
    state: Literal["planned", "done", "missed", "moved", "cancelled"]
    due_on: date | None = None
    at: datetime | None = None
    outcome: str | None = None
    mode: str | None = None
    seen_alone: bool | None = None
    safety: str | None = None
    contact: bool | None = None
    answers: dict[str, str] = {}
    finding: str | None = None
    slot: str | None = None
    reason: str | None = None
    attempts: int = 0
    notes: bool


class VisitList(Shape):
    """One page, oldest first. `next` is to be given as `after`."""

    visits: tuple[VisitSeen, ...]
    next: str | None = None


class VisitToRecord(VisitEntered):
    """A visit that was made or missed. Its form is made of what stands here, unless `paper` says more."""

    case: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    paper: Paper | None = None


class VisitRecorded(Shape):
    """The case after the visit, and the number of the form.

    `addition` says that somebody else had written this visit down already: what was sent is kept beside it,
    without a step and without a form.
    """

    case: Reference
    version: Version
    stage: str
    paper: str | None = None
    addition: bool = False
