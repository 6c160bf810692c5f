"""Sets a sheet as pages: WeasyPrint, repaired, strict, and cut off from everything but our own fonts.

Imported by workers alone (`documents.worker`), which see to it that Fontconfig knows no other font.
"""

import logging
import mimetypes
from collections.abc import Mapping
from datetime import UTC
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher

from documents.fonts import FACES, face_rules
from documents.printing import CannotPrint, Class, Printed, Sheet
from documents.repair import finish, repair
from documents.shortcuts import take_shortcuts

TEMPLATES = Path(__file__).with_name("templates")
MOST_LETTERS = 2_000_000
MOST_PAGES = 200
LOGGER = logging.getLogger("weasyprint")
MISSING_GLYPH = '.notdef glyph rendered for Unicode string unsupported by fonts: "%s" (U+%04X)'


class NothingIsFetched(URLFetcher):  # type: ignore[misc]  # its module has no types
    """A sheet is whole in itself. Whatever it asks for ends the printing, and is remembered."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)
        self.refused = False

    def fetch(self, *_request: object, **_more: object) -> NoReturn:
        """The end of the matter."""
        self.refused = True
        raise FatalURLFetchingError("nothing is fetched for a paper")


class Complaints(logging.Handler):
    """Everything WeasyPrint complains of while one sheet is set."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keeps it."""
        self.records.append(record)

    def take(self) -> list[logging.LogRecord]:
        """What there was, and a clean slate."""
        records, self.records = self.records, []
        return records


def refuse(complaints: list[logging.LogRecord]) -> None:
    """One complaint is enough. Letters that no face has are named by their code points, in order."""
    missing = set()
    for record in complaints:
        if record.msg == MISSING_GLYPH and isinstance(record.args, tuple):
            missing.add(f"U+{record.args[1]:04X}")
    if missing:
        raise CannotPrint("glyph", " ".join(sorted(missing)[:8]))
    if complaints:
        # The pattern of the message without what was filled in: that may come from somebody's story.
        raise CannotPrint("markup", complaints[0].msg)


class Attached(NamedTuple):
    """What is said of the file that is attached to a document."""

    name: str
    description: str
    relationship: str


ATTACHED: Mapping[Class, Attached] = {
    "paper": Attached("document.json", "What this paper says, for programs", "Data"),
    "book": Attached("procedure.toml", "The procedure that this book was made from", "Source"),
}


def style_rules(of: Class) -> tuple[str, str]:
    """The style sheets of a class of documents: our faces, then its own."""
    return face_rules(), (TEMPLATES / f"{of}.css").read_text(encoding="utf-8")


class Typesetter:
    """Fonts and style sheets, read once and kept; then one sheet after another."""

    def __init__(self) -> None:
        repair()
        take_shortcuts()
        mimetypes.add_type("application/toml", ".toml")  # its attached files are told by their names
        self._complaints = Complaints()
        LOGGER.handlers[:] = [self._complaints]
        LOGGER.propagate = False
        self._fetcher = NothingIsFetched()
        # One for the life of the process: a new one for each paper is memory that never comes back.
        self._fonts = FontConfiguration()
        self._styles = {
            each: [
                CSS(string=rule, font_config=self._fonts, url_fetcher=self._fetcher)
                for rule in style_rules(each)
            ]
            for each in ATTACHED
        }
        self._families = {face.family for face in FACES}
        for complaint in self._complaints.take():
            raise CannotPrint("unfit", complaint.getMessage())  # of a style sheet, which tells of nobody

    def set(self, sheet: Sheet) -> Printed:
        """The sheet as a file, or CannotPrint."""
        if len(sheet.html) > MOST_LETTERS:
            raise CannotPrint("too_long")
        self._fetcher.refused = False
        try:
            printed = self._set(sheet)
        except FatalURLFetchingError as problem:
            raise CannotPrint("fetch") from problem
        except MemoryError as problem:
            raise CannotPrint("too_large") from problem
        except RecursionError as problem:
            raise CannotPrint("markup", "nested too deeply") from problem
        finally:
            complaints = self._complaints.take()
        if self._fetcher.refused:
            raise CannotPrint("fetch")  # inside a drawing WeasyPrint swallows the end of the matter
        refuse(complaints)
        return printed

    def _set(self, sheet: Sheet) -> Printed:
        html = HTML(string=sheet.html, url_fetcher=self._fetcher)
        document = html.render(
            font_config=self._fonts,
            stylesheets=self._styles[sheet.of],
            pdf_variant="pdf/a-3a",
            output_intent="srgb",
        )
        if len(document.pages) > MOST_PAGES:
            raise CannotPrint("too_long")
        _refuse_foreign_links(document)
        moment = sheet.created.astimezone(UTC)
        metadata = document.metadata
        metadata.title, metadata.lang = sheet.title, sheet.language
        metadata.created = metadata.modified = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        attached = None
        if sheet.data is not None:
            dates = {"created": moment, "modified": moment}
            attached = [
                Attachment(
                    string=sheet.data, url_fetcher=self._fetcher, **dates, **ATTACHED[sheet.of]._asdict()
                )
            ]
        file = document.write_pdf(finisher=finish, pdf_variant="pdf/a-3a", attachments=attached)
        if not {font.family for font in document.fonts.values()} <= self._families:
            raise CannotPrint("font")
        return Printed(file, len(document.pages))


def _refuse_foreign_links(document: Any) -> None:
    """A paper leads to places in itself, and to pages that are read with a browser; it runs nothing."""
    for page in document.pages:
        for kind, target, *_ in page.links:
            if kind == "attachment":
                raise CannotPrint("fetch")
            if kind == "external" and not str(target).startswith("https://"):
                raise CannotPrint("link")
