"""Invitations: the one way to an account, good once and not for long."""

import pyotp
import pytest
from flask import Flask
from sqlmodel import select
from werkzeug.test import TestResponse

from repatriation.records.invitations import Invitation
from repatriation.records.organisations import Officer
from repatriation.work.house import House
from tests.conftest import kind  # noqa: F401 - these tests run on both databases
from tests.web.conftest import Clock, Visitor, read_page
from tests.web.test_second_step import App, codes_on, secret_on

SOK: dict[str, object] = {"username": "sok", "display_name": "Sok", "duty": "caseworker", "language": "en"}
NEW = "a long password of my own"


@pytest.fixture
def coordinator(app: Flask) -> Visitor:
    """A browser in which the embassy's coordinator is signed in, in English."""
    made = Visitor(app.test_client())
    made.sign_in("dara")
    made.send("/language", {"language": "en"})
    return made


def link_from(coordinator: Visitor, **other: str) -> str:
    """The path of a new invitation's link."""
    made = coordinator.send("/colleagues/invite", {**SOK, **other})
    told = read_page(made).select_one(".told")
    assert told is not None, made.text
    return told.text.removeprefix("http://127.0.0.1:8000")


def take_up(visitor: Visitor, path: str, clock: Clock, **other: str) -> TestResponse:
    """Fill in the page of an invitation."""
    app = App(secret_on(visitor.open(path)), clock)
    return visitor.send(path, {"password": NEW, "again": NEW, "code": app.code(), **other})


def test_who_is_invited_sets_password_and_app_and_is_in(
    coordinator: Visitor, visitor: Visitor, clock: Clock
) -> None:
    path = link_from(coordinator)
    assert "Caseworker" in visitor.open(path).text
    done = take_up(visitor, path, clock)
    assert done.status_code == 200
    assert len(codes_on(done)) == 10
    assert "Embassy of Cambodia" in visitor.open("/account").text
    visitor.send("/sign-out")
    assert visitor.sign_in("sok", NEW).location == "/sign-in/second"


def test_a_link_is_good_once(coordinator: Visitor, visitor: Visitor, clock: Clock, app: Flask) -> None:
    path = link_from(coordinator)
    take_up(visitor, path, clock)
    late = Visitor(app.test_client())
    assert late.open(path).status_code == 404
    assert late.open("/account").status_code == 303


def test_a_link_is_good_for_three_days(coordinator: Visitor, visitor: Visitor, clock: Clock) -> None:
    path = link_from(coordinator)
    clock.pass_by(days=2, hours=23)
    assert visitor.open(path).status_code == 200
    clock.pass_by(hours=1)
    assert visitor.open(path).status_code == 404


def test_a_link_that_was_withdrawn_opens_nothing(
    coordinator: Visitor, visitor: Visitor, house: House
) -> None:
    path = link_from(coordinator)
    with house.doors.read() as session:
        invitation = session.exec(select(Invitation.id)).one()
    assert "Sok" in coordinator.open("/colleagues").text
    assert coordinator.send(f"/colleagues/invitations/{invitation}/withdraw").status_code == 303
    assert coordinator.send(f"/colleagues/invitations/{invitation}/withdraw").status_code == 404
    assert visitor.open(path).status_code == 404


@pytest.mark.parametrize("token", ["nothing", "x" * 3000, "%00", "..%2f.."])
def test_a_link_that_nobody_made_opens_nothing(visitor: Visitor, token: str) -> None:
    assert visitor.open(f"/invitation/{token}").status_code in (400, 404)


@pytest.mark.parametrize(
    "other",
    [
        {"code": "000000"},
        {"password": "short", "again": "short"},
        {"again": "another long password"},
        {"password": "", "again": ""},
    ],
)
def test_what_cannot_be_taken_leaves_the_invitation_as_it_was(
    coordinator: Visitor, visitor: Visitor, clock: Clock, house: House, other: dict[str, str]
) -> None:
    path = link_from(coordinator)
    assert take_up(visitor, path, clock, **other).status_code == 400
    with house.doors.read() as session:
        assert session.exec(select(Officer).where(Officer.username == "sok")).first() is None
    assert take_up(visitor, path, clock).status_code == 200


def test_the_token_is_nowhere_in_the_database(coordinator: Visitor, house: House) -> None:
    token = link_from(coordinator).removeprefix("/invitation/")
    with house.doors.read() as session:
        kept = session.exec(select(Invitation)).one()
    assert token not in kept.model_dump_json()


def test_two_who_have_the_same_name_in_mind_do_not_both_get_it(
    coordinator: Visitor, visitor: Visitor, clock: Clock, app: Flask
) -> None:
    first, second = link_from(coordinator), link_from(coordinator)
    assert take_up(visitor, first, clock).status_code == 200
    assert take_up(Visitor(app.test_client()), second, clock).status_code == 404
    assert coordinator.send("/colleagues/invite", SOK).status_code == 400


@pytest.mark.parametrize(
    "other",
    [{"username": "No Such Name"}, {"duty": "emperor"}, {"language": "fr"}, {"display_name": " "}],
)
def test_an_invitation_that_does_not_fit_is_not_made(coordinator: Visitor, other: dict[str, str]) -> None:
    assert coordinator.send("/colleagues/invite", {**SOK, **other}).status_code == 400


def test_an_officer_who_is_signed_in_does_not_take_up_an_invitation_by_mistake(
    coordinator: Visitor, officer: Visitor
) -> None:
    assert officer.open(link_from(coordinator)).status_code == 404


def test_the_secret_of_another_browser_does_not_fit(
    coordinator: Visitor, visitor: Visitor, clock: Clock, app: Flask
) -> None:
    path = link_from(coordinator)
    theirs = secret_on(Visitor(app.test_client()).open(path))
    visitor.open(path)
    code = pyotp.TOTP(theirs).at(clock.time)
    assert take_up(visitor, path, clock, code=code).status_code == 400
