"""Sign-ins under way: what must be known when the browser comes back, kept here and good for one return."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlmodel import Session, col, delete, select

from repatriation.records.columns import new_id
from repatriation.records.sealing import instance_key
from repatriation.records.sessions import Begun
from repatriation.work.house import House
from repatriation.work.sessions import digest

LASTS: Final = timedelta(minutes=10)


def begin(house: House, kind: str, kept: Mapping[str, Any], now: datetime, lasts: timedelta = LASTS) -> str:
    """Keep this for the browser that holds the token given back, and for nobody else."""
    token = secrets.token_urlsafe(32)
    with house.doors.act() as session:
        row = Begun(id=new_id(), token_hash=digest(token), kind=kind, expires_at=now + lasts)
        instance_key(house.keyring).seal_into(row, kept=dict(kept))
        session.add(row)
    return token


def look(house: House, kind: str, token: str | None, now: datetime) -> dict[str, Any] | None:
    """What was kept under a token, which stays; None when nothing is, or it was too long ago."""
    if not token:
        return None
    with house.doors.read() as session:
        row = _row(session, kind, token)
        return _opened(house, row, now)


def take(house: House, kind: str, token: str | None, now: datetime) -> dict[str, Any] | None:
    """What was kept under a token, once: of two who come with it at the same time, one gets None."""
    if not token:
        return None
    with house.doors.act() as session:
        row = _row(session, kind, token)
        found = _opened(house, row, now)
        if row is None:
            return None
        gone = session.exec(delete(Begun).where(col(Begun.id) == row.id))
        session.expunge(row)
        return found if gone.rowcount == 1 else None


def _row(session: Session, kind: str, token: str) -> Begun | None:
    asked = select(Begun).where(Begun.token_hash == digest(token), Begun.kind == kind)
    return session.exec(asked).first()


def _opened(house: House, row: Begun | None, now: datetime) -> dict[str, Any] | None:
    if row is None or now >= row.expires_at:
        return None
    found: dict[str, Any] = instance_key(house.keyring).open_from(row)["kept"]
    return found
