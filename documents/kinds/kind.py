"""What is said of a kind of paper beside its fields: title, who issues it, who signs, what is declared."""

from dataclasses import dataclass

from documents.fields import PaperFields, Signature


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of paper.

    Attributes:
        title, opening, closing: words in English, found again in the catalogues.
        letter: stands for the kind in the signed token, and tells a stranger nothing.
        official: printed as a draft while any of its words is not reviewed.
        states_only: only a body of a state issues it, under the state's motto.
        replaces: a newer one of the same case revokes the older.
        initialled: initialled by the sender, as notes between missions are, and not signed.
    """

    name: str
    title: str
    letter: str
    schema: type[PaperFields]
    template: str = "form.html"
    official: bool = False
    states_only: bool = False
    replaces: bool = False
    initialled: bool = False
    opening: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    signatures: tuple[Signature, ...] = ()
