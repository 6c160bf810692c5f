"""Pages of lists, so asked for that each costs the same however many cases there are.

An index holds the parts of an organisation by stage and, within a stage, in the order of a list. So every
stage that is wanted is read in order by itself, and the database merges them and stops when the page is full.
Asked for several stages at once, it would sort all the cases in them instead.
"""

from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    Subquery,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.sql.base import ColumnCollection

from repatriation.records.cases import CaseFile
from repatriation.records.scope import parts_at
from repatriation.records.visits import Visit

_CASE = CaseFile.metadata.tables["case_file"]
_PART = CaseFile.metadata.tables["party"]
_VISIT = Visit.metadata.tables["visit"]
_NEXT_VISIT = (
    select(func.min(_VISIT.c.due_on))
    .where(_VISIT.c.case_id == _PART.c.case_id, _VISIT.c.state == literal_column("'planned'"))
    .correlate(_PART)
    .scalar_subquery()
)
"""The day of the next visit of a part's case. No index holds it: it is looked up for each case in the cut."""
_SHOWN = (
    "id",
    "reference",
    "digest",
    "stage",
    "entered_at",
    "holder_id",
    "age_group",
    "state",
    "expected_on",
    "gate",
    "version",
    "updated_at",
)


class Cut(NamedTuple):
    """What a page is cut by. The questions are made once for each; only the values in them change.

    Every one is given organisation_id and stage_0, stage_1 and so on, `stages` in all. The list is ordered by
    `key` and then by the id of the case. The key is updated_at, due_on, or next_on: that of a visit.

    Attributes:
        dated: only cases with a time limit (or a next visit) or, when false, only those without.
        beyond: only what comes after a place in the order. Given: at_id and at_key.
        route: only one route. Given: route.
        untouched: only cases without a step for some time. Given: touched_before.
        due: only cases of which a time limit may have passed. Given: due_by.
        visits: `dated` asks for a next visit, and not for a time limit.
    """

    stages: int
    key: str = "updated_at"
    descending: bool = False
    dated: bool | None = None
    beyond: bool = False
    route: bool = False
    untouched: bool = False
    due: bool = False
    visits: bool = False


@cache
def visible_page(kind: str, cut: Cut, most: int) -> Select[Any]:
    """The first cases of a cut, each with its sort key as `at_key`. `kind` is that of the database."""
    found = _merged(kind, cut, most, ordered=True)
    return (
        select(*(_CASE.c[name] for name in _SHOWN), found.c[cut.key].label("at_key"))
        .join_from(found, _CASE, _CASE.c.id == found.c.case_id)
        .order_by(*_order(cut, found.c))
    )


@cache
def visible_number(kind: str, cut: Cut, most: int) -> Select[Any]:
    """How many cases there are in a cut, counted no further than to `most`."""
    return select(func.count()).select_from(_merged(kind, cut, most, ordered=False))


def _merged(kind: str, cut: Cut, most: int, *, ordered: bool) -> Subquery:
    arms = [_arm(cut, bindparam(f"stage_{number}")) for number in range(cut.stages)]
    if kind == "postgresql" or cut.stages == 1:
        # PostgreSQL reads an index in order only when told to stop soon; SQLite merges only what is not told.
        arms = [arm.order_by(*_order(cut, arm.selected_columns)).limit(most) for arm in arms]
    if len(arms) == 1:
        return arms[0].subquery("found")
    merged = union_all(*arms).limit(most)
    if ordered:
        merged = merged.order_by(*_order(cut, merged.selected_columns))
    return merged.subquery("found")


def _arm(cut: Cut, stage: BindParameter[str]) -> Select[Any]:
    return parts_at(stage, _PART.c.case_id, _key(cut).label(cut.key)).where(*_conditions(cut))


def _conditions(cut: Cut) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if cut.dated is not None:
        day = _NEXT_VISIT if cut.visits else _PART.c.due_on
        found.append(day.is_not(None) if cut.dated else day.is_(None))
    if cut.beyond:
        found.append(_beyond(cut))
    if cut.route:
        found.append(_PART.c.route == bindparam("route"))
    if cut.untouched:
        found.append(_PART.c.updated_at < bindparam("touched_before"))
    if cut.due:
        found.append(_PART.c.due_on <= bindparam("due_by"))
    return found


def _key(cut: Cut) -> ColumnElement[Any]:
    return _NEXT_VISIT if cut.key == "next_on" else _PART.c[cut.key]


def _beyond(cut: Cut) -> ColumnElement[bool]:
    """What comes after a sort key and id, so written that an index on the two is used."""
    case_id, key = _PART.c.case_id, _key(cut)
    beyond_id = case_id < bindparam("at_id") if cut.descending else case_id > bindparam("at_id")
    at_key = bindparam("at_key", type_=key.type)
    if cut.descending:
        return and_(key <= at_key, or_(key < at_key, beyond_id))
    return and_(key >= at_key, or_(key > at_key, beyond_id))


def _order(cut: Cut, columns: ColumnCollection[str, Any]) -> list[ColumnElement[Any]]:
    """By the key, and by the id where that is the same."""
    keys = (columns[cut.key], columns["case_id"])
    return [key.desc() if cut.descending else key.asc() for key in keys]
