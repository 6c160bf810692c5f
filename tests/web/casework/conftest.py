"""Officers of the small world at their browsers, and a case that they carry on together."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from bs4 import Tag
from flask import Flask
from sqlmodel import select
from werkzeug.test import TestResponse

from repatriation.bench.papers import typed
from repatriation.records.cases import CaseFile
from repatriation.records.doors import Doors
from repatriation.records.keyring import Keyring
from repatriation.records.organisations import Officer
from repatriation.work import accounts
from repatriation.work.actors import Actor
from repatriation.work.cases import open_case
from repatriation.work.house import House
from repatriation.work.newcase import ConsentEntered, Name, NewCase, PersonEntered
from repatriation.work.particulars import NOTHING, Particulars
from repatriation.work.steps import take_step
from sop import clocks, shelf
from sop.shelf import Shelf
from tests import postgres
from tests.conftest import KINDS
from tests.fakes.papers import paper_for
from tests.fakes.press import workshop
from tests.web.conftest import PASSWORD, Clock, Visitor, read_page
from tests.work.conftest import WORLD, enrol

SPOKEN = Particulars(language="km", how="spoken", interpreter="Interpreter Demonstration")
FAMILY_NAME = "Sokdemonstration"
SOK = NewCase(
    route="tha-khm",
    stage="reported",
    age_group="adult",
    person=PersonEntered(names=(Name(given="Minh", family=FAMILY_NAME),)),
    consent=ConsentEntered(language="km", interpreter="Interpreter Demonstration"),
    note="Found at the pier.",
)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Case work is tested on both databases."""
    if request.param == "postgresql" and postgres.left_out():
        pytest.skip(f"left out by {postgres.WITHOUT}")
    return str(request.param)


@pytest.fixture(scope="session")
def procedures() -> Shelf:
    """The route files, read and walked once."""
    return shelf.stock()


@pytest.fixture
def house(doors: Doors, keyring: Keyring, procedures: Shelf) -> House:
    """An installation on either database, with the real route files and nobody in it."""
    return House(doors, procedures, clocks.load(), keyring, demonstration=True, papers=workshop())


@dataclass
class World:
    """Everybody who works on cases here."""

    house: House
    app: Flask
    clock: Clock
    officers: dict[str, Actor]
    signed_in: dict[str, Visitor] = field(default_factory=dict)

    def browser(self, who: str) -> Visitor:
        """The browser of an officer, signed in."""
        if who not in self.signed_in:
            visitor = Visitor(self.app.test_client())
            assert visitor.sign_in(who).status_code == 303
            self.signed_in[who] = visitor
        return self.signed_in[who]

    def open_case(self, who: str = "datip", new: NewCase = SOK) -> str:
        """A new case."""
        return open_case(self.house, self.officers[who], self.clock(), new)

    def case(self, reference: str) -> CaseFile:
        """The case as it is kept."""
        with self.house.doors.read() as session:
            return session.exec(select(CaseFile).where(CaseFile.reference == reference)).one()

    def paper_boxes(self, action: str, given: Particulars = NOTHING) -> dict[str, str]:
        """The boxes of the paper of an act on the road from Thailand, filled in."""
        return typed(
            self.house.shelf.in_force("tha-khm", self.clock().date()), action, self.clock().date(), given
        )

    def take(self, who: str, reference: str, action: str, given: Particulars = NOTHING) -> None:
        """A step taken without a browser, a minute after the last."""
        self.clock.time += timedelta(minutes=1)
        version = self.case(reference).version
        actor = self.officers[who]
        paper = paper_for(self.house, actor, self.clock(), reference, action, given)
        take_step(self.house, actor, self.clock(), reference, action, version, given, paper=paper)


@pytest.fixture
def world(house: House, app: Flask, clock: Clock) -> World:
    """The small world, with a password for everybody."""
    officers = {code: enrol(house, code) for code in WORLD}
    with house.doors.act() as session:
        for officer in session.exec(select(Officer)).all():
            officer.password_hash = accounts.hash_password(PASSWORD)
    return World(house, app, clock, officers)


Send = Callable[..., TestResponse]


def fill_in(visitor: Visitor, path: str, **entered: object) -> TestResponse:
    """Open a page and send its form as a browser would: all that it carries, and what is entered."""
    return send_on(visitor, path, visitor.open(path), **entered)


def send_on(visitor: Visitor, path: str, page: TestResponse, **entered: object) -> TestResponse:
    """Send the form on a page that was answered, with what is entered into it."""
    form = read_page(page).select_one("main form[method=post]")
    assert isinstance(form, Tag), page.text
    carried: dict[str, object] = {}
    for box in form.select("input[type=hidden]"):
        others = carried.setdefault(str(box["name"]), [])
        assert isinstance(others, list)
        others.append(str(box.get("value", "")))
    for box in form.select("input[type=radio][checked], input[type=checkbox][checked]"):
        carried[str(box["name"])] = str(box["value"])
    for box in form.select("input[type=text]"):
        carried[str(box["name"])] = str(box.get("value", ""))
    for box in form.select("select[name^=paper-]"):
        chosen = box.select_one("option[selected]")
        carried[str(box["name"])] = str(chosen["value"]) if chosen else ""
    sent = {**carried, **{name.replace("__", "-"): value for name, value in entered.items()}}
    return visitor.client.post(path, data=sent, base_url=visitor.at)


def issue_on(visitor: Visitor, path: str, written: TestResponse, **entered: object) -> TestResponse:
    """Go on from a paper's form: fill in what is wanting, look at the paper, and issue it."""
    assert "Write the paper" in written.text, written.text
    seen = send_on(visitor, path, written, desk="look", **entered)
    assert "Look at the paper" in seen.text, seen.text
    return send_on(visitor, path, seen, sure="yes")
