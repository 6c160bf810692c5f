"""Needs that nobody meets."""

from typing import Any

from sqlalchemy import Select, bindparam, func, select

from repatriation.records.boards.parts import among
from repatriation.records.services import UnmetNeed

_NEED = UnmetNeed.metadata.tables["unmet_need"]

_LACKING = select(_NEED.c.case_id).where(_NEED.c.ended_at.is_(None))


def numbers(*, ours: bool) -> Select[Any]:
    """How many needs are met by nobody now: province, service, number. Given: organisation_id."""
    return (
        select(_NEED.c.province, _NEED.c.service, func.count().label("number"))
        .where(_NEED.c.ended_at.is_(None), among(_NEED.c.case_id, _LACKING, ours=ours))
        .group_by(_NEED.c.province, _NEED.c.service)
        .order_by(_NEED.c.province, _NEED.c.service)
    )


def cases(*, province: bool, service: bool) -> Select[Any]:
    """The needs that are met by nobody now. Given: organisation_id, and if so asked province, service."""
    found = select(_NEED.c.case_id, _NEED.c.at.label("key"), _NEED.c.id.label("row_id")).where(
        _NEED.c.ended_at.is_(None), among(_NEED.c.case_id, _LACKING, ours=True)
    )
    if province:
        found = found.where(_NEED.c.province == bindparam("province"))
    return found.where(_NEED.c.service == bindparam("service")) if service else found
