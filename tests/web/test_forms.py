"""Forms: a date in three boxes, mistakes listed first, and pages that everybody can read."""

from datetime import date

import pytest
from flask import Flask

from repatriation.app import create_app
from repatriation.settings import Settings
from repatriation.web.forms import DateBoxes, Problem
from repatriation.web.pages import PAGES
from repatriation.work.house import House
from tests.web.conftest import Clock, Visitor, read_page
from tests.web.every_part import EverythingForm, blueprint_with_every_part
from tests.web.reading import obstacles

NO_DATE = "Enter a real date, as day, month and year in figures"


@pytest.fixture
def parts(house: House, clock: Clock) -> Visitor:
    """An officer before the page that shows one of each part."""
    pages = (*PAGES, blueprint_with_every_part)
    visitor = Visitor(create_app(Settings(demonstration=True), house, clock, pages).test_client())
    visitor.sign_in("sokha")
    return visitor


def read(app: Flask, **boxes: str) -> DateBoxes:
    """What the three boxes are read as."""
    sent = {f"day-{box}": typed for box, typed in boxes.items()}
    with app.test_request_context("/", method="POST", data=sent):
        form = EverythingForm(meta={"csrf": False})
        form.validate()
        return form.day


@pytest.mark.parametrize(
    "year",
    [
        pytest.param("2026", id="common era"),
        pytest.param("2569", id="Buddhist Era"),
        pytest.param("២០២៦", id="Khmer figures"),
    ],
)
def test_a_date_is_read_however_it_is_counted_and_written(app: Flask, year: str) -> None:
    assert read(app, day="3", month="2", year=year).data == date(2026, 2, 3)


@pytest.mark.parametrize(
    "boxes",
    [
        {"day": "31", "month": "2", "year": "2026"},
        {"day": "3", "month": "", "year": "2026"},
        {"day": "three", "month": "2", "year": "2026"},
    ],
)
def test_a_date_that_is_none_is_refused_and_shown_as_it_was_typed(app: Flask, boxes: dict[str, str]) -> None:
    field = read(app, **boxes)
    assert field.data is None
    assert [str(message) for message in field.errors] == [
        "Enter a real date, as day, month and year in figures"
    ]
    assert field.boxes == boxes


def test_a_date_left_empty_is_asked_for_in_its_own_words(app: Flask) -> None:
    assert [str(message) for message in read(app, day="", month="", year="").errors] == [
        "Enter the date of the handover"
    ]


def test_a_date_already_known_is_shown_in_the_boxes(app: Flask) -> None:
    with app.test_request_context("/"):
        form = EverythingForm(data={"day": date(2026, 11, 21)}, meta={"csrf": False})
    assert form.day.boxes == {"day": "21", "month": "11", "year": "2026"}


def test_mistakes_are_listed_in_the_order_of_the_page_and_lead_to_their_boxes(app: Flask) -> None:
    with app.test_request_context("/", method="POST", data={"gate": "poipet"}):
        form = EverythingForm(meta={"csrf": False})
        form.validate()
        assert form.problems() == (
            Problem("name", "Enter the given name"),
            Problem("day-day", "Enter the date of the handover"),
            Problem("place-0", "Choose a place"),
        )


def test_every_part_can_be_read_by_everybody(parts: Visitor) -> None:
    assert obstacles(read_page(parts.open("/parts"))) == []


def test_mistakes_can_be_found_by_everybody(parts: Visitor) -> None:
    answer = parts.send("/parts", {"gate": "bavet"})
    shown = read_page(answer)
    assert obstacles(shown) == []
    assert len(shown.select(".error-summary li")) == 3
    assert shown.find("input", id="name")["aria-describedby"] == "name-hint name-error"  # type: ignore[index]
    assert shown.find("option", value="bavet").has_attr("selected")  # type: ignore[union-attr]


def test_what_was_typed_is_kept_and_cannot_become_markup(parts: Visitor) -> None:
    answer = parts.send("/parts", {"name": '"><script>', "notes": "</textarea><b>", "gate": "bavet"})
    shown = read_page(answer)
    assert shown.find("input", id="name")["value"] == '"><script>'  # type: ignore[index]
    assert shown.find("script") is None
    assert shown.find("b") is None


@pytest.mark.parametrize("path", ["/account", "/no-such-page"])
def test_our_own_pages_can_be_read_by_everybody(officer: Visitor, path: str) -> None:
    assert obstacles(read_page(officer.open(path))) == []


def test_the_sign_in_page_can_be_read_by_everybody(visitor: Visitor) -> None:
    assert obstacles(read_page(visitor.open("/sign-in"))) == []
    assert obstacles(read_page(visitor.send("/sign-in", {}))) == []


def test_every_page_of_the_demonstration_says_so(visitor: Visitor) -> None:
    assert "everybody here is made up" in visitor.open("/sign-in").text
