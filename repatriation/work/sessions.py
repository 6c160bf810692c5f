"""Officers' sessions: how one begins, how long it lives, and what ends it."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, delete, select, update

from repatriation.records.organisations import SYSTEM, Officer, Organisation
from repatriation.records.sessions import Begun, WebSession
from repatriation.records.trail import append
from repatriation.work.actors import Actor
from repatriation.work.house import House

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=10)
# So long after officers proved who they are, they are not asked again before an act that matters.
FRESH = timedelta(minutes=10)
# `seen_at` is kept to the minute: a write at every request would make readers into writers.
SEEN_EVERY = timedelta(minutes=1)


# How an officer proved who they are when they came in.
PASSWORD = "password"  # noqa: S105
PASSWORD_AND_CODE = "password_and_code"  # noqa: S105
PASSKEY = "passkey"
ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An officer with a live session. `token` is what the browser holds; `proved_at` is when they last proved
    who they are.
    """

    token: str = field(repr=False)
    actor: Actor
    name: str
    organisation: str
    organisation_local: str | None
    data: Mapping[str, Any]
    means: str = PASSWORD
    proved_at: datetime | None = None

    def is_fresh(self, now: datetime) -> bool:
        """Whether the officer proved who they are a short while ago."""
        return self.proved_at is not None and timedelta(0) <= now - self.proved_at <= FRESH


@dataclass(frozen=True, slots=True)
class Line:
    """One live session, as its officer is shown it. `number` names it, and opens nothing."""

    number: str
    begun_at: datetime
    seen_at: datetime
    means: str
    browser: str
    present: bool


def begin(house: House, officer_id: str, now: datetime, means: str = PASSWORD, browser: str = "") -> SignedIn:
    """Begin a session for an officer who has just proved who they are. LookupError when not active."""
    token = secrets.token_urlsafe(32)
    kept = WebSession(
        id_hash=digest(token),
        officer_id=officer_id,
        created_at=now,
        seen_at=now,
        proved_at=now,
        means=means,
        browser=browser,
        data={},
    )
    with house.doors.act() as session:
        person = _person(session, officer_id)
        if person is None:
            raise LookupError("no active officer has this id")
        session.add(kept)
        # What lapsed unseen is cleared away here, since nothing else passes by so regularly. Not at once: a
        # form that comes from it later is kept for its officer.
        session.exec(delete(WebSession).where(col(WebSession.seen_at) < now - ABSOLUTE))
        session.exec(delete(Begun).where(col(Begun.expires_at) < now))
        append(session, actor_of(*person), now, "account:session:begun", {"means": means})
        return _signed_in(token, person, kept)


def prove_again(house: House, signed_in: SignedIn, now: datetime) -> SignedIn:
    """The same session under a new identifier, after its officer proved once more who they are.

    LookupError when it has ended meanwhile.
    """
    token = secrets.token_urlsafe(32)
    with house.doors.act() as session:
        moved = session.exec(
            update(WebSession)
            .where(col(WebSession.id_hash) == digest(signed_in.token))
            .values(id_hash=digest(token), proved_at=now, seen_at=now)
        )
        if moved.rowcount != 1:
            raise LookupError("the session has ended")
        append(session, signed_in.actor, now, "account:session:proved", {})
    return replace(signed_in, token=token, proved_at=now)


def sessions_of(house: House, signed_in: SignedIn, now: datetime) -> tuple[Line, ...]:
    """All live sessions of an officer, the one used last first."""
    with house.doors.read() as session:
        rows = session.exec(
            select(WebSession)
            .where(col(WebSession.officer_id) == signed_in.actor.officer_id)
            .order_by(col(WebSession.seen_at).desc())
        ).all()
        return tuple(
            Line(
                number=_number(row),
                begun_at=row.created_at,
                seen_at=row.seen_at,
                means=row.means,
                browser=row.browser,
                present=row.id_hash == digest(signed_in.token),
            )
            for row in rows
            if _lives(row, now)
        )


def end_one(house: House, actor: Actor, now: datetime, number: str) -> bool:
    """End one of an officer's own sessions by its number; False when they have none of it."""
    with house.doors.act() as session:
        rows = session.exec(select(WebSession).where(col(WebSession.officer_id) == actor.officer_id)).all()
        found = [row for row in rows if _number(row) == number]
        for row in found:
            session.delete(row)
            append(session, actor, now, "account:session:ended", {})
        return bool(found)


def end_others(house: House, signed_in: SignedIn, now: datetime) -> None:
    """End every session of an officer but the present one."""
    with house.doors.act() as session:
        session.exec(
            delete(WebSession).where(
                col(WebSession.officer_id) == signed_in.actor.officer_id,
                col(WebSession.id_hash) != digest(signed_in.token),
            )
        )
        append(session, signed_in.actor, now, "account:session:others_ended", {})


def resume(house: House, token: str, now: datetime) -> SignedIn | None:
    """The officer whose session this is, or None when it has ended: 30 minutes unused, or 10 hours old."""
    with house.doors.read() as session:
        kept = session.get(WebSession, digest(token))
        if kept is None or kept.officer_id is None:
            return None
        if not _lives(kept, now):
            return None
        person = _person(session, kept.officer_id)
        if person is None:
            return None
        signed_in = _signed_in(token, person, kept)
        stale = now - kept.seen_at >= SEEN_EVERY
    if stale:
        with house.doors.act() as session:
            again = session.get(WebSession, digest(token))
            if again is not None:
                again.seen_at = now
    return signed_in


def keep(house: House, token: str, data: Mapping[str, Any]) -> None:
    """Keep what the session is to remember. Nothing happens when it has ended meanwhile."""
    with house.doors.act() as session:
        kept = session.get(WebSession, digest(token))
        if kept is not None:
            kept.data = dict(data)


def end(house: House, token: str) -> None:
    """End one session."""
    with house.doors.act() as session:
        session.exec(delete(WebSession).where(col(WebSession.id_hash) == digest(token)))


def end_all(session: Session, officer_id: str) -> None:
    """End every session of an officer, in the transaction that takes their password or account away."""
    session.exec(delete(WebSession).where(col(WebSession.officer_id) == officer_id))


def _lives(kept: WebSession, now: datetime) -> bool:
    return now - kept.seen_at < IDLE and now - kept.created_at < ABSOLUTE


def _number(kept: WebSession) -> str:
    return digest(f"number of {kept.id_hash}")[:16]


def digest(token: str) -> str:
    """What the database knows a token by. It has 256 random bits, so a plain digest cannot be undone."""
    return hashlib.sha256(token.encode()).hexdigest()


def _person(session: Session, officer_id: str) -> tuple[Officer, Organisation] | None:
    found = session.exec(
        select(Officer, Organisation)
        .join(Organisation, col(Organisation.id) == col(Officer.organisation_id))
        .where(Officer.id == officer_id, col(Officer.active).is_(True), Officer.duty != SYSTEM)
    ).first()
    return (found[0], found[1]) if found else None


def _signed_in(token: str, person: tuple[Officer, Organisation], kept: WebSession) -> SignedIn:
    officer, organisation = person
    return SignedIn(
        token=token,
        actor=actor_of(officer, organisation),
        name=officer.display_name,
        organisation=organisation.name,
        organisation_local=organisation.name_local,
        data=dict(kept.data),
        means=kept.means,
        proved_at=kept.proved_at,
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
