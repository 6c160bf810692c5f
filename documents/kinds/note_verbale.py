"""A note verbale, drafted: third person, compliments, matter, compliments again; initialled, not signed.

The mission owns the wording and gives the note its own number. The form follows what is told of such notes in
public descriptions of diplomatic practice.
"""

from typing import Annotated, Literal

from documents.fields import (
    Line,
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

MATTER = Words(
    {
        "notification": N_("Notification of a national found"),
        "verification": N_("Request to verify nationality"),
        "acceptance": N_("Agreement to a return"),
        "refusal": N_("Return cannot be agreed to at present"),
    }
)
Matter = Annotated[Literal["notification", "verification", "acceptance", "refusal"], MATTER]


class Answers(Section):
    """The note that this one answers."""

    number: Line | None = known(N_("In answer to note number"))
    dated: PartialDate | None = known(N_("Dated"))


class Arranged(Section):
    """Day and gate, where they are agreed."""

    on: PartialDate | None = known(N_("Day of the return"))
    gate: Line | None = known(N_("Gate"))
    travel_document: Line | None = known(N_("Travel document enclosed, number"))


class NoteVerbale(PaperFields):
    """The fields of the note."""

    to: Line = needed(N_("To"))
    own_number: Line | None = known(
        N_("The mission's own number"), hint=N_("Numbered one after another within the year, by the mission")
    )
    matter: Matter = needed(N_("Subject"))
    answers: Answers = part(N_("Earlier note"), Answers)
    person: PersonOnPaper = needed(N_("The person"))
    arranged: Arranged = part(N_("Arrangements"), Arranged)
    remarks: Narrative | None = known(N_("Further remarks"), long=True)


COMPLIMENTS = N_(
    "%(sender)s presents its compliments to %(receiver)s and has the honour to refer to the following."
)
RENEWED = N_(
    "%(sender)s avails itself of this opportunity to renew to %(receiver)s the assurances of its "
    "highest consideration."
)
MATTERS = {
    "notification": N_(
        "The person named below was found and says to be a national of the receiving side. The person"
        " has agreed that this be told."
    ),
    "verification": N_(
        "It is asked that the nationality of the person named below be verified. The person has "
        "agreed to this."
    ),
    "acceptance": N_(
        "The return of the person named below is agreed to, by their own will, at the day and gate given."
    ),
    "refusal": N_(
        "The return of the person named below cannot be agreed to at present, for the reasons given."
    ),
}

KIND = Kind(
    name="note_verbale",
    title=N_("Note verbale"),
    letter="N",
    schema=NoteVerbale,
    template="note.html",
    official=True,
    states_only=True,
    initialled=True,
    signatures=(Signature(N_("Initials"), seal=True),),
)
