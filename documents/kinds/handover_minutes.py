"""The minutes of a handover at a gate: who, by whom, to whom, with what, and what either side objected to."""

from datetime import date

from documents.fields import (
    MOST_PEOPLE,
    AgeGroup,
    Count,
    LanguageCode,
    Line,
    NameText,
    Narrative,
    PaperFields,
    Section,
    Sex,
    Signature,
    TimeOfDay,
    known,
    needed,
    part,
    rows,
    some,
)
from documents.kinds.kind import Kind
from locales.catalogue import N_


class Place(Section):
    """Where and when."""

    gate: Line = needed(N_("Gate"))
    on: date = needed(N_("Day"))
    time: TimeOfDay | None = known(N_("Time"), hint=N_("24 hours, such as 09:30"))


class Delegate(Section):
    """Somebody who hands over or receives."""

    name: NameText | None = known(N_("Name"))
    rank: Line | None = known(N_("Position"))
    body: Line | None = known(N_("Body"))


class Handed(Section):
    """A person who is handed over."""

    reference: Line | None = known(N_("Case"))
    name: NameText | None = known(N_("Name"))
    sex: Sex | None = known(N_("Sex"))
    age_group: AgeGroup | None = known(N_("Age"))
    document: Line | None = known(N_("Travel document"))
    health: Line | None = known(N_("Health remark"))


class Things(Section):
    """What goes with them."""

    property: Narrative | None = known(N_("Property handed over"), long=True)
    files: Narrative | None = known(N_("Papers and files handed over"), long=True)
    objections: Narrative | None = known(N_("Objections and remarks of either side"), long=True)
    one_sided: bool | None = known(N_("The other side did not sign"))


class Copies(Section):
    """How many copies were made, and in which languages."""

    copies: Count | None = known(N_("Copies"))
    languages: tuple[LanguageCode, ...] = some(N_("Languages"))


class HandoverMinutes(PaperFields):
    """The fields of the minutes."""

    place: Place = needed(N_("Place and time"))
    handing: tuple[Delegate, ...] = rows(N_("Side that hands over"), most=8, blank=3)
    receiving: tuple[Delegate, ...] = rows(N_("Side that receives"), most=8, blank=3)
    people: tuple[Handed, ...] = rows(N_("People handed over"), most=MOST_PEOPLE, blank=10, least=1)
    things: Things = part(N_("What goes with them"), Things)
    copies: Copies = part(N_("Copies"), Copies)


KIND = Kind(
    name="handover_minutes",
    title=N_("Minutes of handover"),
    letter="M",
    schema=HandoverMinutes,
    template="minutes.html",
    states_only=True,
    opening=(N_("Both sides have met at the gate and checked each person against the list."),),
    closing=(N_("Read by both sides, or read to them, and found right."),),
    signatures=(
        Signature(N_("For the side that hands over"), seal=True),
        Signature(N_("For the side that receives"), seal=True),
    ),
)
