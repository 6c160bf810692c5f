"""Who has how much to do: the visits that each officer of an organisation has still to make."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlmodel import col, select

from repatriation.records.boards import to_come
from repatriation.records.organisations import SYSTEM, Officer
from repatriation.work.actors import Actor
from repatriation.work.boards.behind import Behind
from repatriation.work.boards.stages import open_stages
from repatriation.work.boards.week import Days, days_of, how
from repatriation.work.house import House
from sop.followup import Standing

NOBODY: Final = "nobody"
"""In the place of an officer's id: visits that name none."""

DUE: Final = frozenset({Standing.DUE_SOON, Standing.DUE})
LATE: Final = frozenset({Standing.OVERDUE, Standing.MISSED})
WHATS: Final = ("cases", "due", "late")


@dataclass(slots=True)
class LoadLine:
    """What one officer has to do: in how many open cases they have a visit to make, how many are due within
    the week, and how many are late. `name` is none for what names nobody."""

    officer_id: str
    name: str | None
    cases: int = 0
    due: int = 0
    late: int = 0


def load(house: House, actor: Actor, now: datetime) -> tuple[LoadLine, ...]:
    """Every officer of the organisation who may act, and what names nobody; who has most that is late comes
    first."""
    given = _given(house, actor)
    with house.doors.read() as session:
        officers = session.exec(
            select(Officer.id, Officer.display_name).where(
                Officer.organisation_id == actor.organisation_id,
                col(Officer.active).is_(True),
                col(Officer.duty).not_in((SYSTEM, "auditor")),
            )
        ).all()
        visits = session.connection().execute(to_come.load_by_day(), given).all()
        cases = session.connection().execute(to_come.load_of_cases(), given).all()
        lines = {officer_id: LoadLine(officer_id, name) for officer_id, name in officers}
        left = {row.officer_id for row in cases} - {None, *lines}
        for gone in session.exec(select(Officer).where(col(Officer.id).in_(left))).all():
            lines[gone.id] = LoadLine(gone.id, gone.display_name)
    for row in cases:
        lines.setdefault(row.officer_id or NOBODY, LoadLine(NOBODY, None)).cases = int(row.number)
    for row in visits:
        line, stands = lines[row.officer_id or NOBODY], how(house, row.due_on, now)
        line.due += row.number if stands in DUE else 0
        line.late += row.number if stands in LATE else 0
    return tuple(sorted(lines.values(), key=lambda line: (-line.late, -line.due, line.name or "")))


def behind(house: House, actor: Actor, now: datetime, officer_id: str, what: str) -> Behind:
    """The visits or the cases behind a number."""
    named = officer_id != NOBODY
    given = {**_given(house, actor), **({"of_officer": officer_id} if named else {})}
    if what == "cases":
        return Behind(to_come.cases_of(named=named), given)
    days = _together(house, DUE if what == "due" else LATE, now)
    return Behind(to_come.visits_of(named=named), {**given, **days._asdict()})


def _together(house: House, standings: frozenset[Standing], now: datetime) -> Days:
    """The days of some standings that follow one another."""
    days = [days_of(house, each, now) for each in standings]
    return Days(min(each.first for each in days), max(each.until for each in days))


def _given(house: House, actor: Actor) -> dict[str, Any]:
    return {"organisation_id": actor.organisation_id, "stages": open_stages(house)}
