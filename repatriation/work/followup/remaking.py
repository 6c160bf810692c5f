"""Makes the visits of a plan anew where its schedule has changed: none doubled, none made is touched."""

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from repatriation.records import trail
from repatriation.records.cases import CaseFile
from repatriation.records.plans import ReintegrationPlan
from repatriation.records.scope import every_case
from repatriation.records.visits import Visit
from repatriation.work.actors import Actor
from repatriation.work.followup.course import UNWANTED
from repatriation.work.followup.turns import Whose, planned, turn
from repatriation.work.house import House
from sop.clocks import zone_of
from sop.visiting import plan

CHANGED = "schedule_changed"


def remake(
    session: Session, house: House, actor: Actor | None, now: datetime, row: ReintegrationPlan, today: date
) -> int:
    """Moves, adds and cancels the planned visits of one plan; says how many. None before follow-up began.

    Where an actor is given, new visits are theirs; else they are those of whoever has the others.
    """
    if row.counted_from is None or row.state == "ended":
        return 0
    case = session.exec(every_case().where(CaseFile.id == row.case_id)).one()
    country = house.shelf.pinned(case.digest).home
    slots = tuple(row.template or house.schedule.slots(child=row.children))
    days = dict(plan(slots, row.counted_from, house.calendars[country]))
    there = session.exec(
        select(Visit)
        .where(Visit.plan_id == row.id, col(Visit.slot).is_not(None), Visit.state != "cancelled")
        .order_by(col(Visit.due_on))
    ).all()
    changed = sum(_put_right(house, now, visit, days, country) for visit in there)
    whose: Whose | None = actor or next((_Same(visit) for visit in there), None)
    if whose is None or _wants_none(session, row):
        return changed
    missing = {
        slot: day for slot, day in days.items() if day >= today and slot not in {v.slot for v in there}
    }
    for slot, day in missing.items():
        new = planned(house, whose, now, case.id, country, day, row.id, slot)
        session.add(Visit(**new))
    return changed + len(missing)


class _Same(NamedTuple):
    """Whoever has the other visits of a plan."""

    visit: Visit

    @property
    def officer_id(self) -> str | None:
        """The officer, where one is named."""
        return self.visit.officer_id

    @property
    def organisation_id(self) -> str | None:
        """The organisation."""
        return self.visit.organisation_id


def _put_right(house: House, now: datetime, visit: Visit, days: dict[str, date], country: str) -> bool:
    if visit.state != "planned" or visit.slot is None:
        return False
    due_on = days.get(visit.slot)
    if due_on == visit.due_on:
        return False
    if due_on is None:
        visit.state, visit.reason, visit.next_at, visit.next_step = "cancelled", CHANGED, None, None
    else:
        ahead = turn(house, due_on, country, now)
        visit.due_on, visit.next_at, visit.next_step = due_on, ahead["next_at"], ahead["next_step"]
    visit.version += 1
    return True


def _wants_none(session: Session, row: ReintegrationPlan) -> bool:
    """Whether the visits of this plan were cancelled because the person wishes none."""
    standing = select(Visit.id).where(Visit.plan_id == row.id, Visit.state == "planned")
    refused = select(Visit.id).where(Visit.plan_id == row.id, Visit.reason == UNWANTED)
    return session.exec(standing).first() is None and session.exec(refused).first() is not None


def remake_all(house: House, now: datetime) -> int:
    """Makes the visits of every plan that follows the installation's schedule anew; says in how many cases
    something changed. To be run once the schedule has changed."""
    with house.doors.read() as session:
        plans = session.exec(
            select(ReintegrationPlan.id).where(
                ReintegrationPlan.state == "agreed", col(ReintegrationPlan.counted_from).is_not(None)
            )
        ).all()
    return sum(_remade(house, now, plan_id) for plan_id in plans)


def _remade(house: House, now: datetime, plan_id: str) -> bool:
    with house.doors.act() as session:
        row = session.exec(
            select(ReintegrationPlan).where(ReintegrationPlan.id == plan_id).with_for_update()
        ).one()
        if row.template:
            return False
        case = session.exec(every_case().where(CaseFile.id == row.case_id)).one()
        country = house.shelf.pinned(case.digest).home
        changed = remake(session, house, None, now, row, now.astimezone(zone_of(country)).date())
        if changed:
            said: dict[str, Any] = {"plan": row.version, "change": "visits", "remade": changed}
            trail.append(session, None, now, "plan:changed", said, row.case_id)
        return changed > 0
