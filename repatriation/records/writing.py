"""The writes a step is made of, ready to be given values: see `Doors.step`."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Insert, Integer, Update, bindparam, insert, literal_column, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert
from sqlmodel import Session

from repatriation.records.cases import CaseFile
from repatriation.records.columns import Row
from repatriation.records.lean import Write, Writes

__all__ = ["ADVANCE", "PART", "PARTS", "Write", "Writes", "add_once", "adding"]

_CASE = CaseFile.metadata.tables["case_file"]
_PART = CaseFile.metadata.tables["party"]

ADVANCE: Update = update(_CASE).where(
    _CASE.c.id == bindparam("case_id"),
    _CASE.c.version == bindparam("was_version"),
    _CASE.c.trail_seq == bindparam("was_trail_seq"),
)
"""The guard of a step. Given: case_id, was_version, was_trail_seq, and every column of the case
that is to be set."""

PARTS: Update = update(_PART).where(_PART.c.case_id == bindparam("of_case_id"), _PART.c.until.is_(None))
"""All live parts in a case. Given: of_case_id, and the columns to set (updated_at, stage, due_on)."""

PART: Update = PARTS.where(
    _PART.c.organisation_id == bindparam("of_organisation_id"), _PART.c.role == bindparam("of_role")
)
"""One live part in a case. Given: of_case_id, of_organisation_id, of_role, and the columns to set."""


class _Blank(NamedTuple):
    """A table's insert, and what goes into the columns that nobody names."""

    statement: Insert
    names: frozenset[str]
    constants: Mapping[str, Any]
    makers: Mapping[str, Callable[[], Any]]


def add_once(session: Session, table: type[Row], **values: Any) -> bool:
    """Add a row unless one of its key is there already, also where many do so at once; says whether it
    was added.
    """
    make = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = make(table.metadata.tables[str(table.__tablename__)]).values(**values)
    # Not counted by the driver: PostgreSQL's says -1 of an insert, whether or not a row went in.
    once: ReturningInsert[int] = statement.on_conflict_do_nothing().returning(literal_column("1", Integer))
    return session.connection().execute(once).first() is not None


def adding(table: type[Row], **values: Any) -> Write:
    """The insert of one row, with the table's defaults where no value is given.

    TypeError when a column without a default is left out, or when there is no such column.
    """
    blank = _blank(table)
    row = {**blank.constants, **values}
    for name, make in blank.makers.items():
        if name not in values:
            row[name] = make()
    if row.keys() != blank.names:
        wrong = ", ".join(sorted(row.keys() ^ blank.names))
        raise TypeError(f"a row of {blank.statement.table.name} cannot be made, because of: {wrong}")
    return Write(blank.statement, row)


@cache
def _blank(table: type[Row]) -> _Blank:
    kept = table.metadata.tables[str(table.__tablename__)]
    fields = table.model_fields
    constants = {c.name: fields[c.name].default for c in kept.c if not fields[c.name].is_required()}
    makers = {n: f.default_factory for n, f in fields.items() if f.default_factory is not None}
    for name in makers:
        constants[name] = None  # keeps its place, so that all rows of a table are one shape
    return _Blank(insert(kept), frozenset(kept.c.keys()), constants, makers)  # type: ignore[arg-type]
