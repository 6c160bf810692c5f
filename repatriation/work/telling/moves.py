"""What steps have left to be told: each message goes to those who may see the case when it is told.

Whose turn it now is hears of every step. The others hear, for information, of what brings the case on, holds
it back or is the person's no; and in each organisation it is the coordinators who hear of it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, select

from repatriation.records.sets import among, set_rows
from repatriation.records.waiting import NOTICES, OUTBOX, cases_as_they_stand, due_messages
from repatriation.work.handoffs.post import TELL
from repatriation.work.house import House
from repatriation.work.papers.undone import REVOKED, REVOKED_THERE
from repatriation.work.particulars import NEEDS_A_NOTE
from repatriation.work.permissions import Permission, may
from repatriation.work.telling.audience import Audience, Who
from repatriation.work.telling.batch import MOST, Batch
from repatriation.work.views import case_view
from sop import vocabulary as words
from sop.awaiting import turn
from sop.procedure import Action, Procedure
from sop.shelf import NotOnTheShelf

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
        teller = _Teller(house, connection, now, messages)
        for message in messages:
            if message.kind == TELL:
                teller.tell_of_handoff(message)
            elif message.kind in (REVOKED, REVOKED_THERE):
                teller.tell_of_paper(message)
            elif message.run_at > now - STALE:
                (teller.tell_of_leaving if message.kind == LEFT else teller.tell_of_step)(message)
        teller.batch.write()
        done = [{"id": message.id, "state": "sent", "token": None} for message in messages]
        set_rows(connection, OUTBOX, done)
        return len(messages)


class _Teller:
    """Tells one batch of messages."""

    def __init__(self, house: House, connection: Connection, now: datetime, messages: Iterable[Any]) -> None:
        self.house, self.now = house, now
        cases = {message.case_id for message in messages if message.case_id is not None}
        besides = (message.recipient_id for message in messages if message.recipient_id is not None)
        self.audience = Audience(connection, cases, besides)
        self.batch = Batch(connection, now)
        self._cases = {case.id: case for case in cases_as_they_stand(connection, cases)}
        self._awaited: dict[str, tuple[str, ...]] = {}
        self._known = _unread(connection, cases)

    def tell_of_step(self, message: Any) -> None:
        """Which step was taken. A mail goes out for what is theirs to do, else for the first step unread."""
        case = self._cases[message.case_id]
        name, by = message.detail.get("action"), message.detail.get("by")
        detail = {
            "reference": case.reference,
            "action": name,
            "version": message.detail.get("version"),
        }
        theirs = [
            who
            for who in self.audience.whose_turn(case.id, self._falls_to(case))
            if who.organisation_id != by
        ]
        beside: list[Who] = []
        procedure = self._procedure(case)
        action = procedure.actions.get(name) if procedure is not None else None
        if action is None or _concerns_all(action):
            leads = self.audience.leads_of(case.id)
            beside = [who for who in leads if who.organisation_id != by and who not in theirs]
        once = f"moved:{message.id}"
        self.batch.tell(theirs, MOVED, once, detail, case_id=case.id, asks=True)
        for who in beside:
            news = (who.officer_id, case.id) not in self._known
            self._known.add((who.officer_id, case.id))
            self.batch.tell([who], MOVED, once, detail, case_id=case.id, posts=news)

    def tell_of_leaving(self, message: Any) -> None:
        """That a part ended. They may not look at the case any more, so there is no way from here to it."""
        those = self.audience.leads(message.recipient_id)
        self.batch.tell(those, LEFT, f"left:{message.id}", {"reference": message.detail["reference"]})

    def tell_of_handoff(self, message: Any) -> None:
        """That a handoff needs somebody."""
        staff = self.audience.staff(message.recipient_id) if message.recipient_id else []
        those = [who for who in staff if may(who.duty, Permission.HAND_OVER)]
        detail = {"handoff": message.detail["handoff"], "why": message.detail["why"]}
        self.batch.tell(those, TELL, f"handoff:{message.id}", detail, asks=True)

    def tell_of_paper(self, message: Any) -> None:
        """That a paper counts no more, to all who may have it in their hands."""
        those = self.audience.everybody(message.case_id)
        once = f"paper:{message.id}"
        self.batch.tell(those, message.kind, once, message.detail, case_id=message.case_id)

    def _falls_to(self, case: Any) -> tuple[str, ...]:
        """Whose turn it is in a case, by roles."""
        if case.id not in self._awaited:
            procedure, held = self._procedure(case), self.audience.held_in(case.id)
            falls_to = _falls_to(procedure, case, self.now, held) if procedure is not None else ()
            self._awaited[case.id] = falls_to
        return self._awaited[case.id]

    def _procedure(self, case: Any) -> Procedure | None:
        """The procedure of a case. One whose file is gone holds up no message: its step is told unnamed."""
        try:
            return self.house.shelf.pinned(case.digest)
        except NotOnTheShelf:
            return None


def _falls_to(procedure: Procedure, case: Any, now: datetime, held: frozenset[str]) -> tuple[str, ...]:
    view = case_view(case)
    return turn(procedure, view, now).falls_to(held)


def _concerns_all(action: Action) -> bool:
    """Whether all who have a part in the case should know of a step, and not only whose turn it now is.

    So they should of what nobody records without saying why, and of what only takes something off the file:
    others may be about to set out in reliance on it.
    """
    if action.consent is not None:
        return action.consent.act != "give"
    holds = any(fact.startswith(words.HOLD) for fact in (*action.records, *action.clears))
    warns = not NEEDS_A_NOTE.isdisjoint(action.records)
    undoes = bool(action.clears) and not action.records
    return action.to is not None or holds or warns or undoes


def _unread(connection: Connection, cases: Iterable[str]) -> set[tuple[str, str]]:
    """Who has not read yet that one of these cases moved."""
    asked = select(NOTICES.c.officer_id, NOTICES.c.case_id).where(
        NOTICES.c.kind == MOVED,
        NOTICES.c.read_at.is_(None),
        among(connection, NOTICES.c.case_id, cases),
    )
    return {(officer_id, case_id) for officer_id, case_id in connection.execute(asked)}
