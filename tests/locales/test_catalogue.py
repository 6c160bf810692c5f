"""What a catalogue knows of its strings: wording, language, and whether a person has read it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir

from locales import FOLDER, catalogue
from locales.catalogue import Catalogue, Entry, coverage, messages

HEAD = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"

"""

TEMPLATE = (
    HEAD
    + """msgid "Surname"
msgstr ""

msgctxt "sex"
msgid "Female"
msgstr ""

msgid "Place"
msgstr ""

msgid "Reason"
msgstr ""
"""
)

VIETNAMESE = (
    HEAD
    + """# origin: machine 2026-11-21
# reviewed: consular translator of the embassy in Phnom Penh,
# 2026-11-20, Decree 30/2020
msgid "Surname"
msgstr "Họ"

# origin: machine 2026-11-21
#, fuzzy
msgctxt "sex"
msgid "Female"
msgstr "Nữ"

msgid "Place"
msgstr "Nơi"

msgid "Reason"
msgstr ""
"""
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of catalogues in which Vietnamese is half done."""
    monkeypatch.setattr(catalogue, "_FOLDER", tmp_path)
    (tmp_path / "documents.pot").write_text(TEMPLATE, encoding="utf-8")
    file = tmp_path / "vi" / "LC_MESSAGES" / "documents.po"
    file.parent.mkdir(parents=True)
    file.write_text(VIETNAMESE, encoding="utf-8")
    catalogue._read.cache_clear()
    yield tmp_path
    catalogue._read.cache_clear()


@pytest.mark.usefixtures("folder")
def test_a_string_somebody_signed_for_is_reviewed() -> None:
    assert Catalogue.load("vi").entry("Surname") == Entry("Họ", reviewed=True, language="vi")


@pytest.mark.usefixtures("folder")
def test_machine_wording_is_used_and_known_to_be_unreviewed() -> None:
    assert Catalogue.load("vi").entry("Female", "sex") == Entry("Nữ", reviewed=False, language="vi")


@pytest.mark.usefixtures("folder")
def test_taking_the_mark_away_is_no_review_until_somebody_signs_for_it() -> None:
    assert Catalogue.load("vi").entry("Place") == Entry("Nơi", reviewed=False, language="vi")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("msgid", ["Reason", "never seen", ""])
def test_what_is_missing_comes_out_in_english_and_unreviewed(msgid: str) -> None:
    assert Catalogue.load("vi").entry(msgid) == Entry(msgid, reviewed=False, language="en")


@pytest.mark.usefixtures("folder")
def test_the_context_is_part_of_the_string() -> None:
    assert Catalogue.load("vi").entry("Female").language == "en"


@pytest.mark.usefixtures("folder")
def test_a_language_without_a_catalogue_comes_out_in_english() -> None:
    assert Catalogue.load("km").entry("Surname") == Entry("Surname", reviewed=False, language="en")
    assert coverage("km") == (4, 0, 0, 4)


def test_english_is_in_use_as_it_stands() -> None:
    assert Catalogue.load("en").entry("Surname") == Entry("Surname", reviewed=True, language="en")


@pytest.mark.usefixtures("folder")
def test_the_count_of_strings_tells_reviewed_from_machine_and_missing() -> None:
    assert coverage("vi") == (4, 1, 2, 1)
    assert coverage("en") == (4, 4, 0, 0)


def test_a_translation_keeps_what_is_put_into_its_sentence() -> None:
    wrong = [
        (file.parts[-3], str(message.id), str(problem))
        for file in FOLDER.glob("*/LC_MESSAGES/*.po")
        for message in messages(file)
        for problem in message.check(None)
    ]
    assert wrong == []


def test_every_string_that_papers_name_is_in_the_template_and_no_other() -> None:
    methods = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
    keywords = {**DEFAULT_KEYWORDS, "bi": None, "bip": ((1, "c"), 2), "NC_": ((1, "c"), 2)}
    named = {
        (context, msgid[-1] if isinstance(msgid, tuple) else msgid)
        for folder in ("documents", "locales")
        for _, _, msgid, _, context in extract_from_dir(FOLDER.parent / folder, methods, keywords=keywords)
    }
    assert named == {(message.context, message.id) for message in messages(FOLDER / "documents.pot")}
