"""Papers that were issued, each with its sealed file, and what became of them since. Only ever added."""

from datetime import datetime

from sqlalchemy import ColumnElement, Index, UniqueConstraint, exists
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from repatriation.records.cases import drawn
from repatriation.records.columns import Moment, Row, choice, column, identifier, moment, sealed

UNDONE = "step_undone"
"""The step that a paper was issued with does not count."""

REVOKED_FOR = (
    "mistake",
    "replaced",
    "lost",
    "person_withdrew",
    "not_used",
    "not_completed",
    "misused",
    UNDONE,
)
"""Why a paper no longer counts. A closed list: the reason may be counted, and tells nothing of the person."""

NUMBER = r"[A-Z]{2}\d{2}-[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}"
"""What the number of a paper looks like."""

_FIRST = {"KHM": "KH", "THA": "TH", "VNM": "VN"}


class Paper(Row, table=True):
    """A paper in one case. The minutes of a group stand in each case of the group under the same number,
    each sealed under the key of its case."""

    __table_args__ = (UniqueConstraint("number", "case_id"), Index(None, "case_id", "seq"))

    id: str = identifier()
    case_id: str = column("open", refers="case_file.id")
    number: str = column("open")
    kind: str = column("case")
    version: int = column("case")
    languages: str = column("case")  # both, the first one first: "th km"
    organisation_id: str = column("case", refers="organisation.id")
    officer_id: str = column("case", refers="officer.id")
    action: str = column("case")
    seq: int = column("open")  # the case's version after the step that the paper belongs to
    issued_at: Moment = moment("case")
    expires_at: Moment | None = moment("case", None)
    letter: str = column("open")
    pages: int = column("open")
    keys: int = column("open")  # the generation of keys that signed it
    data: bytes | None = sealed()
    file: bytes | None = sealed()
    data_sha256: str = column("open")
    file_sha256: str = column("open", index=True)


class PaperRevocation(Row, table=True):
    """That a paper no longer counts, for every case in which it stands. There is no way back from it. Nobody
    has revoked it where the step was undone that it was issued with.
    """

    __tablename__ = "paper_revocation"

    number: str = column("open", key=True)
    at: Moment = moment("case")
    reason: str = choice("case", "reason", *REVOKED_FOR)
    officer_id: str | None = column("case", None, refers="officer.id")
    organisation_id: str | None = column("case", None, refers="organisation.id")
    superseded_by: str | None = column("case", None)


def new_number(country: str, at: datetime) -> str:
    """A number such as KH26-7F3K-92QM: random, so that it says nothing about how many there are."""
    return f"{_FIRST.get(country, 'XX')}{at:%y}-{drawn()}"


def papers_numbered(number: str) -> SelectOfScalar[Paper]:
    """Every row of a number, in whichever case: for checking a paper, which tells nothing of the case."""
    return select(Paper).where(Paper.number == number)


def is_valid() -> ColumnElement[bool]:
    """Whether a paper still counts, as a condition on its row."""
    return ~exists().where(col(PaperRevocation.number) == col(Paper.number))
