"""A year of follow-up with a clock that is moved by hand: every visit must be accounted for at its end."""

import random
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from datetime import time as hour
from enum import StrEnum
from statistics import median
from typing import Final

from sqlmodel import select

from repatriation.bench.due import ZONE, Fill, Planned
from repatriation.bench.report import Report
from repatriation.records.columns import new_id
from repatriation.records.sets import add_rows, set_rows
from repatriation.records.trail import Trail
from repatriation.records.verify import verify
from repatriation.records.visits import Visit
from repatriation.records.waiting import VISITS
from repatriation.records.writing import adding
from repatriation.work.house import House
from repatriation.work.telling.rounds import tick
from sop.followup import Standing, next_turn, standing

YEAR: Final = 365
OFFSETS: Final = (14, 60, 150, 300)
"""Days after the return on which a case is visited."""


class Fate(StrEnum):
    """What becomes of a visit on its day."""

    DONE = "done"
    MOVED = "moved"
    CANCELLED = "cancelled"
    MISSED = "missed"


FATES: Final = (*[Fate.DONE] * 14, *[Fate.MOVED] * 3, Fate.CANCELLED, *[Fate.MISSED] * 2)


def live_a_year(house: House, began: datetime, cases: int, report: Report) -> None:
    """Lets a year go by, a round of the clock each morning, and caseworkers at work in between."""
    year = _Year(house, began, cases)
    took = list(year.days())
    fates = Counter(year.fates.values())
    with house.doors.read() as session:
        told = Counter(
            event.detail["visit"] for event in session.exec(select(Trail).where(Trail.tag == "visit:missed"))
        )
        rows = {visit.id: visit for visit in session.exec(select(Visit)).all()}
        broken = len(verify(session, house.keyring).problems)
    missed = {visit_id for visit_id, fate in year.fates.items() if fate is Fate.MISSED}
    # What nobody wrote down stays planned, has been told as missed, and may be written down still.
    kept = {
        visit.id: Fate(visit.state) if visit.state != "planned" else Fate.MISSED for visit in rows.values()
    }
    report.add("visits of a year", len(rows))
    for fate in Fate:
        report.add(f"visits {fate}", fates[fate])
    report.add("visits that nobody can account for", len(rows.keys() - year.fates.keys()), "", "exactly", 0)
    otherwise = sum(year.fates.get(visit_id) is not fate for visit_id, fate in kept.items())
    report.add("visits kept otherwise than they went", otherwise, "", "exactly", 0)
    report.add(
        "visits missed and not told, or told and not missed", len(told.keys() ^ missed), "", "exactly", 0
    )
    report.add("visits missed that were told twice", sum(told.values()) - len(told), "", "exactly", 0)
    still = sum(visit.next_at is not None for visit in rows.values())
    report.add("visits that wait for a turn still", still, "", "exactly", 0)
    report.add("breaks in the trail of the year", broken, "", "exactly", 0)
    house.doors.dispose()
    _growth(took, report)


def _growth(took: list[tuple[int, float]], report: Report) -> None:
    """The time of a round follows what is due on that day, and not how much there is."""
    idle = [seconds for due, seconds in took if due == 0]
    busy = [(due, seconds) for due, seconds in took if due >= 20]
    if idle:
        report.add("a morning on which nothing turns", median(idle) * 1000, "ms")
    if len(busy) >= 8:
        early, late = busy[: len(busy) // 2], busy[len(busy) // 2 :]
        each = [sum(s for _, s in half) / sum(due for due, _ in half) for half in (early, late)]
        report.add(
            "a turn in the second half of the year to one in the first", each[1] / each[0], "", "at most", 2
        )


class _Year:
    """The visits of a year, and what becomes of each."""

    def __init__(self, house: House, began: datetime, cases: int) -> None:
        self.house, self.began = house, began
        self.chance = random.Random(5)  # noqa: S311 - nothing secret hangs on it
        self.fates: dict[str, Fate] = {}
        self.due: dict[date, list[Planned]] = {}
        self.day = began.astimezone(ZONE).date()
        fill = Fill(house, began)
        # Returns are spread over a month, so that visits fall on all days.
        fill.add(cases * len(OFFSETS), self._planned_day)
        for visit in fill.visits:
            self._plan(visit)

    def days(self) -> Iterator[tuple[int, float]]:
        """Each morning: how many visits turned, and in how many seconds."""
        for _ in range(YEAR + 60):
            morning = datetime.combine(self.day, hour(8, 1), ZONE)
            began = time.perf_counter()
            turned = tick(self.house, morning).visits
            yield turned, time.perf_counter() - began
            self._work(morning)
            self.day += timedelta(days=1)

    def _planned_day(self, number: int) -> date:
        case, which = divmod(number, len(OFFSETS))
        return self.day + timedelta(days=OFFSETS[which] + case % 31)

    def _plan(self, visit: Planned) -> None:
        self.due.setdefault(visit.due_on, []).append(visit)

    def _work(self, now: datetime) -> None:
        """The day's visits are made, moved, cancelled, or forgotten."""
        ended, anew = [], []
        for visit in self.due.pop(self.day, ()):
            fate = self.fates[visit.id] = self.chance.choice(FATES)
            if fate is Fate.MISSED:
                continue
            made = now if fate is Fate.DONE else None
            over = {"next_at": None, "next_step": None, "state": fate.value}
            ended.append({"id": visit.id, "at": made, **over})
            if fate is Fate.MOVED:
                moved = Planned(new_id(), visit.case_id, self.day + timedelta(days=7))
                self._plan(moved)
                anew.append(self._row(moved, now))
        with self.house.doors.act() as session:
            set_rows(session.connection(), VISITS, ended)
            add_rows(session.connection(), VISITS, anew)

    def _row(self, visit: Planned, now: datetime) -> dict[str, object]:
        turn = next_turn(visit.due_on, now, ZONE, self.house.rhythm)
        assert turn is not None
        assert standing(visit.due_on, now, ZONE, self.house.rhythm) is not Standing.MISSED
        planned: dict[str, object] = {"id": visit.id, "case_id": visit.case_id, "due_on": visit.due_on}
        return dict(adding(Visit, **planned, next_at=turn[0], next_step=turn[1]).values)
