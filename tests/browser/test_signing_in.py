"""The pages by which one comes in, in a real browser: passkeys, codes, invitations; each page looked at."""

import re
import socket
import threading
from collections.abc import Iterator

import pyotp
import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from repatriation.app import create_app
from repatriation.settings import Settings
from repatriation.web.session import wall_clock
from repatriation.work.house import House
from repatriation.work.providers import enter_provider
from tests.browser.test_face import DESK, PHONE, barriers, sign_in

pytestmark = pytest.mark.browser


@pytest.fixture
def port() -> int:
    """A port that is free, known before the application that is to name it."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def app(house: House, port: int) -> Flask:
    """The application under a name, since passkeys are bound to one; with a provider to be offered."""
    enter_provider(
        house,
        wall_clock(),
        {
            "code": "embassy",
            "name": "Embassy of Cambodia",
            "organisation": "KHM-EMB-THA",
            "issuer": "http://127.0.0.1:9",
            "client_id": "us",
        },
    )
    return create_app(Settings(demonstration=True, issuer=f"http://localhost:{port}"), house, wall_clock)


@pytest.fixture
def site(app: Flask, port: int) -> Iterator[str]:
    """Its address, served while the test runs."""
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://localhost:{port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def finger(page: Page) -> None:
    """A device with a finger on it, inside the browser."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def sound(page: Page) -> None:
    """The page as it stands can be used by everybody, and is no wider than the screen."""
    for size in (DESK, PHONE):
        page.set_viewport_size(size)
        assert barriers(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == size["width"]


def test_a_passkey_is_added_and_signs_in_by_a_touch(page: Page, site: str, finger: None) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    sign_in(page, site)
    page.goto(f"{site}/account")
    page.get_by_role("link", name="Add a passkey").click()
    sound(page)
    page.get_by_label("What do you call this device?").fill("Office computer")
    page.get_by_role("button", name="Add this device").click()
    page.get_by_role("heading", name="Your recovery codes").wait_for()
    sound(page)
    page.get_by_role("link", name="I have them; go on").click()
    assert page.get_by_text("Office computer", exact=False).first.is_visible()
    sound(page)
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign in with a passkey").click()
    sound(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda address: "/sign-in" not in address)
    page.goto(f"{site}/account/sessions")
    assert "Passkey" in page.locator("main").inner_text()
    sound(page)
    assert complaints == []


def test_an_app_is_added_by_picture_or_text_and_asked_for(page: Page, site: str) -> None:
    sign_in(page, site)
    page.goto(f"{site}/account/app")
    sound(page)
    picture = page.locator(".secret-picture")
    assert picture.evaluate("picture => picture.naturalWidth") > 100
    secret = re.sub(r"\s", "", page.locator(".secret-text").inner_text())
    page.get_by_label("Code").fill(pyotp.TOTP(secret).at(wall_clock()))
    page.get_by_role("button", name="Use this app").click()
    page.get_by_role("link", name="I have them; go on").click()
    page.get_by_role("button", name="Sign out").click()
    sign_in_by_password(page, site)
    page.wait_for_url("**/sign-in/second")
    sound(page)
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_title(re.compile("^Error:"))
    sound(page)


def sign_in_by_password(page: Page, site: str) -> None:
    """The first step alone."""
    page.goto(f"{site}/sign-in")
    page.fill("#username", "sokha")
    page.fill("#password", "correct horse battery staple")
    page.locator("main button").click()


def test_the_other_pages_can_be_used_by_everybody(page: Page, site: str) -> None:
    page.goto(f"{site}/sign-in")
    assert page.get_by_role("link", name="Sign in with Embassy of Cambodia").is_visible()
    sound(page)
    page.goto(f"{site}/sign-in/with/embassy")
    assert page.get_by_role("heading", name="You could not be signed in").is_visible()
    sound(page)
    page.goto(f"{site}/invitation/nothing")
    sound(page)
    sign_in(page, site, "dara")
    page.locator("button[name=language][value=en]").click()
    for path in ("/account", "/account/password", "/colleagues", "/colleagues/let-in", "/confirm"):
        page.goto(f"{site}{path}")
        sound(page)
    page.goto(f"{site}/colleagues/invite")
    sound(page)
    page.get_by_label("Name, as colleagues see it").fill("Sok")
    page.get_by_label("Short name to sign in with").fill("sok")
    page.get_by_label("Coordinator").check()
    page.locator("input[name=language][value=en]").check()
    page.get_by_role("button", name="Make the invitation").click()
    sound(page)
    link = page.locator(".told").inner_text()
    page.get_by_role("button", name="Sign out").click()
    page.goto(link)
    sound(page)


def test_without_scripts_the_page_says_what_to_do_instead(page: Page, site: str) -> None:
    plain = page.context.browser
    assert plain is not None
    bare = plain.new_context(java_script_enabled=False)
    opened = bare.new_page()
    opened.goto(f"{site}/sign-in/passkey")
    assert opened.get_by_text("This browser cannot use passkeys").is_visible()
    assert not opened.get_by_role("button", name="Use a passkey").is_visible()
    bare.close()
