"""What is still to be told or done after an act, and answers already given to a repeated request."""

from typing import Any

from sqlalchemy import Index, text

from repatriation.records.columns import Moment, Row, choice, column, document, identifier, moment

_OPEN = text("state = 'open'")
_DEAD = text("state = 'dead'")
_ONCE = text("once IS NOT NULL")


class Outbox(Row, table=True):
    """Something to send. `run_at` is its schedule, its next try and, once claimed by `token`, its lease in
    one.
    """

    __table_args__ = (
        Index("ix_outbox_due", "run_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_outbox_dead", "recipient_id", "run_at", sqlite_where=_DEAD, postgresql_where=_DEAD),
        Index("uq_outbox_once", "once", unique=True, sqlite_where=_ONCE, postgresql_where=_ONCE),
    )

    id: str = identifier()
    case_id: str | None = column("open", None)
    kind: str = column("open")
    recipient_id: str | None = column("open", None)  # none: all who have a part when it is sent
    run_at: Moment = moment("open")
    token: str | None = column("open", None)
    attempts: int = column("open", 0)
    state: str = choice("open", "state", "open", "sent", "dead", default="open")
    detail: dict[str, Any] = document("open", make=dict)  # codes only, never personal data
    once: str | None = column("open", None)  # two rows that mean the same thing share this
    last_error: str | None = column("open", None)


class Idempotency(Row, table=True):
    """The answer given to an officer's request, to be given again when the same request comes twice."""

    officer_id: str = column("open", key=True)
    key: str = column("open", key=True)
    fingerprint: str = column("open")
    reference: str | None = column("open", None)
    answer: dict[str, Any] = document("case", make=dict)
    at: Moment = moment("open")


class JobRun(Row, table=True):
    """A periodic job that must run once per period: whoever inserts the row runs it."""

    __tablename__ = "job_run"

    name: str = column("open", key=True)
    period: str = column("open", key=True)
    lease_until: Moment = moment("open")
    token: str = column("open")
    done_at: Moment | None = moment("open", None)


class Beat(Row, table=True):
    """A scheduler process that is alive."""

    process: str = column("open", key=True)
    host: str = column("open")
    started_at: Moment = moment("open")
    ticked_at: Moment = moment("open")
    skew_ms: int = column("open", 0)
