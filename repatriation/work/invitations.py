"""Invitations: somebody with the right to it invites, by a link that is good once and not for long."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, delete, select, update

from repatriation.records.invitations import Invitation
from repatriation.records.organisations import Officer, Organisation
from repatriation.records.trail import append
from repatriation.work.accounts import hash_password
from repatriation.work.actors import Actor
from repatriation.work.enrolment import Entered, add_officer, refuse_misfits
from repatriation.work.factors import put_authenticator
from repatriation.work.house import House
from repatriation.work.refusals import Invalid, NotFound
from repatriation.work.sessions import digest

GOOD_FOR: Final = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation that may still be used, as the person invited and the inviter see it."""

    invitation_id: str
    organisation_id: str
    organisation: str
    organisation_local: str | None
    username: str
    display_name: str
    duty: str
    language: str
    expires_at: datetime


def invite(
    house: House,
    actor: Actor | None,
    now: datetime,
    *,
    organisation: str,
    username: str,
    display_name: str,
    duty: str,
    language: str,
) -> str:
    """Invite somebody to an organisation, by its code; gives the token of the link, which is kept nowhere.

    `actor` is None when it is done at the machine itself; an officer invites to their own organisation only.

    Raises:
        Invalid: with each field that cannot be taken.
        NotFound: the officer is of another organisation.
    """
    refuse_misfits(username, display_name, duty, language)
    if actor is not None and actor.organisation != organisation:
        raise NotFound
    token = secrets.token_urlsafe(32)
    with house.doors.act() as session:
        employer = session.exec(select(Organisation).where(Organisation.code == organisation)).first()
        if employer is None:
            raise Invalid({"organisation": "unknown"})
        if session.exec(select(Officer.id).where(Officer.username == username)).first():
            raise Invalid({"username": "taken"})
        row = Invitation(
            token_hash=digest(token),
            organisation_id=employer.id,
            username=username,
            display_name=display_name.strip(),
            duty=duty,
            language=language,
            invited_by=actor.officer_id if actor else None,
            made_at=now,
            expires_at=now + GOOD_FOR,
        )
        session.add(row)
        detail = {"invitation": row.id, "organisation": employer.id, "duty": duty}
        append(session, actor, now, "account:officer:invited", detail)
    return token


def look(house: House, token: str, now: datetime) -> Invited | None:
    """The invitation to which a link belongs; None when there is none, it was used, or it is too old."""
    with house.doors.read() as session:
        found = session.exec(
            select(Invitation, Organisation)
            .where(Invitation.organisation_id == Organisation.id)
            .where(Invitation.token_hash == digest(token), *_open_at(now))
        ).first()
        return _invited(*found) if found else None


def outstanding(house: House, actor: Actor, now: datetime) -> tuple[Invited, ...]:
    """The invitations to an officer's organisation that may still be used."""
    with house.doors.read() as session:
        found = session.exec(
            select(Invitation, Organisation)
            .where(Invitation.organisation_id == Organisation.id)
            .where(Invitation.organisation_id == actor.organisation_id, *_open_at(now))
            .order_by(col(Invitation.made_at))
        ).all()
        return tuple(_invited(*each) for each in found)


def withdraw(house: House, actor: Actor, now: datetime, invitation_id: str) -> None:
    """Take an invitation to the officer's organisation back. NotFound when there is no such one."""
    with house.doors.act() as session:
        gone = session.exec(
            delete(Invitation).where(
                col(Invitation.id) == invitation_id,
                col(Invitation.organisation_id) == actor.organisation_id,
                col(Invitation.used_at).is_(None),
            )
        )
        if gone.rowcount != 1:
            raise NotFound
        append(session, actor, now, "account:invitation:withdrawn", {"invitation": invitation_id})


def accept(
    house: House, token: str, now: datetime, password: str, secret: str, code: str
) -> tuple[str, tuple[str, ...]]:
    """Make the account of somebody invited, with a password and an app; gives its id and recovery codes.

    Raises:
        WeakPassword: the password is too short or too long.
        Invalid: the code is wrong, or the name was taken meanwhile.
        NotFound: the invitation may not be used any more.
    """
    hashed = hash_password(password)
    with house.doors.act() as session:
        officer_id = use(session, house, token, now, hashed)
        return officer_id, put_authenticator(session, house, officer_id, secret, code, now)


def use(
    session: Session,
    house: House,
    token: str,
    now: datetime,
    password_hash: str,
    organisation_id: str | None = None,
) -> str:
    """Use an invitation up within a transaction, and make its account; gives the officer's id.

    `organisation_id` is given where only that organisation's people may be. Raises NotFound, Invalid.
    """
    asked = select(Invitation).where(Invitation.token_hash == digest(token), *_open_at(now))
    row = session.exec(asked).first()
    if row is None or organisation_id not in (None, row.organisation_id):
        raise NotFound
    used = session.exec(
        update(Invitation)
        .where(col(Invitation.id) == row.id, col(Invitation.used_at).is_(None))
        .values(used_at=now)
    )
    if used.rowcount != 1:
        raise NotFound
    newly = Entered(row.username, row.display_name, row.duty, row.language, password_hash)
    officer_id = add_officer(session, house, None, now, row.organisation_id, newly)
    append(session, None, now, "account:invitation:used", {"invitation": row.id, "officer": officer_id})
    return officer_id


def _open_at(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (col(Invitation.used_at).is_(None), col(Invitation.expires_at) > now)


def _invited(row: Invitation, body: Organisation) -> Invited:
    return Invited(
        row.id,
        body.id,
        body.name,
        body.name_local,
        row.username,
        row.display_name,
        row.duty,
        row.language,
        row.expires_at,
    )
