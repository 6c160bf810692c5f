"""Our own pages in a real browser: in every language, on a phone and on a desk."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

from repatriation.settings import LANGUAGES
from tests.web.conftest import PASSWORD

pytestmark = pytest.mark.browser

PHONE = ViewportSize(width=360, height=740)
DESK = ViewportSize(width=1200, height=800)
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


def sign_in(page: Page, site: str, username: str = "sokha") -> None:
    """Sign in as a person does."""
    page.goto(f"{site}/sign-in")
    page.fill("#username", username)
    page.fill("#password", PASSWORD)
    page.locator("main button").click()
    page.wait_for_url(lambda address: "/sign-in" not in address)


def barriers(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA on the page as it stands."""
    found = Axe().run(page, options=WCAG)
    return [f"{violation['id']}: {violation['help']}" for violation in found.response["violations"]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_pages_can_be_used_by_everybody(page: Page, site: str, language: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(f"{site}/sign-in?language={language}")
    assert barriers(page) == []
    page.locator("main button").click()
    expect(page).to_have_title(re.compile(r"^\S+: "))
    assert barriers(page) == []
    sign_in(page, site)
    page.goto(f"{site}/account")
    assert page.locator("html").get_attribute("lang") == language
    assert barriers(page) == []


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_every_part_can_be_used_by_everybody(page: Page, site: str, size: ViewportSize) -> None:
    page.set_viewport_size(size)
    sign_in(page, site)
    page.goto(f"{site}/parts")
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == size["width"]
    page.locator("main form button").click()
    expect(page).to_have_title(re.compile("^Error:"))
    assert barriers(page) == []
    page.locator(".error-summary a").last.click()
    expect(page.locator("#place-0")).to_be_focused()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_no_page_is_wider_than_the_screen(page: Page, site: str, size: ViewportSize) -> None:
    page.set_viewport_size(size)
    page.goto(f"{site}/sign-in?language=km")
    assert page.evaluate("document.documentElement.scrollWidth") == size["width"]
    sign_in(page, site)
    page.goto(f"{site}/account")
    assert page.evaluate("document.documentElement.scrollWidth") == size["width"]


def test_the_browser_finds_nothing_that_the_policy_forbids(page: Page, site: str) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    sign_in(page, site)
    page.goto(f"{site}/account")
    assert complaints == []


def test_our_own_forms_pass_the_look_at_their_origin(page: Page, site: str) -> None:
    sign_in(page, site)
    page.locator("button[name=language][value=vi]").click()
    assert page.locator("html").get_attribute("lang") == "vi"
    page.locator(".service-sign-out button").click()
    assert page.url == f"{site}/sign-in"


def test_the_keyboard_alone_is_enough_to_sign_in(page: Page, site: str) -> None:
    page.goto(f"{site}/sign-in?language=en")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("sokha")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/sign-in" not in address)


def test_khmer_and_thai_have_room_above_and_below_the_line(page: Page, site: str) -> None:
    for language in ("km", "th"):
        page.goto(f"{site}/sign-in?language={language}")
        style = page.evaluate(
            "(() => { const s = getComputedStyle(document.querySelector('label')); return"
            " [parseFloat(s.lineHeight) / parseFloat(s.fontSize), s.letterSpacing, s.textTransform]; })()"
        )
        assert style[0] >= 1.7
        assert style[1:] == ["normal", "none"]
