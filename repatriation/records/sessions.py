"""Who is signed in now, and how often somebody tried."""

from typing import Any

from sqlalchemy import Index

from repatriation.records.columns import Moment, Row, column, document, moment


class WebSession(Row, table=True):
    """One signed-in browser. The cookie holds the identifier, this table only its digest."""

    __tablename__ = "web_session"
    __table_args__ = (Index(None, "officer_id"), Index(None, "seen_at"))

    id_hash: str = column("identity", key=True)
    officer_id: str | None = column("case", None, refers="officer.id")
    created_at: Moment = moment("case")
    seen_at: Moment = moment("case")
    data: dict[str, Any] = document("case", make=dict)


class Throttle(Row, table=True):
    """How full one bucket of attempts is: `key` is a digest of what is counted, `empty_at` when it has
    drained.
    """

    key: str = column("case", key=True)
    empty_at: Moment = moment("case")
