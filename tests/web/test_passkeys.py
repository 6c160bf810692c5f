"""Passkeys: a device signs its owner in, and nobody else's answer does."""

import json
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlmodel import select
from werkzeug.test import TestResponse

from repatriation.app import create_app
from repatriation.records.factors import Passkey
from repatriation.settings import Settings
from repatriation.work.accounts import close_account
from repatriation.work.house import House
from repatriation.work.passkeys import Site
from tests.conftest import kind  # noqa: F401 - these tests run on both databases
from tests.web.authenticator import PRESENT, Device
from tests.web.conftest import START, Clock, Visitor, read_page

NEW = "/account/passkeys/new"
SIGN_IN = "/sign-in/passkey"


@pytest.fixture
def app(house: House, clock: Clock) -> Flask:
    """The application under a name, since passkeys are bound to one."""
    made = create_app(Settings(demonstration=True, issuer="http://localhost:8000"), house, clock)
    made.testing = True
    return made


def question_on(page: TestResponse) -> str:
    """The question that a page holds for the device."""
    form = read_page(page).select_one("form[data-passkey]")
    assert form is not None, page.text
    return str(form["data-question"])


def add_device(officer: Visitor, device: Device, name: str = "telephone") -> TestResponse:
    """Add a device to the account of who is signed in."""
    return officer.send(NEW, {"name": name, "answer": device.register(question_on(officer.open(NEW)))})


def come_in(visitor: Visitor, device: Device) -> TestResponse:
    """Sign in with a device."""
    return visitor.send(SIGN_IN, {"answer": device.answer(question_on(visitor.open(SIGN_IN)))})


def owned(officer: Visitor) -> Device:
    """A device of the officer's, who is signed out again."""
    device = Device()
    assert add_device(officer, device).status_code == 200
    officer.send("/sign-out")
    return device


def test_a_device_signs_its_owner_in_without_name_and_password(officer: Visitor) -> None:
    device = owned(officer)
    assert come_in(officer, device).location == "/"
    page = officer.open("/account").text
    assert "Officer Sokha" in page
    assert "telephone" in page


def test_after_the_password_the_device_is_asked_for(officer: Visitor) -> None:
    device = owned(officer)
    assert officer.sign_in("sokha").location == "/sign-in/second"
    assert "Use a passkey instead" in officer.open("/sign-in/second").text
    assert come_in(officer, device).status_code == 303


def test_the_first_device_comes_with_recovery_codes(officer: Visitor) -> None:
    codes = read_page(add_device(officer, Device())).select(".codes code")
    assert len(codes) == 10
    assert add_device(officer, Device()).status_code == 303


def test_a_device_that_was_removed_opens_nothing(officer: Visitor, house: House) -> None:
    device = Device()
    add_device(officer, device)
    with house.doors.read() as session:
        passkey_id = session.exec(select(Passkey.id)).one()
    assert officer.send(f"/account/passkeys/{passkey_id}/remove").status_code == 303
    assert officer.send(f"/account/passkeys/{passkey_id}/remove").status_code == 404
    officer.send("/sign-out")
    assert come_in(officer, device).status_code == 400
    assert officer.sign_in("sokha").location == "/"


def test_nobody_removes_the_device_of_another(officer: Visitor, app: Flask, house: House) -> None:
    add_device(officer, Device())
    with house.doors.read() as session:
        passkey_id = session.exec(select(Passkey.id)).one()
    other = Visitor(app.test_client())
    other.sign_in("vanna")
    assert other.send(f"/account/passkeys/{passkey_id}/remove").status_code == 404


def test_a_closed_account_is_opened_by_no_device(officer: Visitor, house: House) -> None:
    device = owned(officer)
    with house.doors.read() as session:
        officer_id = session.exec(select(Passkey.officer_id)).one()
    close_account(house, None, START, officer_id)
    assert come_in(officer, device).status_code == 400


BENT: dict[str, dict[str, Any]] = {
    "made for another site": {"site": "evil.example"},
    "asked for by another page": {"origin": "https://evil.example"},
    "without a finger": {"flags": 0},
    "with a finger that was not looked at": {"flags": PRESENT},
    "of another device": {"credential": b"x" * 32},
    "a copy whose counter stands still": {"count": -1},
}


@pytest.mark.parametrize("how", BENT)
def test_an_answer_that_is_not_the_officers_own_opens_nothing(how: str, officer: Visitor) -> None:
    device = owned(officer)
    assert come_in(officer, device).status_code == 303
    officer.send("/sign-out")
    assert come_in(officer, replace(device, **BENT[how])).status_code == 400
    assert officer.open("/account").status_code == 303


def test_an_answer_signed_by_another_key_opens_nothing(officer: Visitor) -> None:
    device = owned(officer)
    assert come_in(officer, replace(device, key=Device().key)).status_code == 400


@pytest.mark.parametrize("how", ["made for another site", "asked for by another page", "without a finger"])
def test_a_device_that_answers_wrongly_is_not_added(how: str, officer: Visitor, house: House) -> None:
    device = replace(Device(), **BENT[how])
    assert add_device(officer, device).status_code == 400
    with house.doors.read() as session:
        assert session.exec(select(Passkey)).all() == []


