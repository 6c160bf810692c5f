"""What steps have left to be told: each message goes to those who may see the case when it is told."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, select

from repatriation.records.sets import among, set_rows
from repatriation.records.waiting import NOTICES, OUTBOX, due_messages
from repatriation.work.handoffs.post import TELL
from repatriation.work.house import House
from repatriation.work.papers.undone import REVOKED, REVOKED_THERE
from repatriation.work.permissions import Permission, may
from repatriation.work.telling.audience import Audience, Who
from repatriation.work.telling.batch import MOST, Batch

MOVED: Final = "case:moved"
LEFT: Final = "case:left"
TOLD: Final = (MOVED, LEFT, TELL, REVOKED, REVOKED_THERE)
"""The kinds of messages that are told to officers here."""

STALE: Final = timedelta(days=14)
"""What is older is no news any more and is laid aside. A handoff that waits for somebody is told at any age,
and so is a paper that counts no more.
"""

_DUE: Final = due_messages(TOLD, MOST)


def tell_moves(house: House, now: datetime) -> int:
    """Tell one batch of messages; says how many. Several may do so at once."""
    with house.doors.act() as session:
        connection = session.connection()
        messages = connection.execute(_DUE, {"now": now}).all()
        if not messages:
            return 0
        cases = {message.case_id for message in messages if message.case_id is not None}
        besides = (message.recipient_id for message in messages if message.recipient_id is not None)
        audience = Audience(connection, cases, besides)
        known = _unread(connection, cases)
        batch = Batch(connection, now)
        for message in messages:
            if message.kind == TELL:
                _tell_of_handoff(batch, audience, message)
            elif message.kind in (REVOKED, REVOKED_THERE):
                _tell_of_paper(batch, audience, message)
            elif message.run_at > now - STALE:
                _tell_of_case(batch, audience, message, known)
        batch.write()
        done = [{"id": message.id, "state": "sent", "token": None} for message in messages]
        set_rows(connection, OUTBOX, done)
        return len(messages)


def _tell_of_case(batch: Batch, audience: Audience, message: Any, known: set[tuple[str, str]]) -> None:
    """That a case moved is told once until it is read, however often it moves meanwhile."""
    detail = {"reference": message.detail["reference"]}
    if message.kind == LEFT:
        # They may not look at it any more, so there is no way from here to the case.
        batch.tell(audience.leads(message.recipient_id), LEFT, f"left:{message.id}", detail)
        return
    those = [
        who
        for who in audience.everybody_but(message.case_id, message.detail.get("by"))
        if (who.officer_id, message.case_id) not in known
    ]
    known.update((who.officer_id, message.case_id) for who in those)
    batch.tell(those, MOVED, f"moved:{message.id}", detail, case_id=message.case_id)


def _tell_of_handoff(batch: Batch, audience: Audience, message: Any) -> None:
    those: Iterable[Who] = audience.staff(message.recipient_id) if message.recipient_id else ()
    those = [who for who in those if may(who.duty, Permission.HAND_OVER)]
    detail = {"handoff": message.detail["handoff"], "why": message.detail["why"]}
    batch.tell(those, TELL, f"handoff:{message.id}", detail)


def _tell_of_paper(batch: Batch, audience: Audience, message: Any) -> None:
    those = audience.everybody_but(message.case_id, None)
    batch.tell(those, message.kind, f"paper:{message.id}", message.detail, case_id=message.case_id)


def _unread(connection: Connection, cases: Iterable[str]) -> set[tuple[str, str]]:
    """Who has not read yet that one of these cases moved."""
    asked = select(NOTICES.c.officer_id, NOTICES.c.case_id).where(
        NOTICES.c.kind == MOVED,
        NOTICES.c.read_at.is_(None),
        among(connection, NOTICES.c.case_id, cases),
    )
    return {(officer_id, case_id) for officer_id, case_id in connection.execute(asked)}
