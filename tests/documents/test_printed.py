"""Every kind of paper in every pair of languages, as it comes from the press."""

import re
from dataclasses import replace
from typing import Any

import page
import pypdfium2
import pytest

from documents.composing import Draft, compose
from documents.fields import ADDRESS, MOST_PEOPLE, NAME, NARRATIVE
from documents.kinds import KINDS
from documents.press import Press
from documents.printing import Printed
from documents.samples import PAIRS, STORY, sample
from tests.documents.test_composing import HOSTILE, ISSUE

FOOT = re.compile(rf"{ISSUE.number} · .{{0,140}}? \d+ / \d+")
ON_EVERY_SIDE = 40  # points; the narrowest margin has 45


def text_of(printed: Printed) -> str:
    """All text as PDFium copies it, without the foot of each page, and with line ends taken for blanks."""
    with pypdfium2.PdfDocument(printed.file) as file:
        pages = [file[number].get_textpage().get_text_bounded() for number in range(len(file))]
    return " ".join(FOOT.sub("", " ".join("".join(pages).split())).split())


def assert_within_margins(printed: Printed) -> None:
    """No letter leaves the page's margins."""
    with pypdfium2.PdfDocument(printed.file) as file:
        for leaf in range(len(file)):
            width, height = file[leaf].get_size()
            letters = file[leaf].get_textpage()
            for number in range(letters.count_chars()):
                left, bottom, right, top = letters.get_charbox(number)
                if right - left > 60:
                    continue  # the grey word under the text
                assert left > ON_EVERY_SIDE
                assert right < width - ON_EVERY_SIDE
                assert bottom > 15
                assert top < height - ON_EVERY_SIDE + 10


def changed(draft: Draft, **sections: Any) -> Draft:
    """The draft with other entries in some of its sections."""
    assert draft.fields is not None
    entered = draft.fields.model_dump(mode="json")
    for name, values in sections.items():
        entered[name] = entered[name] | values if isinstance(entered[name], dict) else values
    return replace(draft, fields=KINDS[draft.kind].schema.model_validate(entered))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_every_pair_of_languages_keeps_both_standards_and_its_margins(press: Press, kind: str) -> None:
    for pair in PAIRS:
        printed = press.print(compose(sample(kind, pair), ISSUE).sheet)
        for standard in ("3a", "ua1"):
            report = page.validate_pdf_bytes(printed.file, profile=page.ValidationProfile(standard))
            assert report.is_compliant, f"{kind} {pair}: {report}"
        assert_within_margins(printed)


@pytest.mark.parametrize("kind", KINDS)
def test_a_blank_form_keeps_both_standards(press: Press, kind: str) -> None:
    blank = replace(sample(kind, ("km", "vi")), fields=None, reference="")
    printed = press.print(compose(blank).sheet)
    for standard in ("3a", "ua1"):
        assert page.validate_pdf_bytes(printed.file, profile=page.ValidationProfile(standard)).is_compliant
    assert printed.pages <= 4


@pytest.mark.parametrize("language", ["km", "th", "vi", "en"])
def test_what_was_entered_is_what_is_copied_from_the_page(press: Press, language: str) -> None:
    draft = sample("visit_form", (language, "en" if language != "en" else "km"))
    found = text_of(press.print(compose(draft, ISSUE).sheet)).replace(" ", "")
    assert STORY[language].replace(" ", "") in found


@pytest.mark.parametrize("language", ["km", "th", "vi", "en"])
def test_a_long_account_runs_over_pages_and_loses_nothing(press: Press, language: str) -> None:
    story = (STORY[language] + " ") * 40
    story = story[:NARRATIVE].strip()
    draft = changed(
        sample("screening_form", (language, "vi" if language != "vi" else "km")), seen={"account": story}
    )
    printed = press.print(compose(draft, ISSUE).sheet)
    assert_within_margins(printed)
    assert story.replace(" ", "") in text_of(printed).replace(" ", "")


@pytest.mark.parametrize("length", [40, NAME])
@pytest.mark.parametrize("letters", ["ក", "ก", "Ậ", "W"])
def test_a_name_without_a_blank_stays_in_its_box(press: Press, letters: str, length: int) -> None:
    script = {"ក": "khmr", "ก": "thai"}.get(letters, "latn")
    long = [{"script": script, "full": letters * length}]
    draft = changed(
        sample("consent_form", ("km", "vi")), person={"names": long, "address": letters * ADDRESS}
    )
    printed = press.print(compose(draft, ISSUE).sheet)
    assert_within_margins(printed)


