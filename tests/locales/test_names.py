"""Names in each language's order."""

import pytest

from locales.names import write_name


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


def test_somebody_with_one_name_has_it_left_as_it_was_given() -> None:
    assert write_name("en", given="Srey") == "Srey"
    assert write_name("en", family="Keo") == "Keo"
    assert write_name("th", full="สมหญิง ใจดี") == "สมหญิง ใจดี"
