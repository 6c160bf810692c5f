"""Which clocks are alive: each says so every few seconds, and by how much its machine's time is off."""

import secrets
import socket
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlmodel import col, delete, func, select

from repatriation.records.outbox import Beat
from repatriation.records.waiting import database_time
from repatriation.work.house import House

SILENT: Final = timedelta(minutes=5)
"""A clock that has not beaten for so long is taken for dead."""

FORGOTTEN: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Pulse:
    """One clock process as the board shows it."""

    process: str
    host: str
    started_at: datetime
    ticked_at: datetime
    skew_ms: int
    alive: bool


def new_process() -> str:
    """A name for a process, which says nothing about the machine."""
    return secrets.token_hex(6)


def beat(house: House, process: str, started_at: datetime) -> int:
    """Say that a clock lives; gives the skew of its machine against the database, in milliseconds."""
    before = datetime.now(UTC)
    now = database_time(house.doors)
    after = datetime.now(UTC)
    skew = round((before + (after - before) / 2 - now).total_seconds() * 1000)
    with house.doors.act() as session:
        row = session.get(Beat, process) or Beat(
            process=process, host=socket.gethostname(), started_at=started_at, ticked_at=now
        )
        row.ticked_at, row.skew_ms = now, skew
        session.add(row)
    return skew


def stop_beating(house: House, process: str) -> None:
    """Say that a clock ends, so that nobody takes it for dead."""
    with house.doors.act() as session:
        session.exec(delete(Beat).where(col(Beat.process) == process))


def pulses(house: House) -> tuple[Pulse, ...]:
    """Every clock that has beaten in the last days, the newest beat first."""
    now = database_time(house.doors)
    with house.doors.read() as session:
        rows = session.exec(
            select(Beat).where(Beat.ticked_at > now - FORGOTTEN).order_by(col(Beat.ticked_at).desc())
        ).all()
    return tuple(
        Pulse(row.process, row.host, row.started_at, row.ticked_at, row.skew_ms, now - row.ticked_at < SILENT)
        for row in rows
    )


def ticks(house: House) -> bool:
    """Whether any clock is alive."""
    now = database_time(house.doors)
    with house.doors.read() as session:
        last = session.exec(select(func.max(Beat.ticked_at))).one()
    return last is not None and now - last < SILENT
