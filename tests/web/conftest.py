"""An application over a database of its own, a clock that tests can set, and visitors who fill in forms."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from repatriation.app import create_app
from repatriation.records.doors import Doors
from repatriation.records.keyring import Keyring
from repatriation.records.organisations import Officer, Organisation
from repatriation.settings import Settings
from repatriation.work import accounts
from repatriation.work.house import House
from sop.shelf import Shelf

PASSWORD = "correct horse battery staple"
START = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that stands still until it is told otherwise."""

    time: datetime = START

    def __call__(self) -> datetime:
        return self.time

    def pass_by(self, **amount: float) -> None:
        """Let this much time go by."""
        self.time += timedelta(**amount)


@dataclass
class Visitor:
    """Somebody with a browser, who fills in forms."""

    client: FlaskClient
    at: str = "http://localhost"

    def open(self, path: str, **kwargs: object) -> TestResponse:
        """Open a page."""
        return self.client.get(path, base_url=self.at, **kwargs)

    def send(self, path: str, data: dict[str, object] | None = None, **kwargs: object) -> TestResponse:
        """Open a page of ours for its token, then send a form to `path`."""
        token = read_page(self.open("/account", follow_redirects=True)).select_one("input[name=csrf_token]")
        assert isinstance(token, Tag)
        sent = {"csrf_token": token["value"], **(data or {})}
        return self.client.post(path, data=sent, base_url=self.at, **kwargs)

    def sign_in(self, username: str, password: str = PASSWORD, **kwargs: object) -> TestResponse:
        """Sign in with the form."""
        return self.send("/sign-in", {"username": username, "password": password}, **kwargs)


def read_page(response: TestResponse) -> BeautifulSoup:
    """The page as a reader's program sees it."""
    return BeautifulSoup(response.text, "html.parser")


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Argon2 with next to no work, since every test signs in."""
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(accounts, "hasher", lambda: weak)
    accounts._nobodys_hash.cache_clear()
    yield
    accounts._nobodys_hash.cache_clear()


@pytest.fixture
def clock() -> Clock:
    """The clock of the application."""
    return Clock()


@pytest.fixture
def kind() -> str:
    """What is seen does not differ between databases; modules where it might import the root's `kind`."""
    return "sqlite"


@pytest.fixture
def house(doors: Doors, keyring: Keyring) -> House:
    """A house with two organisations and an officer of each duty that the tests need."""
    with doors.act() as session:
        embassy = Organisation(
            code="KHM-EMB-THA",
            name="Embassy of Cambodia",
            country="KHM",
            functions=["consulate"],
            stationed="THA",
        )
        office = Organisation(code="KHM-AUDIT", name="Audit office", country="KHM", functions=[])
        session.add_all([embassy, office])
        session.flush()
        for organisation, username, duty, language in (
            (embassy, "sokha", "consular", "en"),
            (embassy, "dara", "coordinator", "km"),
            (office, "vanna", "auditor", "en"),
        ):
            session.add(
                Officer(
                    organisation_id=organisation.id,
                    username=username,
                    password_hash=accounts.hash_password(PASSWORD),
                    display_name=f"Officer {username.capitalize()}",
                    duty=duty,
                    language=language,
                )
            )
    return House(
        doors=doors,
        shelf=Shelf((), ()),
        calendars={},
        keyring=keyring,
        demonstration=True,
    )


@pytest.fixture
def app(house: House, clock: Clock) -> Flask:
    """The application in demonstration mode, on this machine."""
    made = create_app(Settings(demonstration=True), house, clock)
    made.testing = True
    return made


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """A browser that has not been here before."""
    return Visitor(app.test_client())


@pytest.fixture
def officer(visitor: Visitor) -> Visitor:
    """A browser in which the consular officer Sokha is signed in."""
    assert visitor.sign_in("sokha").status_code == 303
    return visitor
