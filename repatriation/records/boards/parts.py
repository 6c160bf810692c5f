"""Which cases a question is about: those that an organisation has a part in, or those it has none in."""

from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, select
from sqlmodel.sql.sqltypes import UTCDateTime

from repatriation.records.cases import Party

_PART = Party.metadata.tables["party"]

OPEN_STAGES: BindParameter[str] = bindparam("stages", expanding=True)
"""The stages at which a case is open."""

SINCE = bindparam("since", type_=UTCDateTime())


def among(column: ColumnElement[str], cases: Select[Any], *, ours: bool) -> ColumnElement[bool]:
    """Cases that the organisation has a part in, or those that it has none in. Its parts are looked up among
    the cases in question alone, for it may have very many. Given: organisation_id."""
    parts = select(_PART.c.case_id).where(
        _PART.c.organisation_id == bindparam("organisation_id"),
        _PART.c.until.is_(None),
        _PART.c.case_id.in_(cases),
    )
    return column.in_(parts) if ours else column.not_in(parts)
