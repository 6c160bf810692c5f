"""The report with which a case is asked to be closed: why, how the person is, and whom they can turn to."""

from typing import Annotated, Literal

from documents.fields import (
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
)
from documents.kinds.kind import Kind
from locales.catalogue import N_

Reason = Annotated[
    Literal["goals_reached", "own_wish", "moved_away", "lost_contact", "handed_on", "died"],
    Words(
        {
            "goals_reached": N_("The goals of the plan are reached"),
            "own_wish": N_("The person wishes no more visits"),
            "moved_away": N_("The person has moved away"),
            "lost_contact": N_("Contact was lost, after all attempts"),
            "handed_on": N_("Another body has taken over"),
            "died": N_("The person has died"),
        }
    ),
]


class Course(Section):
    """What was done."""

    since: PartialDate | None = known(N_("Followed since"))
    visits: Count | None = known(N_("Visits made"))
    summary: Narrative | None = known(N_("How the person is now"), long=True)
    open_matters: Narrative | None = known(N_("What is still open, and who sees to it"), long=True)


class Closing(Section):
    """Why the case is closed, and with whose agreement."""

    reason: Reason = needed(N_("Reason"))
    agreed: bool | None = known(N_("The person agrees"))
    contact: Line | None = known(N_("Whom the person can turn to"))
    on: PartialDate | None = known(N_("Day"))


class ClosureReport(PaperFields):
    """The fields of the report."""

    person: PersonOnPaper = needed(N_("The person"))
    course: Course = part(N_("What was done"), Course)
    closing: Closing = needed(N_("Closing"))
    office: Office = part(N_("Answerable office"), Office)


KIND = Kind(
    name="closure_report",
    title=N_("Closing report"),
    letter="K",
    schema=ClosureReport,
    closing=(N_("The person can come back at any time. A closed case is opened again when it is needed."),),
    signatures=(Signature(N_("Caseworker")), Signature(N_("Approved by"), seal=True)),
)
