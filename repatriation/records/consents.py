"""What a person agreed to, refused or took back. Only ever added: the newest row for a consent is how it
stands.
"""

from repatriation.records.columns import OWN_KEY, Moment, Row, choice, column, moment, new_id, sealed

DECISIONS = ("given", "refused", "withdrawn")


class Consent(Row, table=True):
    """One decision of the person about one purpose."""

    __table_args__ = OWN_KEY

    id: str = column("open", make=new_id)  # to which the names are bound
    case_id: str = column("open", key=True, refers="case_file.id")
    seq: int = column("open", key=True)
    name: str = column("case", key=True)
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
