"""Leaking buckets: how often something may be tried before it is slowed down."""

import hashlib
from datetime import datetime, timedelta

from sqlmodel import Session

from repatriation.records.sessions import Throttle
from repatriation.records.writing import add_once

Key = tuple[str, ...]
Limit = tuple[int, timedelta]
"""How many tries at most, and how long it takes until one of them has drained away."""


class TooManyTries(Exception):
    """Too many tries from one place in a short time."""


def count(session: Session, key: Key, limit: Limit, now: datetime) -> bool:
    """Put one try into a bucket; False, and nothing put in, when it is full."""
    most, drains = limit
    digest = _bucket(key)
    # Of many at once one makes the row, and each then waits for it, so that no try goes uncounted.
    add_once(session, Throttle, key=digest, empty_at=now)
    row = session.get_one(Throttle, digest, with_for_update=True, populate_existing=True)
    empty_at = max(row.empty_at, now)
    if empty_at - now > drains * (most - 1):
        return False
    row.empty_at = empty_at + drains
    return True


def is_full(session: Session, key: Key, limit: Limit, now: datetime) -> bool:
    """Whether a bucket takes no more just now. Looked at without a turn to write; `count` is what counts."""
    most, drains = limit
    row = session.get(Throttle, _bucket(key))
    return row is not None and row.empty_at - now > drains * (most - 1)


def take_off(session: Session, key: Key, limit: Limit) -> None:
    """Take one try off again, since it was a good one."""
    row = session.get(Throttle, _bucket(key))
    if row is not None:
        row.empty_at -= limit[1]


def _bucket(key: Key) -> str:
    """A digest, so that the table keeps no names that were tried."""
    return hashlib.sha256("\0".join(key).encode()).hexdigest()
