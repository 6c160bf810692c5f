"""Questions over many cases at once: how many there are of a kind, and which.

Each kind of case is said once, by `ids`; a number on a board counts it and the list behind the number pages
through it, so that the two cannot disagree. What is asked of cases that an organisation has no part in gives
numbers and nothing else.
"""

from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Float,
    Select,
    Subquery,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FunctionElement
from sqlmodel.sql.sqltypes import UTCDateTime

from repatriation.records.cases import CaseFile
from repatriation.records.organisations import SYSTEM

_TABLES = CaseFile.metadata.tables
_CASE, _PART, _STAY, _VISIT, _OFFICER = (
    _TABLES[name] for name in ("case_file", "party", "stay", "visit", "officer")
)

_OURS = select(_PART.c.case_id).where(
    _PART.c.organisation_id == bindparam("organisation_id"), _PART.c.until.is_(None)
)


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


def _of(column: ColumnElement[str], *, ours: bool) -> ColumnElement[bool]:
    """Cases that the organisation has a part in, or those that it has none in."""
    return column.in_(_OURS) if ours else column.not_in(_OURS)


# Time at each stage --------------------------------------------------------------------------------------


def spans(*, ours: bool) -> Select[Any]:
    """How long cases stood at each stage that they left since a moment: route, stage, number, and the median
    and ninetieth percentile of the minutes. A percentile is
    the least length that so large a share did not exceed.
    Given: organisation_id, since.
    """
    left = (
        select(_STAY.c.route, _STAY.c.stage, _STAY.c.minutes)
        .where(_STAY.c.left_at >= bindparam("since"), _of(_STAY.c.case_id, ours=ours))
        .subquery("ended")
    )
    each = (left.c.route, left.c.stage)
    ranked = select(
        *each,
        left.c.minutes,
        func.row_number().over(partition_by=each, order_by=left.c.minutes).label("place"),
        func.count().over(partition_by=each).label("number"),
    ).subquery("ranked")
    place, number, minutes = ranked.c.place, ranked.c.number, ranked.c.minutes
    return (
        select(
            ranked.c.route,
            ranked.c.stage,
            func.max(number).label("number"),
            func.min(case((place * 2 >= number, minutes))).label("median"),
            func.min(case((place * 10 >= number * 9, minutes))).label("ninetieth"),
        )
        .group_by(ranked.c.route, ranked.c.stage)
        .order_by(ranked.c.route, ranked.c.stage)
    )


def left_stage() -> Select[Any]:
    """The stays at one stage of a route that ended since a moment. Given: organisation_id, since, route,
    stage."""
    row_id = _STAY.c.case_id + "." + cast(_STAY.c.seq, Text)
    return select(_STAY.c.case_id, _STAY.c.minutes.label("key"), row_id.label("row_id")).where(
        _STAY.c.left_at >= bindparam("since"),
        _STAY.c.route == bindparam("route"),
        _STAY.c.stage == bindparam("stage"),
        _of(_STAY.c.case_id, ours=True),
    )


def standing(*, ours: bool) -> Select[Any]:
    """How many open cases stand at each stage now: route, stage, number. Given: organisation_id, stages."""
    if ours:
        return (
            select(_PART.c.route, _PART.c.stage, func.count(_PART.c.case_id.distinct()).label("number"))
            .where(
                _PART.c.organisation_id == bindparam("organisation_id"),
                _PART.c.stage.in_(bindparam("stages", expanding=True)),
            )
            .group_by(_PART.c.route, _PART.c.stage)
        )
    return (
        select(_CASE.c.route, _CASE.c.stage, func.count().label("number"))
        .where(_CASE.c.closed_at.is_(None), _of(_CASE.c.id, ours=False))
        .group_by(_CASE.c.route, _CASE.c.stage)
    )


def at_stage() -> Select[Any]:
    """The open cases at one stage of a route. Given: organisation_id, route, stage."""
    return select(
        _CASE.c.id.label("case_id"), _CASE.c.entered_at.label("key"), _CASE.c.id.label("row_id")
    ).where(
        _CASE.c.closed_at.is_(None),
        _CASE.c.stage == bindparam("stage"),
        _CASE.c.route == bindparam("route"),
        _of(_CASE.c.id, ours=True),
    )


# Cases that do not go on ---------------------------------------------------------------------------------


def _open_cases() -> Subquery:
    """The open cases of an organisation, each once, with what tells whether they go on. Given:
    organisation_id, stages."""
    return (
        select(
            _CASE.c.id.label("case_id"),
            _CASE.c.route,
            _CASE.c.updated_at,
            func.min(_PART.c.due_on).label("due_on"),
            _CASE.c.holder_id,
        )
        .join_from(_PART, _CASE, _CASE.c.id == _PART.c.case_id)
        .where(
            _PART.c.organisation_id == bindparam("organisation_id"),
            _PART.c.stage.in_(bindparam("stages", expanding=True)),
        )
        .group_by(_CASE.c.id, _CASE.c.route, _CASE.c.updated_at, _CASE.c.holder_id)
        .subquery("open_case")
    )


