"""The request that a person may return: who, found where, what is asked of whom, and on which agreement."""

from typing import Annotated, Literal

from documents.fields import (
    Address,
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
    known,
    needed,
    part,
    some,
)
from documents.kinds.kind import Kind
from locales.catalogue import N_

Asked = Annotated[
    Literal["verify_nationality", "travel_document", "accept_return", "trace_family", "protect"],
    Words(
        {
            "verify_nationality": N_("Confirm the person's nationality"),
            "travel_document": N_("Issue a travel document"),
            "accept_return": N_("Agree to the return, its day and its gate"),
            "trace_family": N_("Look for the family and assess it"),
            "protect": N_("Protect the person and care for them"),
        }
    ),
]
Staying = Annotated[
    Literal["shelter", "hospital", "custody", "private", "border", "other"],
    Words(
        {
            "shelter": N_("In a shelter"),
            "hospital": N_("In a hospital"),
            "custody": N_("In custody"),
            "private": N_("In a private home"),
            "border": N_("At the border"),
            "other": N_("Elsewhere"),
        }
    ),
]


class Found(Section):
    """How the person was found. Where a shelter stands is never told."""

    on: PartialDate | None = known(N_("Found on"))
    where: Address | None = known(N_("Found in (district and province)"))
    staying: Staying | None = known(N_("The person stays now"))
    needs: Narrative | None = known(N_("Needs to be met on the way and on arrival"), long=True)


class Request(Section):
    """What is asked."""

    asked: tuple[Asked, ...] = some(N_("What is asked"))
    wishes: Narrative | None = known(N_("What the person wishes"), long=True)
    planned_on: PartialDate | None = known(N_("Day proposed"))
    gate: Line | None = known(N_("Gate proposed"))
    reply_by: PartialDate | None = known(N_("An answer is asked for by"))


class ReturnRequest(PaperFields):
    """The fields of the request."""

    to: Line = needed(N_("To"))
    person: PersonOnPaper = needed(N_("The person"))
    found: Found = part(N_("Where the person is"), Found)
    request: Request = part(N_("The request"), Request)
    consent: ConsentOnPaper = part(N_("The person's agreement"), ConsentOnPaper)
    office: Office = part(N_("Answerable office"), Office)


KIND = Kind(
    name="return_request",
    title=N_("Request for return"),
    letter="R",
    schema=ReturnRequest,
    opening=(N_("The body named below asks that this person may return safely and of their own will."),),
    closing=(
        N_("The person may change their mind at any moment before crossing the border."),
        N_("Use what is written here for this return alone. Do not pass it on."),
    ),
    signatures=(Signature(N_("For the body that asks"), seal=True),),
)