def test_the_device_of_another_officer_is_no_proof_of_this_ones(
    officer: Visitor, app: Flask, clock: Clock
) -> None:
    own = owned(officer)
    other, strange = Visitor(app.test_client()), Device()
    other.sign_in("vanna")
    assert add_device(other, strange).status_code == 200
    officer.sign_in("sokha")
    # Half signed in as one officer, the device of another opens the other's account and not this one's.
    assert come_in(officer, strange).status_code == 303
    assert "Officer Vanna" in officer.open("/account").text
    officer.send("/sign-out")
    come_in(officer, own)
    clock.pass_by(minutes=11)
    asked = officer.open("/account/app").location
    page = officer.open("/confirm/passkey")
    assert officer.send("/confirm/passkey", {"answer": strange.answer(question_on(page))}).status_code == 400
    assert officer.open("/account/app").location == asked, "nothing was proved"
    page = officer.open("/confirm/passkey")
    assert officer.send("/confirm/passkey", {"answer": own.answer(question_on(page))}).status_code == 303
    assert officer.open("/account/app").status_code == 200


def test_an_answer_counts_once(officer: Visitor, app: Flask) -> None:
    device = owned(officer)
    answer = device.answer(question_on(officer.open(SIGN_IN)))
    assert officer.send(SIGN_IN, {"answer": answer}).status_code == 303
    officer.send("/sign-out")
    assert officer.send(SIGN_IN, {"answer": answer}).status_code == 400


def test_an_answer_in_another_browser_counts_for_nothing(officer: Visitor, app: Flask) -> None:
    device = owned(officer)
    answer = device.answer(question_on(officer.open(SIGN_IN)))
    other = Visitor(app.test_client())
    other.open(SIGN_IN)
    assert other.send(SIGN_IN, {"answer": answer}).status_code == 400


def test_a_question_is_good_for_ten_minutes(officer: Visitor, clock: Clock) -> None:
    device = owned(officer)
    answer = device.answer(question_on(officer.open(SIGN_IN)))
    clock.pass_by(minutes=11)
    assert officer.send(SIGN_IN, {"answer": answer}).status_code == 400


@pytest.mark.parametrize(
    "answer",
    ["", "{}", "[]", "null", "7", "{", '{"id":7}', "x" * 20_000, '{"a":' * 3000, '"\\ud800"', "\0"],
)
@pytest.mark.parametrize("path", [SIGN_IN, NEW])
def test_nonsense_for_an_answer_is_refused_and_fails_nothing(
    officer: Visitor, path: str, answer: str
) -> None:
    if path == SIGN_IN:
        officer.send("/sign-out")
    officer.open(path)
    assert officer.send(path, {"answer": answer, "name": "x"}).status_code == 400


@pytest.mark.parametrize("part", ["id", "rawId", "type", "response"])
def test_an_answer_with_a_part_missing_or_wrong_is_refused(officer: Visitor, part: str) -> None:
    device = owned(officer)
    wrongs: tuple[Any, ...] = (None, 7, [], "!", {}, "AAAA")
    for wrong in wrongs:
        answer = json.loads(device.answer(question_on(officer.open(SIGN_IN))))
        answer[part] = wrong
        assert officer.send(SIGN_IN, {"answer": json.dumps(answer)}).status_code == 400


def test_one_device_is_added_to_one_account_alone(officer: Visitor, app: Flask) -> None:
    device = Device()
    add_device(officer, device)
    other = Visitor(app.test_client())
    other.sign_in("vanna")
    assert add_device(other, device).status_code == 400


def test_an_officer_has_ten_devices_at_most(officer: Visitor) -> None:
    for _ in range(10):
        add_device(officer, Device())
    assert officer.open(NEW).location == "/account"


def test_a_script_runs_on_the_pages_for_devices_and_nowhere_else(officer: Visitor) -> None:
    for path, runs in ((NEW, True), ("/account", False), ("/sign-in", False), ("/account/app", False)):
        policy = officer.open(path).headers["Content-Security-Policy"]
        assert ("script-src 'self'" in policy) is runs
        assert "unsafe" not in policy
    officer.send("/sign-out")
    page = officer.open(SIGN_IN)
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    scripts = read_page(page).select("script")
    assert [script.text for script in scripts] == [""]
    assert "javascript" in officer.open(str(scripts[0]["src"])).headers["Content-Type"]


def test_an_installation_without_a_name_offers_no_passkeys(house: House, clock: Clock) -> None:
    assert Site.of("http://127.0.0.1:8000") is None
    assert Site.of("http://[::1]:8000") is None
    assert Site.of("https://returns.example.org:8443") == Site(
        "returns.example.org", "https://returns.example.org:8443"
    )
    bare = Visitor(create_app(Settings(demonstration=True), house, clock).test_client())
    assert bare.open(SIGN_IN).status_code == 404
    assert "passkey" not in bare.open("/sign-in").text
    bare.sign_in("sokha")
    assert bare.open(NEW).status_code == 404
