"""What is on a paper can be copied, searched and read aloud in four languages, and two standards are kept."""

from io import BytesIO
from pathlib import Path

import page
import pytest
from fontTools.ttLib import TTFont

from documents.khmer import WORD_END, word_ends
from documents.press import Press
from documents.printing import Printed
from tests.documents.paper import PHRASES, every_phrase, inside, lines_in_browser, lines_in_poppler, sheet

LANGUAGES = tuple(PHRASES)


@pytest.fixture(scope="module")
def printed(press: Press) -> Printed:
    """A paper with five phrases in each language."""
    return press.print(every_phrase())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_browser_reads_every_phrase_back_whole(printed: Printed, language: str) -> None:
    found = "\n".join(lines_in_browser(printed.file))
    assert [phrase for phrase in PHRASES[language] if phrase not in found] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_poppler_reads_every_phrase_back_whole(printed: Printed, language: str, tmp_path: Path) -> None:
    found = "\n".join(lines_in_poppler(printed.file, tmp_path))
    assert [phrase for phrase in PHRASES[language] if phrase not in found] == []


def test_marks_at_word_ends_are_not_copied(press: Press, tmp_path: Path) -> None:
    text = word_ends("ជនរងគ្រោះត្រូវបានបញ្ជូនមកមណ្ឌលស្វាគមន៍")
    assert WORD_END in text
    file = press.print(sheet(f'<p lang="km">{text}</p>', "km")).file
    for lines in (lines_in_browser(file), lines_in_poppler(file, tmp_path)):
        found = "".join(lines)
        assert text.replace(WORD_END, "") in found
        assert WORD_END not in found


def test_a_khmer_paragraph_breaks_at_word_ends_and_nowhere_else(press: Press) -> None:
    text = word_ends("ជនរងគ្រោះត្រូវបានបញ្ជូនមកមណ្ឌលស្វាគមន៍នៅប៉ោយប៉ែតដោយសុវត្ថិភាព")
    narrow = f'<p lang="km" style="width: 4cm">{text}</p>'
    lines = lines_in_browser(press.print(sheet(narrow, "km")).file)
    assert len(lines) > 2
    ends = {sum(map(len, text.split(WORD_END)[:count])) for count in range(len(text))}
    assert all(sum(map(len, lines[:count])) in ends for count in range(len(lines)))


@pytest.mark.parametrize("standard", ["3a", "ua1"])
def test_one_file_keeps_two_standards(printed: Printed, standard: str) -> None:
    report = page.validate_pdf_bytes(printed.file, profile=page.ValidationProfile(standard))
    assert report.is_compliant, str(report)


@pytest.mark.parametrize("standard", ["3a", "ua1"])
def test_the_standards_are_looked_for_in_earnest(printed: Printed, standard: str) -> None:
    spoilt = printed.file.replace(b"pdfuaid:part", b"pdfuaid:pant").replace(b"pdfaid:part", b"pdfaid:pant")
    assert not page.validate_pdf_bytes(spoilt, profile=page.ValidationProfile(standard)).is_compliant


def test_only_our_fonts_are_in_the_file(printed: Printed) -> None:
    embedded = [
        TTFont(BytesIO(part)) for part in inside(printed.file) if part.startswith(b"\x00\x01\x00\x00")
    ]
    names = {(font["name"].getDebugName(1), font["OS/2"].usWeightClass) for font in embedded}
    assert {family.removesuffix(" Bold") for family, _ in names} == {
        "Noto Sans",
        "Noto Sans Khmer",
        "Sarabun",
    }
    assert ("Noto Sans", 700) in names


def test_structure_names_its_language_and_headings_their_reach(printed: Printed) -> None:
    everything = b"".join(inside(printed.file))
    assert b"/Scope /Row" in everything
    for language in ("km", "th", "vi"):
        assert f"/Lang ({language})".encode() in everything


def test_the_attached_data_and_the_moment_are_in_the_file(printed: Printed) -> None:
    everything = [printed.file, *inside(printed.file)]
    assert b'{"a":1}' in everything
    assert any(b"/AFRelationship /Data" in part for part in everything)
    assert any(b"D:20260310023000Z" in part for part in everything)


def test_two_workers_print_the_same_bytes(press: Press) -> None:
    # Each worker has a hash seed of its own.
    other = Press(workers=1)
    try:
        assert other.print(every_phrase()) == press.print(every_phrase())
    finally:
        other.close()
