"""A coordinator finds a shelter for a man near his village; it declines, the next accepts, MoSVY signs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page
from sqlmodel import select

from repatriation.records.doors import Doors
from repatriation.records.keyring import Keyring
from repatriation.records.organisations import Officer
from repatriation.work import accounts
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.services.offers import OfferEntered, enter
from sop import clocks, shelf
from tests.browser.test_face import DESK, PHONE, barriers, sign_in
from tests.fakes.press import workshop
from tests.web.conftest import PASSWORD
from tests.work.conftest import WORLD, enrol
from tests.work.test_services import SHELTER, waiting
from tests.work.test_steps import Desk

pytestmark = pytest.mark.browser

SECOND = ("KHM", ("caseworker",), None, None, "caseworker")


@pytest.fixture
def house(doors: Doors, keyring: Keyring) -> House:
    """An installation with the real procedures, over which the site is served."""
    return House(doors, shelf.stock(), clocks.load(), keyring, demonstration=True, papers=workshop())


@pytest.fixture
def desk(house: House, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A man for whom a place is looked for, and two shelters that take men."""
    monkeypatch.setitem(WORLD, "second", SECOND)
    officers = {code: enrol(house, code) for code in WORLD}
    with house.doors.act() as session:
        for officer in session.exec(select(Officer)).all():
            officer.password_hash = accounts.hash_password(PASSWORD)
    now = datetime.now(UTC) - timedelta(hours=8)
    for who, name, place in (
        ("second", "The house next door", "KHM-011004"),
        ("ngo", "The house in the next town", "KHM-0106"),
    ):
        offer(house, officers[who], now, name, place)
    return waiting(house, officers, now, "adult")


def offer(house: House, actor: Actor, now: datetime, name: str, place: str) -> None:
    entered = OfferEntered(
        organisation=actor.organisation,
        name=name,
        services=(SHELTER,),
        place=place,
        men=True,
        capacity=1,
        checked_on=now.date(),
    )
    enter(house, actor, now, entered)


@contextmanager
def at_work(browser: Browser, site: str, who: str) -> Iterator[Page]:
    """An officer before a browser of their own; each page they come to can be used by everybody."""
    context = browser.new_context(viewport=DESK)
    page = context.new_page()
    sign_in(page, site, who)
    yield page
    context.close()


def look(page: Page) -> None:
    assert barriers(page) == []
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollWidth") == size["width"]


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words, exact=True).click()


def asks(page: Page, site: str, reference: str, shelter: str) -> str:
    """Finds a shelter from the page of the case, and asks it; gives what the search said."""
    page.goto(f"{site}/cases/{reference}")
    page.get_by_role("link", name="Find who can take this person").click()
    look(page)
    page.select_option("#service", SHELTER)
    page.fill("#place", "Poipet, Ou Chrov")
    page.get_by_label("A man", exact=True).check()
    press(page, "Look for a place")
    if page.get_by_text("Several places are called so").count():
        page.locator("input[name=place_code]").last.check()
        press(page, "Look for a place")
    look(page)
    said = page.locator("main").text_content() or ""
    page.get_by_role("link", name=f"Ask them ({shelter})").click()
    assert page.locator("#offer option:checked").inner_text() == shelter
    press(page, "Continue")
    press(page, "Continue")
    press(page, "Issue it, and do this now")
    assert "Done, and written down." in page.locator("main").inner_text()
    return said


def test_a_shelter_is_found_declines_the_next_accepts_and_the_ministry_signs(
    browser: Browser, site: str, desk: Desk
) -> None:
    reference = desk.reference
    with at_work(browser, site, "mosvy") as mosvy:
        said = asks(mosvy, site, reference, "The house next door")
        assert said.index("The house next door") < said.index("The house in the next town")
        assert "In the same commune" in said

        with at_work(browser, site, "second") as second:
            second.get_by_role("link", name="Services").click()
            look(second)
            second.get_by_role("link", name="Asked of us").click()
            look(second)
            second.get_by_role("link", name="Decline").click()
            second.get_by_label("No place is free").check()
            second.fill("#note", "The last bed went yesterday.")
            press(second, "Continue")
            press(second, "Do this now")
            second.goto(f"{site}/services/referrals")
            told = second.locator("main").inner_text()
            assert "A case that you know of no more" in told
            assert reference not in told

        said = asks(mosvy, site, reference, "The house in the next town")
        assert "Has declined to take this person on" in said

        with at_work(browser, site, "ngo") as ngo:
            ngo.goto(f"{site}/services/referrals")
            ngo.get_by_role("link", name="Accept").click()
            press(ngo, "Do this now")

        mosvy.goto(f"{site}/cases/{reference}")
        mosvy.get_by_role("link", name="Decide with the person: care in a shelter").click()
        press(mosvy, "Do this now")
        mosvy.get_by_role("link", name="On file").click()
        look(mosvy)
        told = mosvy.locator("#placing >> xpath=..").inner_text()
        assert "In a shelter: The house in the next town" in told
        assert "Signed off by mosvy" in told
        assert "second: The house next door" in told
        mosvy.goto(f"{site}/services")
        look(mosvy)
        assert "0 of 1 free" in mosvy.locator("main").inner_text()


def test_where_nobody_can_the_need_is_entered_by_one_button(browser: Browser, site: str, desk: Desk) -> None:
    with at_work(browser, site, "mosvy") as mosvy:
        mosvy.goto(f"{site}/cases/{desk.reference}/services")
        mosvy.select_option("#service", SHELTER)
        mosvy.fill("#place", "KHM-01100407")
        mosvy.get_by_label("A transgender person").check()
        press(mosvy, "Look for a place")
        look(mosvy)
        press(mosvy, "Enter this as an unmet need")
        assert "The unmet need is entered." in mosvy.locator("main").inner_text()
        mosvy.goto(f"{site}/services/needs")
        look(mosvy)
        told = mosvy.locator("main").inner_text()
        assert "Banteay Meanchey" in told
        assert desk.reference in told
        assert "Does not take people like this person" in told
