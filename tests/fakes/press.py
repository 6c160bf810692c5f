"""A press that answers one fixed page at once, and one that is always busy."""

import io
from datetime import UTC, datetime
from functools import lru_cache

import pypdfium2

from documents.keys import PaperKeys, new_generation
from documents.printing import CannotPrint, Printed, Sheet
from repatriation.work.papers.workshop import Workshop


@lru_cache(maxsize=1)
def a_page() -> bytes:
    """An empty page as a file."""
    document = pypdfium2.PdfDocument.new()
    document.new_page(200, 280)
    written = io.BytesIO()
    document.save(written)
    document.close()
    return written.getvalue()


class QuickPress:
    """Answers the same page for every sheet, and remembers the sheets."""

    def __init__(self) -> None:
        self.sheets: list[Sheet] = []

    def print(self, sheet: Sheet) -> Printed:
        """One empty page."""
        self.sheets.append(sheet)
        return Printed(a_page(), 1)


class BrokenPress:
    """Prints nothing, for a reason."""

    def __init__(self, code: str = "busy") -> None:
        self.code = code

    def print(self, sheet: Sheet) -> Printed:
        """Raises CannotPrint."""
        raise CannotPrint(self.code)


@lru_cache(maxsize=1)
def paper_keys() -> PaperKeys:
    """Keys of papers, made once for all tests: good for every day that tests play on."""
    begins = datetime(2020, 1, 1, tzinfo=UTC)
    return PaperKeys.load({1: new_generation("Tests", datetime(2026, 1, 1, tzinfo=UTC), begins)})


def workshop(press: QuickPress | BrokenPress | None = None) -> Workshop:
    """Means to make papers with a press that is none."""
    return Workshop(press or QuickPress(), paper_keys, "https://returns.example.org")
