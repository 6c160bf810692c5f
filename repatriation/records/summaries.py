"""What the home country tells the sending country of how a person is: short, coded, under consent."""

from typing import Any

from sqlalchemy import Index, UniqueConstraint, text

from repatriation.records.columns import Moment, Row, column, document, identifier, moment

_WAITING = text("acknowledged_at IS NULL")


POST = "summary:post"
"""The kind of an outbox row that is a summary to be posted to another installation."""


class Summary(Row, table=True):
    """One summary, as it was shown before it left. `handoff_id` is the message that carries it, where its
    receiver works in another installation.
    """

    __table_args__ = (
        UniqueConstraint("case_id", "seq"),
        Index("ix_summary_waiting", "recipient_id", "at", sqlite_where=_WAITING, postgresql_where=_WAITING),
    )

    id: str = identifier()
    case_id: str = column("open", refers="case_file.id")
    seq: int = column("open")  # the case's version after the step that sent it
    consent: str = column("case")
    recipient_id: str = column("open", refers="organisation.id")
    partner_id: str | None = column("open", None, refers="partner.id")
    handoff_id: str | None = column("open", None, refers="handoff.id")
    content: dict[str, Any] = document("case", make=dict)  # codes and dates, never a name or a sentence
    at: Moment = moment("case")
    officer_id: str = column("case", refers="officer.id")
    organisation_id: str = column("case", refers="organisation.id")
    not_sent: str | None = column("case", None)  # why it did not leave after all
    acknowledged_at: Moment | None = moment("case", None)
    acknowledged_by: str | None = column("case", None, refers="officer.id")
