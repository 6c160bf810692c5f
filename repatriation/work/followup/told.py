"""What papers tell of the time after the return: the plan in its words, the visits to come and those made."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from repatriation.records.cases import CaseFile
from repatriation.records.sealing import CaseKey
from repatriation.records.visits import Visit
from repatriation.work.followup.plans import PlanWords, plan_row, words_of


@dataclass(frozen=True, slots=True)
class Followed:
    """The plan of a case whose key is open, and its visits."""

    words: PlanWords | None
    living: str | None
    review_on: date | None
    since: date | None
    planned: tuple[date, ...]
    made: int

    @property
    def goals(self) -> list[dict[str, Any]]:
        """The goals that still stand, as rows of the plan's paper."""
        if self.words is None:
            return []
        return [
            {
                "domain": goal["domain"],
                "goal": goal["text"],
                "who": goal["who"],
                "by": goal["by_on"].isoformat() if goal["by_on"] else None,
            }
            for goal in self.words.goals
            if goal["state"] == "open"
        ]


NOTHING = Followed(None, None, None, None, (), 0)
"""What is told of somebody who has no plan yet."""


def followed(session: Session, case: CaseFile, key: CaseKey) -> Followed:
    """What is on file of the time after the return."""
    row = plan_row(session, case.id)
    visits = session.exec(select(Visit).where(Visit.case_id == case.id).order_by(col(Visit.due_on))).all()
    return Followed(
        words=words_of(session, case, key),
        living=row.living if row else None,
        review_on=row.review_on if row else None,
        since=row.counted_from if row else None,
        planned=tuple(row.due_on for row in visits if row.state == "planned" and row.due_on),
        made=sum(row.state == "done" for row in visits),
    )
