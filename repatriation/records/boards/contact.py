"""Who came home, and how many of them were still met so long afterwards."""

from typing import Any, NamedTuple

from sqlalchemy import CTE, ColumnElement, Float, Select, and_, bindparam, case, func, select, union_all
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FunctionElement
from sqlmodel.sql.sqltypes import UTCDateTime

from repatriation.records.boards.parts import SINCE, among
from repatriation.records.cases import CaseFile
from repatriation.records.stays import Stay
from repatriation.records.visits import Visit

_CASE = CaseFile.metadata.tables["case_file"]
_STAY = Stay.metadata.tables["stay"]
_VISIT = Visit.metadata.tables["visit"]

LATEST_HOME: Select[Any] = (
    select(_STAY.c.entered_at)
    .where(_STAY.c.stage == bindparam("settled"))
    .order_by(_STAY.c.entered_at.desc())
    .limit(1)
    .offset(bindparam("most"))
)
"""When the case came home after which so many did. Given: settled, most."""


class days_between(FunctionElement[float]):  # noqa: N801 - written like the function it is
    """The days from a moment to a later one, with their parts. Given: the later one, the earlier one."""

    type = Float()
    inherit_cache = True


@compiles(days_between, "sqlite")
def _by_sqlite(element: days_between, compiler: SQLCompiler, **how: Any) -> str:
    later, earlier = (compiler.process(each, **how) for each in element.clauses)
    return f"(julianday({later}) - julianday({earlier}))"


@compiles(days_between, "postgresql")
def _by_postgresql(element: days_between, compiler: SQLCompiler, **how: Any) -> str:
    later, earlier = (compiler.process(each, **how) for each in element.clauses)
    return f"(extract(epoch FROM ({later} - {earlier})) / 86400)"


def _came_home() -> CTE:
    """Everybody who came to live in their place since a moment: for how many days, and after how many they
    were met last and the case ended. Given: organisation_id, settled (the stage of it), since, now, met (the
    outcome of a visit that says so)."""
    before = select(_STAY.c.case_id, _STAY.c.entered_at).where(
        _STAY.c.stage == bindparam("settled"), _STAY.c.entered_at >= SINCE
    )
    now_there = select(_CASE.c.id, _CASE.c.entered_at).where(
        _CASE.c.stage == bindparam("settled"), _CASE.c.closed_at.is_(None), _CASE.c.entered_at >= SINCE
    )
    settled = union_all(before, now_there).cte("settled")
    first = (
        select(settled.c.case_id, func.min(settled.c.entered_at).label("began"))
        .where(among(settled.c.case_id, select(settled.c.case_id), ours=True))
        .group_by(settled.c.case_id)
        .subquery("first")
    )
    last_met = (
        select(func.max(_VISIT.c.at))
        .where(_VISIT.c.case_id == first.c.case_id, _VISIT.c.outcome == bindparam("met"))
        .scalar_subquery()
    )
    began, now = first.c.began, bindparam("now", type_=UTCDateTime())
    return (
        select(
            first.c.case_id,
            began,
            days_between(now, began).label("days"),
            days_between(last_met, began).label("met_after"),
            days_between(_CASE.c.closed_at, began).label("ended_after"),
            _CASE.c.stage,
        )
        .join_from(first, _CASE, _CASE.c.id == first.c.case_id)
        .cte("home")
        .prefix_with("MATERIALIZED")  # else SQLite looks for the last visit again for every number
    )


class Mark(NamedTuple):
    """A time after coming home: so many days, give or take some."""

    days: int
    grace: int


def _contact(home: CTE, mark: Mark) -> dict[str, ColumnElement[bool]]:
    """How a case stood at a mark. Given: lost (the stage of cases whose contact was lost)."""
    reached = home.c.days >= mark.days + mark.grace
    met = func.coalesce(home.c.met_after, -1) >= mark.days - mark.grace
    ended = and_(
        home.c.ended_after.is_not(None),
        home.c.stage != bindparam("lost"),
        home.c.ended_after < mark.days + mark.grace,
    )
    return {
        "met": and_(reached, met),
        "lost": and_(reached, ~met, ~ended),
        "ended": and_(reached, ~met, ended),
    }


def numbers(marks: tuple[Mark, ...]) -> Select[Any]:
    """How many were met, lost, or had ended at each mark, in columns named such as met_0. Given: as
    `_came_home` and `_contact`."""
    home = _came_home()
    return select(
        *(
            func.sum(case((how, 1), else_=0)).label(f"{name}_{number}")
            for number, mark in enumerate(marks)
            for name, how in _contact(home, mark).items()
        )
    ).select_from(home)


def cases(mark: Mark, how: str) -> Select[Any]:
    """The cases that stood so at a mark. Given: as `numbers`."""
    home = _came_home()
    return select(home.c.case_id, home.c.began.label("key"), home.c.case_id.label("row_id")).where(
        _contact(home, mark)[how]
    )
