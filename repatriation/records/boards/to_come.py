"""Visits still to be made: by day, by place, by officer."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, literal_column, or_, select

from repatriation.records.boards.parts import OPEN_STAGES
from repatriation.records.cases import Party
from repatriation.records.services import Placement
from repatriation.records.visits import Visit

_PART = Party.metadata.tables["party"]
_VISIT = Visit.metadata.tables["visit"]
_PLACEMENT = Placement.metadata.tables["placement"]

_PLANNED: ColumnElement[bool] = _VISIT.c.state == literal_column("'planned'")
"""A visit still to be made. As a literal: SQLite uses a partial index only where it can see the value."""

WHOSE = ("mine", "ours", "all")
"""Visits of one officer (and of their organisation, where they name nobody), of their organisation, or all in
the cases that it has a part in."""


def _to_come(whose: str, *columns: ColumnElement[Any]) -> Select[Any]:
    """Planned visits in open cases that the organisation has a part in. Given: organisation_id, stages, and
    for `mine` officer_id."""
    seen = select(_PART.c.case_id).where(
        _PART.c.organisation_id == bindparam("organisation_id"), _PART.c.stage.in_(OPEN_STAGES)
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
