"""What officers are told, and how each of them wishes to be told."""

from typing import Any

from sqlalchemy import Index, text

from repatriation.records.columns import Moment, Row, choice, column, document, identifier, moment, sealed

RHYTHMS = ("digest", "at_once", "none")
"""By mail: once a day, soon after something happens, or not at all. The inbox has everything at all times."""

_UNREAD = text("read_at IS NULL")


class Notice(Row, table=True):
    """One thing that one officer is told. `once` names what it says and to whom, so that it is said once.

    `asks` says that it was theirs to do when it was told; whether it still is, is looked up when they read.
    """

    __table_args__ = (
        Index(None, "officer_id", "at"),
        Index("ix_notice_of_case", "case_id", sqlite_where=_UNREAD, postgresql_where=_UNREAD),
        Index("ix_notice_unread", "officer_id", "case_id", sqlite_where=_UNREAD, postgresql_where=_UNREAD),
    )

    id: str = identifier()
    officer_id: str = column("open", refers="officer.id")
    kind: str = column("case")
    case_id: str | None = column("open", None, refers="case_file.id")
    visit_id: str | None = column("open", None)
    standing: str | None = column("case", None)
    at: Moment = moment("case")
    read_at: Moment | None = moment("case", None)
    detail: dict[str, Any] = document("case", make=dict)  # codes, days and references, never personal data
    once: str = column("open", unique=True)
    asks: bool = column("case", False)


class Telling(Row, table=True):
    """How one officer wishes to be told by mail. Hours are those of the officer's own zone."""

    officer_id: str = column("open", key=True, refers="officer.id")
    mail: bytes | None = sealed()
    rhythm: str = choice("case", "rhythm", *RHYTHMS, default="digest")
    quiet_from: int | None = column("case", None)
    quiet_until: int | None = column("case", None)
    language: str | None = column("open", None)  # none: that of the account
    changed_at: Moment = moment("open")
