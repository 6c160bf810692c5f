"""How long cases stood at each stage: a row for every stage that a case has left.

The trail says the same and is what counts; here it lies ready, so that times can be reckoned over many cases.
"""

from sqlalchemy import Index, insert

from repatriation.records.columns import OWN_KEY, Moment, Row, column, moment


class Stay(Row, table=True):
    """A stage that a case entered and left again. Only ever added."""

    __table_args__ = (
        Index("ix_stay_left_at", "left_at", "route", "stage", "minutes", "case_id"),
        Index("ix_stay_entered_at", "stage", "entered_at", "case_id"),
        OWN_KEY,
    )

    case_id: str = column("open", key=True, refers="case_file.id")
    seq: int = column("open", key=True)  # the case's version after the step that left the stage
    route: str = column("case")
    stage: str = column("case")
    entered_at: Moment = moment("case")
    left_at: Moment = moment("case")
    minutes: int = column("case")


LEFT = insert(Stay.metadata.tables["stay"])
"""The insert of one stay, as one of a step's writes."""
