"""The plan for the time after the return, made with the person, and its goals."""

import datetime
from typing import Any

from repatriation.records.columns import Moment, Row, choice, column, document, identifier, moment, sealed

STATES = (
    "draft",  # being written
    "agreed",
    "ended",  # the case has ended, or the place did not hold
)
GOAL_STATES = ("open", "met", "dropped")


class ReintegrationPlan(Row, table=True):
    """One plan. `template` are the visits of this case where they are not the installation's, `counted_from`
    the day on which follow-up began."""

    __tablename__ = "reintegration_plan"

    id: str = identifier()
    case_id: str = column("open", refers="case_file.id", index=True)
    version: int = column("case", 1)
    template: list[Any] | None = document("case", None)
    children: bool = column("case", False)  # whether the visits of children are used
    agreed_on: datetime.date | None = column("case", None)
    reviewed_on: datetime.date | None = column("case", None)
    review_on: datetime.date | None = column("case", None)
    counted_from: datetime.date | None = column("case", None)
    state: str = choice("case", "state", *STATES, default="draft")
    living: str | None = column("case", None)
    wishes: bytes | None = sealed()
    made_at: Moment = moment("case")
    officer_id: str | None = column("case", None, refers="officer.id")


class PlanGoal(Row, table=True):
    """One goal of a plan; `chosen` says that it is the person's own choice."""

    __tablename__ = "plan_goal"

    id: str = identifier()
    plan_id: str = column("case", refers="reintegration_plan.id", index=True)
    domain: str = column("case")
    service: str | None = column("case", None)
    text: bytes | None = sealed()
    who: bytes | None = sealed()
    by_on: datetime.date | None = column("case", None)
    chosen: bool = column("case", True)
    state: str = choice("case", "state", *GOAL_STATES, default="open")
    settled_on: datetime.date | None = column("case", None)
