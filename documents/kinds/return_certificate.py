"""The certificate of return: that a person entered their own country, when and where."""

from documents.fields import (
    Address,
    Line,
    PaperFields,
    PartialDate,
    PersonOnPaper,
    Section,
    Signature,
    known,
    needed,
)
from documents.kinds.kind import Kind
from locales.catalogue import N_


class Entry(Section):
    """The entry."""

    on: PartialDate = needed(N_("Entered on"))
    gate: Line = needed(N_("Gate"))
    document: Line | None = known(N_("Travel document"))
    minutes: Line | None = known(N_("Minutes of handover, number"))
    destination: Address | None = known(N_("Goes to"))


class ReturnCertificate(PaperFields):
    """The fields of the certificate."""

    person: PersonOnPaper = needed(N_("The person"))
    entry: Entry = needed(N_("Entry into the country"))


KIND = Kind(
    name="return_certificate",
    title=N_("Certificate of return"),
    letter="H",
    schema=ReturnCertificate,
    states_only=True,
    closing=(N_("This certifies that the person named has returned to their country."),),
    signatures=(Signature(N_("Issuing authority"), seal=True),),
)
