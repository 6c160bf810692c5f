"""What no page of ours sends: broken characters, impossible days, crooked addresses. Nothing fails of it."""

from urllib.parse import quote

import pytest

from repatriation.web.languages import safe_next
from tests.web.casework.conftest import World
from tests.web.conftest import Visitor

NUL_IN = ("/cases/%00", "/cases?stage=%00", "/cases?after=never~%00", "/cases?%00=1")


def test_a_character_that_one_database_cannot_keep_is_refused_at_the_door(world: World) -> None:
    visitor = world.browser("datip")
    assert [visitor.open(path).status_code for path in NUL_IN] == [400] * len(NUL_IN)
    assert Visitor(world.app.test_client()).sign_in("datip\0").status_code == 400


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "after", ["0001-01-01T00:00:00+14:00~x", "9999-12-31T23:59:59-14:00~x", "99999-01-01~x", "never~x", "~"]
)
def test_a_place_in_a_list_that_cannot_be_begins_at_the_beginning(world: World, after: str) -> None:
    for view in ("all", "stuck", "ended"):
        for way in ("after", "before"):
            page = world.browser("datip").open(f"/cases?view={view}&{way}={quote(after)}")
            assert page.status_code == 200


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "-1", "2026-02-30"])
def test_arrivals_of_an_impossible_day_are_those_of_today(world: World, day: str) -> None:
    for path in ("/arrivals", "/arrivals/gate/roll", "/arrivals/new"):
        assert world.browser("poipet").open(f"{path}?day={day}").status_code == 200


@pytest.mark.parametrize(
    "next_",
    ["/\t/[", "/\t/evil.example", "/\r\nSet-Cookie: a=b", "//evil.example", "/\\evil.example", "/[\x0b"],
)
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_way_on_leads_nowhere_but_to_our_own_pages(world: World, next_: str) -> None:
    assert safe_next(next_, "/account") == "/account"
    sent = world.browser("datip").open(f"/sign-in?next={quote(next_)}")
    assert (sent.status_code, sent.headers["Location"]) == (303, "/")


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("box", ["day", "month", "year"])
def test_a_number_too_large_for_any_date_is_a_date_to_put_right(world: World, box: str) -> None:
    boxes = {
        "birthdate-day": "1",
        "birthdate-month": "1",
        "birthdate-year": "1990",
        f"birthdate-{box}": "9" * 30,
    }
    page = world.browser("datip").send("/cases/open/tha-khm/reported", {"at": "about", **boxes})
    assert page.status_code == 400
    assert "Enter a real date" in page.text
