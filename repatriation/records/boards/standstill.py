"""Cases that do not go on: which, how many, and why."""

from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, bindparam, case, func, or_, select
from sqlmodel.sql.sqltypes import UTCDateTime

from repatriation.records.boards.parts import OPEN_STAGES
from repatriation.records.cases import CaseFile, Party
from repatriation.records.organisations import SYSTEM, Officer

_CASE = CaseFile.metadata.tables["case_file"]
_PART = Party.metadata.tables["party"]
_OFFICER = Officer.metadata.tables["officer"]


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
            _PART.c.stage.in_(OPEN_STAGES),
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
            _PART.c.stage.in_(OPEN_STAGES),
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


def numbers() -> Select[Any]:
    """How many open cases do not go on, by route and reason. Given: organisation_id, stages, and as
    `_why_stuck`."""
    open_case = _open_cases()
    summed = [func.sum(case((why, 1), else_=0)).label(name) for name, why in _why_stuck(open_case).items()]
    return select(open_case.c.route, *summed).group_by(open_case.c.route).order_by(open_case.c.route)


def cases(why: str) -> Select[Any]:
    """The open cases of a route that do not go on for one reason. Given: as `numbers`, and route."""
    open_case = _open_cases()
    return select(
        open_case.c.case_id, open_case.c.updated_at.label("key"), open_case.c.case_id.label("row_id")
    ).where(open_case.c.route == bindparam("route"), _why_stuck(open_case)[why])
