"""Leaking buckets: how often something may be tried, counted without keeping what was tried."""

import hashlib
from datetime import datetime, timedelta

from sqlmodel import Session

from repatriation.records.sessions import Throttle

Limit = tuple[int, timedelta]
"""How many tries a bucket holds, and how long one takes to leak out."""


def count(session: Session, key: tuple[str, ...], limit: Limit, now: datetime) -> bool:
    """Put one try into a bucket; False, and nothing put in, when it is full."""
    most, drains = limit
    digest = _bucket(key)
    row = session.get(Throttle, digest)
    empty_at = max(row.empty_at, now) if row else now
    if empty_at - now > drains * (most - 1):
        return False
    if row is None:
        session.add(Throttle(key=digest, empty_at=empty_at + drains))
    else:
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
