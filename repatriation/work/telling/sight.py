"""Which notices an officer may see at this moment, and what a notice is about."""

from typing import Any, Final

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_

from repatriation.records.cases import Party
from repatriation.records.summaries import Summary
from repatriation.records.waiting import NOTICES
from repatriation.work.actors import Actor
from repatriation.work.summaries.points import DUE

_PARTS = Party.metadata.tables["party"]
_SUMMARIES = Summary.metadata.tables["summary"]

ABOUT: Final = func.coalesce(NOTICES.c.case_id, NOTICES.c.id).label("about")
"""What a notice is about: its case, so that all of one case stand together; else itself."""


def in_sight(organisation: ColumnElement[Any]) -> ColumnElement[bool]:
    """Of a case only while the organisation has a part in it; and all that is about no case. That a summary
    is due goes out of sight once one is sent.
    """
    part = exists().where(
        _PARTS.c.case_id == NOTICES.c.case_id,
        _PARTS.c.organisation_id == organisation,
        _PARTS.c.until.is_(None),
    )
    sent = exists().where(_SUMMARIES.c.case_id == NOTICES.c.case_id, _SUMMARIES.c.at >= NOTICES.c.at)
    return and_(or_(NOTICES.c.case_id.is_(None), part), or_(NOTICES.c.kind != DUE, ~sent))


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """What this officer may see."""
    return in_sight(bindparam("mine", actor.organisation_id))
