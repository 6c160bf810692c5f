"""What a step changes about the plan and the visits of a case, in the step's own transaction.

However a step is taken (on a page, by a program, with a handoff), it passes here. So follow-up never begins
without its visits, and nobody is sent to somebody who has died or wishes no visits.
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, insert, literal_column, update
from sqlalchemy import select as core_select

from repatriation.records.columns import new_id
from repatriation.records.lean import Write
from repatriation.records.plans import ReintegrationPlan
from repatriation.records.visits import Visit
from repatriation.work.actors import Actor
from repatriation.work.followup.turns import OVER, planned, turn
from repatriation.work.house import House
from repatriation.work.opened import Opened
from sop.clocks import zone_of
from sop.engine import Step
from sop.procedure import Consent, Procedure
from sop.view import CaseView
from sop.visiting import plan

PLAN_AGREED: Final = "plan_agreed"
BREAKDOWN: Final = "breakdown_reported"
FOLLOW_UP: Final = "follow_up"
AFTER_RETURN: Final = "reintegration"

UNWANTED: Final = "consent_withdrawn"
"""Why visits are cancelled when the person wishes none."""

ENDED_BY: Final = {
    "closed": "closed",
    "deceased": "died",
    "lost_contact": "lost_contact",
    "retrafficked": "retrafficked",
    "declined_assistance": "declined_help",
}
"""Why visits are cancelled when a case comes to one of these ends."""

_VISIT = Visit.metadata.tables["visit"]
_PLAN = ReintegrationPlan.metadata.tables["reintegration_plan"]
_ADD_VISIT, _ADD_PLAN = insert(_VISIT), insert(_PLAN)
_CANCEL = (
    update(_VISIT)
    .where(_VISIT.c.case_id == bindparam("of_case"), _VISIT.c.state == literal_column("'planned'"))
    .values(version=_VISIT.c.version + 1)
)
_SET_PLAN = update(_PLAN).where(_PLAN.c.id == bindparam("of_plan"))
_END_PLAN = update(_PLAN).where(
    _PLAN.c.case_id == bindparam("of_case"), _PLAN.c.state != literal_column("'ended'")
)
LIVE_PLAN: Final = (
    core_select(_PLAN)
    .where(_PLAN.c.case_id == bindparam("case"), _PLAN.c.state != literal_column("'ended'"))
    .order_by(_PLAN.c.made_at.desc(), _PLAN.c.id.desc())
    .limit(1)
)
"""The plan of a case that is being written or holds. Given: case."""
_SET_ASIDE: Final = core_select(_VISIT.c.id, _VISIT.c.due_on, _VISIT.c.version, _VISIT.c.plan_id).where(
    _VISIT.c.case_id == bindparam("case"),
    _VISIT.c.state == literal_column("'cancelled'"),
    _VISIT.c.reason == literal_column(f"'{UNWANTED}'"),
    _VISIT.c.slot.is_(None),
    _VISIT.c.due_on >= bindparam("today"),
)
_SET_VISIT = update(_VISIT).where(_VISIT.c.id == bindparam("of_visit"))
_SLOTS: Final = core_select(_VISIT.c.id, _VISIT.c.slot).where(
    _VISIT.c.plan_id == bindparam("plan"), _VISIT.c.state != literal_column("'cancelled'")
)


def course(
    house: House,
    actor: Actor,
    now: datetime,
    procedure: Procedure,
    opened: Opened,
    before: CaseView,
    step: Step,
) -> tuple[Write, ...]:
    """What is written about plan and visits with a step; nothing, with most."""
    at = _At(house, actor, now, procedure, opened, step.view)
    if step.view.stage != before.stage:
        if procedure.stages[before.stage].phase == AFTER_RETURN:
            if procedure.stages[step.view.stage].end:
                return at.ended(ENDED_BY.get(step.view.stage, "ended"))
            if BREAKDOWN in step.recorded:
                return at.ended("breakdown")
        return at.begun() if step.view.stage == FOLLOW_UP else ()
    if PLAN_AGREED in step.recorded:
        return at.agreed()
    act = step.action.consent
    if act is not None and is_to_visits(procedure.consents[act.consent]):
        if act.act != "give":
            return at.cancelled(UNWANTED)
        return (*at.wanted_again(), *(at.begun() if step.view.stage == FOLLOW_UP else ()))
    return ()


class _At:
    """The plan and the visits of one case at the moment of a step."""

    def __init__(
        self,
        house: House,
        actor: Actor,
        now: datetime,
        procedure: Procedure,
        opened: Opened,
        view: CaseView,
    ) -> None:
        self.house, self.actor, self.now, self.procedure = house, actor, now, procedure
        self.lean, self.case_id, self.view = opened.lean, opened.row.id, view
        self.country = procedure.home
        self.today = now.astimezone(zone_of(self.country)).date()

    def agreed(self) -> tuple[Write, ...]:
        """The plan is the person's from this day on; where nobody wrote one down here, its row begins now."""
        kept = self._plan()
        if kept is None:
            return (Write(_ADD_PLAN, self._new_plan(state="agreed", agreed_on=self.today)),)
        values = {"state": "agreed", "agreed_on": self.today, "version": kept.version + 1}
        if kept.state == "agreed":
            values["reviewed_on"] = self.today
        return (Write(_SET_PLAN, {"of_plan": kept.id, **values}),)

    def begun(self) -> tuple[Write, ...]:
        """Every visit of the schedule that lies ahead and is not there yet, unless the person wants none."""
        if wants_none(self.procedure, self.view):
            return ()
        kept = self._plan()
        if kept is None:
            new = self._new_plan(state="agreed", counted_from=self.today)
            return (Write(_ADD_PLAN, new), *self._visits(new["id"], self._slots(None), self.today, ()))
        there = tuple(row.slot for row in self.lean.all(_SLOTS, {"plan": kept.id}))
        since = kept.counted_from or self.today
        writes = self._visits(kept.id, self._slots(kept), since, there)
        if kept.counted_from is None:
            writes = (Write(_SET_PLAN, {"of_plan": kept.id, "counted_from": since}), *writes)
        return writes

    def wanted_again(self) -> tuple[Write, ...]:
        """The visits in no slot of a schedule that were cancelled because the person wished none: days agreed
        on, and those to which others were moved. Their slots are taken, so no schedule makes them again."""
        kept = self._plan()
        of_plans = (None, kept.id if kept else None)
        rows = self.lean.all(_SET_ASIDE, {"case": self.case_id, "today": self.today})
        return tuple(
            Write(
                _SET_VISIT,
                {
                    "of_visit": row.id,
                    "state": "planned",
                    "reason": None,
                    "version": row.version + 1,
                    **turn(self.house, row.due_on, self.country, self.now),
                },
            )
            for row in rows
            if row.plan_id in of_plans
        )

    def cancelled(self, reason: str) -> tuple[Write, ...]:
        """No planned visit is left; why, as a code."""
        return (Write(_CANCEL, {"of_case": self.case_id, "state": "cancelled", "reason": reason, **OVER}),)

    def ended(self, reason: str) -> tuple[Write, ...]:
        """Neither plan nor planned visits are left."""
        return (*self.cancelled(reason), Write(_END_PLAN, {"of_case": self.case_id, "state": "ended"}))

    def _plan(self) -> Any | None:
        return self.lean.one(LIVE_PLAN, {"case": self.case_id})

    def _new_plan(self, **values: Any) -> dict[str, Any]:
        return {
            "id": new_id(),
            "case_id": self.case_id,
            "version": 1,
            "children": self.view.child,
            "made_at": self.now,
            "officer_id": self.actor.officer_id,
            "agreed_on": None,
            "counted_from": None,
            **values,
        }

    def _slots(self, kept: Any | None) -> tuple[str, ...]:
        if kept is not None and kept.template:
            return tuple(kept.template)
        return self.house.schedule.slots(child=self.view.child if kept is None else kept.children)

    def _visits(
        self, plan_id: str, slots: tuple[str, ...], since: Any, there: tuple[str | None, ...]
    ) -> tuple[Write, ...]:
        days = plan(slots, since, self.house.calendars[self.country])
        return tuple(
            Write(
                _ADD_VISIT,
                planned(
                    self.house,
                    self.actor,
                    self.now,
                    self.case_id,
                    self.country,
                    day.due_on,
                    plan_id,
                    day.slot,
                ),
            )
            for day in days
            if day.slot not in there and day.due_on >= self.today
        )


def wants_none(procedure: Procedure, view: CaseView) -> bool:
    """Whether the person's last word on visits was no. Who was not asked yet is asked at the first."""
    return any(
        view.consents[name].decision != "given"
        for name, consent in procedure.consents.items()
        if is_to_visits(consent) and name in view.consents
    )


def is_to_visits(consent: Consent) -> bool:
    """Whether a consent is the one to being visited at home, and not to word being sent abroad."""
    return consent.purpose == "follow_up" and any(role.startswith("home.") for role in consent.to)
