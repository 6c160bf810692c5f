"""What papers are made with: the press, the keys, and what this installation has settled about them."""

from collections.abc import Callable
from dataclasses import dataclass
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
        read_keys: gives the keys as they are now, so that those made meanwhile count at once.
        origin: the public address of the installation, which stands in the tokens.
        authorities: codes of the organisations whose travel documents are real; all others make specimens.
        digits: the languages whose numbers and dates are written in their own figures.
        fault: why no paper may be issued here, as a code; nothing when all is well.
    """

    press: Printer
    read_keys: Callable[[], PaperKeys]
    origin: str
    authorities: frozenset[str] = frozenset()
    digits: frozenset[str] = frozenset({"km", "th"})
    fault: str | None = None

    @property
    def keys(self) -> PaperKeys:
        """The keys that sign papers, and all that verify them."""
        return self.read_keys()

    @property
    def verify_at(self) -> str:
        """Where anybody may check a paper."""
        return f"{self.origin}/verify"
