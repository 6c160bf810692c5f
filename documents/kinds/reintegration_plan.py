"""The plan for the time after the return: what the person chose, goals, who helps, the next review."""

from typing import Annotated, Literal

from documents.fields import (
    Address,
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

DOMAINS = Words(
    {
        "safety": N_("Safety"),
        "housing": N_("Housing"),
        "health": N_("Health"),
        "mind": N_("Well-being"),
        "school": N_("School"),
        "training": N_("Vocational training"),
        "income": N_("Work and income"),
        "family": N_("Family and neighbours"),
        "legal": N_("Legal matters"),
        "papers": N_("Civil papers"),
    }
)
Domain = Annotated[
    Literal[
        "safety", "housing", "health", "mind", "school", "training", "income", "family", "legal", "papers"
    ],
    DOMAINS,
]
Living = Annotated[
    Literal["family", "relatives", "shelter", "alone", "foster", "other"],
    Words(
        {
            "family": N_("With the family"),
            "relatives": N_("With relatives"),
            "shelter": N_("In a shelter"),
            "alone": N_("On their own"),
            "foster": N_("In foster care"),
            "other": N_("Elsewhere"),
        }
    ),
]


class Goal(Section):
    """One goal."""

    domain: Domain | None = known(N_("Domain"))
    goal: Line | None = known(N_("Goal"))
    who: Line | None = known(N_("Who helps"))
    by: PartialDate | None = known(N_("Until"))


class Wishes(Section):
    """What the person wants."""

    own_words: Narrative | None = known(N_("What the person wants, in their own words"), long=True)
    living: Living | None = known(N_("Where the person lives"))
    address: Address | None = known(N_("Village, commune, district, province"))


class Keeping(Section):
    """Safety, visits and the next look at the plan."""

    safety: Narrative | None = known(N_("If there is danger"), long=True)
    visits: Narrative | None = known(N_("Visits agreed"), long=True)
    review: PartialDate | None = known(N_("The plan is looked at again on"))
    agreed_on: PartialDate | None = known(N_("Agreed on"))


class ReintegrationPlan(PaperFields):
    """The fields of the plan."""

    person: PersonOnPaper = needed(N_("The person"))
    wishes: Wishes = part(N_("The person's own wishes"), Wishes)
    goals: tuple[Goal, ...] = rows(N_("Goals"), most=20, blank=6)
    keeping: Keeping = part(N_("Safety, visits and review"), Keeping)
    office: Office = part(N_("Answerable office"), Office)


KIND = Kind(
    name="reintegration_plan",
    title=N_("Reintegration plan"),
    letter="P",
    schema=ReintegrationPlan,
    replaces=True,
    opening=(N_("The person makes this plan with the caseworker and may change it whenever they wish."),),
    signatures=(
        Signature(N_("The person"), thumb=True),
        Signature(N_("Guardian, for a child"), thumb=True),
        Signature(N_("Caseworker")),
    ),
)
