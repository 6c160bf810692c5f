"""What one batch of turns has to say: notices, events of the trail, and mails, written together."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from repatriation.records import trail
from repatriation.records.columns import new_id
from repatriation.records.sets import add_missing, add_rows, set_rows
from repatriation.records.trail import Head
from repatriation.records.waiting import CASES, NOTICES, OUTBOX, TRAIL
from repatriation.work.telling.audience import Who
from repatriation.work.telling.hours import mails_at_once

MOST: Final = 1000
"""How much is done in one transaction, so that nobody waits long for it."""

_HOUR: Final = timedelta(hours=1)


class Batch:
    """Gathers, and then writes. Nobody is told the same twice: each notice has a name of its own."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection, self.now = connection, now
        self._notices: list[dict[str, Any]] = []
        self._told: dict[str, Who] = {}
        self._events: list[dict[str, Any]] = []
        self._heads: dict[str, Head] = {}

    def tell(
        self,
        those: Iterable[Who],
        kind: str,
        once: str,
        detail: Mapping[str, Any],
        *,
        case_id: str | None = None,
        visit_id: str | None = None,
        standing: str | None = None,
        asks: bool = False,
        posts: bool = True,
    ) -> int:
        """Tell some officers one thing; says how many they are.

        Args:
            asks: whether it is theirs to do something about it.
            posts: whether those who wish a mail at once get one.
        """
        number = 0
        for who in dict.fromkeys(those):
            number += 1
            if posts:
                self._told[who.officer_id] = who
            self._notices.append(
                {
                    "id": new_id(),
                    "officer_id": who.officer_id,
                    "kind": kind,
                    "case_id": case_id,
                    "visit_id": visit_id,
                    "standing": standing,
                    "asks": asks,
                    "at": self.now,
                    "read_at": None,
                    "detail": detail,
                    "once": f"{once}:{who.officer_id}",
                }
            )
        return number

    def log(self, case: Any, case_id: str, tag: str, detail: Mapping[str, Any]) -> None:
        """An event in the trail of a case, whose row is locked and was read as `case`."""
        head = self._heads.get(case_id) or Head(case_id, case.trail_seq, case.trail_head)
        event = trail.event(head, None, self.now, tag, detail)
        self._heads[case_id] = event.head
        self._events.append(event.row)

    def write(self) -> None:
        """Write it all down, in the caller's transaction."""
        add_missing(self.connection, NOTICES, self._notices)
        add_rows(self.connection, TRAIL, self._events)
        heads = [
            {"id": head.chain, "trail_seq": head.seq, "trail_head": head.hash, "unsealed": True}
            for head in self._heads.values()
        ]
        set_rows(self.connection, CASES, heads)
        add_missing(self.connection, OUTBOX, mails_at_once(self.connection, self._told, self.now))


def late(since: datetime, now: datetime) -> dict[str, int]:
    """By how many whole hours something is told late, where that is worth a word."""
    hours = (now - since) // _HOUR
    return {"late_hours": hours} if hours else {}
