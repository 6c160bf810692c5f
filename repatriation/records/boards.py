"""Questions over many cases at once: how many there are of a kind, and which.

Each kind of case is said once, by `ids`; a number on a board counts it and the list behind the number pages
through it, so that the two cannot disagree. What is asked of cases that an organisation has no part in gives
numbers and nothing else.
"""

from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    BindParameter,
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
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FunctionElement
from sqlmodel.sql.sqltypes import UTCDateTime

from repatriation.records.cases import CaseFile, Party
from repatriation.records.organisations import SYSTEM, Officer
from repatriation.records.services import Placement, UnmetNeed
from repatriation.records.stays import Stay
from repatriation.records.visits import Visit

_CASE, _PART = CaseFile.metadata.tables["case_file"], Party.metadata.tables["party"]
_STAY, _VISIT = Stay.metadata.tables["stay"], Visit.metadata.tables["visit"]
_OFFICER = Officer.metadata.tables["officer"]
_PLACEMENT, _NEED = Placement.metadata.tables["placement"], UnmetNeed.metadata.tables["unmet_need"]

DAY = 24 * 60


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


def _of(column: ColumnElement[str], among: Select[Any], *, ours: bool) -> ColumnElement[bool]:
    """Cases that the organisation has a part in, or those that it has none in. Its parts are looked up among
    the cases in question alone, for it may have very many. Given: organisation_id."""
    parts = select(_PART.c.case_id).where(
        _PART.c.organisation_id == bindparam("organisation_id"),
        _PART.c.until.is_(None),
        _PART.c.case_id.in_(among),
    )
    return column.in_(parts) if ours else column.not_in(parts)


# Time at each stage --------------------------------------------------------------------------------------

LATEST_LEFT: Select[Any] = (
    select(_STAY.c.left_at).order_by(_STAY.c.left_at.desc()).limit(1).offset(bindparam("most"))
)
"""When the stay ended after which so many ended. Given: most."""

_SINCE = bindparam("since", type_=UTCDateTime())


def _ended(*columns: ColumnElement[Any], ours: bool) -> Select[Any]:
    """Stays that ended since a moment. Given: organisation_id, since."""
    lately = _STAY.c.left_at >= _SINCE
    return select(*columns).where(
        lately, _of(_STAY.c.case_id, select(_STAY.c.case_id).where(lately), ours=ours)
    )


def spans(*, ours: bool) -> Select[Any]:
    """How long cases stood at each stage that they left since a moment: route, stage, number, and the median
    and ninetieth percentile of the whole days. A percentile is the least length that so large a share did not
    exceed. Given: organisation_id, since.
    """
    days = _STAY.c.minutes // DAY
    each = (_STAY.c.route, _STAY.c.stage)
    alike = (
        _ended(*each, days.label("days"), func.count().label("number"), ours=ours)
        .group_by(*each, days)
        .subquery("alike")
    )
    of = (alike.c.route, alike.c.stage)
    adding_up = select(
        *of,
        alike.c.days,
        func.sum(alike.c.number).over(partition_by=of, order_by=alike.c.days).label("so_far"),
        func.sum(alike.c.number).over(partition_by=of).label("number"),
    ).subquery("adding_up")
    so_far, number, length = adding_up.c.so_far, adding_up.c.number, adding_up.c.days
    return (
        select(
            adding_up.c.route,
            adding_up.c.stage,
            func.max(number).label("number"),
            func.min(case((so_far * 2 >= number, length))).label("median"),
            func.min(case((so_far * 10 >= number * 9, length))).label("ninetieth"),
        )
        .group_by(adding_up.c.route, adding_up.c.stage)
        .order_by(adding_up.c.route, adding_up.c.stage)
    )


