"""Names: the same name is found however it was written, and no name is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repatriation.records.names import fold, sought, sound, tokens

KEY = bytes(32)

SAME = [
    ("Nguyễn Thị Đào", "NGUYEN THI DAO"),
    ("Nguyễn Thị Đào", "đào nguyễn"),
    ("Sok Kha", "Sokha"),
    ("Sokha", "Sok Kha"),
    ("Sokha", "សុខា"),
    ("Chanthou", "ចន្ធូ"),
    ("Kunthea", "គន្ធា"),
    ("Ratana", "Rattana"),
    ("Ratana", "រតនា"),
    ("Dara", "ដារា"),
    ("Somchai", "สมชาย"),
    ("Phalla", "Falla"),
    ("Bun Thoeun", "Bunthoeun"),
    ("Rithy", "Rithi"),
    ("Theary", "Theari"),
    ("น้ำ", "น้ํา"),
    ("สม\u200bชาย", "สม ชาย"),
    ("Sopheap", "sophéap"),
]

DIFFERENT = [("Dara", "Sokha"), ("Nguyễn", "Trần"), ("Somchai", "Ratana"), ("Kunthea", "Chanthou")]


def finds(kept: str, looked_for: str) -> bool:
    """Whether somebody kept under one name is found by another."""
    have = tokens(KEY, [kept])
    return all(have & alternatives for alternatives in sought(KEY, looked_for))


@pytest.mark.parametrize(("kept", "looked_for"), SAME)
def test_a_name_is_found_by_another_way_of_writing_it(kept: str, looked_for: str) -> None:
    assert finds(kept, looked_for)


@pytest.mark.parametrize(("kept", "looked_for"), DIFFERENT)
def test_a_different_name_is_not_found(kept: str, looked_for: str) -> None:
    assert not finds(kept, looked_for)


def test_a_part_of_a_name_finds_it() -> None:
    assert finds("Nguyễn Thị Đào", "dao")
    assert not finds("Nguyễn Thị Đào", "dao sokha")


def test_khmer_and_thai_vowels_are_not_taken_for_accents() -> None:
    assert fold("កញ្ញា") == ("កញ្ញា",)
    assert fold("ศรีสุข") == ("ศรีสุข",)


def test_tokens_tell_nothing_without_the_key() -> None:
    assert tokens(KEY, ["Dara"]).isdisjoint(tokens(b"1" * 32, ["Dara"]))
    assert all(len(token) == 32 and "dara" not in token for token in tokens(KEY, ["Dara"]))


@given(st.text())
def test_any_name_finds_itself(name: str) -> None:
    assert finds(name, name)


@given(st.text())
def test_folding_twice_changes_nothing_and_sounds_are_plain_letters(name: str) -> None:
    words = fold(name)
    assert fold(" ".join(words)) == words
    assert all(sound(word) == "" or sound(word).isascii() for word in words)
