"""The SOP book as pages: both standards kept, everything in it to be copied, its file and hash with it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import page
import pypdfium2
import pytest

from documents.khmer import WORD_END, plain
from documents.press import Press
from repatriation.work.book import FileChanged, book_sheet
from sop.procedure import Procedure
from sop.reader import read
from sop.shelf import CORRIDORS
from sop.wording import word

ROUTES = {path.stem: read(path) for path in sorted(CORRIDORS.glob("*.toml"))}
PAIRS = {
    "tha-khm-2019": ("th", "km"),
    "khm-tha-2019": ("km", "en"),
    "khm-vnm-2009": ("km", "vi"),
    "vnm-khm-2009": ("vi", "en"),
}


@dataclass
class Book:
    """A printed book, and the text of each of its pages as PDFium copies it, without blanks."""

    procedure: Procedure
    languages: tuple[str, str]
    file: bytes
    pages: list[str]


@pytest.fixture(scope="module")
def press() -> Iterator[Press]:
    """A press that has time for a book."""
    press = Press(workers=1, seconds=300)
    yield press
    press.close()


@pytest.fixture(scope="module", params=ROUTES)
def book(request: pytest.FixtureRequest, press: Press) -> Book:
    procedure, languages = ROUTES[request.param], PAIRS[request.param]
    printed = press.print(book_sheet(procedure, languages))
    with pypdfium2.PdfDocument(printed.file) as file:
        pages = [closed_up(leaf.get_textpage().get_text_bounded()) for leaf in file]
    assert len(pages) == printed.pages
    return Book(procedure, languages, printed.file, pages)


def closed_up(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.slow
def test_every_book_keeps_both_standards_and_all_that_the_procedure_says(book: Book) -> None:
    for standard in ("3a", "ua1"):
        report = page.validate_pdf_bytes(book.file, profile=page.ValidationProfile(standard))
        assert report.is_compliant, str(report)
    assert all(book.procedure.digest in text for text in book.pages)
    numbered = enumerate(book.pages, 1)
    whole = "".join(without_foot(book, number, text) for number, text in numbered)
    texts = [stage.text for stage in book.procedure.stages.values()]
    texts += [action.text for action in book.procedure.actions.values()]
    for text in texts:
        assert all(closed_up(text[language]) in whole for language in book.languages)
    assert attached_to(book) == {"procedure.toml": book.procedure.path.read_bytes()}


def without_foot(book: Book, number: int, text: str) -> str:
    """A page without what stands at its foot, which must be there."""
    procedure = book.procedure
    foot = f"SOP {procedure.key} · SHA-256 {procedure.digest} · {number} / {len(book.pages)}"
    edges = (edge(language) for language in book.languages if procedure.wording[language] == "machine")
    for line in (*edges, foot):
        assert closed_up(line) in text
        text = text.replace(closed_up(line), "")
    return text


def said(markup: str) -> str:
    """What a reader sees of it: no tags, and no marks at word ends."""
    return plain(re.sub(r"<[^>]*>", "", markup))


def edge(language: str) -> str:
    """What the foot says of the line beside a column of machine wording."""
    return f"{word('book', 'edge', language).text}: {word('wording', 'machine', language).text}"


def attached_to(book: Book) -> dict[str, bytes]:
    """The files in a book, by their names."""
    with pypdfium2.PdfDocument(book.file) as file:
        attached = [file.get_attachment(number) for number in range(file.count_attachments())]
        return {each.get_name(): bytes(each.get_data()) for each in attached}


def test_khmer_word_ends_are_in_the_lines_and_not_in_what_is_read_aloud_of_a_drawing() -> None:
    markup = book_sheet(ROUTES["tha-khm-2019"], ("km", "en")).html
    for spoken in re.findall(r"<(?:title|desc)[^>]*>([^<]*)<", markup):
        assert WORD_END not in spoken
    cells = "".join(re.findall(r'<td lang="km">(.*?)</td>', markup))
    assert WORD_END in cells
    assert all(WORD_END not in tag for tag in re.findall(r"<[^>]*>", markup))


def test_marks_at_word_ends_change_nothing_else() -> None:
    procedure = ROUTES["khm-vnm-2009"]
    markup = plain(book_sheet(procedure, ("km", "vi")).html)
    for stage in procedure.stages.values():
        assert f'<span lang="km">{plain(stage.text["km"])}</span>' in markup


def test_only_a_column_of_machine_wording_has_a_red_edge() -> None:
    procedure = ROUTES["tha-khm-2019"]
    assert '<body class="machine-km">' in book_sheet(procedure, ("km", "en")).html
    assert edge("km") in said(book_sheet(procedure, ("km", "en")).html)
    approved = replace(procedure, wording={**procedure.wording, "km": "official"})
    assert '<body class="">' in book_sheet(approved, ("km", "en")).html
    assert edge("km") not in said(book_sheet(approved, ("km", "en")).html)


def test_the_days_of_a_book_are_written_the_way_of_each_language() -> None:
    thai = said(book_sheet(ROUTES["tha-khm-2019"], ("th", "km")).html)
    assert "22 เมษายน พ.ศ. 2562 (ค.ศ. 2019)" in thai
    assert "ថ្ងៃទី22 ខែមេសា ឆ្នាំ2019" in thai
    assert "22 เมษายน พ.ศ. 2562" in said(book_sheet(ROUTES["tha-khm-2019"], ("th",)).html)
    vietnamese = said(book_sheet(ROUTES["khm-vnm-2009"], ("en", "vi")).html)
    assert "(until 30 June 2025)" in vietnamese
    assert "(đến hết ngày 30 tháng 6 năm 2025)" in vietnamese
    assert not re.search(r"\d{4}-\d{2}-\d{2}", thai + vietnamese)


def test_the_same_file_gives_the_same_sheet_whatever_the_day() -> None:
    procedure = ROUTES["khm-tha-2019"]
    assert book_sheet(procedure, ("km", "th")) == book_sheet(read(procedure.path), ("km", "th"))


def test_a_file_that_was_changed_after_it_was_proved_is_not_printed(tmp_path: Path) -> None:
    path = tmp_path / "khm-tha-2019.toml"
    path.write_bytes(ROUTES["khm-tha-2019"].path.read_bytes())
    procedure = read(path)
    path.write_bytes(path.read_bytes() + b"\n# later\n")
    with pytest.raises(FileChanged):
        book_sheet(procedure, ("km", "en"))
