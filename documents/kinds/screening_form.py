"""The form of a screening or an identification: signs, the person's account, needs, and what was found."""

from typing import Annotated, Literal

from documents.fields import (
    LanguageCode,
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
    some,
)
from documents.kinds.kind import Kind
from locales.catalogue import N_

Sign = Annotated[
    Literal[
        "deceived",
        "papers_taken",
        "debt",
        "not_free",
        "threat",
        "violence",
        "unpaid",
        "forced_crime",
        "sexual",
        "minor",
        "sold_on",
        "ransom",
    ],
    Words(
        {
            "deceived": N_("Deceived about the work or the journey"),
            "papers_taken": N_("Papers or telephone taken away"),
            "debt": N_("Held by a debt"),
            "not_free": N_("Not free to leave"),
            "threat": N_("Threatened, or the family threatened"),
            "violence": N_("Hurt or starved"),
            "unpaid": N_("Not paid, or far less than promised"),
            "forced_crime": N_("Made to commit crimes, such as fraud online"),
            "sexual": N_("Sexually exploited"),
            "minor": N_("Under eighteen and exploited in any way"),
            "sold_on": N_("Passed on or sold to others"),
            "ransom": N_("Money asked for letting them go"),
        }
    ),
]
Need = Annotated[
    Literal["doctor", "shelter", "food", "interpreter", "lawyer", "family_contact", "child_care", "safety"],
    Words(
        {
            "doctor": N_("A doctor"),
            "shelter": N_("A place to stay"),
            "food": N_("Food, water, clothing"),
            "interpreter": N_("An interpreter"),
            "lawyer": N_("Legal advice"),
            "family_contact": N_("Contact with the family"),
            "child_care": N_("Care for a child"),
            "safety": N_("Protection from a danger now"),
        }
    ),
]
Outcome = Annotated[
    Literal["presumed", "trafficked", "not_trafficked", "more_time"],
    Words(
        {
            "presumed": N_("Presumed to be trafficked"),
            "trafficked": N_("Trafficked"),
            "not_trafficked": N_("No sign of trafficking was found"),
            "more_time": N_("More time is needed"),
        }
    ),
]


class Talk(Section):
    """Where, when and with whom the talk took place."""

    on: PartialDate | None = known(N_("Day"))
    place: Line | None = known(N_("Place"))
    language: LanguageCode | None = known(N_("Language spoken"))
    interpreter: NameText | None = known(N_("Interpreter"))
    alone: bool | None = known(N_("Spoken to alone"))
    agreed: bool | None = known(N_("The person agreed to the talk"))
    form_version: Line | None = known(N_("Form that was used"))


class Seen(Section):
    """What was seen and told."""

    signs: tuple[Sign, ...] = some(N_("Signs"))
    account: Narrative | None = known(N_("What the person tells, in their own words"), long=True)
    needs: tuple[Need, ...] = some(N_("Needs now"))
    remarks: Narrative | None = known(N_("Remarks"), long=True)


class Result(Section):
    """What was found, and who decided it."""

    outcome: Outcome = needed(N_("Outcome"))
    authority: Line | None = known(N_("Body that decided"))


class ScreeningForm(PaperFields):
    """The fields of the form."""

    person: PersonOnPaper = needed(N_("The person"))
    talk: Talk = part(N_("The talk"), Talk)
    seen: Seen = part(N_("What was seen and told"), Seen)
    result: Result = needed(N_("Result"))
    office: Office = part(N_("Answerable office"), Office)


KIND = Kind(
    name="screening_form",
    title=N_("Screening and identification form"),
    letter="S",
    schema=ScreeningForm,
    opening=(N_("Help first: see to danger, pain, thirst and hunger before any question."),),
    closing=(N_("Nobody is punished for what they were made to do. A screening does not decide for ever."),),
    signatures=(
        Signature(
            N_("Officer"),
        ),
        Signature(N_("Interpreter")),
    ),
)
