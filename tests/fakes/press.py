"""A press that answers an empty page at once, and one that prints nothing."""

import hashlib
import io
from datetime import UTC, datetime
from functools import lru_cache

import pypdfium2

from documents.keys import PaperKeys, new_generation
from documents.printing import CannotPrint, Printed, Sheet
from repatriation.work.papers.workshop import Printer, Workshop


@lru_cache(maxsize=64)
def a_page(of: str = "") -> bytes:
    """An empty page as a file; that of another sheet has another size, so that no two files are alike."""
    digest = hashlib.sha256(of.encode()).digest()
    document = pypdfium2.PdfDocument.new()
    document.new_page(*(200 + int.from_bytes(part) / 1000 for part in (digest[:2], digest[2:4])))
    written = io.BytesIO()
    document.save(written)
    document.close()
    return written.getvalue()


class QuickPress:
    """Answers every sheet with an empty page."""

    def print(self, sheet: Sheet) -> Printed:
        """One empty page."""
        return Printed(a_page(sheet.html), 1)


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


def workshop(press: Printer | None = None) -> Workshop:
    """Means to make papers, with a press that is none unless another is given."""
    return Workshop(press or QuickPress(), paper_keys, "https://returns.example.org")
