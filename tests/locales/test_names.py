"""Names in each language's order, and titles that follow age."""

import pytest

from locales.names import TITLES, title_for, write_name


@pytest.mark.parametrize(
    ("language", "family", "given", "written"),
    [
        ("km", "សុខ", "សុភា", "សុខ សុភា"),
        ("vi", "Nguyễn", "Thị Ngọc", "Nguyễn Thị Ngọc"),
        ("th", "ใจดี", "สมหญิง", "สมหญิง ใจดี"),
        ("en", "Nguyễn", "Thị Ngọc", "Thị Ngọc NGUYỄN"),
    ],
)
def test_a_name_has_the_order_of_its_language(language: str, family: str, given: str, written: str) -> None:
    assert write_name(language, family=family, given=given) == written


def test_a_thai_title_is_joined_to_the_given_name_and_others_stand_before_it() -> None:
    assert write_name("th", family="ใจดี", given="สมหญิง", title="นางสาว") == "นางสาวสมหญิง ใจดี"
    assert write_name("km", family="សុខ", given="សុភា", title="លោកស្រី") == "លោកស្រី សុខ សុភា"


def test_somebody_with_one_name_has_it_left_as_it_was_given() -> None:
    assert write_name("en", given="Srey") == "Srey"
    assert write_name("en", family="Keo") == "Keo"
    assert write_name("th", full="สมหญิง ใจดี") == "สมหญิง ใจดี"


def test_a_childs_title_follows_age() -> None:
    assert title_for("miss", 14) == TITLES["girl"]
    assert title_for("miss", 15) == TITLES["miss"]
    assert title_for("mr", None) == TITLES["mr"]
    assert title_for("excellency", 14) == TITLES["excellency"]
