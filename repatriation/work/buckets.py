"""Leaking buckets: how often something may be tried, counted without keeping what was tried."""

import hashlib
from datetime import datetime, timedelta

from sqlmodel import Session

from repatriation.records.sessions import Throttle
from repatriation.records.writing import add_once

Limit = tuple[int, timedelta]
"""How many tries a bucket holds, and how long one takes to leak out."""


def count(session: Session, key: tuple[str, ...], limit: Limit, now: datetime) -> bool:
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


def take_off(session: Session, key: tuple[str, ...], drains: timedelta) -> None:
    """Take a try out again."""
    row = session.get(Throttle, _bucket(key))
    if row is not None:
        row.empty_at -= drains


def _bucket(key: tuple[str, ...]) -> str:
    """A digest, so that the table keeps no names that were tried."""
    return hashlib.sha256("\0".join(key).encode()).hexdigest()
