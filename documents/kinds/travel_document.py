"""An emergency travel document for one journey home. A specimen, unless an authority has set up its own."""

from documents.fields import (
    Country,
    Line,
    PaperFields,
    PartialDate,
    PersonOnPaper,
    Section,
    Signature,
    known,
    needed,
    part,
)
from documents.kinds.kind import Kind
from locales.catalogue import N_


class Journey(Section):
    """The one journey for which it is made."""

    to: Country = needed(N_("For one journey to"))
    gate: Line | None = known(N_("Gate"))
    issued_on: PartialDate | None = known(N_("Issued on"))
    until: PartialDate = needed(N_("Valid until"))


class Description(Section):
    """By what the holder is known."""

    height: Line | None = known(N_("Height"))
    marks: Line | None = known(N_("Special features"))


class TravelDocument(PaperFields):
    """The fields of the document."""

    own_number: Line | None = known(
        N_("Number of the document"), hint=N_("As the issuing authority numbers it")
    )
    person: PersonOnPaper = needed(N_("The holder"))
    journey: Journey = needed(N_("Journey"))
    description: Description = part(N_("Description"), Description)


KIND = Kind(
    name="travel_document",
    title=N_("Emergency travel document"),
    letter="E",
    schema=TravelDocument,
    template="travel.html",
    official=True,
    states_only=True,
    replaces=True,
    closing=(
        N_(
            "All authorities are asked to let the holder pass freely to the home country and to help "
            "them where needed."
        ),
    ),
    signatures=(Signature(N_("The holder"), thumb=True), Signature(N_("Issuing authority"), seal=True)),
)
