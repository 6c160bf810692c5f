"""A small world for tests of the work: organisations on both sides of the Thai border, and officers in
them.
"""

from collections.abc import Callable

import pytest

from repatriation.records.doors import Doors
from repatriation.records.keyring import Keyring
from repatriation.records.organisations import Officer, Organisation
from repatriation.work.actors import Actor
from repatriation.work.house import House
from sop import clocks, shelf
from sop.shelf import Shelf
from tests.fakes.press import workshop

WORLD: dict[str, tuple[str, tuple[str, ...], str | None, str | None, str]] = {
    "datip": ("THA", ("coordination", "protection", "identification"), None, None, "coordinator"),
    "shelter": ("THA", ("shelter",), None, None, "protection"),
    "thai-police": ("THA", ("police", "prosecution"), None, None, "police"),
    "thai-immigration": ("THA", ("immigration", "border"), None, None, "police"),
    "thai-guardians": ("THA", ("guardian_authority",), None, None, "protection"),
    "embassy": ("KHM", ("consulate",), "THA", None, "consular"),
    "mosvy": ("KHM", ("coordination", "social", "identification"), None, None, "coordinator"),
    "poipet": ("KHM", ("reception",), None, "poipet", "reception"),
    "bavet": ("KHM", ("reception",), None, "bavet", "reception"),
    "ngo": ("KHM", ("caseworker", "shelter"), None, None, "caseworker"),
    "khm-police": ("KHM", ("police", "immigration", "border"), None, None, "police"),
    "mofaic": ("KHM", ("foreign_affairs",), None, None, "consular"),
    "stranger": ("KHM", (), None, None, "caseworker"),
    "auditor": ("KHM", (), None, None, "auditor"),
}


@pytest.fixture(scope="session")
def procedures() -> Shelf:
    """The route files, read and walked once."""
    return shelf.stock()


@pytest.fixture
def house(doors: Doors, keyring: Keyring, procedures: Shelf) -> House:
    """An installation with nobody in it."""
    return House(doors, procedures, clocks.load(), keyring, demonstration=True, papers=workshop())


@pytest.fixture
def officers(house: House) -> dict[str, Actor]:
    """One officer in each organisation of the small world."""
    return {code: enrol(house, code) for code in WORLD}


def enrol(house: House, code: str) -> Actor:
    """An organisation of the small world with its officer."""
    country, functions, stationed, place, duty = WORLD[code]
    with house.doors.act() as session:
        organisation = Organisation(
            code=code,
            name=code,
            country=country,
            functions=list(functions),
            stationed=stationed,
            place=place,
            demonstration=True,
        )
        session.add(organisation)
        session.flush()
        officer = Officer(
            organisation_id=organisation.id,
            username=code,
            password_hash="none",
            display_name=code,
            duty=duty,
            demonstration=True,
        )
        session.add(officer)
        session.flush()
        return Actor(
            officer.id, organisation.id, code, country, frozenset(functions), duty, "en", officer.username
        )


Do = Callable[..., int]
