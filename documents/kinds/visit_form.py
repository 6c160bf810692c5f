"""The form of a follow-up visit: how the person is, whether they are safe, and what comes next."""

from typing import Annotated, Literal

from documents.fields import (
    Line,
    NameText,
    Narrative,
    PaperFields,
    PartialDate,
    PersonOnPaper,
    Section,
    Signature,
    Words,
    known,
    needed,
    part,
)
from documents.kinds.kind import Kind
from locales.catalogue import N_

Mode = Annotated[
    Literal["home", "elsewhere", "office", "phone", "written"],
    Words(
        {
            "home": N_("At the person's home"),
            "elsewhere": N_("At another place"),
            "office": N_("At the office"),
            "phone": N_("By telephone"),
            "written": N_("In writing"),
        }
    ),
]
Outcome = Annotated[
    Literal["seen", "not_there", "declined", "moved", "put_off"],
    Words(
        {
            "seen": N_("Met the person"),
            "not_there": N_("Not there"),
            "declined": N_("Did not wish to be visited"),
            "moved": N_("Has moved away"),
            "put_off": N_("Put off to another day"),
        }
    ),
]
Safety = Annotated[
    Literal["safe", "worry", "danger"],
    Words({"safe": N_("Safe"), "worry": N_("There is cause for worry"), "danger": N_("In danger")}),
]


class Visit(Section):
    """The visit itself."""

    on: PartialDate = needed(N_("Day"))
    visitor: NameText | None = known(N_("Visitor"))
    mode: Mode | None = known(N_("How"))
    alone: bool | None = known(N_("Spoken to alone"))
    others: Line | None = known(N_("Who else was there"))
    outcome: Outcome = needed(N_("Outcome"))


class Safe(Section):
    """Safety."""

    safety: Safety | None = known(N_("Safety"))
    contact: bool | None = known(N_("Contact by traffickers"))
    remarks: Narrative | None = known(N_("What was seen and said"), long=True)


class Life(Section):
    """How the person lives."""

    health: Narrative | None = known(N_("Health"), long=True)
    housing: Narrative | None = known(N_("Housing"), long=True)
    income: Narrative | None = known(N_("Work and income"), long=True)
    school: Narrative | None = known(N_("School or training"), long=True)
    debt: Narrative | None = known(N_("Debts"), long=True)
    legal: Narrative | None = known(N_("Legal matters"), long=True)


class Next(Section):
    """What comes next."""

    needs: Narrative | None = known(N_("Needs"), long=True)
    steps: Narrative | None = known(N_("What will be done, by whom"), long=True)
    visit_on: PartialDate | None = known(N_("Next visit"))


class VisitForm(PaperFields):
    """The fields of the form."""

    person: PersonOnPaper = needed(N_("The person"))
    visit: Visit = needed(N_("The visit"))
    safe: Safe = part(N_("Safety"), Safe)
    life: Life = part(N_("Daily life"), Life)
    next: Next = part(N_("What comes next"), Next)


KIND = Kind(
    name="visit_form",
    title=N_("Follow-up visit"),
    letter="L",
    schema=VisitForm,
    opening=(N_("Ask first whether this is a good moment, and whether the person wishes to speak alone."),),
    signatures=(Signature(N_("Visitor")),),
)
