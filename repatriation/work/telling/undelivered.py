"""Mails that could not be delivered: whoever leads an organisation sees them, and may have them tried."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import col, select

from repatriation.records import trail
from repatriation.records.organisations import Officer
from repatriation.records.outbox import Outbox
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.refusals import NotFound, ReadOnly
from repatriation.work.telling.hours import MAIL

MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Undelivered:
    """One mail that was given up: to whom, when, after how many tries, and why."""

    id: str
    officer: str
    given_up_at: datetime
    attempts: int
    because: str


def undelivered(house: House, actor: Actor) -> tuple[Undelivered, ...]:
    """The mails to officers of one's own organisation that were given up, newest first."""
    with house.doors.read() as session:
        rows = session.exec(
            select(Outbox, Officer.display_name)
            .where(Officer.id == Outbox.recipient_id, Officer.organisation_id == actor.organisation_id)
            .where(Outbox.state == "dead", Outbox.kind == MAIL)
            .order_by(col(Outbox.run_at).desc())
            .limit(MOST)
        ).all()
    return tuple(
        Undelivered(row.id, name, row.run_at, row.attempts, row.last_error or "") for row, name in rows
    )


def try_again(house: House, actor: Actor, now: datetime, message_id: str) -> None:
    """Have a mail tried once more from the beginning. Raises NotFound, or ReadOnly for who only looks."""
    if actor.reads_only:
        raise ReadOnly
    with house.doors.act() as session:
        row = session.exec(
            select(Outbox)
            .join(Officer, col(Officer.id) == col(Outbox.recipient_id))
            .where(Officer.organisation_id == actor.organisation_id)
            .where(Outbox.id == message_id, Outbox.state == "dead", Outbox.kind == MAIL)
            .with_for_update(of=Outbox)
        ).first()
        if row is None:
            raise NotFound(message_id)
        row.state, row.run_at, row.attempts, row.token = "open", now, 0, None
        session.add(row)
        trail.append(session, actor, now, "mail:tried_again", {"mail": row.id})
