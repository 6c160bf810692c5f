"""Follow-up visits: planned, made, missed, moved to another day, and cancelled."""

import datetime
from typing import Any

from sqlalchemy import Index, text

from repatriation.records.columns import Moment, Row, choice, column, document, identifier, moment, sealed

STATES = (
    "planned",
    "done",  # the person was met
    "missed",  # they were not
    "moved",  # another visit stands in its place
    "cancelled",  # there is nobody to visit any more, or not then
)

_WAITING = text("next_at IS NOT NULL")
_STANDING = text("state <> 'cancelled'")
_PLANNED = text("state = 'planned'")


class Visit(Row, table=True):
    """One visit. It has `due_on` when it was planned, and `at` once somebody wrote down what came of it.

    `next_at` is when its standing changes next and `next_step` the standing it then takes: both are set
    wherever the visit is written, and empty unless it is planned. `slot` names which visit of its plan's
    schedule it is, so that the schedule can be made anew and nothing is doubled.
    """

    __table_args__ = (
        Index(None, "case_id", "due_on"),
        Index(None, "officer_id", "due_on"),
        Index("ix_visit_planned", "organisation_id", "due_on", "officer_id", "case_id",
              sqlite_where=_PLANNED, postgresql_where=_PLANNED),
        Index("ix_visit_last", "case_id", "outcome", "at"),
        Index("ix_visit_waiting", "next_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_visit_slot", "plan_id", "slot", unique=True,
              sqlite_where=_STANDING, postgresql_where=_STANDING),
    )  # fmt: skip

    id: str = identifier()
    case_id: str = column("open", refers="case_file.id")
    officer_id: str | None = column("case", None, refers="officer.id")
    organisation_id: str | None = column("case", None, refers="organisation.id")
    kind: str = column("case", "follow_up")
    due_on: datetime.date | None = column("case", None)
    at: Moment | None = moment("case", None)
    mode: str | None = column("case", None)
    seen_alone: bool | None = column("case", None)
    outcome: str | None = column("case", None)
    safety: str | None = column("case", None)
    notes: bytes | None = sealed()
    next_at: Moment | None = moment("case", None)
    next_step: str | None = column("case", None)
    version: int = column("case", 1)
    state: str = choice("case", "state", *STATES, default="planned")
    country: str | None = column("case", None)  # whose hours and holidays count
    plan_id: str | None = column("case", None, refers="reintegration_plan.id")
    slot: str | None = column("case", None)
    reason: str | None = column("case", None)  # why it was moved or cancelled
    attempts: int = column("case", 0)  # visits in a row, this one counted, at which nobody was found
    contact: bool | None = column("case", None)  # by those who trafficked the person
    answers: dict[str, Any] = document("case", make=dict)  # health, housing and so on, each as a code
    finding: str | None = column("case", None)  # what must be followed by another step
    needs: bytes | None = sealed()
    steps: bytes | None = sealed()


class VisitAddition(Row, table=True):
    """What a second officer wrote about a visit that somebody else had written down already."""

    __tablename__ = "visit_addition"

    id: str = identifier()
    visit_id: str = column("case", refers="visit.id", index=True)
    case_id: str = column("open", refers="case_file.id", index=True)
    officer_id: str = column("case", refers="officer.id")
    organisation_id: str = column("case", refers="organisation.id")
    at: Moment = moment("case")
    outcome: str = column("case")
    safety: str | None = column("case", None)
    said: bytes | None = sealed()  # all that was entered
