"""How long cases stood at each stage, and how many stand there now."""

from typing import Any

from sqlalchemy import ColumnElement, Select, Text, bindparam, case, cast, func, select

from repatriation.records.boards.parts import OPEN_STAGES, SINCE, among
from repatriation.records.cases import CaseFile
from repatriation.records.stays import Stay

_CASE = CaseFile.metadata.tables["case_file"]
_STAY = Stay.metadata.tables["stay"]

DAY = 24 * 60

LATEST_LEFT: Select[Any] = (
    select(_STAY.c.left_at).order_by(_STAY.c.left_at.desc()).limit(1).offset(bindparam("most"))
)
"""When the stay ended after which so many ended. Given: most."""


def _ended(*columns: ColumnElement[Any], ours: bool) -> Select[Any]:
    """Stays that ended since a moment. Given: organisation_id, since."""
    lately = _STAY.c.left_at >= SINCE
    return select(*columns).where(
        lately, among(_STAY.c.case_id, select(_STAY.c.case_id).where(lately), ours=ours)
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


def standing(*, ours: bool) -> Select[Any]:
    """How many open cases stand at each stage now: route, stage, number. Given: organisation_id, stages."""
    at_one = (_CASE.c.closed_at.is_(None), _CASE.c.stage.in_(OPEN_STAGES))
    return (
        select(_CASE.c.route, _CASE.c.stage, func.count().label("number"))
        .where(*at_one, among(_CASE.c.id, select(_CASE.c.id).where(*at_one), ours=ours))
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
    ).where(*at_one, among(_CASE.c.id, select(_CASE.c.id).where(*at_one), ours=True))
