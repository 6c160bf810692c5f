"""Local accounts: proving who one is by name and password, and what slows down somebody who guesses."""

import os
import threading
from datetime import datetime, timedelta
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlmodel import select

from repatriation.records.organisations import SYSTEM, Officer, Organisation
from repatriation.records.trail import append
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.sessions import actor_of, digest, end_all
from repatriation.work.throttling import TooManyTries, count, take_off

__all__ = ["TooManyTries", "WeakPassword", "close_account", "hash_password", "set_password", "sign_in"]

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1000

NO_PASSWORD = "none"  # noqa: S105 - what stands in place of a hash where nobody can sign in by password

# Ten tries at one name from one address, and 100 from one address at any names (a whole office may share
# one), then one more each time a try has drained away. There is no limit by name alone: with one, anybody
# could keep an officer out of their own account on the day of a handover.
TRIES_AT_A_NAME = (10, timedelta(minutes=2))
TRIES_FROM_AN_ADDRESS = (100, timedelta(seconds=10))

# Each check takes 64 MiB and a core for a third of a second; more at once would only slow each other.
_AT_ONCE = threading.BoundedSemaphore(os.cpu_count() or 1)
_PATIENCE_SECONDS = 10


class WeakPassword(ValueError):
    """A password that may not be used; the message is a code."""


def hash_password(password: str) -> str:
    """The Argon2id hash of a password, at the library's settings. WeakPassword when too short or too long."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise WeakPassword("password_length")
    return hasher().hash(password)


@lru_cache(maxsize=1)
def hasher() -> PasswordHasher:
    """The one password hasher of this process."""
    return PasswordHasher()


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    """Checked when a name is unknown, so that an unknown name takes as long as a known one."""
    return hasher().hash("the password of nobody at all")


def sign_in(house: House, username: str, password: str, now: datetime, address: str = "") -> Actor | None:
    """The officer with this name and password; None when either is wrong or the account is not active.

    It begins no session: where the officer has a second factor, that is asked for first. Raises TooManyTries.
    Every try is counted before it is judged, so that many at once gain nothing; one that succeeds is taken
    off again.
    """
    name = username.strip().casefold()
    buckets = ((("name", name, address), TRIES_AT_A_NAME), (("address", address), TRIES_FROM_AN_ADDRESS))
    with house.doors.act() as session:
        counted = [count(session, key, limit, now) for key, limit in buckets]
        found = session.exec(
            select(Officer, Organisation)
            .where(Officer.organisation_id == Organisation.id)
            .where(Officer.username == name, Officer.duty != SYSTEM)
        ).first()
        officer, organisation = found if found else (None, None)
    if not all(counted):
        raise TooManyTries
    may = officer is not None and officer.active and officer.password_hash != NO_PASSWORD
    kept = officer.password_hash if officer is not None and may else _nobodys_hash()
    right = _matches(kept, password)
    if officer is None or organisation is None or not may:
        return None
    if not right:
        # Tries at names that nobody has are not written down: a stranger could fill the trail with them.
        with house.doors.act() as session:
            append(session, None, now, "account:session:refused", {"officer": officer.id})
        return None
    actor = actor_of(officer, organisation)
    with house.doors.act() as session:
        for key, limit in buckets:
            take_off(session, key, limit)
        again = session.get(Officer, officer.id)
        if again is not None and again.password_hash == kept and hasher().check_needs_rehash(kept):
            again.password_hash = hasher().hash(password)
    return actor


def stamp_of(house: House, officer_id: str) -> str:
    """Changes with the password and with the end of the account; a first step of signing in counts only for
    the same one.
    """
    with house.doors.read() as session:
        officer = session.get_one(Officer, officer_id)
        return digest(f"{officer.password_hash}\0{officer.active}")


def set_password(house: House, actor: Actor | None, now: datetime, officer_id: str, password: str) -> None:
    """Give an officer another password and end their sessions. Raises LookupError, WeakPassword.

    `actor` is None when it is done at the machine itself, by a command.
    """
    made = hash_password(password)
    with house.doors.act() as session:
        officer = session.get(Officer, officer_id)
        if officer is None:
            raise LookupError("no officer has this id")
        officer.password_hash = made
        end_all(session, officer_id)
        append(session, actor, now, "account:password:changed", {"officer": officer_id})


def close_account(house: House, actor: Actor | None, now: datetime, officer_id: str) -> None:
    """Let an officer in no more; what they did stays under their name. LookupError."""
    with house.doors.act() as session:
        officer = session.get(Officer, officer_id)
        if officer is None:
            raise LookupError("no officer has this id")
        officer.active = False
        end_all(session, officer_id)
        append(session, actor, now, "account:officer:closed", {"officer": officer_id})


def _matches(kept: str, password: str) -> bool:
    if len(password) > LONGEST_PASSWORD:
        return False
    if not _AT_ONCE.acquire(timeout=_PATIENCE_SECONDS):
        raise TooManyTries
    try:
        return hasher().verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False
    finally:
        _AT_ONCE.release()
