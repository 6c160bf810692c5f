"""The inbox, the clock, the calendar, boards and the directory, on a phone and by the keyboard alone."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from repatriation.demonstration.officers import ACCOUNTS
from repatriation.records.doors import Doors
from repatriation.records.keyring import Keyring
from repatriation.records.visits import Visit
from repatriation.web.session import wall_clock
from repatriation.work.house import House
from repatriation.work.telling.beats import beat, new_process
from repatriation.work.telling.rounds import tick
from tests.browser.test_boards import furnished
from tests.browser.test_face import PHONE, barriers

pytestmark = pytest.mark.browser

PAGES = (
    "/inbox",
    "/inbox?which=needs",
    "/inbox?which=news&about=steps",
    "/inbox/wishes",
    "/clock",
    "/clock/days",
    "/clock/days/enter",
    "/visits",
    "/visits/calendar",
    "/services",
    "/services/new",
    "/services/needs",
)


@pytest.fixture
def house(doors: Doors, keyring: Keyring, monkeypatch: pytest.MonkeyPatch) -> House:
    """The demonstration of the boards, of which everybody was told what there is to tell."""
    made = furnished(doors, keyring, monkeypatch)
    tick(made, wall_clock())
    beat(made, new_process(), wall_clock())
    return made


def _sign_in(page: Page, site: str, username: str = "coordinator.mosvy") -> None:
    account = next(account for account in ACCOUNTS if account.username == username)
    page.set_viewport_size(PHONE)
    page.goto(f"{site}/sign-in?language=en")
    page.fill("#username", account.username)
    page.fill("#password", account.password)
    page.locator("main button").click()
    page.wait_for_url(lambda address: "/sign-in" not in address)


def _tab_to(page: Page, selector: str) -> None:
    """Press the tabulator until the first of some things has the focus, as somebody without a mouse does."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"the keyboard does not lead to {selector}")


def test_every_page_of_telling_can_be_used_by_everybody_on_a_phone(page: Page, site: str) -> None:
    _sign_in(page, site)
    for path in PAGES:
        page.goto(f"{site}{path}")
        assert barriers(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], path


def test_the_inbox_is_narrowed_opened_and_read_by_the_keyboard_alone(page: Page, site: str) -> None:
    _sign_in(page, site)
    page.goto(f"{site}/inbox")
    assert page.locator("main h2").all_inner_texts() == ["Needs you", "For information"]
    _tab_to(page, "main details summary")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.parentElement.open")
    page.goto(f"{site}/inbox")
    _tab_to(page, 'main nav a[href$="which=needs"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**/inbox?which=needs")
    assert page.locator("main h2").all_inner_texts() == ["Needs you"]
    _tab_to(page, "main .task-list a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/*")
    page.goto(f"{site}/inbox")
    _tab_to(page, "main form button")
    page.keyboard.press("Enter")
    page.get_by_text("Everything is marked as read.").wait_for()
    assert page.locator("main .tag", has_text="New").count() == 0


def test_a_calendar_is_made_and_taken_back_by_the_keyboard_alone(page: Page, site: str) -> None:
    _sign_in(page, site, "caseworker.bavet")
    page.goto(f"{site}/visits/calendar")
    _tab_to(page, "main form button")
    page.keyboard.press("Enter")
    page.wait_for_selector(".told")
    assert page.locator(".told").inner_text().endswith(".ics")
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    page.goto(f"{site}/visits/calendar")
    _tab_to(page, 'main form[action*="revoke"] button')
    page.keyboard.press("Enter")
    page.wait_for_selector('main form[action*="revoke"]', state="detached")


def test_a_number_of_a_board_and_an_entry_of_the_directory_are_opened_by_the_keyboard_alone(
    page: Page, site: str
) -> None:
    _sign_in(page, site)
    page.goto(f"{site}/boards/week")
    _tab_to(page, "main .board-card a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/list*")
    page.goto(f"{site}/services")
    _tab_to(page, 'main a[href^="/services/0"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**/services/0*")
    assert barriers(page) == []
    _tab_to(page, 'main a[href$="/change"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**/change")
    _tab_to(page, "#name")
    page.keyboard.press("End")
    page.keyboard.type(" (looked at)")
    _tab_to(page, "main form button")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: not address.endswith("/change"))
    assert page.locator("h1").inner_text().endswith("(looked at)")


def test_a_caseworker_writes_a_visit_down_on_a_phone_and_loses_nothing_by_a_slip(
    page: Page, site: str, house: House
) -> None:
    _sign_in(page, site, "caseworker.poipet")
    page.goto(f"{site}/visits?until=all")
    page.locator("main a", has_text="Write it down").first.click()
    assert page.locator("main details").get_attribute("open") is None
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    page.fill("#notes", "Nobody answered. Neighbours say that she is at work.")
    page.locator("main form button").click()
    expect(page).to_have_title(re.compile("^Error:"))
    assert page.locator("#notes").input_value().startswith("Nobody answered.")
    page.get_by_label("The person was not there").check()
    before = _missed(house)
    page.locator("main form button").dblclick()
    page.wait_for_url("**/cases/*/visits")
    assert _missed(house) == before + 1


def _missed(house: House) -> int:
    """How many visits there were at which nobody was found."""
    with house.doors.read() as session:
        return len(session.exec(select(Visit).where(Visit.outcome == "not_there")).all())
