"""Officers' sessions: how one begins, how long it lives, and what ends it."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, delete, select

from repatriation.records.organisations import SYSTEM, Officer, Organisation
from repatriation.records.sessions import WebSession
from repatriation.work.actors import Actor
from repatriation.work.house import House

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=10)
# `seen_at` is kept to the minute: a write at every request would make readers into writers.
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An officer with a live session. `token` is what the browser holds."""

    token: str = field(repr=False)
    actor: Actor
    name: str
    organisation: str
    organisation_local: str | None
    data: Mapping[str, Any]
    begun: datetime


def begin(house: House, officer_id: str, now: datetime) -> SignedIn:
    """Begin a session for an officer who has just proved who they are. LookupError when not active."""
    token = secrets.token_urlsafe(32)
    with house.doors.act() as session:
        person = _person(session, officer_id)
        if person is None:
            raise LookupError("no active officer has this id")
        session.add(
            WebSession(id_hash=_digest(token), officer_id=officer_id, created_at=now, seen_at=now, data={})
        )
        # Sessions that lapsed unseen are cleared away here, since nothing else passes by so regularly.
        session.exec(delete(WebSession).where(col(WebSession.seen_at) < now - IDLE))
        return _signed_in(token, person, {}, now)


def resume(house: House, token: str, now: datetime) -> SignedIn | None:
    """The officer whose session this is, or None when it has ended: 30 minutes unused, or 10 hours old."""
    with house.doors.read() as session:
        kept = session.get(WebSession, _digest(token))
        if kept is None or kept.officer_id is None:
            return None
        if now - kept.seen_at >= IDLE or now - kept.created_at >= ABSOLUTE:
            return None
        person = _person(session, kept.officer_id)
        if person is None:
            return None
        signed_in = _signed_in(token, person, kept.data, kept.created_at)
        stale = now - kept.seen_at >= SEEN_EVERY
    if stale:
        with house.doors.act() as session:
            again = session.get(WebSession, _digest(token))
            if again is not None:
                again.seen_at = now
    return signed_in


def keep(house: House, token: str, data: Mapping[str, Any]) -> None:
    """Keep what the session is to remember. Nothing happens when it has ended meanwhile."""
    with house.doors.act() as session:
        kept = session.get(WebSession, _digest(token))
        if kept is not None:
            kept.data = dict(data)


def end(house: House, token: str) -> None:
    """End one session."""
    with house.doors.act() as session:
        session.exec(delete(WebSession).where(col(WebSession.id_hash) == _digest(token)))


def end_all(session: Session, officer_id: str) -> None:
    """End every session of an officer, in the transaction that takes their password or account away."""
    session.exec(delete(WebSession).where(col(WebSession.officer_id) == officer_id))


def _digest(token: str) -> str:
    """What the database knows a token by. It has 256 random bits, so a plain digest cannot be undone."""
    return hashlib.sha256(token.encode()).hexdigest()


def _person(session: Session, officer_id: str) -> tuple[Officer, Organisation] | None:
    found = session.exec(
        select(Officer, Organisation)
        .join(Organisation, col(Organisation.id) == col(Officer.organisation_id))
        .where(Officer.id == officer_id, col(Officer.active).is_(True), Officer.duty != SYSTEM)
    ).first()
    return (found[0], found[1]) if found else None


def _signed_in(
    token: str, person: tuple[Officer, Organisation], data: Mapping[str, Any], begun: datetime
) -> SignedIn:
    officer, organisation = person
    return SignedIn(
        token=token,
        actor=actor_of(officer, organisation),
        name=officer.display_name,
        organisation=organisation.name,
        organisation_local=organisation.name_local,
        data=dict(data),
        begun=begun,
    )


def actor_of(officer: Officer, organisation: Organisation) -> Actor:
    """An officer as every act of work takes them."""
    return Actor(
        officer_id=officer.id,
        organisation_id=organisation.id,
        organisation=organisation.code,
        country=organisation.country,
        functions=frozenset(organisation.functions),
        duty=officer.duty,
        language=officer.language,
        username=officer.username,
    )
