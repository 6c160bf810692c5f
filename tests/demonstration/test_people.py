"""The people of the demonstration: nobody who lives, and no two of one name."""

import random
import unicodedata
from datetime import date

import pytest

from repatriation.demonstration import people
from repatriation.demonstration.stories import STORIES
from repatriation.htcds.fields import CODES

TODAY = date(2026, 3, 10)
COUNTRIES = ("KHM", "THA", "VNM")


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_name_contains_the_word_for_a_demonstration(country: str) -> None:
    for name in people.names_of(country, 0):
        assert name.family in {"សាកល្បង", "ทดสอบ", "Minh Họa", "Demo"}


def test_names_are_written_in_khmer_thai_and_vietnamese_letters_as_well_as_plain_latin_ones() -> None:
    letters = {
        unicodedata.name(letter).split()[0]
        for name in people.every_name()
        for letter in name
        if letter != " "
    }
    assert {"KHMER", "THAI", "LATIN"} <= letters


def test_there_is_a_name_for_everybody_and_no_two_share_one() -> None:
    for country in COUNTRIES:
        needed = sum(story.route.endswith(country.lower()) for story in STORIES)
        given = [people.names_of(country, number)[-1].given for number in range(needed)]
        assert len(set(given)) == needed


def test_when_the_words_have_run_out_nobody_is_given_the_name_of_another() -> None:
    with pytest.raises(ValueError, match="no more names"):
        people.names_of("THA", 9)


def test_nobody_knows_when_somebody_of_unknown_age_was_born() -> None:
    assert people.person("KHM", 0, "unknown", TODAY, random.Random(1)).birthdate is None


def test_a_child_is_under_eighteen_and_an_adult_is_not() -> None:
    for seed in range(50):
        child = people.person("VNM", 0, "child", TODAY, random.Random(seed)).birthdate
        adult = people.person("VNM", 0, "adult", TODAY, random.Random(seed)).birthdate
        assert child is not None
        assert adult is not None
        assert (TODAY - adult).days > 18 * 365 + 4 > (TODAY - child).days


def test_what_was_done_to_people_is_said_in_the_words_of_the_data_standard() -> None:
    for seed in range(50):
        for age in ("adult", "child"):
            account = people.account(age, random.Random(seed))
            assert set(account.type_of_exploitation) <= set(CODES["vic_TypeOfExploitation"].values())
            assert set(account.methods_of_control) <= set(CODES["vic_MethodsOfControl"].values())
            assert set(account.method_of_recruitment) <= set(CODES["vic_MethodOfRecruitment"].values())
