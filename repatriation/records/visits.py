"""Follow-up visits: planned, made, missed."""

import datetime

from sqlalchemy import Index, text

from repatriation.records.columns import Moment, Row, column, identifier, moment, sealed

_WAITING = text("next_at IS NOT NULL")
_PLANNED = text("at IS NULL")


class Visit(Row, table=True):
    """One visit. It is planned when it has `due_on`, done when it has `at`; `next_at` is when a reminder is
    next due.
    """

    __table_args__ = (
        Index(None, "case_id", "due_on"),
        Index(None, "officer_id", "due_on"),
        Index("ix_visit_planned", "organisation_id", "due_on", "officer_id", "case_id",
              sqlite_where=_PLANNED, postgresql_where=_PLANNED),
        Index("ix_visit_last", "case_id", "outcome", "at"),
        Index("ix_visit_waiting", "next_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
    )  # fmt: skip

    id: str = identifier()
    case_id: str = column("open", refers="case_file.id")
    officer_id: str | None = column("case", None, refers="officer.id")
    organisation_id: str | None = column("case", None, refers="organisation.id")
    kind: str = column("case", "follow_up")
    due_on: datetime.date | None = column("case", None)
    at: Moment | None = moment("case", None)
    mode: str | None = column("case", None)
    seen_alone: bool | None = column("case", None)
    outcome: str | None = column("case", None)
    safety: str | None = column("case", None)
    notes: bytes | None = sealed()
    next_at: Moment | None = moment("case", None)
    next_step: str | None = column("case", None)  # which reminder comes next
    version: int = column("case", 1)