def test_a_second_language_that_finds_the_line_full_goes_on_where_a_word_begins(press: Press) -> None:
    found = text_of(press.print(compose(sample("reintegration_plan", ("km", "th")), ISSUE).sheet))
    assert found.count("งานและรายได้") == 3


@pytest.mark.parametrize(
    ("kind", "pages"), [("screening_form", 2), ("handover_minutes", 2), ("note_verbale", 2)]
)
def test_the_square_stands_on_no_page_of_its_own(press: Press, kind: str, pages: int) -> None:
    for pair in PAIRS:
        assert press.print(compose(sample(kind, pair), ISSUE).sheet).pages <= pages + ("km" in pair), pair


def test_fifty_people_stand_on_the_minutes_and_no_line_is_split(press: Press) -> None:
    people = [
        {"reference": f"TK-7F3K-{number:04}", "name": "ផ្កាឈូក ទន្លេសាប", "health": STORY["km"][:90]}
        for number in range(MOST_PEOPLE)
    ]
    printed = press.print(
        compose(
            changed(sample("handover_minutes"), people=people, things={"property": None, "objections": None}),
            ISSUE,
        ).sheet
    )
    assert_within_margins(printed)
    with pypdfium2.PdfDocument(printed.file) as file:
        leaves = ["".join(file[n].get_textpage().get_text_bounded().split()) for n in range(len(file))]
    health = "".join(STORY["km"][:90].split())
    for number in range(MOST_PEOPLE):
        assert sum(f"TK-7F3K-{number:04}" in leaf for leaf in leaves) == 1
    assert sum(leaf.count(health) for leaf in leaves) == MOST_PEOPLE  # none runs on over the page


def test_a_name_goes_on_in_the_next_line_between_its_parts_and_in_none_of_them(press: Press) -> None:
    name = {"script": "latn", "given": "Maria Magdalena", "family": "Chanthavongsomkhounmouang"}
    draft = changed(sample("travel_document", ("th", "en")), person={"names": [name]})
    with pypdfium2.PdfDocument(press.print(compose(draft, ISSUE).sheet).file) as file:
        lines = file[0].get_textpage().get_text_bounded().splitlines()
    assert any("CHANTHAVONGSOMKHOUNMOUANG" in line for line in lines)
    thai = changed(
        sample("handover_minutes", ("th", "km")), people=[{"name": "อุ้มบุญญาธิการวงศ์สกุล ยาวมากทีเดียวเทพประทาน"}]
    )
    with pypdfium2.PdfDocument(press.print(compose(thai, ISSUE).sheet).file) as file:
        lines = [line for leaf in file for line in leaf.get_textpage().get_text_bounded().splitlines()]
    assert any("อุ้มบุญญาธิการวงศ์สกุล" in line for line in lines)


def test_one_long_name_on_the_minutes_leaves_the_other_columns_their_room(press: Press) -> None:
    names = ("W" * 40, "ផ្កាឈូក" * 6, "Ậ" * NAME, "Dara")
    people = [
        {"reference": f"TK-7F3K-{number:04}", "name": names[number % 4], "sex": "female", "health": "ទឹក" * 60}
        for number in range(12)
    ]
    printed = press.print(
        compose(changed(sample("handover_minutes", ("km", "vi")), people=people), ISSUE).sheet
    )
    assert_within_margins(printed)
    with pypdfium2.PdfDocument(printed.file) as file:
        leaves = [file[n].get_textpage().get_text_bounded() for n in range(len(file))]
    for number in range(12):  # a case's number stands in one line
        assert sum(f"TK-7F3K-{number:04}" in leaf for leaf in leaves) == 1
    assert (
        sum("".join(leaf.split()).count("ទឹក" * 60) for leaf in leaves) == 12
    )  # no row runs on over the page


@pytest.mark.parametrize("words", HOSTILE)
def test_markup_is_printed_as_the_text_that_it_is(press: Press, words: str) -> None:
    draft = changed(sample("visit_form", ("en", "km")), safe={"remarks": words})
    assert words.replace(" ", "") in text_of(press.print(compose(draft, ISSUE).sheet)).replace(" ", "")


def test_the_same_paper_comes_out_in_the_same_bytes(press: Press) -> None:
    sheet = compose(sample("travel_document"), ISSUE).sheet
    assert press.print(sheet) == press.print(sheet)
