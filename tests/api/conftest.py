"""A small world whose embassy, ministry and NGO have programs of their own, and the API that they call."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from partners import registration
from repatriation.app import create_app
from repatriation.records.doors import Doors
from repatriation.records.keyring import Keyring
from repatriation.settings import Settings
from repatriation.work.house import House
from repatriation.work.partners import approval, registering
from sop import clocks
from sop.shelf import Shelf
from tests.fakes.press import workshop
from tests.partners.programs import EVERY_SCOPE, Program
from tests.web.casework.conftest import World, kind, procedures, world
from tests.web.conftest import Clock, clock, quick_passwords

__all__ = ["clock", "kind", "procedures", "quick_passwords", "world"]

SCOPES = f"{EVERY_SCOPE} identity:read"


@pytest.fixture
def house(doors: Doors, keyring: Keyring, procedures: Shelf, clock: Clock) -> House:
    """An installation that partners may call."""
    keyring.ensure_partner_keys(clock())
    return House(doors, procedures, clocks.load(), keyring, demonstration=True, papers=workshop())


@pytest.fixture
def app(house: House, clock: Clock) -> Flask:
    """The application. A failure of ours is answered as one, as it is for partners."""
    return create_app(Settings(demonstration=True), house, clock)


@dataclass
class Caller:
    """A partner's program that holds a token, and asks for another one when it is over."""

    program: Program
    scopes: str = SCOPES
    tokens: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        """Read something. What the address asks for goes into `query_string`."""
        return self._call("GET", path, **kwargs)

    def post(
        self, path: str, body: Any, *, key: str | None = "", version: int | None = None, **kwargs: Any
    ) -> TestResponse:
        """Send something, under a new key unless another, or none, is given."""
        headers = dict(kwargs.pop("headers", {}))
        if key is not None:
            headers["Idempotency-Key"] = key or secrets.token_urlsafe(12)
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        sent = (
            {"json": body}
            if not isinstance(body, bytes)
            else {"data": body, "content_type": "application/json"}
        )
        return self._call("POST", path, headers=headers, **sent, **kwargs)

    def _call(self, method: str, path: str, **kwargs: Any) -> TestResponse:
        stamp = self.program.clock().strftime("%Y%m%d%H%M")
        if stamp not in self.tokens:
            self.program.learn_nonce()
            self.tokens = {stamp: self.program.token(self.scopes)}
        return self.program.call(path, self.tokens[stamp], method=method, **kwargs)


@pytest.fixture
def admit(world: World) -> Callable[..., Caller]:
    """Lets in a program of an organisation, approved by two officers."""

    def admit(organisation: str, scopes: str = SCOPES) -> Caller:
        program = Program(world.app.test_client(), world.clock, f"{organisation}-system")
        asked = program.registration(organisation=organisation, scope=scopes)
        client_id = registering.register(world.house, None, world.clock(), registration.of(asked))
        for officer in ("datip", "mosvy"):
            approval.approve(world.house, world.clock(), client_id, world.officers[officer])
        return Caller(program, scopes)

    return admit


@pytest.fixture
def ministry(admit: Callable[..., Caller]) -> Caller:
    """The system of the Thai ministry, which has the case."""
    return admit("datip")


@pytest.fixture
def embassy(admit: Callable[..., Caller]) -> Caller:
    """The system of the Cambodian embassy, which hears of a case when it is told."""
    return admit("embassy")


@pytest.fixture
def suspend(world: World) -> Callable[[str], None]:
    """Suspends a partner."""

    def suspend(client_id: str) -> None:
        approval.suspend(world.house, world.officers["mosvy"], world.clock(), client_id)

    return suspend
