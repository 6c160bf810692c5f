"""A caseworker's visits as a calendar that their own program reads by a secret address.

The feed holds references and days, and nothing about anybody: it lies on telephones and with whoever runs
their calendars. A visit is a day at a place and has no hour, so its event is a whole day, which is the same
day in every zone.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from icalendar import Calendar, Event
from sqlmodel import Session, col, or_, select

from locales.catalogue import Catalogue
from repatriation.records import trail
from repatriation.records.cases import CaseFile
from repatriation.records.feeds import Feed
from repatriation.records.organisations import Officer, Organisation
from repatriation.records.scope import visible_ids
from repatriation.records.visits import Visit
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.permissions import Permission, may
from repatriation.work.refusals import NotFound
from repatriation.work.sessions import actor_of, digest
from repatriation.work.telling.letters import DOMAIN, VISIT_IN_CALENDAR, VISITS_IN_CALENDAR
from repatriation.work.throttling import Limit, TooManyTries, count

BACK: Final = timedelta(days=90)
AHEAD: Final = timedelta(days=400)
"""The days that a feed covers."""

MOST_FEEDS: Final = 5
MOST_EVENTS: Final = 5000

_OFF: Final = frozenset({"moved", "cancelled"})
"""States of a visit that is off: its event says so, where a calendar has it already."""

TRIES: Final[Limit] = (30, timedelta(seconds=20))
"""How often a feed may be read, and how often somebody may guess: a program comes every few minutes."""


@dataclass(frozen=True, slots=True)
class FeedLine:
    """One feed of an officer's."""

    id: str
    made_at: datetime


def feeds_of(house: House, actor: Actor) -> tuple[FeedLine, ...]:
    """An officer's feeds that are in use, the newest first."""
    with house.doors.read() as session:
        rows = session.exec(_live(actor.officer_id).order_by(col(Feed.made_at).desc())).all()
    return tuple(FeedLine(row.id, row.made_at) for row in rows)


def make_feed(house: House, actor: Actor, now: datetime) -> str:
    """A new feed; gives the secret part of its address, which is shown once. The oldest of too many ends."""
    token = secrets.token_urlsafe(32)
    with house.doors.act() as session:
        rows = session.exec(_live(actor.officer_id).order_by(col(Feed.made_at)).with_for_update()).all()
        for row in rows[: len(rows) + 1 - MOST_FEEDS] if len(rows) >= MOST_FEEDS else ():
            row.revoked_at = now
        made = Feed(officer_id=actor.officer_id, token_hash=digest(token), made_at=now)
        session.add(made)
        session.flush()
        trail.append(session, actor, now, "account:feed:made", {"feed": made.id})
    return token


def revoke_feed(house: House, actor: Actor, now: datetime, feed_id: str) -> None:
    """Let an address lead nowhere from now on. Raises NotFound."""
    with house.doors.act() as session:
        row = session.exec(_live(actor.officer_id).where(Feed.id == feed_id)).first()
        if row is None:
            raise NotFound(feed_id)
        row.revoked_at = now
        trail.append(session, actor, now, "account:feed:revoked", {"feed": row.id})


def read_feed(house: House, token: str, address: str, now: datetime) -> bytes:
    """The calendar of a feed.

    Raises:
        TooManyTries: the same feed too often, or too many guesses from one address, within a short time.
        NotFound: there is no such feed, it was revoked, or its officer is at work no more.
    """
    with house.doors.read() as session:
        asked = (
            select(Officer, Organisation)
            .join(Feed, col(Feed.officer_id) == col(Officer.id))
            .join(Organisation, col(Organisation.id) == col(Officer.organisation_id))
            .where(Feed.token_hash == digest(token), col(Feed.revoked_at).is_(None))
            .where(col(Officer.active).is_(True))
        )
        found = session.exec(asked).first()
    # Those who guess are counted by where they are, feeds by themselves: a whole office may share an address.
    key = ("feed", address) if found is None else ("feed", digest(token))
    with house.doors.act() as session:
        if not count(session, key, TRIES, now):
            raise TooManyTries
    if found is None or not may(found[0].duty, Permission.LIST_VISITS):
        raise NotFound("feed")
    actor = actor_of(*found)
    with house.doors.read() as session:
        visits = _visits(session, actor, now)
    return written(visits, house.issuer, actor.language, now)


def written(visits: Sequence[tuple[Visit, str]], issuer: str, language: str, now: datetime) -> bytes:
    """Visits, each with the reference of its case, as an iCalendar file."""
    words = Catalogue.load(language, DOMAIN)
    host = urlsplit(issuer).hostname
    calendar = Calendar()
    calendar.add("prodid", "-//Return and reintegration//Visits//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", words.entry(VISITS_IN_CALENDAR).text)
    calendar.add("x-wr-calname", words.entry(VISITS_IN_CALENDAR).text)
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for visit, reference in visits:
        calendar.add_component(_event(visit, reference, words, f"{issuer}/cases/{reference}", host, now))
    return bytes(calendar.to_ical())


def _event(visit: Visit, reference: str, words: Catalogue, link: str, host: str | None, now: datetime) -> Any:
    assert visit.due_on is not None
    event = Event()
    event.add("uid", f"{visit.id}@{host}")
    event.add("summary", words.entry(VISIT_IN_CALENDAR).text % {"reference": reference})
    event.add("dtstart", visit.due_on)
    event.add("dtend", visit.due_on + timedelta(days=1))
    event.add("dtstamp", now)
    # Higher each time it changes, or a program would keep to what it had.
    off = visit.state in _OFF
    event.add("sequence", visit.version - 1 + off)
    event.add("status", "CANCELLED" if off else "CONFIRMED")
    event.add("transp", "TRANSPARENT")  # a day with a visit in it is not a day taken
    event.add("class", "CONFIDENTIAL")
    event.add("url", link)
    return event


def _visits(session: Session, actor: Actor, now: datetime) -> Sequence[tuple[Visit, str]]:
    """The officer's own visits, and those of their organisation that nobody was named for, as far as they
    may see the cases.
    """
    today = now.date()
    nobodys = col(Visit.officer_id).is_(None) & (Visit.organisation_id == actor.organisation_id)
    return session.exec(
        select(Visit, CaseFile.reference)
        .join(CaseFile, col(CaseFile.id) == col(Visit.case_id))
        .where(or_(col(Visit.officer_id) == actor.officer_id, nobodys))
        .where(col(Visit.case_id).in_(visible_ids(actor.organisation_id)))
        .where(col(Visit.due_on) >= today - BACK, col(Visit.due_on) <= today + AHEAD)
        .order_by(col(Visit.due_on), col(Visit.id))
        .limit(MOST_EVENTS)
    ).all()


def _live(officer_id: str) -> Any:
    return select(Feed).where(Feed.officer_id == officer_id, col(Feed.revoked_at).is_(None))
