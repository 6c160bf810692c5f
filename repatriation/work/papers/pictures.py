"""Pages of a file as pictures to look at, and several files as one."""

import io
import threading
from collections.abc import Iterable
from typing import Final

import pypdfium2
import pypdfium2.raw as raw

SCALE: Final = 1.4
"""Dots for each of the 72 points of an inch: enough to read a page on a telephone."""

MOST_PAGES: Final = 12
"""Pages shown before a paper is issued, which few papers have; the page says so where there are more."""

_ONE_AT_A_TIME: Final = threading.Lock()
"""PDFium is not made for several threads."""


def pictures(file: bytes, most: int = MOST_PAGES) -> tuple[bytes, ...]:
    """The pages as PNG, in their order, at most so many."""
    with _ONE_AT_A_TIME:
        document = pypdfium2.PdfDocument(file)
        try:
            return tuple(_picture(document[number]) for number in range(min(len(document), most)))
        finally:
            document.close()


def joined(files: Iterable[bytes]) -> bytes:
    """The pages of all files, one after the other, as one file. What was attached and signed stays behind:
    each paper by itself is what can be checked.
    """
    with _ONE_AT_A_TIME:
        whole = pypdfium2.PdfDocument.new()
        try:
            for file in files:
                part = pypdfium2.PdfDocument(file)
                _without_seals(part)
                whole.import_pages(part)
                part.close()
            written = io.BytesIO()
            whole.save(written)
            return written.getvalue()
        finally:
            whole.close()


def _without_seals(document: pypdfium2.PdfDocument) -> None:
    """Takes signatures off the pages: a copy of one does not fit, and every reader would call it broken."""
    for page in document:
        for place in reversed(range(raw.FPDFPage_GetAnnotCount(page))):
            mark = raw.FPDFPage_GetAnnot(page, place)
            is_field = raw.FPDFAnnot_GetSubtype(mark) == raw.FPDF_ANNOT_WIDGET
            raw.FPDFPage_CloseAnnot(mark)
            if is_field:
                raw.FPDFPage_RemoveAnnot(page, place)
        page.close()


def _picture(page: pypdfium2.PdfPage) -> bytes:
    image = page.render(scale=SCALE).to_pil().convert("RGB").quantize(64)
    page.close()
    written = io.BytesIO()
    image.save(written, "PNG", optimize=False)
    return written.getvalue()
