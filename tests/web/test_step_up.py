"""Before an act that matters officers show once more that it is them, unless they did so just before."""

import pytest
from flask import Blueprint, Flask
from sqlmodel import select

from repatriation.app import create_app
from repatriation.records.sessions import WebSession
from repatriation.settings import Settings
from repatriation.web.pages import PAGES
from repatriation.web.security import permission
from repatriation.web.stepup import fresh
from repatriation.work.house import House
from repatriation.work.permissions import Permission
from tests.conftest import kind  # noqa: F401 - these tests run on both databases
from tests.web.conftest import PASSWORD, Clock, Visitor
from tests.web.test_second_step import add_app

WEIGHTY = "/weighty?of=this"


def weighty_pages() -> Blueprint:
    """A page that matters, and an act that has no page of its own."""
    blueprint = Blueprint("weighty", __name__)

    @blueprint.route("/weighty", methods=["GET", "POST"])
    @permission(Permission.OWN_ACCOUNT)
    @fresh
    def page() -> str:
        return "weighty"

    @blueprint.post("/weighty/act")
    @permission(Permission.OWN_ACCOUNT)
    @fresh(back="account.sessions")
    def act() -> str:
        return "done"

    return blueprint


@pytest.fixture
def app(house: House, clock: Clock) -> Flask:
    """The application with something weighty in it."""
    return create_app(Settings(demonstration=True), house, clock, (*PAGES, weighty_pages))


def test_who_has_just_signed_in_is_not_asked(officer: Visitor, clock: Clock) -> None:
    clock.pass_by(minutes=10)
    assert officer.open(WEIGHTY).text == "weighty"
    assert officer.send(WEIGHTY).text == "weighty"


def test_after_ten_minutes_the_password_is_asked_for_and_one_goes_on(officer: Visitor, clock: Clock) -> None:
    clock.pass_by(minutes=10, seconds=1)
    asked = officer.open(WEIGHTY)
    assert asked.location == "/confirm?next=/weighty?of%3Dthis"
    assert officer.send(asked.location, {"password": "wrong"}).status_code == 400
    assert officer.open(WEIGHTY).status_code == 303
    assert officer.send(asked.location, {"password": PASSWORD}).location == "/weighty?of=this"
    assert officer.open(WEIGHTY).text == "weighty"


def test_using_other_pages_is_no_proof(officer: Visitor, clock: Clock) -> None:
    for _ in range(3):
        clock.pass_by(minutes=5)
        officer.open("/account")
    assert officer.open(WEIGHTY).status_code == 303


def test_an_act_without_a_page_leads_back_to_where_it_was_pressed(officer: Visitor, clock: Clock) -> None:
    clock.pass_by(minutes=11)
    assert officer.send("/weighty/act").location == "/confirm?next=/account/sessions"
    assert officer.send("/confirm", {"password": PASSWORD}).status_code == 303
    assert officer.send("/weighty/act").text == "done"


def test_with_a_second_factor_the_password_is_not_enough(officer: Visitor, clock: Clock) -> None:
    own, codes = add_app(officer, clock)
    clock.pass_by(minutes=11)
    assert officer.send("/confirm", {"password": PASSWORD}).status_code == 400
    assert officer.open(WEIGHTY).status_code == 303
    assert officer.send("/confirm", {"code": own.code()}).status_code == 303
    assert officer.open(WEIGHTY).text == "weighty"
    clock.pass_by(minutes=11)
    assert officer.send("/confirm", {"code": codes[0]}).status_code == 303


def test_the_session_goes_on_under_a_new_identifier(officer: Visitor, clock: Clock, house: House) -> None:
    before = officer.client.get_cookie("session")
    clock.pass_by(minutes=11)
    officer.send("/confirm", {"password": PASSWORD})
    after = officer.client.get_cookie("session")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    officer.client.set_cookie("session", before.value)
    assert officer.open("/account").status_code == 303
    with house.doors.read() as session:
        assert len(session.exec(select(WebSession)).all()) == 1


def test_guessing_the_password_here_is_slowed_down_as_well(officer: Visitor, clock: Clock) -> None:
    answers = [officer.send("/confirm", {"password": "wrong"}).status_code for _ in range(12)]
    assert answers == [400] * 10 + [429] * 2


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_nobody_is_sent_elsewhere_after_it(officer: Visitor, target: str) -> None:
    done = officer.send(f"/confirm?next={target}", {"password": PASSWORD})
    assert done.location == "/"


def test_a_stranger_is_sent_to_sign_in_and_not_to_confirm(visitor: Visitor) -> None:
    assert visitor.open(WEIGHTY).location.startswith("/sign-in")


def test_opening_an_identity_and_changing_ones_own_proofs_matter(officer: Visitor, clock: Clock) -> None:
    clock.pass_by(minutes=11)
    paths = ("/cases/KH-1/person", "/cases/KH-1/visit-notes", "/account/app", "/account/password")
    for path in paths:
        assert officer.open(path).location.startswith("/confirm"), path
    for path in ("/account/app/remove", "/account/recovery-codes"):
        assert officer.send(path).location == "/confirm?next=/account", path
