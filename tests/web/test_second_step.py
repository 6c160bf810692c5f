"""Codes of an app and recovery codes: what they open, once, and what a guesser gains."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from flask import Flask
from sqlmodel import select
from werkzeug.test import TestResponse

from repatriation.records.factors import Authenticator, RecoveryCode
from repatriation.records.organisations import Officer
from repatriation.records.trail import Trail
from repatriation.work.accounts import set_password
from repatriation.work.factors import CODES_AT_AN_ACCOUNT, check_code
from repatriation.work.house import House
from tests.conftest import kind  # noqa: F401 - these tests run on both databases
from tests.web.conftest import PASSWORD, START, Clock, Visitor, read_page


class App:
    """An authenticator app on the officer's telephone."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self.codes, self.clock = pyotp.TOTP(secret), clock

    def code(self, ahead: int = 0) -> str:
        """What it shows now, or so many steps of half a minute from now."""
        return str(self.codes.at(self.clock.time + timedelta(seconds=30 * ahead)))


def secret_on(page: TestResponse) -> str:
    """The key that a page shows for an app."""
    shown = read_page(page).select_one(".secret-text")
    assert shown is not None
    return shown.text.replace(" ", "")


def codes_on(page: TestResponse) -> list[str]:
    """The recovery codes that a page shows."""
    return [code.text for code in read_page(page).select(".codes code")]


def add_app(officer: Visitor, clock: Clock) -> tuple[App, list[str]]:
    """Add an app to the account of who is signed in."""
    app = App(secret_on(officer.open("/account/app")), clock)
    done = officer.send("/account/app", {"code": app.code()})
    assert done.status_code == 200, done.text
    clock.pass_by(minutes=1)
    return app, codes_on(done)


def with_app(officer: Visitor, clock: Clock) -> tuple[App, list[str]]:
    """The same, and signed out again."""
    found = add_app(officer, clock)
    officer.send("/sign-out")
    return found


def second(visitor: Visitor, code: str, **kwargs: Any) -> TestResponse:
    """Sign in by password, then enter a code."""
    assert visitor.sign_in("sokha", **kwargs).location == "/sign-in/second"
    return visitor.send("/sign-in/second", {"code": code}, **kwargs)


def test_a_password_alone_opens_nothing_once_there_is_an_app(officer: Visitor, clock: Clock) -> None:
    app, _ = with_app(officer, clock)
    assert officer.sign_in("sokha").location == "/sign-in/second"
    assert officer.open("/account").location.startswith("/sign-in")
    assert officer.send("/sign-in/second", {"code": app.code()}).location == "/"
    assert officer.open("/account").status_code == 200


def test_who_was_on_the_way_somewhere_goes_on_there_after_the_second_step(
    officer: Visitor, clock: Clock
) -> None:
    app, _ = with_app(officer, clock)
    asked = {"username": "sokha", "password": "correct horse battery staple"}
    assert officer.send("/sign-in?next=/account/sessions", dict(asked)).location == "/sign-in/second"
    assert officer.send("/sign-in/second", {"code": app.code()}).location == "/account/sessions"


@pytest.mark.parametrize("written", ["{}", " {} ", "{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]}"])
def test_a_code_is_taken_however_it_is_written(officer: Visitor, clock: Clock, written: str) -> None:
    app, _ = with_app(officer, clock)
    assert second(officer, written.format(app.code())).status_code == 303


def test_a_code_is_taken_in_the_figures_of_every_script(officer: Visitor, clock: Clock) -> None:
    app, _ = with_app(officer, clock)
    khmer = app.code().translate(str.maketrans("0123456789", "០១២៣៤៥៦៧៨៩"))
    assert second(officer, khmer).status_code == 303


def test_a_code_counts_one_step_early_or_late_and_not_two(officer: Visitor, clock: Clock) -> None:
    app, _ = with_app(officer, clock)
    for ahead, status in ((-2, 400), (2, 400), (-1, 303)):
        assert second(officer, app.code(ahead)).status_code == status
        officer.send("/sign-out")
    clock.pass_by(minutes=2)
    assert second(officer, app.code(1)).status_code == 303


def test_a_code_that_was_used_is_refused_and_so_is_an_older_one(officer: Visitor, clock: Clock) -> None:
    app, _ = with_app(officer, clock)
    code, before = app.code(), app.code(-1)
    assert second(officer, code).status_code == 303
    officer.send("/sign-out")
    assert second(officer, code).status_code == 400
    assert second(officer, before).status_code == 400


def test_of_many_who_enter_one_code_at_once_one_gets_in(officer: Visitor, clock: Clock, house: House) -> None:
    app, codes = with_app(officer, clock)
    with house.doors.read() as session:
        officer_id = session.exec(select(Authenticator.officer_id)).one()
    for code in (app.code(), codes[0]):

        def enter(number: int, code: str = code) -> bool:
            return check_code(house, officer_id, clock(), code, f"203.0.113.{number}")

        with ThreadPoolExecutor(16) as pool:
            assert sum(pool.map(enter, range(16))) == 1