def left_stage() -> Select[Any]:
    """The stays at one stage of a route that ended since a moment. Given: organisation_id, since, route,
    stage."""
    row_id = _STAY.c.case_id + "." + cast(_STAY.c.seq, Text)
    columns = (_STAY.c.case_id, _STAY.c.minutes.label("key"), row_id.label("row_id"))
    return _ended(*columns, ours=True).where(
        _STAY.c.route == bindparam("route"), _STAY.c.stage == bindparam("stage")
    )


_OPEN_STAGES: BindParameter[str] = bindparam("stages", expanding=True)


def standing(*, ours: bool) -> Select[Any]:
    """How many open cases stand at each stage now: route, stage, number. Given: organisation_id, stages."""
    at_one = (_CASE.c.closed_at.is_(None), _CASE.c.stage.in_(_OPEN_STAGES))
    return (
        select(_CASE.c.route, _CASE.c.stage, func.count().label("number"))
        .where(*at_one, _of(_CASE.c.id, select(_CASE.c.id).where(*at_one), ours=ours))
        .group_by(_CASE.c.route, _CASE.c.stage)
    )


def at_stage() -> Select[Any]:
    """The open cases at one stage of a route. Given: organisation_id, route, stage."""
    at_one = (
        _CASE.c.closed_at.is_(None),
        _CASE.c.stage == bindparam("stage"),
        _CASE.c.route == bindparam("route"),
    )
    return select(
        _CASE.c.id.label("case_id"), _CASE.c.entered_at.label("key"), _CASE.c.id.label("row_id")
    ).where(*at_one, _of(_CASE.c.id, select(_CASE.c.id).where(*at_one), ours=True))


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
            _PART.c.stage.in_(_OPEN_STAGES),
        )
        .group_by(_CASE.c.id, _CASE.c.route, _CASE.c.updated_at, _CASE.c.holder_id)
        .subquery("open_case")
    )


def ending() -> Select[Any]:
    """The open cases of an organisation whose first time limit ends on a day, as the procedure asks of them.
    Given: organisation_id, stages, today."""
    names = ("id", "digest", "stage", "entered_at", "age_group", "version", "state")
    return (
        select(*(_CASE.c[name] for name in names))
        .join_from(_PART, _CASE, _CASE.c.id == _PART.c.case_id)
        .where(
            _PART.c.organisation_id == bindparam("organisation_id"),
            _PART.c.stage.in_(_OPEN_STAGES),
            _PART.c.due_on == bindparam("today"),
        )
    )


def _why_stuck(open_case: Subquery) -> dict[str, ColumnElement[bool]]:
    """Why a case may be stuck, by name. Given: touched_before, today, and ran_out: the cases whose limit ends
    today and is over all the same, since it was one of hours."""
    at_work = select(_OFFICER.c.organisation_id).where(_OFFICER.c.active.is_(True), _OFFICER.c.duty != SYSTEM)
    whys: dict[str, ColumnElement[bool]] = {
        "untouched": open_case.c.updated_at < bindparam("touched_before", type_=UTCDateTime()),
        "overdue": or_(
            open_case.c.due_on < bindparam("today"),
            open_case.c.case_id.in_(bindparam("ran_out", expanding=True)),
        ),
        "unmanned": open_case.c.holder_id.not_in(at_work),
    }
    return {**whys, "any": or_(*whys.values())}


def stuck_numbers() -> Select[Any]:
    """How many open cases do not go on, by route and reason. Given: organisation_id, stages, and as
    `_why_stuck`."""
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


LATEST_HOME: Select[Any] = (
    select(_STAY.c.entered_at)
    .where(_STAY.c.stage == bindparam("settled"))
    .order_by(_STAY.c.entered_at.desc())
    .limit(1)
    .offset(bindparam("most"))
)
"""When the case came home after which so many did. Given: settled, most."""


