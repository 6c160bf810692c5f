"""A summary to the sending country falls due: whoever is to send it is told, then their coordinators.

Each case has one message that says when to look next. What is due is reckoned from the day the person came
home and from what was sent; the notice goes out of the inbox once a summary is sent.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, func, select

from repatriation.records.sets import among, set_rows
from repatriation.records.stays import Stay
from repatriation.records.summaries import Summary
from repatriation.records.waiting import OUTBOX, cases_as_they_stand, due_messages
from repatriation.work.followup.turns import stands
from repatriation.work.house import House
from repatriation.work.summaries.composing import SETTLED
from repatriation.work.summaries.points import DUE, latest_due, next_look, sending
from repatriation.work.telling.audience import Audience
from repatriation.work.telling.batch import MOST, Batch
from repatriation.work.views import case_view
from sop.clocks import zone_of
from sop.followup import Standing
from sop.procedure import Action, Procedure
from sop.shelf import NotOnTheShelf

AGAIN: Final = timedelta(days=7)
"""How long until the clock looks again at a case in which none may be sent now."""

_QUESTION: Final = due_messages((DUE,), MOST)
_STAY = Stay.metadata.tables["stay"]
_SUMMARY = Summary.metadata.tables["summary"]


def tell_summaries(house: House, now: datetime) -> int:
    """Look at one batch of cases whose moment has come; says how many. Several may do so at once."""
    with house.doors.act() as session:
        connection = session.connection()
        messages = connection.execute(_QUESTION, {"now": now}).all()
        if not messages:
            return 0
        teller = _Teller(house, connection, now, {message.case_id for message in messages})
        looks = {message.id: teller.look(message.case_id) for message in messages}
        teller.batch.write()
        set_rows(
            connection,
            OUTBOX,
            [
                {"id": row_id, "run_at": at or now, "state": "open" if at else "sent", "token": None}
                for row_id, at in looks.items()
            ],
        )
        return len(messages)


class _Teller:
    """Looks at some cases, and tells what is due in them."""

    def __init__(self, house: House, connection: Connection, now: datetime, cases: set[str]) -> None:
        self.house, self.now = house, now
        self.audience = Audience(connection, cases)
        self.batch = Batch(connection, now)
        self._cases = {case.id: case for case in cases_as_they_stand(connection, cases)}
        self._home = _latest(connection, func.min(_STAY.c.entered_at), _STAY, cases, _STAY.c.stage == SETTLED)
        self._sent = _latest(connection, func.max(_SUMMARY.c.at), _SUMMARY, cases)

    def look(self, case_id: str) -> datetime | None:
        """Tell what is due in a case; when to look again, or never once it has ended."""
        case = self._cases[case_id]
        if case.closed_at is not None:
            return None
        try:
            procedure = self.house.shelf.pinned(case.digest)
        except NotOnTheShelf:
            return self.now + AGAIN
        zone = zone_of(procedure.home)
        # Before it has left the stage there is no stay, and it is there since it came home.
        home = self._home.get(case_id, case.entered_at).astimezone(zone).date()
        sent = self._sent[case_id].astimezone(zone).date() if case_id in self._sent else None
        due_on = latest_due(self.house, home, sent, self.now.astimezone(zone).date())
        view = case_view(case)
        action = sending(procedure, view)
        if due_on is not None and action is not None:
            self._tell(case, procedure, action, due_on)
        ahead = next_look(self.house, procedure.home, home, self.now)
        if due_on is not None and action is None:
            return min(ahead or self.now + AGAIN, self.now + AGAIN)
        return ahead

    def _tell(self, case: Any, procedure: Procedure, action: Action, due_on: Any) -> None:
        stands_now = stands(self.house, due_on, procedure.home, self.now)
        late = stands_now in (Standing.OVERDUE, Standing.MISSED)
        standing = Standing.OVERDUE if late else Standing.DUE
        those = self.audience.whose_turn(case.id, action.by)
        beside = self.audience.coordinators_beside(those) if late else []
        detail = {"reference": case.reference, "action": action.name, "due": due_on.isoformat()}
        once = f"{DUE}:{case.id}:{due_on}:{standing}"
        for told, asks in ((those, True), ([who for who in beside if who not in those], False)):
            self.batch.tell(told, DUE, once, detail, case_id=case.id, standing=standing, asks=asks)


def _latest(
    connection: Connection, what: Any, table: Any, cases: set[str], *where: Any
) -> dict[str, datetime]:
    """One moment of each case, from a table."""
    asked = select(table.c.case_id, what.label("at")).where(among(connection, table.c.case_id, cases), *where)
    return {row.case_id: row.at for row in connection.execute(asked.group_by(table.c.case_id))}
