"""What may stand in a paper, and what is turned away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from documents.fields import NAME, NARRATIVE, NameOnPaper, PaperFields, PersonOnPaper, known
from documents.fields import Line as LineText
from documents.fields import Narrative as LongText
from documents.kinds import KINDS
from documents.samples import sample_fields


class Note(PaperFields):
    """A line and a long text."""

    line: LineText | None = known("Line")
    long: LongText | None = known("Long")


@pytest.mark.parametrize("known_of_it", ["1998", "1998-04", "1998-04-13", " 1998-04 "])
def test_a_date_may_be_known_in_part(known_of_it: str) -> None:
    assert PersonOnPaper(birth=known_of_it).birth == known_of_it.strip()


@pytest.mark.parametrize(
    "no_date", ["98", "1998-13", "1998-02-30", "13/04/1998", "1998-4", "0998", "៖១៩៩៨", "2541"]
)
def test_what_is_no_date_is_refused(no_date: str) -> None:
    with pytest.raises(ValidationError):
        PersonOnPaper(birth=no_date)


def test_a_year_of_the_buddhist_era_is_not_taken_for_one_of_ours() -> None:
    with pytest.raises(ValidationError, match="between 1900 and 2100"):
        PersonOnPaper(birth="2541-04-13")


@pytest.mark.parametrize("sign", ["\x00", "\u202e", "\u2066", "\u200b", "\ufeff", "\x1b"])
def test_signs_that_hide_or_turn_text_are_taken_out(sign: str) -> None:
    assert Note(line=f"So{sign}kha").line == "Sokha"


def test_two_names_that_look_alike_are_not_told_apart_by_a_sign_that_nobody_sees() -> None:
    unseen = (0xAD, 0x34F, 0x61C, 0x17B4, 0x180B, 0x180E, 0x206A, 0xFE0F, 0xFFF0, 0x1D173, 0xE0041, 0xE0100)
    assert {Note(line=f"So{chr(code)}kha").line for code in unseen} == {"Sokha"}


def test_what_joins_letters_or_keeps_them_apart_stays() -> None:
    assert Note(line="ក\u200dខ\u200cគ").line == "ក\u200dខ\u200cគ"


def test_a_long_text_keeps_its_lines_and_a_line_does_not() -> None:
    note = Note(line="one\ntwo", long="one\r\ntwo  three")
    assert note.line == "one two"
    assert note.long == "one\ntwo three"


@pytest.mark.parametrize(("field", "letters"), [("line", 201), ("long", NARRATIVE + 1), ("line", 100_001)])
def test_what_is_too_long_is_refused(field: str, letters: int) -> None:
    with pytest.raises(ValidationError):
        Note.model_validate({field: "a" * letters})


def test_a_name_has_its_own_length() -> None:
    NameOnPaper(script="khmr", family="ក" * NAME)
    with pytest.raises(ValidationError):
        NameOnPaper(script="khmr", family="ក" * (NAME + 1))


@pytest.mark.parametrize("kind", KINDS)
def test_a_field_that_a_kind_does_not_have_is_refused(kind: str) -> None:
    entered = sample_fields(kind).model_dump(mode="json")
    with pytest.raises(ValidationError, match="extra_forbidden"):
        KINDS[kind].schema.model_validate({**entered, "rank_of_king": "1"})


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_entered_comes_back_the_same_from_its_data(kind: str) -> None:
    fields = sample_fields(kind, "vi")
    assert KINDS[kind].schema.model_validate_json(fields.model_dump_json()) == fields


@given(st.text(max_size=400))
def test_whatever_is_typed_is_kept_as_text_or_refused(typed: str) -> None:
    try:
        kept = Note(long=typed).long
    except ValidationError:
        return
    assert kept == Note(long=kept).long  # cleaning again changes nothing
    assert kept is not None
    assert not set(kept) & set("\x00\u202e\u200b")