def test_an_identifier_from_before_the_second_step_opens_nothing_after_it(
    officer: Visitor, clock: Clock, app: Flask
) -> None:
    own, _ = with_app(officer, clock)
    officer.sign_in("sokha")
    before = officer.client.get_cookie("session")
    assert before is not None
    assert officer.send("/sign-in/second", {"code": own.code()}).status_code == 303
    after = officer.client.get_cookie("session")
    assert after is not None
    assert after.value != before.value
    other = Visitor(app.test_client())
    other.client.set_cookie("session", before.value)
    assert other.open("/account").location.startswith("/sign-in")
    assert other.send("/sign-in/second", {"code": own.code(1)}).location.startswith("/sign-in")


def test_the_code_that_set_the_app_up_is_used(officer: Visitor, clock: Clock) -> None:
    app = App(secret_on(officer.open("/account/app")), clock)
    code = app.code()
    officer.send("/account/app", {"code": code})
    officer.send("/sign-out")
    assert second(officer, code).status_code == 400


def test_an_app_counts_only_after_a_right_code(officer: Visitor, clock: Clock) -> None:
    app = App(secret_on(officer.open("/account/app")), clock)
    assert officer.send("/account/app", {"code": "000000"}).status_code == 400
    officer.send("/sign-out")
    assert officer.sign_in("sokha").location == "/"
    assert secret_on(officer.open("/account/app")) != app.codes.secret


def test_the_same_secret_is_shown_while_the_form_is_tried(officer: Visitor) -> None:
    first = secret_on(officer.open("/account/app"))
    assert secret_on(officer.send("/account/app", {"code": "000000"})) == first


def test_each_recovery_code_opens_once(officer: Visitor, clock: Clock) -> None:
    _, codes = with_app(officer, clock)
    assert len(set(codes)) == 10
    assert second(officer, codes[3].lower()).status_code == 303
    assert "9 left" in officer.open("/account").text
    officer.send("/sign-out")
    assert second(officer, codes[3]).status_code == 400
    assert second(officer, codes[4].replace("-", " ")).status_code == 303


def test_new_recovery_codes_take_the_place_of_the_old(officer: Visitor, clock: Clock) -> None:
    _, old = add_app(officer, clock)
    new = codes_on(officer.send("/account/recovery-codes"))
    assert set(old).isdisjoint(new)
    officer.send("/sign-out")
    assert second(officer, old[0]).status_code == 400
    assert second(officer, new[0]).status_code == 303


def test_without_an_app_there_are_no_recovery_codes_to_be_had(officer: Visitor) -> None:
    assert officer.send("/account/recovery-codes").status_code == 404


def test_an_app_that_is_removed_is_asked_for_no_more_and_its_codes_go_with_it(
    officer: Visitor, clock: Clock, house: House
) -> None:
    add_app(officer, clock)
    assert officer.send("/account/app/remove").status_code == 303
    with house.doors.read() as session:
        assert session.exec(select(Authenticator)).all() == []
        assert session.exec(select(RecoveryCode)).all() == []
    officer.send("/sign-out")
    assert officer.sign_in("sokha").location == "/"


def test_nothing_that_opens_an_account_lies_readable_in_the_database(
    officer: Visitor, clock: Clock, house: House
) -> None:
    app, codes = add_app(officer, clock)
    with house.doors.read() as session:
        kept = session.exec(select(Authenticator)).one()
        digests = {row.digest for row in session.exec(select(RecoveryCode)).all()}
    assert kept.secret is not None
    assert app.codes.secret.encode() not in kept.secret
    assert digests.isdisjoint({*codes, *(code.replace("-", "") for code in codes)})


def test_guessing_codes_is_slowed_down(officer: Visitor, clock: Clock) -> None:
    app, _ = with_app(officer, clock)
    officer.sign_in("sokha")
    answers = [officer.send("/sign-in/second", {"code": "000000"}).status_code for _ in range(12)]
    assert answers == [400] * 10 + [429] * 2
    assert officer.send("/sign-in/second", {"code": app.code()}).status_code == 429


def test_a_guesser_who_has_the_password_keeps_the_officer_out_of_nothing(
    officer: Visitor, clock: Clock, app: Flask
) -> None:
    own, codes = with_app(officer, clock)
    at_once = CODES_AT_AN_ACCOUNT[0]
    statuses = []
    for number in range(at_once + 3):
        guesser = Visitor(app.test_client())
        elsewhere = {"REMOTE_ADDR": f"203.0.113.{number}"}
        statuses.append(second(guesser, "000000", environ_overrides=elsewhere).status_code)
    assert statuses == [400] * at_once + [429] * 3
    # From many addresses at once codes cannot be guessed any more; the officer's other ways stay open.
    assert second(officer, own.code()).status_code == 429
    answer = officer.send("/sign-in/second", {"code": codes[0]})
    assert answer.status_code == 303


