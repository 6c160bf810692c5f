"""How each language writes dates, times and digits, and which language is chosen."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from locales import (
    AUTONYMS,
    choose_language,
    own_digits,
    write_date,
    write_number,
    write_pair,
    write_partial,
    write_time,
)
from locales.dates import AT_HOME, day_of, read_partial
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


@pytest.mark.parametrize(
    ("known", "language", "written"),
    [
        ("1998", "en", "1998"),
        ("1998", "km", "ឆ្នាំ១៩៩៨"),
        ("1998", "th", "พ.ศ. ๒๕๔๑"),
        ("1998", "vi", "năm 1998"),
        ("1998-04", "en", "April 1998"),
        ("1998-04", "km", "ខែមេសា ឆ្នាំ១៩៩៨"),
        ("1998-04", "th", "เมษายน พ.ศ. ๒๕๔๑"),
        ("1998-04", "vi", "tháng 4 năm 1998"),
        ("1998-02", "vi", "tháng 02 năm 1998"),
        ("1998-04-13", "en", "13 April 1998"),
        ("1998-04-13", "km", "ថ្ងៃទី១៣ ខែមេសា ឆ្នាំ១៩៩៨"),
        ("1998-04-13", "th", "๑๓ เมษายน พ.ศ. ๒๕๔๑"),
        ("1998-04-13", "vi", "ngày 13 tháng 4 năm 1998"),
    ],
)
def test_a_date_says_no_more_than_is_known_of_it(known: str, language: str, written: str) -> None:
    assert write_partial(known, language, native_digits=True) == written


@pytest.mark.parametrize("known", ["1940", "1940-12", "1940-12-31"])
def test_no_part_of_a_year_before_1941_is_given_in_the_buddhist_era(known: str) -> None:
    assert write_partial(known, "th").endswith("ค.ศ. 1940")
    assert "พ.ศ." not in write_partial(known, "th", both_calendars=True)


def test_beside_another_language_a_thai_date_shows_both_calendars() -> None:
    assert write_pair("1998-04-13", ("th", "km")) == (
        "13 เมษายน พ.ศ. 2541 (ค.ศ. 1998)",
        "ថ្ងៃទី13 ខែមេសា ឆ្នាំ1998",
    )
    assert write_pair("1998", ("vi", "en"), native_digits=True) == ("năm 1998", "1998")
    assert write_pair("1998", ("th",)) == ("พ.ศ. 2541",)


@pytest.mark.parametrize(
    "wrong", ["98", "1998-4", "1998-13", "1998-02-30", "0000", "13/04/1998", "១៩៩៨", "1998\n"]
)
def test_what_is_no_date_is_refused_without_being_repeated(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"a date is|no such day") as refused:
        read_partial(wrong)
    assert wrong not in str(refused.value)


def test_a_number_has_the_languages_own_mark_between_thousands() -> None:
    assert [write_number(12345, language) for language in ("en", "vi")] == ["12,345", "12.345"]
    assert write_number(12345, "km", native_digits=True) == "១២,៣៤៥"


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


@pytest.mark.parametrize("place", ["Asia/Phnom_Penh", "Asia/Bangkok", "Asia/Ho_Chi_Minh"])
def test_the_three_countries_share_one_time(place: str) -> None:
    for month in range(1, 13):
        moment = datetime(2026, month, 15, 18, tzinfo=UTC)
        assert moment.astimezone(ZoneInfo(place)).utcoffset() == AT_HOME.utcoffset(None)
        assert day_of(moment) == date(2026, month, 16)


def test_a_moment_without_a_zone_falls_on_no_day() -> None:
    with pytest.raises(ValueError, match="time zone"):
        day_of(datetime(2026, 1, 1))  # noqa: DTZ001