def _why_stuck(open_case: Subquery) -> dict[str, ColumnElement[bool]]:
    """Why a case may be stuck, by name. Given: touched_before, today."""
    at_work = select(_OFFICER.c.organisation_id).where(_OFFICER.c.active.is_(True), _OFFICER.c.duty != SYSTEM)
    whys: dict[str, ColumnElement[bool]] = {
        "untouched": open_case.c.updated_at < bindparam("touched_before", type_=UTCDateTime()),
        "overdue": open_case.c.due_on < bindparam("today"),
        "unmanned": open_case.c.holder_id.not_in(at_work),
    }
    return {**whys, "any": or_(*whys.values())}


def stuck_numbers() -> Select[Any]:
    """How many open cases do not go on, by route and reason. Given: organisation_id, stages, touched_before,
    today."""
    open_case = _open_cases()
    numbers = [func.sum(case((why, 1), else_=0)).label(name) for name, why in _why_stuck(open_case).items()]
    return select(open_case.c.route, *numbers).group_by(open_case.c.route).order_by(open_case.c.route)


def stuck(why: str) -> Select[Any]:
    """The open cases of a route that do not go on for one reason. Given: as `stuck_numbers`, and route."""
    open_case = _open_cases()
    return select(
        open_case.c.case_id, open_case.c.updated_at.label("key"), open_case.c.case_id.label("row_id")
    ).where(open_case.c.route == bindparam("route"), _why_stuck(open_case)[why])


# Still in contact ----------------------------------------------------------------------------------------


def _came_home(*, ours: bool) -> Subquery:
    """Everybody who came to live in their place since a moment, with the last time that they were met. Given:
    organisation_id, settled (the stage of it), since, met (the outcome of a visit that says so)."""
    since = bindparam("since", type_=UTCDateTime())
    before = select(_STAY.c.case_id, _STAY.c.entered_at).where(
        _STAY.c.stage == bindparam("settled"), _STAY.c.entered_at >= since
    )
    now_there = select(_CASE.c.id, _CASE.c.entered_at).where(
        _CASE.c.stage == bindparam("settled"), _CASE.c.closed_at.is_(None), _CASE.c.entered_at >= since
    )
    settled = union_all(before, now_there).subquery("settled")
    first = (
        select(settled.c.case_id, func.min(settled.c.entered_at).label("began"))
        .where(_of(settled.c.case_id, ours=ours))
        .group_by(settled.c.case_id)
        .subquery("first")
    )
    last_met = (
        select(func.max(_VISIT.c.at))
        .where(_VISIT.c.case_id == first.c.case_id, _VISIT.c.outcome == bindparam("met"))
        .scalar_subquery()
    )
    return (
        select(first.c.case_id, first.c.began, last_met.label("met_at"), _CASE.c.closed_at, _CASE.c.stage)
        .join_from(first, _CASE, _CASE.c.id == first.c.case_id)
        .subquery("home")
    )


class Mark(NamedTuple):
    """A time after coming home: so many days, give or take some."""

    days: int
    grace: int


def _contact(home: Subquery, mark: Mark) -> dict[str, ColumnElement[bool]]:
    """How a case stood at a mark. Given: now, lost (the stage of cases whose contact was lost)."""
    now = bindparam("now", type_=UTCDateTime())
    reached = days_between(now, home.c.began) >= mark.days + mark.grace
    met = func.coalesce(days_between(home.c.met_at, home.c.began), -1) >= mark.days - mark.grace
    ended = and_(
        home.c.closed_at.is_not(None),
        home.c.stage != bindparam("lost"),
        func.coalesce(days_between(home.c.closed_at, home.c.began), 0) < mark.days + mark.grace,
    )
    return {
        "met": and_(reached, met),
        "lost": and_(reached, ~met, ~ended),
        "ended": and_(reached, ~met, ended),
    }


def contact_numbers(marks: tuple[Mark, ...], *, ours: bool) -> Select[Any]:
    """How many were met, lost, or had ended at each mark, in columns named such as met_0. Given: as
    `_came_home` and `_contact`."""
    home = _came_home(ours=ours)
    return select(
        *(
            func.sum(case((how, 1), else_=0)).label(f"{name}_{number}")
            for number, mark in enumerate(marks)
            for name, how in _contact(home, mark).items()
        )
    ).select_from(home)


def contact(mark: Mark, how: str) -> Select[Any]:
    """The cases that stood so at a mark. Given: as `contact_numbers`."""
    home = _came_home(ours=True)
    return select(home.c.case_id, home.c.began.label("key"), home.c.case_id.label("row_id")).where(
        _contact(home, mark)[how]
    )


# The list behind a number ---------------------------------------------------------------------------------


def number_of(ids: Select[Any]) -> Select[Any]:
    """How many there are."""
    return select(func.count()).select_from(ids.subquery("found"))


def page_of(ids: Select[Any], most: int, *, beyond: bool) -> Select[Any]:
    """The first of them with their cases, in the order of their keys. With `beyond`, those after a place, and
    given besides: at_key, at_id."""
    found = ids.subquery("found")
    page = (
        select(
            *found.c,
            _CASE.c.reference,
            _CASE.c.route,
            _CASE.c.stage,
            _CASE.c.age_group,
            _CASE.c.updated_at,
        )
        .join_from(found, _CASE, _CASE.c.id == found.c.case_id)
        .order_by(found.c.key, found.c.row_id)
        .limit(most)
    )
    if beyond:
        at_key = bindparam("at_key", type_=found.c.key.type)
        page = page.where(
            or_(found.c.key > at_key, and_(found.c.key == at_key, found.c.row_id > bindparam("at_id")))
        )
    return page