def guess_elsewhere(app: Flask, most: int = CODES_AT_AN_ACCOUNT[0], password: str = PASSWORD) -> None:
    """Somebody who has the password guesses codes from many addresses, until no more are taken."""
    for number in range(most):
        guesser, elsewhere = Visitor(app.test_client()), {"REMOTE_ADDR": f"203.0.113.{number}"}
        guesser.sign_in("sokha", password, environ_overrides=elsewhere)
        answer = guesser.send("/sign-in/second", {"code": "000000"}, environ_overrides=elsewhere)
        assert answer.status_code == 400


def test_a_browser_by_which_the_officer_came_in_before_has_tries_of_its_own(
    officer: Visitor, clock: Clock, app: Flask
) -> None:
    own, _ = with_app(officer, clock)
    assert second(officer, own.code()).status_code == 303
    officer.send("/sign-out")
    guess_elsewhere(app)
    clock.pass_by(seconds=30)
    stranger = Visitor(app.test_client())
    assert second(stranger, own.code()).status_code == 429
    assert second(officer, own.code()).status_code == 303
    # Also when asked once more who they are.
    clock.pass_by(minutes=11)
    guess_elsewhere(app, 1)
    assert officer.send("/confirm", {"code": own.code()}).status_code == 303


def test_tries_in_a_known_browser_are_counted_too(officer: Visitor, clock: Clock) -> None:
    own, _ = with_app(officer, clock)
    assert second(officer, own.code()).status_code == 303
    officer.send("/sign-out")
    officer.sign_in("sokha")
    answers = [officer.send("/sign-in/second", {"code": "000000"}).status_code for _ in range(12)]
    assert answers == [400] * 10 + [429] * 2


@pytest.mark.parametrize("spoilt", ["another", "number", "over", "password", "nonsense"])
def test_a_browser_is_known_for_its_own_officer_alone_and_not_for_ever(
    officer: Visitor, clock: Clock, app: Flask, house: House, spoilt: str
) -> None:
    own, _ = with_app(officer, clock)
    assert second(officer, own.code()).status_code == 303
    cookie = officer.client.get_cookie("known")
    assert cookie is not None
    assert cookie.http_only
    number, signature = cookie.value.split(".")
    value, password = cookie.value, PASSWORD
    if spoilt == "another":
        value = f"{number}.{'0' * len(signature)}"
    elif spoilt == "number":
        value = f"{number}x.{signature}"
    elif spoilt == "nonsense":
        value = "٣-x.é"
    elif spoilt == "over":
        clock.pass_by(days=181)
    else:
        password = "another password entirely"
        with house.doors.read() as session:
            officer_id = session.exec(select(Officer.id).where(Officer.username == "sokha")).one()
        set_password(house, None, clock(), officer_id, password)
    browser = Visitor(app.test_client())
    browser.client.set_cookie("known", value)
    guess_elsewhere(app, password=password)
    clock.pass_by(seconds=30)
    browser.sign_in("sokha", password)
    assert browser.send("/sign-in/second", {"code": own.code()}).status_code == 429


def test_a_code_is_worth_nothing_in_a_browser_that_entered_no_password(
    officer: Visitor, clock: Clock, app: Flask
) -> None:
    own, _ = with_app(officer, clock)
    other = Visitor(app.test_client())
    assert other.send("/sign-in/second", {"code": own.code()}).location == "/sign-in"
    officer.sign_in("sokha")
    clock.pass_by(minutes=11)
    assert officer.send("/sign-in/second", {"code": own.code()}).location == "/sign-in"


def test_a_password_changed_in_between_does_not_let_the_second_step_pass(
    officer: Visitor, clock: Clock, house: House
) -> None:
    own, _ = with_app(officer, clock)
    officer.sign_in("sokha")
    with house.doors.read() as session:
        officer_id = session.exec(select(Authenticator.officer_id)).one()
    set_password(house, None, START, officer_id, "another long password")
    assert officer.send("/sign-in/second", {"code": own.code()}).location == "/sign-in"
    assert officer.open("/account").status_code == 303


def test_the_trail_tells_of_factors_and_of_wrong_codes(officer: Visitor, clock: Clock, house: House) -> None:
    with_app(officer, clock)
    second(officer, "000000")
    with house.doors.read() as session:
        tags = set(session.exec(select(Trail.tag)).all())
    assert {"account:factor:added", "account:factor:refused"} <= tags
