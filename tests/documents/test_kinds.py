"""The thirteen kinds, as the procedures name them."""

import pytest

from documents.kinds import KINDS
from documents.samples import PAIRS, sample, sample_fields
from documents.shapes import Shape, shapes_of
from sop.vocabulary import PAPERS


def test_every_paper_that_a_procedure_may_name_can_be_made_and_no_other() -> None:
    assert set(KINDS) == PAPERS


def test_the_letter_of_a_kind_is_its_own() -> None:
    letters = [kind.letter for kind in KINDS.values()]
    assert len(set(letters)) == len(letters)
    assert all(len(letter) == 1 and letter.isupper() for letter in letters)


def test_only_the_two_papers_between_states_are_official() -> None:
    assert {kind.name for kind in KINDS.values() if kind.official} == {"travel_document", "note_verbale"}


def every_shape(kind: str) -> list[Shape]:
    found, waiting = [], [KINDS[kind].schema]
    while waiting:
        for shape in shapes_of(waiting.pop()):
            found.append(shape)
            if shape.inner:
                waiting.append(shape.inner)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_has_a_title_and_a_limit(kind: str) -> None:
    for shape in every_shape(kind):
        assert shape.title or shape.name == "script", shape
        if shape.what in ("text", "long", "name", "rows", "some_of"):
            assert shape.longest, shape


@pytest.mark.parametrize("kind", KINDS)
def test_every_code_of_a_closed_list_has_words(kind: str) -> None:
    for shape in every_shape(kind):
        if shape.what in ("one_of", "some_of") and shape.name != "script":
            assert shape.words is not None or set(shape.codes) <= {"km", "th", "vi", "en", "other"}, shape
            assert shape.words is None or set(shape.codes) == set(shape.words.of), shape


def test_a_sample_of_every_kind_can_be_had_in_every_pair() -> None:
    assert len(PAIRS) == 12
    for kind in KINDS:
        for pair in PAIRS:
            assert sample(kind, pair).fields == sample_fields(kind, pair[0])
