"""Whose account a vouched-for person has: their own, a new one by invitation, or none as yet."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Self

from sqlmodel import Session, col, delete, select

from repatriation.records.organisations import Officer, Organisation
from repatriation.records.providers import Newcomer, Provider, Vouched
from repatriation.records.trail import append
from repatriation.work.accounts import NO_PASSWORD
from repatriation.work.actors import Actor
from repatriation.work.enrolment import Entered, add_officer, refuse_misfits
from repatriation.work.house import House
from repatriation.work.invitations import use
from repatriation.work.providers import provider_of
from repatriation.work.refusals import Invalid, NotFound

WAITS_FOR: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Purpose:
    """What somebody goes to their provider for: to come in and go `onward`; to prove once more that they are
    this `officer`; or to take up an `invitation`, by its token.
    """

    onward: str
    officer: str | None = None
    invitation: str | None = None

    def kept(self) -> dict[str, Any]:
        """The purpose as it is kept until the answer comes."""
        return asdict(self)

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Self:
        """A purpose that was kept, among other things."""
        return cls(kept["onward"], kept["officer"], kept["invitation"])


@dataclass(frozen=True, slots=True)
class LetIn:
    """Somebody who has an account here. `confirmed` when they only proved once more who they are."""

    officer_id: str
    onward: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody without an account, who is to tell their coordinator this number."""

    number: str
    organisation: str


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody who waits, as their coordinator sees them."""

    number: str
    provider: str
    since: datetime
    seen_at: datetime


def whose(house: House, code: str, subject: str, purpose: Purpose, now: datetime) -> LetIn | Waiting:
    """Whose account it is for whom a provider vouches.

    Raises:
        NotFound: its word does not reach so far: another organisation's people, another officer, an account
            that was closed, an invitation to elsewhere.
        Invalid: the name in the invitation was taken meanwhile.
    """
    with house.doors.act() as session:
        provider = provider_of(session, code)
        if provider is None:
            raise NotFound
        officer = session.exec(
            select(Officer)
            .join(Vouched, col(Vouched.officer_id) == col(Officer.id))
            .where(Vouched.provider_id == provider.id, Vouched.subject == subject)
        ).first()
        if officer is not None:
            theirs = officer.active and officer.organisation_id == provider.organisation_id
            if not theirs or purpose.officer not in (None, officer.id):
                raise NotFound
            return LetIn(officer.id, purpose.onward, confirmed=purpose.officer is not None)
        if purpose.officer is not None:
            raise NotFound
        if purpose.invitation is None:
            return _wait(session, provider, subject, now)
        token, body = purpose.invitation, provider.organisation_id
        officer_id = use(session, house, token, now, NO_PASSWORD, body)
        _bind(session, provider, subject, officer_id, now)
        return LetIn(officer_id, purpose.onward, confirmed=False)


def waiting(house: House, actor: Actor) -> tuple[Line, ...]:
    """Those of the officer's organisation who wait to be let in."""
    with house.doors.read() as session:
        found = session.exec(
            select(Newcomer, Provider)
            .where(Newcomer.provider_id == Provider.id, Provider.organisation_id == actor.organisation_id)
            .order_by(col(Newcomer.since))
        ).all()
        return tuple(Line(row.number, body.name, row.since, row.seen_at) for row, body in found)


def let_in(
    house: House,
    actor: Actor | None,
    now: datetime,
    *,
    number: str,
    username: str,
    display_name: str,
    duty: str,
    language: str,
) -> str:
    """Give somebody who waits an account and a duty; gives the officer's id.

    An officer lets in people of their own organisation only. Raises Invalid with each field that cannot be
    taken.
    """
    refuse_misfits(username, display_name, duty, language)
    with house.doors.act() as session:
        asked = (
            select(Newcomer, Provider)
            .where(Newcomer.provider_id == Provider.id)
            .where(Newcomer.number == number.strip().upper())
        )
        found = session.exec(asked).first()
        if found is None or (actor is not None and found[1].organisation_id != actor.organisation_id):
            raise Invalid({"number": "unknown"})
        newcomer, provider = found
        newly = Entered(username, display_name.strip(), duty, language, NO_PASSWORD)
        officer_id = add_officer(session, house, actor, now, provider.organisation_id, newly)
        _bind(session, provider, newcomer.subject, officer_id, now)
        session.delete(newcomer)
        return officer_id


def _wait(session: Session, provider: Provider, subject: str, now: datetime) -> Waiting:
    """Somebody who was not here before and was not invited."""
    session.exec(delete(Newcomer).where(col(Newcomer.seen_at) < now - WAITS_FOR))
    row = session.exec(
        select(Newcomer).where(Newcomer.provider_id == provider.id, Newcomer.subject == subject)
    ).first()
    if row is None:
        row = Newcomer(provider_id=provider.id, subject=subject, number=_number(), since=now, seen_at=now)
        append(session, None, now, "account:newcomer:waits", {"provider": provider.code})
    row.seen_at = now
    session.add(row)
    body = session.get_one(Organisation, provider.organisation_id)
    return Waiting(row.number, body.name)


def _bind(session: Session, provider: Provider, subject: str, officer_id: str, now: datetime) -> None:
    session.add(Vouched(provider_id=provider.id, subject=subject, officer_id=officer_id, since=now))
    append(session, None, now, "account:officer:bound", {"provider": provider.code, "officer": officer_id})


def _number() -> str:
    """Short enough to be told by telephone, and not to be guessed."""
    drawn = "".join(secrets.choice("23456789ABCDEFGHJKMNPQRSTUVWXYZ") for _ in range(8))
    return f"{drawn[:4]}-{drawn[4:]}"
