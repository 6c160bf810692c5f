"""The minutes of a handover at a gate: who, by whom, to whom, with what, and what either side objected to."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from documents.fields import (
    MOST_PEOPLE,
    N_,
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
    Words,
    known,
    needed,
)
from documents.kinds.kind import Kind

AgeGroup = Annotated[
    Literal["adult", "child", "unknown"],
    Words({"adult": N_("Grown-up"), "child": N_("Child"), "unknown": N_("Age not known")}),
]


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
    languages: tuple[LanguageCode, ...] = known(N_("Languages"), rows=1)


class HandoverMinutes(PaperFields):
    """The fields of the minutes."""

    place: Place = needed(N_("Place and time"))
    handing: tuple[Delegate, ...] = Field(
        default=(), max_length=8, title=N_("Side that hands over"), json_schema_extra={"rows": 3}
    )
    receiving: tuple[Delegate, ...] = Field(
        default=(), max_length=8, title=N_("Side that receives"), json_schema_extra={"rows": 3}
    )
    people: tuple[Handed, ...] = Field(
        min_length=1, max_length=MOST_PEOPLE, title=N_("People handed over"), json_schema_extra={"rows": 10}
    )
    things: Things = Things()
    copies: Copies = Copies()


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
