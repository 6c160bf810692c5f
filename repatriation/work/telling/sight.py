"""Which notices an officer may see at this moment, and what a notice is about."""

from typing import Any, Final

from sqlalchemy import ColumnElement, bindparam, exists, func, or_

from repatriation.records.cases import Party
from repatriation.records.waiting import NOTICES
from repatriation.work.actors import Actor

_PARTS = Party.metadata.tables["party"]

ABOUT: Final = func.coalesce(NOTICES.c.case_id, NOTICES.c.id).label("about")
"""What a notice is about: its case, so that all of one case stand together; else itself."""


def in_sight(organisation: ColumnElement[Any]) -> ColumnElement[bool]:
    """Of a case only while the organisation has a part in it; and all that is about no case."""
    part = exists().where(
        _PARTS.c.case_id == NOTICES.c.case_id,
        _PARTS.c.organisation_id == organisation,
        _PARTS.c.until.is_(None),
    )
    return or_(NOTICES.c.case_id.is_(None), part)


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """What this officer may see."""
    return in_sight(bindparam("mine", actor.organisation_id))
