"""The list behind a number: its length, and page after page of it."""

from typing import Any

from sqlalchemy import Select, and_, bindparam, func, or_, select

from repatriation.records.cases import CaseFile

_CASE = CaseFile.metadata.tables["case_file"]


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
