"""Calendar feeds: who may read their visits in a calendar program, by a secret address."""

from sqlalchemy import Index

from repatriation.records.columns import Moment, Row, column, identifier, moment


class Feed(Row, table=True):
    """One address of a feed. Of its secret part only the digest is kept."""

    __table_args__ = (Index(None, "officer_id"),)

    id: str = identifier()
    officer_id: str = column("open", refers="officer.id")
    token_hash: str = column("identity", unique=True)
    made_at: Moment = moment("case")
    revoked_at: Moment | None = moment("case", None)
