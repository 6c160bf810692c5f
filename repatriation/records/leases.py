"""Taking up messages for a while: claimed by one process, settled under its token, due again if it dies."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import Connection, select, update

from repatriation.records.sets import Rows, among, set_rows
from repatriation.records.waiting import OUTBOX

LEASE: Final = timedelta(minutes=6)
"""Three times what a batch may take, and longer than anybody waits for a lock."""

_OPEN = OUTBOX.c.state == "open"


class Claim(NamedTuple):
    """A message that is ours until the lease is over; `attempts` counts this try."""

    id: str
    recipient_id: str
    attempts: int


def claim(connection: Connection, kind: str, now: datetime, token: str, most: int) -> list[Claim]:
    """Claim messages of a kind that are due, those that have waited longest first."""
    # One column is schedule, retry and lease in one: nothing need be recovered after a crash.
    due = (
        select(OUTBOX.c.id)
        .where(_OPEN, OUTBOX.c.kind == kind, OUTBOX.c.run_at <= now)
        .order_by(OUTBOX.c.run_at, OUTBOX.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    taken = (
        update(OUTBOX)
        .where(OUTBOX.c.id.in_(select(due.c.id)))
        .values(run_at=now + LEASE, token=token, attempts=OUTBOX.c.attempts + 1)
        .returning(OUTBOX.c.id, OUTBOX.c.recipient_id, OUTBOX.c.attempts)
    )
    return [Claim(*row) for row in connection.execute(taken)]


def settle(connection: Connection, token: str, sent: Sequence[str], others: Rows) -> int:
    """Write down what became of claims, where the lease was not lost meanwhile; says how many were sent.

    `others` are rows with id, run_at, attempts, state and last_error.
    """
    mine = _mine(connection, token, [*sent, *(row["id"] for row in others)])
    done = [message_id for message_id in sent if message_id in mine]
    said = {"state": "sent", "token": None, "last_error": None}
    if done:
        connection.execute(update(OUTBOX).where(among(connection, OUTBOX.c.id, done)).values(said))
    set_rows(connection, OUTBOX, [{**row, "token": None} for row in others if row["id"] in mine])
    return len(done)


def _mine(connection: Connection, token: str, claimed: Sequence[str]) -> set[str]:
    """What of this is still ours, locked until the transaction ends."""
    asked = select(OUTBOX.c.id).where(among(connection, OUTBOX.c.id, claimed))
    held = asked.where(_OPEN, OUTBOX.c.token == token).with_for_update()
    return set(connection.execute(held).scalars())
