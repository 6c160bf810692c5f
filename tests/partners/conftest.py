"""An installation on either database with a partner's program that two officers approved."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Blueprint, Flask, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel
from sqlmodel import select

from partners import registration
from repatriation.app import create_app
from repatriation.records.doors import Doors
from repatriation.records.keyring import Keyring
from repatriation.records.organisations import Officer, Organisation
from repatriation.settings import Settings
from repatriation.web import oauth
from repatriation.web.api.reading import json_body
from repatriation.web.callers import caller, machine
from repatriation.work import accounts
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.partners import approval, registering
from repatriation.work.sessions import actor_of
from sop.shelf import Shelf
from tests import postgres
from tests.conftest import KINDS
from tests.partners.programs import Program
from tests.web.conftest import PASSWORD, Clock, quick_passwords

__all__ = ["quick_passwords"]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Both databases, for most of it is about what wins of many at once."""
    if request.param == "postgresql" and postgres.left_out():
        pytest.skip(f"left out by {postgres.WITHOUT}")
    return str(request.param)


@pytest.fixture
def clock() -> Clock:
    """The clock of the application."""
    return Clock()


@pytest.fixture
def house(doors: Doors, keyring: Keyring, clock: Clock) -> House:
    """Two organisations, and officers who may approve partners."""
    keyring.ensure_partner_keys(clock())
    with doors.act() as session:
        embassy = Organisation(
            code="KHM-EMB-THA", name="Embassy", country="KHM", functions=["consulate"], stationed="THA"
        )
        shelter = Organisation(code="THA-SHELTER", name="Shelter", country="THA", functions=["shelter"])
        session.add_all([embassy, shelter])
        session.flush()
        for body, username, duty in (
            (embassy, "sokha", "consular"),
            (embassy, "dara", "coordinator"),
            (embassy, "bopha", "coordinator"),
            (embassy, "vanna", "auditor"),
            (shelter, "malee", "caseworker"),
        ):
            session.add(
                Officer(
                    organisation_id=body.id,
                    username=username,
                    password_hash=accounts.hash_password(PASSWORD),
                    display_name=f"Officer {username.capitalize()}",
                    duty=duty,
                )
            )
    return House(doors, Shelf((), ()), {}, keyring, demonstration=True)


@pytest.fixture
def officers(house: House) -> dict[str, Actor]:
    """The officers by name."""
    with house.doors.read() as session:
        found = session.exec(
            select(Officer, Organisation).where(Officer.organisation_id == Organisation.id)
        ).all()
        return {officer.username: actor_of(officer, body) for officer, body in found}


class Note(BaseModel):
    """What the echo takes."""

    text: str
    number: int = 0


def echo() -> Blueprint:
    """An API of one call, to look at what guards every call."""
    blueprint = Blueprint("echo", __name__)

    @blueprint.route("/api/echo", methods=["GET", "POST"])
    @blueprint.route("/api/echo/<name>", methods=["GET", "POST"])
    @machine("cases:read", "cases:act")
    def say(name: str = "") -> ResponseReturnValue:
        note = json_body(Note).text if request.method == "POST" else name
        return jsonify(client=caller().client_id, officer=caller().actor.officer_id, note=note)

    @blueprint.get("/api/papers")
    @machine("documents:read")
    def papers() -> ResponseReturnValue:
        return jsonify(papers=[])

    return blueprint


@pytest.fixture
def app(house: House, clock: Clock) -> Flask:
    """The application, with a call to make."""
    made = create_app(Settings(demonstration=True), house, clock, machines=(oauth.make_blueprint, echo))
    made.testing = True
    return made


@pytest.fixture
def admit(house: House, officers: dict[str, Actor], clock: Clock) -> Callable[..., str]:
    """Registers a program and lets two officers approve it."""

    def admit(members: dict[str, Any]) -> str:
        client_id = registering.register(house, None, clock(), registration.of(members))
        approval.approve(house, clock(), client_id, officers["dara"])
        assert approval.approve(house, clock(), client_id, officers["bopha"]) == "active"
        return client_id

    return admit


@pytest.fixture
def program(app: Flask, clock: Clock, admit: Callable[..., str]) -> Program:
    """A program that was let in."""
    made = Program(app.test_client(), clock)
    admit(
        made.registration(
            grant_types=["client_credentials", "authorization_code"],
            redirect_uris=["https://app.example.org/back"],
        )
    )
    return made
