"""What is entered to open a case: the route, the person, what happened to them, and their consent."""

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from repatriation.work.particulars import Code, Line, Note, Said

Script = Literal["latn", "khmr", "thai"]
AgeGroup = Literal["adult", "child", "unknown"]
Gender = Literal[
    "Feminine",
    "Masculine",
    "TransgenderFeminine",
    "TransgenderMasculine",
    "NonConforming",
    "NonSpecifiedUnknown",
]
"""The values of HTCDS `prs_Gender`."""

COMES_OF_AGE = 18
OLDEST = 120
"""Nobody is older; a date of birth before that is a slip of the hand, such as a year of two figures."""


class Entered(BaseModel):
    """Something a person typed or a file said: nothing beyond what is named here is taken."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Name(Entered):
    """A name in one script, exactly as given; never transliterated by machine."""

    script: Script = "latn"
    given: Line | None = None
    middle: Line | None = None
    family: Line | None = None
    full: Line | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.given or self.family or self.full):
            raise ValueError("a name says nothing")
        return self


class PersonEntered(Entered):
    """The person, in the fields of HTCDS (`records.people.Person`)."""

    names: tuple[Name, ...] = ()
    salutation: Line | None = None
    title: Line | None = None
    birthdate: date | None = None
    birth_year_estimated: bool = False
    gender: Gender | None = None
    deceased: bool | None = None
    marital_status: Line | None = None
    number_of_children: Annotated[int, Field(ge=0, le=40)] | None = None
    primary_language: Line | None = None
    secondary_language: Line | None = None
    education: Line | None = None
    citizenship: tuple[Code, ...] = ()
    identity_number: Line | None = None
    home_address: dict[str, Line] = Field(default_factory=dict)
    contacts: dict[str, Line] = Field(default_factory=dict)


class AccountEntered(Entered):
    """What was done to the person, in the fields of HTCDS (`records.people.TraffickingAccount`)."""

    trafficking_status: Code | None = None
    status_decided_by: Code | None = None
    relationship_to_trafficker: Code | None = None
    age_when_trafficked: int | None = None
    recruitment_websites: tuple[Code, ...] = ()
    method_of_recruitment: tuple[Code, ...] = ()
    location_of_recruitment: Line | None = None
    methods_of_control: tuple[Code, ...] = ()
    type_of_exploitation: tuple[Code, ...] = ()
    forced_labour_industry: Code | None = None
    type_of_sex_exploitation: tuple[Code, ...] = ()
    location_of_exploitation: Line | None = None
    exploitation_websites: tuple[Code, ...] = ()
    vulnerabilities: tuple[Code, ...] = ()
    details_of_vulnerabilities: Note | None = None
    forced_criminality: bool | None = None
    events: Annotated[tuple[dict[str, Any], ...], Field(max_length=50)] = ()
    perpetrators: Annotated[tuple[dict[str, Any], ...], Field(max_length=50)] = ()
    other: dict[str, Any] = Field(default_factory=dict)
    unrecognised: dict[str, Annotated[str, StringConstraints(max_length=32_767)]] = Field(
        default_factory=dict
    )


class ConsentEntered(Entered):
    """The consent a case opens with: to being protected, and to a file being kept for it."""

    name: Code = "protection"
    language: Literal["km", "th", "vi", "en", "other"] | None = None
    how: Literal["spoken", "written", "thumbprint", "signed", "imported"] = "spoken"
    interpreter: Said | None = None
    guardian: Said | None = None
    own_view: bool = False


class NewCase(Entered):
    """A case to be opened at one of the procedure's entries."""

    route: Annotated[str, StringConstraints(pattern=r"^[a-z]{3}-[a-z]{3}$")]
    stage: Code = "reported"
    age_group: AgeGroup = "unknown"
    gate: Code | None = None
    organisation: Code | None = None
    """Who answers for the case, where several could: an organisation's code."""
    person: PersonEntered = PersonEntered()
    account: AccountEntered = AccountEntered()
    consent: ConsentEntered | None = None
    note: Note | None = None
    reopens: str | None = None

    def age_on(self, day: date) -> AgeGroup:
        """Grown up, child or unknown: from the date of birth where there is one, else as the officer
        judged. A date at which nobody alive was born says nothing, and nobody whom an officer took for a
        child becomes grown up by a date: papers of children are often false.
        """
        born = self.person.birthdate
        if born is None or self.age_group == "child":
            return self.age_group
        birthdays = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
        if not 0 <= birthdays <= OLDEST:
            return self.age_group
        return "adult" if birthdays >= COMES_OF_AGE else "child"
