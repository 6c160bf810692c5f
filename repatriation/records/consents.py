"""What a person agreed to, refused or took back. Only ever added: the newest row for a consent is how it
stands.
"""

from sqlalchemy import UniqueConstraint

from repatriation.records.columns import Moment, Row, choice, column, identifier, moment, sealed

DECISIONS = ("given", "refused", "withdrawn")


class Consent(Row, table=True):
    """One decision of the person about one purpose."""

    __table_args__ = (UniqueConstraint("case_id", "seq", "name"),)

    id: str = identifier()
    case_id: str = column("open", refers="case_file.id")
    seq: int = column("open")
    name: str = column("case")
    purpose: str = column("case")
    decision: str = choice("case", "decision", *DECISIONS)
    at: Moment = moment("case")
    until: Moment | None = moment("case", None)
    language: str | None = column("case", None)
    how: str | None = column("case", None)  # spoken, written, signed with a thumbprint…
    interpreter: bytes | None = sealed()
    guardian: bytes | None = sealed()
    own_view: bool = column("case", False)
    scope: str | None = column("case", None)
    officer_id: str | None = column("case", None)
