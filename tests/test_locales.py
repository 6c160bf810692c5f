"""How each language writes dates, times and digits, and whether its catalogue can be used."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import read_po

from locales import AUTONYMS, FOLDER, choose_language, own_digits, write_date, write_time
from repatriation.settings import LANGUAGES


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "3 February 2026"),
        ("km", "ថ្ងៃទី03 ខែកុម្ភៈ ឆ្នាំ2026"),
        ("th", "3 กุมภาพันธ์ พ.ศ. 2569"),
        ("vi", "ngày 03 tháng 02 năm 2026"),
    ],
)
def test_a_date_is_written_as_official_paper_has_it(language: str, written: str) -> None:
    assert write_date(date(2026, 2, 3), language) == written


def test_vietnamese_writes_no_zero_before_later_months() -> None:
    assert write_date(date(2026, 9, 21), "vi") == "ngày 21 tháng 9 năm 2026"


def test_papers_have_the_digits_of_the_script() -> None:
    assert write_date(date(2026, 11, 21), "km", native_digits=True) == "ថ្ងៃទី២១ ខែវិច្ឆិកា ឆ្នាំ២០២៦"
    assert write_date(date(2026, 11, 21), "th", native_digits=True) == "๒๑ พฤศจิกายน พ.ศ. ๒๕๖๙"
    assert own_digits("21", "vi") == "21"


def test_a_thai_date_from_before_the_civil_year_was_moved_is_of_the_common_era_and_says_so() -> None:
    assert write_date(date(1940, 2, 3), "th") == "3 กุมภาพันธ์ ค.ศ. 1940"
    assert write_date(date(1941, 2, 3), "th") == "3 กุมภาพันธ์ พ.ศ. 2484"


def test_a_time_is_told_by_the_clock_of_the_place() -> None:
    moment = datetime(2026, 11, 20, 20, 5, tzinfo=UTC)
    assert write_time(moment, "en", ZoneInfo("Asia/Phnom_Penh")) == "21 November 2026, 03:05"


def test_a_time_that_does_not_know_its_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        write_time(datetime(2026, 11, 20), "en", UTC)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("wanted", "chosen"), [(["km-KH"], "km"), (["fr", "vi"], "vi"), (["zh_Hant"], "en"), ([], "en")]
)
def test_the_first_language_wanted_that_is_offered_is_chosen(wanted: list[str], chosen: str) -> None:
    assert choose_language(wanted, LANGUAGES) == chosen


def test_every_language_offered_has_a_name_for_itself() -> None:
    assert set(AUTONYMS) == set(LANGUAGES)


def test_a_translation_keeps_what_is_put_into_its_sentence() -> None:
    wrong = []
    for file in FOLDER.glob("*/LC_MESSAGES/messages.po"):
        with file.open("rb") as opened:
            catalogue = read_po(opened, abort_invalid=True)
        for message, problems in catalogue.check():
            wrong += [(file.parts[-3], message.id, str(problem)) for problem in problems]
    assert wrong == []
