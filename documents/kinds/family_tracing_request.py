"""The request to look for a family: what is known of it, and what it may and may not be told."""

from typing import Annotated, Literal

from documents.fields import (
    Address,
    ConsentOnPaper,
    Line,
    NameText,
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

Telling = Annotated[
    Literal["nothing", "looked_for", "returning"],
    Words(
        {
            "nothing": N_("Nothing: ask the local authority only, and do not go to the family"),
            "looked_for": N_("Only that a relative is looking for them"),
            "returning": N_("That the person is safe and wishes to come home"),
        }
    ),
]


class Relative(Section):
    """Somebody of the family."""

    name: NameText | None = known(N_("Name"))
    relation: Line | None = known(N_("Relation"))
    address: Address | None = known(N_("Last known address or telephone"))


class Search(Section):
    """What helps to find them."""

    other_names: Line | None = known(N_("Other names the person is or was known by"))
    last_address: Address | None = known(N_("Last known home of the family"))
    last_contact: PartialDate | None = known(N_("Last contact with the family"))
    landmarks: Narrative | None = known(
        N_("What the person remembers: village head, pagoda, school, market"), long=True
    )


class Care(Section):
    """What must be kept in mind, so that looking does no harm."""

    may_be_told: Telling = needed(N_("What the family may be told"))
    photo: bool | None = known(N_("The person agrees that their photograph is shown"))
    warnings: Narrative | None = known(N_("Dangers to be kept in mind"), long=True)
    reply_by: PartialDate | None = known(N_("An answer is asked for by"))


class FamilyTracingRequest(PaperFields):
    """The fields of the request."""

    to: Line = needed(N_("To"))
    person: PersonOnPaper = needed(N_("The person"))
    search: Search = part(N_("What helps to find them"), Search)
    relatives: tuple[Relative, ...] = rows(N_("Relatives"), most=12, blank=4)
    care: Care = needed(N_("Care in looking"))
    consent: ConsentOnPaper = part(N_("The person's agreement"), ConsentOnPaper)
    office: Office = part(N_("Answerable office"), Office)


KIND = Kind(
    name="family_tracing_request",
    title=N_("Request to trace a family"),
    letter="T",
    schema=FamilyTracingRequest,
    opening=(N_("Do not tell anybody that the person was trafficked."),),
    closing=(N_("Use what is written here to look for the family alone. Do not pass it on."),),
    signatures=(Signature(N_("For the body that asks"), seal=True),),
)
