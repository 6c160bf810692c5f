"""Rows to begin a test with, with good defaults."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import Session

from repatriation.records.cases import CaseFile, Party, new_reference
from repatriation.records.columns import new_id
from repatriation.records.keyring import Keyring
from repatriation.records.organisations import Officer, Organisation
from repatriation.records.sealing import CaseKey, new_case_key


class Somebody(NamedTuple):
    """An officer who acts for an organisation."""

    officer_id: str
    organisation_id: str


def organisation(session: Session, code: str = "shelter") -> Organisation:
    """A Thai shelter."""
    made = Organisation(code=code, name=f"The {code}", country="THA", functions=["shelter"])
    session.add(made)
    session.flush()
    return made


def officer(session: Session, code: str = "shelter") -> Somebody:
    """An officer of a new organisation."""
    organisation_id = organisation(session, code).id
    made = Officer(
        organisation_id=organisation_id,
        username=f"officer@{code}",
        password_hash="-",
        display_name="An officer",
        duty="protection",
    )
    session.add(made)
    session.flush()
    return Somebody(made.id, organisation_id)


def case(
    session: Session, now: datetime, actor: Somebody, keyring: Keyring | None = None, **values: Any
) -> CaseFile:
    """A case in which the actor's organisation plays host.protection."""
    case_id = new_id()
    wrapped, epoch = new_case_key(keyring, case_id)[1:] if keyring else (b"", 0)
    columns: dict[str, Any] = {
        "id": case_id,
        "reference": new_reference("tha-khm"),
        "route": "tha-khm",
        "edition": "2019",
        "digest": "0" * 64,
        "stage": "reported",
        "entered_at": now,
        "holder_id": actor.organisation_id,
        "opened_at": now,
        "updated_at": now,
        "wrapped_key": wrapped,
        "key_epoch": epoch,
    } | values
    made = CaseFile(**columns)
    session.add(made)
    session.flush()
    part(session, made, actor.organisation_id)
    return made


def case_key(keyring: Keyring) -> CaseKey:
    """A key for a case that is not in any database."""
    return new_case_key(keyring, new_id())[0]


def part(
    session: Session, of: CaseFile, organisation_id: str, role: str = "host.protection", **values: Any
) -> Party:
    """A part of an organisation in a case."""
    columns: dict[str, Any] = {
        "case_id": of.id,
        "role": role,
        "organisation_id": organisation_id,
        "since": of.opened_at,
        "updated_at": of.updated_at,
        "stage": None if "until" in values else of.stage,
        "route": of.route,
    } | values
    made = Party(**columns)
    session.add(made)
    session.flush()
    return made
