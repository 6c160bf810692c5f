"""Enters organisations and officers: who there is to work with, before anybody can sign in."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlmodel import Session, col, select

from repatriation.records import trail
from repatriation.records.organisations import DUTIES, SYSTEM, Officer, Organisation
from repatriation.work.accounts import hash_password
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.refusals import Invalid
from repatriation.work.sessions import actor_of
from sop import vocabulary as words

FUNCTIONS: Final = frozenset(words.FUNCTIONS) | {role.partition(".")[2] for role in words.SUPPORT}
_CODE: Final = re.compile(r"[a-z][a-z0-9-]{1,40}")
_USERNAME: Final = re.compile(r"[a-z][a-z0-9._-]{2,60}")


def enter_organisation(
    house: House,
    now: datetime,
    *,
    code: str,
    name: str,
    country: str,
    functions: Sequence[str],
    name_local: str | None = None,
    stationed: str | None = None,
    place: str | None = None,
) -> str:
    """Enters an organisation, or brings the one of this code up to date; gives its id.

    Raises:
        Invalid: with each field that cannot be taken.
    """
    problems = {
        "code": "malformed" if not _CODE.fullmatch(code) else "",
        "name": "needed" if not name.strip() else "",
        "country": "unknown" if country not in words.COUNTRIES else "",
        "functions": "unknown" if set(functions) - FUNCTIONS else ("" if functions else "needed"),
        "stationed": "unknown" if stationed not in (None, *words.COUNTRIES) else "",
    }
    _refuse(problems)
    with house.doors.act() as session:
        found = session.exec(select(Organisation).where(Organisation.code == code)).first()
        organisation = found or Organisation(
            code=code, name=name, country=country, demonstration=house.demonstration
        )
        organisation.name, organisation.name_local, organisation.country = name, name_local, country
        organisation.functions, organisation.stationed, organisation.place = list(functions), stationed, place
        session.add(organisation)
        session.flush()
        tag = "organisation:changed" if found else "organisation:entered"
        trail.append(session, None, now, tag, {"organisation": organisation.id, "code": code})
        return organisation.id


class Entered(NamedTuple):
    """What is entered of an officer. `password_hash` is NO_PASSWORD where they sign in by other means."""

    username: str
    display_name: str
    duty: str
    language: str
    password_hash: str


def enter_officer(
    house: House,
    now: datetime,
    *,
    username: str,
    display_name: str,
    organisation: str,
    duty: str,
    language: str,
    password: str,
) -> str:
    """Enters an officer of an organisation, by the organisation's code; gives the officer's id.

    Raises:
        Invalid: with each field that cannot be taken.
        WeakPassword: the password is too short or too long.
    """
    refuse_misfits(username, display_name, duty, language)
    hashed = hash_password(password)
    with house.doors.act() as session:
        employer = session.exec(select(Organisation).where(Organisation.code == organisation)).first()
        _refuse({"organisation": "" if employer else "unknown"})
        assert employer is not None
        newly = Entered(username, display_name, duty, language, hashed)
        return add_officer(session, house, None, now, employer.id, newly)


def refuse_misfits(username: str, display_name: str, duty: str, language: str) -> None:
    """Raise Invalid, with each field that cannot be taken of an officer."""
    _refuse(
        {
            "username": "malformed" if not _USERNAME.fullmatch(username) else "",
            "display_name": "needed" if not display_name.strip() else "",
            "duty": "unknown" if duty not in DUTIES else "",
            "language": "unknown" if language not in words.LANGUAGES else "",
        }
    )


def add_officer(
    session: Session, house: House, actor: Actor | None, now: datetime, organisation_id: str, newly: Entered
) -> str:
    """Writes an officer down within a transaction; gives their id. Invalid when the name is taken."""
    if session.exec(select(Officer.id).where(Officer.username == newly.username)).first():
        raise Invalid({"username": "taken"})
    officer = Officer(organisation_id=organisation_id, demonstration=house.demonstration, **newly._asdict())
    session.add(officer)
    session.flush()
    detail = {"officer": officer.id, "organisation": organisation_id, "duty": newly.duty}
    trail.append(session, actor, now, "officer:entered", detail)
    return officer.id


def organisations(house: House) -> list[Organisation]:
    """Every organisation, by country and code."""
    with house.doors.read() as session:
        return list(
            session.exec(
                select(Organisation).order_by(col(Organisation.country), col(Organisation.code))
            ).all()
        )


def officers(house: House) -> list[tuple[Officer, Organisation]]:
    """Every officer with their organisation, by user name."""
    with house.doors.read() as session:
        found = session.exec(
            select(Officer, Organisation)
            .where(Officer.organisation_id == Organisation.id)
            .order_by(col(Officer.username))
        )
        return list(found.all())


def officer_id(session: Session, username: str) -> str:
    """The id of the officer of this name. Raises Invalid when there is none."""
    found = session.exec(select(Officer.id).where(Officer.username == username)).first()
    if found is None:
        raise Invalid({"username": "unknown"})
    return found


def officer_named(house: House, username: str) -> Actor:
    """The active officer of this name, as every act takes them. Raises Invalid when there is none."""
    with house.doors.read() as session:
        found = session.exec(
            select(Officer, Organisation)
            .where(Officer.organisation_id == Organisation.id)
            .where(Officer.username == username, Officer.duty != SYSTEM, col(Officer.active).is_(True))
        ).first()
    if found is None:
        raise Invalid({username: "unknown"})
    return actor_of(*found)


def _refuse(problems: dict[str, str]) -> None:
    wrong = {field: code for field, code in problems.items() if code}
    if wrong:
        raise Invalid(wrong)
