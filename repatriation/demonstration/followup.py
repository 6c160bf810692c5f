"""Follow-up as an officer finds it on some morning: plans with goals, and a visit of every standing."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlmodel import Session, col, select

from repatriation.records.cases import CaseFile
from repatriation.records.organisations import Organisation
from repatriation.records.scope import every_case
from repatriation.records.visits import Visit
from repatriation.work.actors import Actor
from repatriation.work.followup.moving import move_visit
from repatriation.work.followup.plans import GoalEntered, WishesEntered, add_goal, write_wishes
from repatriation.work.house import House
from sop.clocks import zone_of

DUE: Final[Mapping[str, int | None]] = {
    "not at home": None,
    "visited three times": -3,
    "visited in Svay Rieng": 0,
    "visits by the Women's Union": 5,
}
"""In how many days the next visit of a story's case is due: overdue, due today, due soon. The first stays on
the day of the attempt that followed a visit which found nobody, and was missed."""

GOALS: Final = (
    GoalEntered(
        domain="income", service="training", text="Made up: a place in the sewing course.", who="The centre"
    ),
    GoalEntered(domain="papers", text="Made up: a new identity card.", chosen=False),
)
WISHES: Final = WishesEntered(wishes="Made up: to live near the market, with her aunt.", living="relatives")


class _Next(NamedTuple):
    """The next visit of a case: who is to make it, and when its case was last written in."""

    reference: str
    visit: Visit
    organisation: str
    since: datetime


def make_follow_up(house: House, actors: Mapping[str, Actor], now: datetime, kept: Mapping[str, str]) -> None:
    """Moves the next visits of some cases to their days, and writes goals into the plans of these cases."""
    today = now.astimezone(zone_of("KHM")).date()
    for story, days in DUE.items():
        found = _next(house, kept[story]) if story in kept else None
        if found is None:
            continue
        actor, at = actors[found.organisation], found.since + timedelta(minutes=1)
        for goal in GOALS:
            add_goal(house, actor, at, found.reference, goal)
        write_wishes(house, actor, at, found.reference, WISHES)
        if days is None:
            continue
        to = today + timedelta(days=days)
        if found.visit.due_on != to and at.astimezone(zone_of("KHM")).date() <= to:
            move_visit(house, actor, at, found.reference, found.visit.id, to, "asked", one=True)


def _next(house: House, reference: str) -> _Next | None:
    with house.doors.read() as session:
        case = session.exec(every_case().where(CaseFile.reference == reference)).one()
        visit = session.exec(
            select(Visit)
            .where(Visit.case_id == case.id, Visit.state == "planned")
            .order_by(col(Visit.due_on))
        ).first()
        if visit is None:
            return None
        return _Next(reference, visit, _code(session, visit), case.updated_at)


def _code(session: Session, visit: Visit) -> str:
    return session.exec(select(Organisation.code).where(Organisation.id == visit.organisation_id)).one()
