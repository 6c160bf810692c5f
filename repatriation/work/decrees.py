"""Days that a decree changed: entered by a coordinator of that country, and every open time limit follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select, update
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from repatriation.records import trail
from repatriation.records.calendar import DayOverride
from repatriation.records.cases import CaseFile, Party
from repatriation.records.organisations import Officer
from repatriation.records.scope import every_case
from repatriation.work.actors import Actor
from repatriation.work.calendars import Calendars
from repatriation.work.clocks import first_due
from repatriation.work.house import House
from repatriation.work.refusals import Invalid, NotFound
from repatriation.work.views import case_view

AT_ONCE: Final = 200
"""Cases whose limits are looked at in one transaction."""

LONGEST: Final = 200
_PARTS = Party.metadata.tables["party"]


@dataclass(frozen=True, slots=True)
class Decree:
    """One day that is not as the calendar files say."""

    country: str
    day: date
    works: bool
    source: str
    officer: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Replanned:
    """What a change did: how many open cases were looked at, and how many time limits moved."""

    looked_at: int = 0
    moved: int = 0


def decrees(house: House, country: str | None = None) -> tuple[Decree, ...]:
    """Every day that was entered, of one country or of all, the latest day first."""
    asked = (
        rows_of(DayOverride, Officer.display_name)
        .outerjoin(Officer, col(Officer.id) == col(DayOverride.officer_id))
        .order_by(col(DayOverride.day).desc(), col(DayOverride.country))
    )
    if country is not None:
        asked = asked.where(DayOverride.country == country)
    with house.doors.read() as session:
        rows = session.exec(asked).all()
    return tuple(Decree(row.country, row.day, row.works, row.source, name, row.at) for row, name in rows)


def enter_day(
    house: House, actor: Actor | None, now: datetime, *, country: str, day: date, works: bool, source: str
) -> Replanned:
    """Say that the offices of a country work on a day, or do not, and on whose word; open limits follow.

    An officer may say so of their own country alone; without one it is said at the machine.

    Raises:
        Invalid: with each field that cannot be taken.
    """
    problems = {
        "country": "unknown"
        if country not in house.calendars or (actor is not None and actor.country != country)
        else "",
        "source": "needed" if not source.strip() else "too_long" if len(source) > LONGEST else "",
    }
    if not problems["country"]:
        known = house.calendars[country]
        if not known.first <= day <= known.last:
            problems["day"] = "out_of_range"
    wrong = {name: code for name, code in problems.items() if code}
    if wrong:
        raise Invalid(wrong)
    with house.doors.act() as session:
        row = session.get(DayOverride, (country, day)) or DayOverride(
            country=country, day=day, works=works, source=source, at=now
        )
        row.works, row.source, row.at = works, source.strip(), now
        row.officer_id = actor.officer_id if actor is not None else None
        session.add(row)
        told = {"country": country, "day": day, "works": works}
        trail.append(session, actor, now, "calendar:day:entered", told)
    return _follow(house, actor, now, country)


def take_back_day(house: House, actor: Actor | None, now: datetime, *, country: str, day: date) -> Replanned:
    """Let a day be again as the calendar files say. Raises NotFound."""
    if actor is not None and actor.country != country:
        raise NotFound(country)
    with house.doors.act() as session:
        row = session.get(DayOverride, (country, day))
        if row is None:
            raise NotFound(country)
        session.delete(row)
        trail.append(session, actor, now, "calendar:day:taken_back", {"country": country, "day": day})
    return _follow(house, actor, now, country)


def _follow(house: House, actor: Actor | None, now: datetime, country: str) -> Replanned:
    """Reckon every open case's limits anew. A kill in between leaves some as they were: entering the day once
    more goes over all of them again.
    """
    if isinstance(house.calendars, Calendars):
        house.calendars.refresh()
    after, looked_at, moved = "", 0, 0
    while True:
        with house.doors.act() as session:
            asked = (
                every_case()
                .where(col(CaseFile.id) > after, col(CaseFile.closed_at).is_(None))
                .where(col(CaseFile.id).in_(select(_PARTS.c.case_id).where(_PARTS.c.due_on.is_not(None))))
                .order_by(col(CaseFile.id))
                .limit(AT_ONCE)
                .with_for_update()
            )
            cases = session.exec(asked).all()
            moved += sum(_reckoned_anew(session, house, actor, now, case, country) for case in cases)
            looked_at += len(cases)
            if len(cases) < AT_ONCE:
                return Replanned(looked_at, moved)
            after = cases[-1].id


def _reckoned_anew(
    session: Session, house: House, actor: Actor | None, now: datetime, case: CaseFile, country: str
) -> bool:
    """Whether the first limit of a case ends on another day than was known."""
    procedure = house.shelf.pinned(case.digest)
    view = case_view(case)
    due_on = first_due(house, procedure, view, now)
    live = _PARTS.c.case_id == case.id, _PARTS.c.until.is_(None)
    known: Sequence[Any] = session.connection().execute(select(_PARTS.c.due_on).where(*live)).scalars().all()
    if all(was == due_on for was in known):
        return False
    # All its clocks are looked at anew, for one may have run out by this very change.
    case.turn_at = case.opened_at if due_on is not None else None
    session.add(case)
    session.connection().execute(update(_PARTS).where(*live).values(due_on=due_on))
    was = min((day for day in known if day is not None), default=None)
    told = {"country": country, "was": was, "due": due_on}
    trail.append(session, actor, now, "limit:replanned", told, case.id)
    return True
