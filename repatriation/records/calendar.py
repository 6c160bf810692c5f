"""Days that are not as the calendar files say: a decree closes an office, or has a Saturday worked."""

import datetime

from repatriation.records.columns import Moment, Row, column, moment


class DayOverride(Row, table=True):
    """One day of one country: whether its offices work, who says so, and who entered it."""

    __tablename__ = "day_override"

    country: str = column("open", key=True)
    day: datetime.date = column("open", key=True)
    works: bool = column("open")
    source: str = column("open")
    officer_id: str | None = column("open", None)  # none: entered at the machine
    at: Moment = moment("open")
