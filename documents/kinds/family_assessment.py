"""The report on a family: whether it was found, can receive the person, and is safe for them."""

from typing import Annotated, Literal

from documents.fields import (
    Address,
    Count,
    Line,
    Narrative,
    Office,
    PaperFields,
    PartialDate,
    PersonOnPaper,
    Section,
    Signature,
    Words,
    known,
    needed,
    part,
    rows,
)
from documents.kinds.kind import Kind
from locales.catalogue import N_

Attitude = Annotated[
    Literal["agrees", "unsure", "refuses"],
    Words(
        {
            "agrees": N_("Agrees to receive the person"),
            "unsure": N_("Is not sure"),
            "refuses": N_("Does not wish to receive the person"),
        }
    ),
]
Part = Annotated[
    Literal["none_seen", "suspected", "known", "not_clear"],
    Words(
        {
            "none_seen": N_("No sign of it"),
            "suspected": N_("Suspected"),
            "known": N_("Known"),
            "not_clear": N_("Could not be told"),
        }
    ),
]
Advice = Annotated[
    Literal["family", "other_relatives", "care", "not_now", "more"],
    Words(
        {
            "family": N_("Return to the family"),
            "other_relatives": N_("Return to other relatives"),
            "care": N_("Return to other care, not to the family"),
            "not_now": N_("No return at present"),
            "more": N_("Assess further before deciding"),
        }
    ),
]


class Member(Section):
    """Somebody who lives in the household."""

    relation: Line | None = known(N_("Relation"))
    age: Count | None = known(N_("Age in years"))
    work: Line | None = known(N_("Work or school"))


class Finding(Section):
    """Whether and how the family was found."""

    found: bool = needed(N_("The family was found"))
    where: Address | None = known(N_("Where it lives"))
    assessed_on: PartialDate | None = known(N_("Assessed on"))
    how: (
        Annotated[
            Literal["visit", "telephone", "authority"],
            Words(
                {
                    "visit": N_("By a visit"),
                    "telephone": N_("By telephone"),
                    "authority": N_("Through the local authority"),
                }
            ),
        ]
        | None
    ) = known(N_("How it was assessed"))


class Household(Section):
    """How the family lives."""

    income: Narrative | None = known(N_("Income and debts"), long=True)
    housing: Narrative | None = known(N_("Housing"), long=True)
    attitude: Attitude | None = known(N_("What the family says to the return"))
    part: Part | None = known(N_("Part of the family in the trafficking"))
    child_protection: Narrative | None = known(N_("Concerns for a child"), long=True)
    services: Narrative | None = known(N_("Services near the family"), long=True)


class Recommended(Section):
    """What the assessor advises, and why."""

    advice: Advice = needed(N_("Recommendation"))
    reasons: Narrative | None = known(N_("Reasons"), long=True)


class FamilyAssessment(PaperFields):
    """The fields of the report."""

    person: PersonOnPaper = needed(N_("The person"))
    finding: Finding = needed(N_("The family"))
    members: tuple[Member, ...] = rows(N_("Who lives in the household"), most=20, blank=6)
    household: Household = part(N_("The household"), Household)
    recommended: Recommended = needed(N_("Recommendation"))
    office: Office = part(N_("Answerable office"), Office)


KIND = Kind(
    name="family_assessment",
    title=N_("Family assessment"),
    letter="F",
    schema=FamilyAssessment,
    closing=(
        N_(
            "A family is assessed before a return is decided. What is written here is for that "
            "decision alone."
        ),
    ),
    signatures=(
        Signature(N_("Assessor")),
        Signature(N_("Office that answers for the assessment"), seal=True),
    ),
)
