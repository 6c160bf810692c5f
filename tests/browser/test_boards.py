"""A coordinator reads the boards in a real browser: a number, the list that it opens, and as many rows."""

import re

import pytest
from playwright.sync_api import Page, ViewportSize

from repatriation.demonstration import load
from repatriation.demonstration.officers import ACCOUNTS
from repatriation.demonstration.stories import STORIES
from repatriation.records.doors import Doors
from repatriation.records.keyring import Keyring
from repatriation.web.session import wall_clock
from repatriation.work.house import House
from sop import clocks, shelf
from tests.browser.test_face import DESK, PHONE, barriers
from tests.fakes.press import workshop

pytestmark = pytest.mark.browser

BOARDS = ("week", "load", "stuck", "stages", "needs", "contact")
TOLD = (
    "acceptance awaited",
    "identification overdue",
    "visited three times",
    "not at home",
    "closure asked for",
    "visits by the Women's Union",
)
COORDINATOR = next(account for account in ACCOUNTS if account.username == "coordinator.mosvy")


@pytest.fixture
def house(doors: Doors, keyring: Keyring, monkeypatch: pytest.MonkeyPatch) -> House:
    """A demonstration with some of its stories."""
    return furnished(doors, keyring, monkeypatch)


def furnished(doors: Doors, keyring: Keyring, monkeypatch: pytest.MonkeyPatch) -> House:
    """An installation in which those stories were lived."""
    made = House(doors, shelf.stock(), clocks.load(), keyring, demonstration=True, papers=workshop())
    monkeypatch.setattr(load, "STORIES", tuple(story for story in STORIES if story.name in TOLD))
    load.load(made, wall_clock())
    return made


def _sign_in(page: Page, site: str) -> None:
    page.goto(f"{site}/sign-in?language=en")
    page.fill("#username", COORDINATOR.username)
    page.fill("#password", COORDINATOR.password)
    page.locator("main button").click()
    page.wait_for_url(lambda address: "/sign-in" not in address)


def _count(words: str) -> int:
    found = re.match(r"\s*(\d+)", words)
    assert found is not None, words
    return int(found.group(1))


def test_a_coordinator_reads_a_number_opens_its_list_and_counts_as_many_rows(page: Page, site: str) -> None:
    page.set_viewport_size(DESK)
    _sign_in(page, site)
    page.get_by_role("link", name="Boards", exact=True).click()
    assert page.locator("h1").inner_text() == "My week"
    opened = 0
    for board in BOARDS:
        page.goto(f"{site}/boards/{board}")
        numbers = page.locator("main a.board-number, main .board-card a")
        for number in range(min(numbers.count(), 4)):
            link = numbers.nth(number)
            told = _count(link.inner_text())
            link.click()
            assert page.locator("main tbody tr").count() == min(told, 50)
            assert _count(page.locator("main p.hint").first.inner_text()) == told
            opened += 1
            page.go_back()
    assert opened >= 8
    page.locator("nav[aria-label=Boards] a", has_text="My week").click()
    first = page.locator("main .board-card a").first
    first.click()
    page.locator("main tbody th a").first.click()
    assert page.locator("h1").inner_text().startswith("Case ")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_every_board_can_be_used_by_everybody(page: Page, site: str, size: ViewportSize) -> None:
    page.set_viewport_size(size)
    _sign_in(page, site)
    for board in BOARDS:
        page.goto(f"{site}/boards/{board}")
        assert barriers(page) == [], board
        assert page.evaluate("document.documentElement.scrollWidth") == size["width"], board


def test_the_map_says_what_the_table_beside_it_says(page: Page, site: str) -> None:
    page.set_viewport_size(DESK)
    _sign_in(page, site)
    page.goto(f"{site}/boards/week")
    on_the_map = sum(_count(number) for number in page.locator(".tile-number").all_text_contents())
    rows = page.locator(".map-and-table tbody tr")
    known = [row for row in rows.all_inner_texts() if "Not known" not in row]
    assert on_the_map == sum(_count(re.findall(r"\d+", row)[-1]) for row in known)
    assert on_the_map > 0
