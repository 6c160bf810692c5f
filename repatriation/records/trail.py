"""The trail."""

from typing import Any

from repatriation.records.columns import Moment, Row, column, document, moment


class Trail(Row, table=True):
    """One event. Each row holds the digest of the row before it in its chain (a case, or the installation
    itself).
    """

    chain: str = column("open", key=True)
    seq: int = column("open", key=True)
    at: Moment = moment("open")
    officer_id: str | None = column("open", None)
    organisation_id: str | None = column("open", None)
    tag: str = column("open")
    detail: dict[str, Any] = document("open", make=dict)
    prev: str = column("open")
    hash: str = column("open")
