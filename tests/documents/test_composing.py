"""A paper as markup and data, before it is printed."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup

from documents.composing import CannotCompose, Draft, Issue, compose, composed_from
from documents.contents import Entry, contents
from documents.khmer import plain
from documents.kinds import KINDS
from documents.samples import ISSUERS, sample, sample_fields
from locales.catalogue import Catalogue
from locales.catalogue import Entry as Words
from locales.digits import own_digits

ISSUE = Issue(
    "KH26-7F3K-92QM",
    1,
    datetime(2026, 11, 25, 3, tzinfo=UTC),
    "ABC234",
    "https://returns.example.org/verify",
    "ab" * 32,
)
HOSTILE = (
    "<script>alert(1)</script>",
    "{{ 7*7 }}{% raw %}",
    "</td></table><h1>",
    "<img src=file:///etc/passwd>",
    "<td colspan=100000>",
    "]]></style>",
)


def page(draft: Draft, issue: Issue | None = ISSUE) -> BeautifulSoup:
    return BeautifulSoup(plain(compose(draft, issue).sheet.html), "html.parser")


@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_bears_number_version_code_and_where_to_check_it(kind: str) -> None:
    text = page(sample(kind)).get_text(" ")
    for said in (ISSUE.number, ISSUE.code, ISSUE.verify_at):
        assert said in text


@pytest.mark.parametrize("kind", KINDS)
def test_a_preview_says_that_it_is_none(kind: str) -> None:
    composed = compose(sample(kind, ("en", "km")), None)
    assert "PREVIEW" in composed.sheet.html
    assert ISSUE.number not in composed.sheet.html


@pytest.mark.parametrize("kind", KINDS)
def test_a_blank_form_names_nobody_and_has_lines_to_write_on(kind: str) -> None:
    blank = replace(sample(kind, ("en", "th")), fields=None, reference="", demonstration=False)
    found = page(blank, None)
    assert found.select(".write")
    assert "Phka Chhouk" not in found.get_text()
    assert "PREVIEW" not in found.get_text()


@pytest.mark.parametrize("words", HOSTILE)
def test_markup_in_a_field_comes_out_as_text(words: str) -> None:
    draft = sample("visit_form", ("en", "km"))
    entered = draft.fields.model_dump(mode="json") if draft.fields else {}
    entered["safe"]["remarks"] = words
    entered["visit"]["others"] = words
    found = page(replace(draft, fields=KINDS["visit_form"].schema.model_validate(entered)))
    assert found.get_text().count(words) == 2
    assert not found.find_all(["script", "img"])


def test_what_is_printed_is_in_the_data_and_the_paper_can_be_made_again_from_it() -> None:
    for kind in KINDS:
        draft = sample(kind, ("vi", "km"))
        first = compose(draft, ISSUE)
        again, issue = composed_from(first.data)
        assert (again, issue) == (draft, ISSUE)
        assert compose(again, issue).sheet == first.sheet


def test_the_data_count_the_words_that_nobody_has_reviewed() -> None:
    composed = compose(sample("visit_form", ("km", "th")), ISSUE)
    wording = json.loads(composed.data)["wording"]
    assert (wording["strings"], wording["unreviewed"]) == (composed.strings, composed.unreviewed)
    assert 0 < composed.unreviewed <= composed.strings
    said = page(sample("visit_form", ("km", "th"))).select(".unreviewed")[0].get_text()
    for language in ("km", "th"):
        assert own_digits(str(composed.unreviewed), language) in said


@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_in_reviewed_words_alone_has_no_red_line_and_is_no_draft(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Catalogue.entry
    monkeypatch.setattr(Catalogue, "entry", lambda *asked: found(*asked)._replace(reviewed=True))
    composed = compose(sample(kind, ("km", "th")), ISSUE)
    assert (composed.unreviewed, composed.draft) == (0, False)
    assert "machine" not in composed.sheet.html
    assert "DRAFT" not in composed.sheet.html


def test_a_translation_that_was_changed_is_told_from_a_file_that_differs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = compose(sample("visit_form", ("km", "th")), ISSUE)
    found = Catalogue.entry

    def better(catalogue: Catalogue, msgid: str, context: str | None = None) -> Words:
        entry = found(catalogue, msgid, context)
        return entry._replace(text="ល្អជាង") if (catalogue.language, msgid) == ("km", "Visitor") else entry

    monkeypatch.setattr(Catalogue, "entry", better)
    second = compose(sample("visit_form", ("km", "th")), ISSUE)
    assert (second.strings, second.unreviewed) == (first.strings, first.unreviewed)
    assert second.data != first.data


@pytest.mark.parametrize("kind", ["travel_document", "note_verbale"])
def test_an_official_paper_is_a_draft_while_its_words_are_not_reviewed(kind: str) -> None:
    composed = compose(sample(kind, ("km", "th")), ISSUE)
    assert composed.draft
    assert 'class="watermark"' in composed.sheet.html


def test_only_a_state_bears_its_motto() -> None:
    state = page(sample("referral_form", ("km", "en"))).select(".motto")
    assert "ព្រះរាជាណាចក្រកម្ពុជា" in state[0].get_text()
    charity = replace(ISSUERS["KHM"], state=False)
    assert not page(replace(sample("referral_form", ("km", "en")), issuer=charity)).select(".motto")


def test_thai_paper_bears_no_motto() -> None:
    assert not page(sample("referral_form", ("th", "km"))).select(".motto")


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS.values() if kind.states_only])
def test_a_paper_of_states_is_issued_by_nobody_else(kind: str) -> None:
    charity = replace(ISSUERS["KHM"], state=False)
    with pytest.raises(CannotCompose) as refused:
        compose(replace(sample(kind), issuer=charity), ISSUE)
    assert (refused.value.field, refused.value.code) == ("issuer", "states_only")


def test_a_travel_document_without_a_latin_name_is_refused_and_not_guessed() -> None:
    draft = sample("travel_document")
    entered = draft.fields.model_dump(mode="json") if draft.fields else {}
    entered["person"]["names"] = [entered["person"]["names"][0]]
    with pytest.raises(CannotCompose) as refused:
        compose(replace(draft, fields=KINDS["travel_document"].schema.model_validate(entered)), ISSUE)
    assert refused.value.field == "person.names"


def test_a_reading_zone_is_never_made_of_khmer_letters() -> None:
    draft = sample("travel_document")
    entered = draft.fields.model_dump(mode="json") if draft.fields else {}
    entered["person"]["names"] = [{"script": "latn", "family": "ផ្កាឈូក", "given": "ទន្លេ"}]
    with pytest.raises(CannotCompose) as refused:
        compose(replace(draft, fields=KINDS["travel_document"].schema.model_validate(entered)), ISSUE)
    assert refused.value.code == "reading_zone"


def test_the_reading_zone_has_two_lines_of_36() -> None:
    zone = page(sample("travel_document")).select(".zone")[0]
    assert [len(line) for line in zone.get_text("\n").split()] == [36, 36]
    after = zone.find_next_sibling("p")
    assert after is not None
    assert "OCR-B" in after.get_text()


def test_dates_stand_in_both_calendars_beside_each_other() -> None:
    text = page(sample("visit_form", ("th", "km"))).get_text(" ")
    assert "พ.ศ. ๒๕๗๐" in text
    assert "(ค.ศ. ๒๐๒๗)" in text
    assert "ឆ្នាំ២០២៧" in text


def test_a_paper_is_of_the_day_that_it_is_where_it_is_issued() -> None:
    late = replace(ISSUE, at=datetime(2026, 11, 25, 20, 30, tzinfo=UTC))
    text = page(sample("visit_form", ("vi", "en")), late).select_one(".issued")
    assert text is not None
    assert "ngày 26 tháng 11 năm 2026" in text.get_text()
    assert "26 November 2026" in text.get_text()


def test_digits_are_latin_where_that_is_set() -> None:
    text = page(replace(sample("visit_form", ("th", "km")), digits=frozenset())).get_text(" ")
    assert "พ.ศ. 2570" in text
    assert "ឆ្នាំ2027" in text


def test_names_stand_as_they_were_given_in_each_script() -> None:
    found = page(sample("consent_form", ("km", "th")))
    names = [each.get_text() for each in found.select(".name")]
    assert "ផ្កាឈូក ទន្លេសាប" in names
    assert "ทดสอบ ตัวอย่างวงศ์" in names


def test_runs_of_each_script_know_their_language() -> None:
    draft = sample("visit_form", ("en", "vi"))
    entered = draft.fields.model_dump(mode="json") if draft.fields else {}
    entered["safe"]["remarks"] = "She said សួស្តី and สวัสดี, then left."
    found = page(replace(draft, fields=KINDS["visit_form"].schema.model_validate(entered)))
    cell = next(each for each in found.select("td") if "She said" in each.get_text())
    assert [span["lang"] for span in cell.select("span")] == ["en", "km", "en", "th", "en"]


def test_no_two_languages_of_a_paper_are_alike() -> None:
    with pytest.raises(CannotCompose):
        compose(sample("visit_form", ("km", "km")), ISSUE)


def test_minutes_count_who_was_handed_over() -> None:
    counts = page(sample("handover_minutes", ("en", "vi"))).select(".counts td")
    assert [each.get_text(strip=True)[0] for each in counts] == ["3", "2", "1", "1"]


def test_the_fields_of_a_kind_are_only_those_of_its_schema() -> None:
    assert sample_fields("consent_form").model_config["extra"] == "forbid"


def test_the_list_before_several_papers_counts_its_own_words_that_nobody_reviewed() -> None:
    entries = [Entry(ISSUE.number, "visit_form", 1, ISSUE.at, 2)]
    sheet = contents(entries, ("km", "en"), ISSUERS["KHM"], "TK-7F3K-92QM", ISSUE.at)
    found = BeautifulSoup(plain(sheet.html), "html.parser")
    said = found.select_one(".unreviewed")
    assert said is not None
    red = {(piece.get("lang"), piece.get_text()) for piece in found.select(".machine")}
    assert f"nobody has reviewed them: {len(red)} of" in said.get_text()
