"""Who is signed in now, who is about to be, and how often somebody tried."""

from typing import Any

from sqlalchemy import Index

from repatriation.records.columns import Moment, Row, column, document, identifier, moment, sealed


class WebSession(Row, table=True):
    """One signed-in browser. The cookie holds the identifier, this table only its digest.

    `proved_at` is when the officer last proved who they are, `means` how they did when they came in.
    """

    __tablename__ = "web_session"
    __table_args__ = (Index(None, "officer_id"), Index(None, "seen_at"))

    id_hash: str = column("identity", key=True)
    officer_id: str | None = column("case", None, refers="officer.id")
    created_at: Moment = moment("case")
    seen_at: Moment = moment("case")
    data: dict[str, Any] = document("case", make=dict)
    proved_at: Moment | None = moment("case", None)
    means: str = column("case", "password")
    browser: str = column("case", "")


class Begun(Row, table=True):
    """A sign-in that somebody has begun and not ended: what must be known at its end is kept here, sealed.

    The browser holds a random token, this table only its digest.
    """

    id: str = identifier()
    token_hash: str = column("identity", unique=True)
    kind: str = column("open")
    kept: bytes | None = sealed()
    expires_at: Moment = moment("case", index=True)


class Throttle(Row, table=True):
    """How full one bucket of attempts is: `key` is a digest of what is counted, `empty_at` when it has
    drained.
    """

    key: str = column("case", key=True)
    empty_at: Moment = moment("case")
