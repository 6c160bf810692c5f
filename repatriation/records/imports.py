"""Files of cases that were read in, row by row, so that reading one again makes nothing twice."""

from sqlalchemy import Index

from repatriation.records.columns import Moment, Row, column, identifier, moment


class ImportRun(Row, table=True):
    """One reading of one file."""

    __tablename__ = "import_run"

    id: str = identifier()
    at: Moment = moment("open")
    officer_id: str | None = column("open", None, refers="officer.id")
    kind: str = column("open", "htcds")
    digest: str = column("open")
    rows: int = column("open", 0)
    opened: int = column("open", 0)
    refused: int = column("open", 0)
    finished_at: Moment | None = moment("open", None)


class ImportRow(Row, table=True):
    """One row of a file. `row_key` is a keyed digest of what it says, so the row itself is not kept."""

    __tablename__ = "import_row"
    __table_args__ = (Index(None, "case_id"), Index(None, "run_id"))

    row_key: str = column("open", key=True)
    run_id: str = column("open", refers="import_run.id")
    number: int = column("open")
    case_id: str | None = column("open", None, refers="case_file.id")
    problem: str | None = column("open", None)  # a code, when the row was refused
