"""The referral of a person to a service: what is asked of whom, how urgent, and the answer."""

from typing import Annotated, Literal

from documents.fields import (
    ConsentOnPaper,
    Line,
    Narrative,
    Office,
    PaperFields,
    PartialDate,
    PersonOnPaper,
    Section,
    Signature,
    Words,
    for_reader,
    known,
    needed,
    part,
    some,
)
from documents.kinds.kind import Kind
from locales.catalogue import N_

Service = Annotated[
    Literal[
        "shelter", "health", "counselling", "legal", "training", "work", "school", "family", "money", "other"
    ],
    Words(
        {
            "shelter": N_("A place to stay"),
            "health": N_("Health care"),
            "counselling": N_("Counselling"),
            "legal": N_("Legal aid"),
            "training": N_("Vocational training"),
            "work": N_("Help to find work"),
            "school": N_("School"),
            "family": N_("Help for the family"),
            "money": N_("Help with money"),
            "other": N_("Something else"),
        }
    ),
]
Urgency = Annotated[
    Literal["today", "week", "month"],
    Words({"today": N_("Today"), "week": N_("Within a week"), "month": N_("Within a month")}),
]


class Asked(Section):
    """What is asked."""

    services: tuple[Service, ...] = some(N_("Services asked for"))
    needs: Narrative | None = known(N_("Needs"), long=True)
    urgency: Urgency | None = known(N_("How urgent"))
    safety: Narrative | None = known(N_("What must be kept in mind for the person's safety"), long=True)


class Answer(Section):
    """For the receiver to fill in."""

    accepted: bool | None = known(N_("Accepted"))
    reason: Narrative | None = known(N_("Reason, where it is declined"), long=True)
    on: PartialDate | None = known(N_("On"))


class ReferralForm(PaperFields):
    """The fields of the form."""

    to: Line = needed(N_("To"))
    person: PersonOnPaper = needed(N_("The person"))
    asked: Asked = part(N_("What is asked"), Asked)
    consent: ConsentOnPaper = part(N_("The person's agreement"), ConsentOnPaper)
    office: Office = part(N_("Answerable office"), Office)
    answer: Answer = for_reader(N_("Answer of the receiver"), Answer)


KIND = Kind(
    name="referral_form",
    title=N_("Referral"),
    letter="V",
    schema=ReferralForm,
    opening=(
        N_(
            "A service is asked for. Responsibility for the person stays where it is until it is "
            "taken over in writing."
        ),
    ),
    closing=(N_("Use what is written here for this service alone. Do not pass it on."),),
    signatures=(Signature(N_("For the body that refers")), Signature(N_("For the body that receives"))),
)
