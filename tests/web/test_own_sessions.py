"""Officers see where they are signed in, end what they do not know, and change their password."""

from flask import Flask

from repatriation.web.session import browser_name
from tests.web.conftest import PASSWORD, Clock, Visitor, read_page

PHONE = (
    "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36"
)
NEW = "another long password"


def phone_of(app: Flask, username: str = "sokha") -> Visitor:
    """The officer's telephone, signed in."""
    made = Visitor(app.test_client())
    made.sign_in(username, headers={"User-Agent": PHONE})
    return made


def number_on(visitor: Visitor) -> str:
    """The number of the first session that is not the present one."""
    button = read_page(visitor.open("/account/sessions")).select_one("button[name=number]")
    assert button is not None
    return str(button["value"])


def test_every_browser_is_listed_and_the_present_one_is_marked(officer: Visitor, app: Flask) -> None:
    phone_of(app)
    page = read_page(officer.open("/account/sessions")).select_one("main")
    assert page is not None
    assert "Chrome, Android" in page.text
    assert len(page.select("li")) == 2
    assert page.text.count("This one") == 1


def test_a_session_that_is_ended_opens_nothing_any_more(officer: Visitor, app: Flask) -> None:
    phone = phone_of(app)
    number = number_on(officer)
    assert officer.send("/account/sessions/end", {"number": number}).status_code == 303
    assert phone.open("/account").status_code == 303
    assert officer.open("/account").status_code == 200
    assert officer.send("/account/sessions/end", {"number": number}).status_code == 404


def test_all_others_are_ended_at_once(officer: Visitor, app: Flask) -> None:
    phones = [phone_of(app) for _ in range(3)]
    assert officer.send("/account/sessions/end").status_code == 303
    assert {phone.open("/account").status_code for phone in phones} == {303}
    assert officer.open("/account").status_code == 200


def test_nobody_ends_the_session_of_another(officer: Visitor, app: Flask) -> None:
    other = phone_of(app, "vanna")
    phone_of(app, "vanna")
    number = number_on(other)
    assert officer.send("/account/sessions/end", {"number": number}).status_code == 404
    assert other.open("/account").status_code == 200


def test_a_session_that_lapsed_is_not_listed(officer: Visitor, app: Flask, clock: Clock) -> None:
    phone_of(app)
    clock.pass_by(minutes=20)
    officer.open("/account")
    clock.pass_by(minutes=20)
    assert "Chrome, Android" not in officer.open("/account/sessions").text


def test_a_new_password_ends_every_other_session(officer: Visitor, app: Flask) -> None:
    phone = phone_of(app)
    assert officer.send("/account/password", {"password": NEW, "again": NEW}).status_code == 303
    assert officer.open("/account").status_code == 200
    assert phone.open("/account").status_code == 303
    assert Visitor(app.test_client()).sign_in("sokha", PASSWORD).status_code == 400
    assert Visitor(app.test_client()).sign_in("sokha", NEW).status_code == 303


def test_a_password_that_is_short_or_mistyped_changes_nothing(officer: Visitor) -> None:
    for password, again in (("short", "short"), (NEW, NEW + "x"), ("", "")):
        sent = officer.send("/account/password", {"password": password, "again": again})
        assert sent.status_code == 400
    officer.send("/sign-out")
    assert officer.sign_in("sokha").status_code == 303


def test_a_browser_is_called_what_its_owner_would_call_it() -> None:
    assert browser_name(PHONE) == "Chrome, Android"
    assert browser_name("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0") == (
        "Firefox, Linux"
    )
    assert browser_name("<script>") == ""