def _came_home() -> CTE:
    """Everybody who came to live in their place since a moment: for how many days, and after how many they
    were met last and the case ended. Given: organisation_id, settled (the stage of it), since, now, met (the
    outcome of a visit that says so)."""
    before = select(_STAY.c.case_id, _STAY.c.entered_at).where(
        _STAY.c.stage == bindparam("settled"), _STAY.c.entered_at >= _SINCE
    )
    now_there = select(_CASE.c.id, _CASE.c.entered_at).where(
        _CASE.c.stage == bindparam("settled"), _CASE.c.closed_at.is_(None), _CASE.c.entered_at >= _SINCE
    )
    settled = union_all(before, now_there).cte("settled")
    first = (
        select(settled.c.case_id, func.min(settled.c.entered_at).label("began"))
        .where(_of(settled.c.case_id, select(settled.c.case_id), ours=True))
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


def contact_numbers(marks: tuple[Mark, ...]) -> Select[Any]:
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


def contact(mark: Mark, how: str) -> Select[Any]:
    """The cases that stood so at a mark. Given: as `contact_numbers`."""
    home = _came_home()
    return select(home.c.case_id, home.c.began.label("key"), home.c.case_id.label("row_id")).where(
        _contact(home, mark)[how]
    )


# Visits to come ------------------------------------------------------------------------------------------

_PLANNED: ColumnElement[bool] = _VISIT.c.state == literal_column("'planned'")
"""A visit still to be made. As a literal: SQLite uses a partial index only where it can see the value."""

WHOSE = ("mine", "ours", "all")
"""Visits of one officer (and of their organisation, where they name nobody), of their organisation, or all in
the cases that it has a part in."""


def _to_come(whose: str, *columns: ColumnElement[Any]) -> Select[Any]:
    """Planned visits in open cases that the organisation has a part in. Given: organisation_id, stages, and
    for `mine` officer_id."""
    seen = select(_PART.c.case_id).where(
        _PART.c.organisation_id == bindparam("organisation_id"), _PART.c.stage.in_(_OPEN_STAGES)
    )
    found = select(*columns).where(_PLANNED, _VISIT.c.due_on.is_not(None), _VISIT.c.case_id.in_(seen))
    of_ours = _VISIT.c.organisation_id == bindparam("organisation_id")
    if whose == "mine":
        nobodys = and_(_VISIT.c.officer_id.is_(None), of_ours)
        return found.where(or_(_VISIT.c.officer_id == bindparam("officer_id"), nobodys))
    if whose == "ours":
        return found.where(of_ours)
    return found


def visits_by_day(whose: str) -> Select[Any]:
    """How many planned visits there are on each day up to one: due_on, number. Given: as `_to_come`, and
    until."""
    return (
        _to_come(whose, _VISIT.c.due_on, func.count().label("number"))
        .where(_VISIT.c.due_on <= bindparam("until"))
        .group_by(_VISIT.c.due_on)
        .order_by(_VISIT.c.due_on)
    )


def visits_between(whose: str) -> Select[Any]:
    """The planned visits from one day to another. Given: as `_to_come`, and first, until."""
    return _to_come(whose, _VISIT.c.case_id, _VISIT.c.due_on.label("key"), _VISIT.c.id.label("row_id")).where(
        _VISIT.c.due_on >= bindparam("first"), _VISIT.c.due_on <= bindparam("until")
    )


def load_by_day() -> Select[Any]:
    """How many planned visits each officer of an organisation has on each day: officer_id, due_on, number.
    None is the officer of visits that name nobody. Given: organisation_id, stages."""
    return _to_come("ours", _VISIT.c.officer_id, _VISIT.c.due_on, func.count().label("number")).group_by(
        _VISIT.c.officer_id, _VISIT.c.due_on
    )


def load_of_cases() -> Select[Any]:
    """In how many cases each officer of an organisation has a visit to make: officer_id, number. Given:
    organisation_id, stages."""
    return _to_come(
        "ours", _VISIT.c.officer_id, func.count(_VISIT.c.case_id.distinct()).label("number")
    ).group_by(_VISIT.c.officer_id)


def visits_of(*, named: bool) -> Select[Any]:
    """The planned visits of one officer of the organisation, or those that name nobody, from one day to
    another. Given: organisation_id, stages, first, until, and with `named` of_officer."""
    found = visits_between("ours")
    if named:
        return found.where(_VISIT.c.officer_id == bindparam("of_officer"))
    return found.where(_VISIT.c.officer_id.is_(None))


def cases_of(*, named: bool) -> Select[Any]:
    """The cases in which one officer of the organisation has a visit to make, or nobody is named to make it;
    each with its first. Given: organisation_id, stages, and with `named` of_officer."""
    first = func.min(_VISIT.c.due_on).label("key")
    found = _to_come("ours", _VISIT.c.case_id, first, _VISIT.c.case_id.label("row_id"))
    officer = _VISIT.c.officer_id
    chosen = officer == bindparam("of_officer") if named else officer.is_(None)
    return found.where(chosen).group_by(_VISIT.c.case_id)


def _lives_at() -> ColumnElement[Any]:
    """Where the person of a visit's case was placed."""
    return (
        select(func.max(_PLACEMENT.c.place))
        .where(_PLACEMENT.c.case_id == _VISIT.c.case_id, _PLACEMENT.c.to_on.is_(None))
        .correlate(_VISIT)
        .scalar_subquery()
    )


def visits_by_place(whose: str) -> Select[Any]:
    """How many planned visits there are at each place up to a day: place, number. Given: as `_to_come`, and
    until."""
    at = _to_come(whose, _lives_at().label("place")).where(_VISIT.c.due_on <= bindparam("until"))
    found = at.subquery("at")
    return select(found.c.place, func.count().label("number")).group_by(found.c.place)


def visits_at(whose: str, *, known: bool) -> Select[Any]:
    """The planned visits up to a day at some places, or where no place is known. Given: as `_to_come`, until,
    and with `known` places."""
    place = _lives_at()
    chosen = place.in_(bindparam("places", expanding=True)) if known else place.is_(None)
    return _to_come(whose, _VISIT.c.case_id, _VISIT.c.due_on.label("key"), _VISIT.c.id.label("row_id")).where(
        _VISIT.c.due_on <= bindparam("until"), chosen
    )


# What is lacking -----------------------------------------------------------------------------------------

_LACKING = select(_NEED.c.case_id).where(_NEED.c.ended_at.is_(None))


def needs(*, ours: bool) -> Select[Any]:
    """How many needs are met by nobody now: province, service, number. Given: organisation_id."""
    return (
        select(_NEED.c.province, _NEED.c.service, func.count().label("number"))
        .where(_NEED.c.ended_at.is_(None), _of(_NEED.c.case_id, _LACKING, ours=ours))
        .group_by(_NEED.c.province, _NEED.c.service)
        .order_by(_NEED.c.province, _NEED.c.service)
    )


def lacking(*, province: bool, service: bool) -> Select[Any]:
    """The needs that are met by nobody now. Given: organisation_id, and if so asked province, service."""
    found = select(_NEED.c.case_id, _NEED.c.at.label("key"), _NEED.c.id.label("row_id")).where(
        _NEED.c.ended_at.is_(None), _of(_NEED.c.case_id, _LACKING, ours=True)
    )
    if province:
        found = found.where(_NEED.c.province == bindparam("province"))
    return found.where(_NEED.c.service == bindparam("service")) if service else found


# The list behind a number ---------------------------------------------------------------------------------


def number_of(ids: Select[Any]) -> Select[Any]:
    """How many there are."""
    return select(func.count()).select_from(ids.subquery("found"))


def page_of(ids: Select[Any], most: int, *, beyond: bool) -> Select[Any]:
    """The first of them with their cases, in the order of their keys, and on each line how many there are in
    all. With `beyond`, those after a place, and given besides: at_key, at_id."""
    found = ids.cte("found")
    page = (
        select(
            *found.c,
            select(func.count()).select_from(found).scalar_subquery().label("total"),
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
