"""A person's own word on one thing: given, refused or taken back, in a language that they understand."""

from typing import Annotated, Literal

from documents.fields import (
    LanguageCode,
    Line,
    NameText,
    Narrative,
    PaperFields,
    PartialDate,
    PersonOnPaper,
    Purpose,
    Section,
    Signature,
    Words,
    known,
    needed,
    part,
)
from documents.kinds.kind import Kind
from locales.catalogue import N_

Decision = Annotated[
    Literal["given", "refused", "withdrawn"],
    Words(
        {"given": N_("I agree"), "refused": N_("I do not agree"), "withdrawn": N_("I take back my agreement")}
    ),
]
How = Annotated[
    Literal["spoken", "written", "thumbprint", "signed"],
    Words(
        {
            "spoken": N_("Spoken before witnesses"),
            "written": N_("In writing"),
            "thumbprint": N_("By thumbprint"),
            "signed": N_("Signed"),
        }
    ),
]


class Matter(Section):
    """What the person was asked."""

    purpose: Purpose = needed(N_("What this is about"))
    decision: Decision = needed(N_("Decision"))
    recipients: Line | None = known(N_("Who may know"))
    what: Narrative | None = known(N_("What they may know, and what is kept back"), long=True)
    until: PartialDate | None = known(N_("Holds until"))


class Explained(Section):
    """How it was explained."""

    language: LanguageCode | None = known(N_("Language spoken"))
    interpreter: NameText | None = known(N_("Interpreter"))
    how: How | None = known(N_("How the person said it"))
    on: PartialDate | None = known(N_("On"))


class Child(Section):
    """For somebody under eighteen: who spoke for them, and what they said themselves."""

    guardian: NameText | None = known(N_("Guardian"))
    relation: Line | None = known(N_("Relation to the child"))
    own_view: Narrative | None = known(N_("What the child says"), long=True)


class ConsentForm(PaperFields):
    """The fields of the form."""

    person: PersonOnPaper = needed(N_("The person"))
    matter: Matter = needed(N_("What was asked"))
    explained: Explained = part(N_("How it was explained"), Explained)
    child: Child = part(N_("For a child"), Child)


KIND = Kind(
    name="consent_form",
    title=N_("Declaration of agreement"),
    letter="C",
    schema=ConsentForm,
    opening=(
        N_(
            "This was read to me, or I have read it, in a language that I understand. I could ask "
            "whatever I wanted."
        ),
    ),
    closing=(
        N_("I decide freely. Nobody has promised me anything for it or threatened me."),
        N_(
            "I may say no. I may take back my agreement at any moment, without giving a reason, and I"
            " lose no help by it."
        ),
    ),
    signatures=(
        Signature(N_("The person"), thumb=True),
        Signature(N_("Guardian, for a child"), thumb=True),
        Signature(N_("Interpreter")),
        Signature(N_("Officer")),
    ),
)
