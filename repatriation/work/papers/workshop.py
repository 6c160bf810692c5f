"""What papers are made with: the press, the keys, and what this installation has settled about them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from documents.keys import PaperKeys
from documents.printing import Printed, Sheet


class Printer(Protocol):
    """Whatever makes a file of a sheet. Raises CannotPrint."""

    def print(self, sheet: Sheet) -> Printed: ...


@dataclass(frozen=True, slots=True)
class Workshop:
    """One installation's means to make papers.

    Attributes:
        origin: the public address of the installation, which stands in the tokens.
        authorities: codes of the organisations whose travel documents are real; all others make specimens.
        digits: for a language, whether papers write its own figures.
        fault: why no paper may be issued here, as a code; nothing when all is well.
    """

    press: Printer
    keys: PaperKeys
    origin: str
    authorities: frozenset[str] = frozenset()
    digits: Mapping[str, bool] = field(default_factory=dict)
    fault: str | None = None
