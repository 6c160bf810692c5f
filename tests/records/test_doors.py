"""The doors: what goes through them, and what does not."""

import os

import pytest
from sqlalchemy import update
from sqlmodel import Session, col, select

from repatriation.records.doors import Doors, WrongDoor, default_url
from repatriation.records.organisations import Organisation


def shelter(code: str = "shelter") -> Organisation:
    return Organisation(code=code, name="A shelter", country="THA", functions=["shelter"])


def codes(doors: Doors) -> list[str]:
    with doors.read() as session:
        return sorted(session.exec(select(Organisation.code)).all())


def test_what_an_act_adds_is_there_afterwards(doors: Doors) -> None:
    with doors.act() as session:
        session.add(shelter())
    assert codes(doors) == ["shelter"]
