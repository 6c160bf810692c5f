"""The visits that are to be made: an officer's own, or all in their cases, the earliest first."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import and_, or_
from sqlmodel import col, select

from repatriation.records.cases import CaseFile
from repatriation.records.scope import visible_ids
from repatriation.records.visits import Visit
from repatriation.work.actors import Actor
from repatriation.work.followup.rights import VISIT, of_ours
from repatriation.work.followup.turns import stands
from repatriation.work.house import House
from sop.followup import Standing
from sop.procedure import Stage

PAGE: Final = 50
MOST_COUNTED: Final = 1000


@dataclass(frozen=True, slots=True)
class VisitToMake:
    """One visit that is to come or is late. `ours`: it is for the officer's organisation to make it."""

    id: str
    reference: str
    stage: Stage
    child: bool
    due_on: date
    standing: Standing
    ours: bool


def to_make(
    house: House,
    actor: Actor,
    now: datetime,
    *,
    own: bool,
    until: date | None = None,
    after: tuple[date, str] | None = None,
) -> tuple[tuple[VisitToMake, ...], tuple[date, str] | None]:
    """The planned visits of cases that the officer may know of, the earliest first, and where to go on.

    Args:
        own: only those of this officer, and those of their organisation that are nobody's.
        until: only those due by this day.
        after: the day and the id of the last visit of the page before.
    """
    wanted = (
        select(Visit, CaseFile)
        .join(CaseFile, col(CaseFile.id) == col(Visit.case_id))
        .where(col(Visit.case_id).in_(visible_ids(actor.organisation_id)), *_planned(actor, own=own))
        .order_by(col(Visit.due_on), col(Visit.id))
    )
    if until is not None:
        wanted = wanted.where(col(Visit.due_on) <= until)
    if after is not None:
        day, last = after
        later = and_(col(Visit.due_on) == day, col(Visit.id) > last)
        wanted = wanted.where(or_(col(Visit.due_on) > day, later))
    with house.doors.read() as session:
        rows = session.exec(wanted.limit(PAGE + 1)).all()
        cases = [(case.id, house.shelf.pinned(case.digest), case.stage) for _, case in rows]
        ours = of_ours(session, actor, cases, VISIT)
    found = tuple(_line(house, now, visit, case, ours=case.id in ours) for visit, case in rows[:PAGE])
    return found, (found[-1].due_on, found[-1].id) if len(rows) > PAGE else None


def pressing(house: House, actor: Actor, now: datetime, today: date, *, own: bool) -> Mapping[Standing, int]:
    """How many visits are soon due, due, overdue and missed."""
    until = today + timedelta(days=house.rhythm.soon_days + 1)
    wanted = (
        select(Visit)
        .where(
            col(Visit.case_id).in_(visible_ids(actor.organisation_id)),
            *_planned(actor, own=own),
            col(Visit.due_on) <= until,
        )
        .order_by(col(Visit.due_on), col(Visit.id))
        .limit(MOST_COUNTED)
    )
    with house.doors.read() as session:
        rows = session.exec(wanted).all()
    return Counter(stands(house, row.due_on, row.country or actor.country, now) for row in rows if row.due_on)


def _planned(actor: Actor, *, own: bool) -> list[Any]:
    conditions: list[Any] = [
        Visit.state == "planned",
        col(Visit.due_on).is_not(None),
    ]
    if own:
        nobody = and_(col(Visit.officer_id).is_(None), col(Visit.organisation_id) == actor.organisation_id)
        conditions.append(or_(col(Visit.officer_id) == actor.officer_id, nobody))
    return conditions


def _line(house: House, now: datetime, row: Visit, case: CaseFile, *, ours: bool) -> VisitToMake:
    assert row.due_on is not None
    procedure = house.shelf.pinned(case.digest)
    return VisitToMake(
        id=row.id,
        reference=case.reference,
        stage=procedure.stages[case.stage],
        child=case.age_group != "adult",
        due_on=row.due_on,
        standing=stands(house, row.due_on, procedure.home, now),
        ours=ours,
    )
