"""Writes a visit after the return down, together with the step that it is."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, insert, literal_column, update
from sqlalchemy import select as core_select

from repatriation.records.columns import new_id
from repatriation.records.lean import Write
from repatriation.records.sealing import CaseKey
from repatriation.records.visits import Visit
from repatriation.work.actors import Actor
from repatriation.work.followup.course import wants_none
from repatriation.work.followup.entered import VisitEntered, look_over
from repatriation.work.followup.turns import ATTEMPT, OVER, PLANNED_FOR, blank
from repatriation.work.followup.turns import planned as plan_row
from repatriation.work.house import House
from repatriation.work.opened import Opened, Taken
from repatriation.work.papers.filing import StepPaper
from repatriation.work.particulars import NOTHING
from repatriation.work.refusals import Invalid
from repatriation.work.steps import take_step
from repatriation.work.views import case_view
from sop.clocks import zone_of
from sop.visiting import plan

MADE: Final = "seen"
"""The outcome of a visit at which the person was met; every other one is a visit missed."""

NOBODY: Final = "not_there"
PUT_OFF: Final = "put_off"

ACTION_OF: Final[Mapping[bool, str]] = {True: "record_visit", False: "record_missed_visit"}

_TABLE = Visit.metadata.tables["visit"]
_PLANNED = (
    core_select(_TABLE)
    .where(
        _TABLE.c.case_id == bindparam("case"),
        _TABLE.c.state == literal_column("'planned'"),
        _TABLE.c.due_on <= bindparam("until"),
    )
    .order_by(_TABLE.c.due_on, _TABLE.c.id)
    .limit(1)
)
_EARLIER = (
    core_select(_TABLE.c.id)
    .where(
        _TABLE.c.case_id == bindparam("case"),
        _TABLE.c.state == literal_column("'planned'"),
        _TABLE.c.due_on <= bindparam("until"),
        _TABLE.c.id != bindparam("but"),
    )
    .limit(1)
)
_NAMED = core_select(_TABLE).where(_TABLE.c.case_id == bindparam("case"), _TABLE.c.id == bindparam("visit"))
_LATEST = (
    core_select(_TABLE.c.outcome, _TABLE.c.attempts)
    .where(_TABLE.c.case_id == bindparam("case"), _TABLE.c.at.is_not(None))
    .order_by(_TABLE.c.at.desc(), _TABLE.c.attempts.desc(), _TABLE.c.id.desc())
    .limit(1)
)
_ADD = insert(_TABLE)
_FILL = update(_TABLE).where(_TABLE.c.id == bindparam("visit"))
_ADD_AHEAD = insert(_TABLE)
_STATE_AFTER: Final = {MADE: "done", PUT_OFF: "moved"}
_NO_DAY: Final[dict[str, Any]] = {"due_on": None, "plan_id": None, "slot": None}


class AlreadyWritten(Exception):
    """Somebody else has written this visit down in the meantime."""

    def __init__(self, visit_id: str) -> None:
        self.visit_id = visit_id
        super().__init__("the visit is written down already")


def record_visit(
    house: House,
    actor: Actor,
    now: datetime,
    reference: str,
    version: int,
    entered: VisitEntered,
    key: str,
    paper: StepPaper = None,
) -> Taken:
    """Takes the step that a visit is (made, or missed) and writes the visit down in the same transaction.

    The planned visit that is named is filled in, else the one that is due by then, else it is a new one. A
    next visit that was agreed is planned; one that was put off stays on file, with the new one in its place.
    Where nobody was found and no day was agreed, another attempt is planned, so that nobody is forgotten.

    Raises:
        Invalid: the day lies ahead, or the next visit does not; what `take_step` raises.
        AlreadyWritten: somebody else has written down the visit that is named.
    """
    look_over(now, entered)

    def also(opened: Opened) -> tuple[Write, ...]:
        return _Writing(house, actor, now, opened, entered).writes()

    action = ACTION_OF[entered.outcome == MADE]
    return take_step(
        house, actor, now, reference, action, version, NOTHING, key_of(entered, key), also, paper
    )


def key_of(entered: VisitEntered, key: str) -> str:
    """The key of a request. The same form with other words is another, so the words are part of it."""
    return hashlib.sha256(f"{key}\0{entered.model_dump_json()}".encode()).hexdigest()[:40]


class _Writing:
    """One visit as it is written down."""

    def __init__(
        self, house: House, actor: Actor, now: datetime, opened: Opened, entered: VisitEntered
    ) -> None:
        self.house, self.actor, self.now, self.opened, self.entered = house, actor, now, opened, entered
        self.case = opened.row
        self.procedure = house.shelf.pinned(self.case.digest)
        self.country = self.procedure.home

    def writes(self) -> tuple[Write, ...]:
        planned, entered = self._planned(), self.entered
        row_id = planned.id if planned else new_id()
        values = self._values(row_id)
        if planned:
            values["version"] = planned.version + 1
            written = Write(_FILL, {"visit": row_id, **values})
        else:
            written = Write(_ADD, {**blank(self.case.id, self.country), **_NO_DAY, **values, "id": row_id})
        if entered.next_on is None:
            return (written, *self._attempt(row_id))
        agreed = {"case": self.case.id, "day": entered.next_on, "but": row_id}
        if self.opened.lean.one(PLANNED_FOR, agreed) is not None:
            return (written,)  # the visit that was planned for that day is the one that was agreed
        # What stands in the place of a visit that was put off belongs to its plan, and to no slot of it: the
        # slot stays taken, so that a schedule made anew does not ask for the same visit again.
        plan_id = planned.plan_id if planned and entered.outcome == PUT_OFF else None
        ahead = plan_row(
            self.house, self.actor, self.now, self.case.id, self.country, entered.next_on, plan_id
        )
        return (written, Write(_ADD_AHEAD, ahead))

    def _attempt(self, row_id: str) -> tuple[Write, ...]:
        """Another attempt, after a visit that found nobody, unless one is planned for sooner or none is
        wanted. A day that lies behind is no help, so it is counted from today where the visit was long ago.
        """
        case = self.case
        view = case_view(case)
        if self.entered.outcome != NOBODY or wants_none(self.procedure, view):
            return ()
        today = self.now.astimezone(zone_of(self.country)).date()
        (day,) = plan((self.house.schedule.again,), today, self.house.calendars[self.country])
        if self.opened.lean.one(_EARLIER, {"case": case.id, "until": day.due_on, "but": row_id}):
            return ()
        ahead = plan_row(self.house, self.actor, self.now, case.id, self.country, day.due_on)
        return (Write(_ADD_AHEAD, {**ahead, "kind": ATTEMPT}),)

    def _planned(self) -> Any | None:
        case, entered = self.case.id, self.entered
        if entered.visit is None:
            until = entered.on + timedelta(days=self.house.rhythm.soon_days)
            return self.opened.lean.one(_PLANNED, {"case": case, "until": until})
        named = self.opened.lean.one(_NAMED, {"case": case, "visit": entered.visit})
        if named is None:
            raise Invalid({"visit": "unknown"})
        if named.at is not None:
            raise AlreadyWritten(named.id)
        # A visit that was moved or cancelled took place all the same: it is written down beside it.
        return named if named.state == "planned" else None

    def _values(self, row_id: str) -> dict[str, Any]:
        entered, case = self.entered, self.case
        sealer = CaseKey(case.id, self.house.keyring.unwrap(case.wrapped_key, case.key_epoch))
        noon = datetime.combine(entered.on, time(12), zone_of(self.country))
        return {
            "officer_id": self.actor.officer_id,
            "organisation_id": self.actor.organisation_id,
            "at": min(noon, self.now),
            "mode": entered.mode,
            "seen_alone": entered.seen_alone,
            "outcome": entered.outcome,
            "safety": entered.safety,
            "state": _STATE_AFTER.get(entered.outcome, "missed"),
            "reason": entered.reason,
            "attempts": self._attempts(),
            "contact": entered.contact,
            "answers": entered.answers,
            "finding": entered.finding,
            **{
                name: sealer.seal("visit", name, row_id, getattr(entered, name))
                for name in ("notes", "needs", "steps")
            },
            **OVER,
        }

    def _attempts(self) -> int:
        """How many visits in a row have found nobody, this one counted."""
        if self.entered.outcome != NOBODY:
            return 0
        latest = self.opened.lean.one(_LATEST, {"case": self.case.id})
        return 1 + (latest.attempts if latest and latest.outcome == NOBODY else 0)
