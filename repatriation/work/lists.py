"""Lists of cases for an officer, paged by the sort keys that each part in a case carries, never by number."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple

from sqlalchemy import Row, Select, bindparam
from sqlalchemy import select as core_select
from sqlmodel import Session, select

from repatriation.records.cases import Party
from repatriation.records.organisations import Organisation
from repatriation.records.pages import Cut, visible_number, visible_page
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.views import case_view
from sop.awaiting import Turn, turn
from sop.deadlines import Deadline, due
from sop.procedure import Procedure, Stage
from sop.vocabulary import AGAIN, HOLD

PAGE: Final = 50
BATCH: Final = 100
MOST_SCANNED: Final = 1000
"""How many cases are looked at for one page where whose move it is must be asked of the procedure."""

MOST_COUNTED: Final = 1000
STUCK_AFTER: Final = timedelta(days=30)
"""Without any step for so long, a case is shown as stuck. Our own figure; no source gives one."""


class Order(StrEnum):
    """In which order cases are listed."""

    LATEST = "latest"
    OLDEST = "oldest"
    DUE = "due"
    VISIT = "visit"

    @property
    def by_day(self) -> bool:
        """Whether cases come by a day: that of a time limit, or of the next visit."""
        return self in (Order.DUE, Order.VISIT)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases are wanted. `ours` asks for those in which it is the officer's own move."""

    order: Order = Order.LATEST
    route: str | None = None
    stages: frozenset[str] = frozenset()
    ended: bool = False
    ours: bool = False
    overdue: bool = False
    stuck: bool = False


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case in a list."""

    reference: str
    case_id: str
    procedure: Procedure
    stage: Stage
    version: int
    age_group: str
    entered_at: datetime
    updated_at: datetime
    expected_on: date | None
    gate: str | None
    holder: str
    turn: Turn
    my_move: bool
    deadline: Deadline | None
    holds: tuple[str, ...]
    stuck: bool


class Place(NamedTuple):
    """Where a page begins: after the case with this sort key and id, or before it when looking back."""

    key: str
    case_id: str
    back: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a list. `total` is none where it is not counted, and at most `MOST_COUNTED` and one."""

    lines: tuple[CaseLine, ...]
    earlier: Place | None
    later: Place | None
    total: int | None


def cases(
    house: House, actor: Actor, now: datetime, day: date, wanted: Wanted, place: Place | None = None
) -> Listed:
    """One page of the cases that the officer's organisation has a part in.

    `day` is the day it is where the officer works; what is overdue is asked of the procedure, case by case.
    """
    with house.doors.read() as session:
        lister = _Lister(house, actor, now, day, wanted, session)
        return lister.page(place)


class _Lister:
    """Reads one page."""

    def __init__(
        self, house: House, actor: Actor, now: datetime, day: date, wanted: Wanted, session: Session
    ) -> None:
        self.house, self.actor, self.now = house, actor, now
        self.wanted, self.session = wanted, session
        self.names = dict(session.exec(select(Organisation.id, Organisation.name)).all())
        self.roles: dict[str, frozenset[str]] = {}
        self.held: dict[str, frozenset[str]] = {}
        self.in_batch: list[str] = []
        self.asks_procedure = wanted.ours or wanted.overdue
        self.batch = BATCH if self.asks_procedure else PAGE + 1
        stages = _stages(house, wanted)
        self.cut = Cut(
            len(stages),
            route=bool(wanted.route),
            untouched=wanted.stuck,
            due=wanted.overdue,
            visits=wanted.order is Order.VISIT,
        )
        self.day = "next_on" if self.cut.visits else "due_on"
        self.values = {
            **{f"stage_{number}": stage for number, stage in enumerate(stages)},
            "organisation_id": actor.organisation_id,
            "route": wanted.route,
            "touched_before": now - STUCK_AFTER,
            "due_by": day,
        }

    def page(self, place: Place | None) -> Listed:
        if not self.cut.stages:
            return Listed((), None, None, None if self.asks_procedure else 0)
        place = place if place is not None and self._makes_sense(place.key) else None
        back = place is not None and place.back
        found: list[tuple[CaseLine, Place]] = []
        more: Place | None = None
        for number, (case, here) in enumerate(self._scan(place, back)):
            if len(found) == PAGE or number == MOST_SCANNED:
                more = found[-1][1] if found else here
                break
            if (line := self._line(case)) is not None:
                found.append((line, here))
        if back:
            found.reverse()
        first = found[0][1] if found else None
        last = found[-1][1] if found else None
        return Listed(
            tuple(line for line, _ in found),
            earlier=first._replace(back=True) if first and (more if back else place) else None,
            later=(last if back else more),
            total=None if self.asks_procedure else self._total() if place or more else len(found),
        )

    def _scan(self, place: Place | None, back: bool) -> Iterator[tuple[Row[Any], Place]]:
        """Every case from a place on, batch by batch, with its own place."""
        while True:
            rows = self._batch(place, back)
            self._read_roles([case.id for case in rows])
            for case in rows:
                place = Place(case.at_key.isoformat(), case.id, back)
                yield case, place._replace(back=False)
            if len(rows) < self.batch:
                return

    def _batch(self, place: Place | None, back: bool) -> list[Row[Any]]:
        """The next cases after a place. By time limit or next visit, those without one come last, as a run of
        their own: whoever has waited longest first."""
        if not self.wanted.order.by_day:
            descending = (self.wanted.order is Order.LATEST) != back
            return self._run(self.cut._replace(key="updated_at", descending=descending), place)
        rows: list[Row[Any]] = []
        for dated in (False, True) if back else (True, False):
            if place is not None and not rows and _is_day(place.key) != dated:
                if dated != back:
                    continue  # this run was gone through before
                start = None
            else:
                start = None if rows else place
            key = self.day if dated else "updated_at"
            rows += self._run(self.cut._replace(key=key, descending=back, dated=dated), start)
            if len(rows) >= self.batch:
                return rows[: self.batch]
        return rows

    def _run(self, cut: Cut, place: Place | None) -> list[Row[Any]]:
        """Cases in the order of one key and their ids."""
        values = self.values
        if place is not None:
            cut = cut._replace(beyond=True)
            values = {**values, "at_id": place.case_id, "at_key": _value(place.key)}
        return self._ask(visible_page(self.house.doors.kind, cut, self.batch), values)

    def _ask(self, question: Select[Any], values: Mapping[str, Any]) -> list[Row[Any]]:
        return list(self.session.connection().execute(question, values).all())

    def _makes_sense(self, key: str) -> bool:
        """Whether a sort key, which came with an address, is one of this order."""
        if _is_day(key) and not self.wanted.order.by_day:
            return False
        try:
            value = _value(key)
            if isinstance(value, datetime):
                value.astimezone(UTC)  # as the database is asked; the first and last days have no such moment
        except (ValueError, OverflowError):
            return False
        return not isinstance(value, datetime) or value.utcoffset() is not None

    def _read_roles(self, case_ids: list[str]) -> None:
        """The roles that the officer's organisation has in these cases; whoever only looks has none."""
        self.in_batch = case_ids
        if self.actor.reads_only:
            self.roles.update(dict.fromkeys(case_ids, frozenset[str]()))
            return
        rows = self._ask(_ROLES, {"case_ids": case_ids, "organisation_id": self.actor.organisation_id})
        for case_id in case_ids:
            self.roles[case_id] = frozenset(part.role for part in rows if part.case_id == case_id)

    def _line(self, case: Row[Any]) -> CaseLine | None:
        """One case as a list shows it, or none where the procedure says that it is not wanted.

        What rules a case out is asked first: of the overdue, hundreds may be looked at for one page.
        """
        procedure = self.house.shelf.pinned(case.digest)
        view = case_view(case)
        running = due(procedure, view, self.now, self.house.calendars)
        deadline = running[0] if running else None
        if self.wanted.overdue and not (deadline is not None and deadline.overdue):
            return None
        awaited = turn(procedure, view, self.now)
        my_move = self._is_ours(case.id, awaited)
        if self.wanted.ours and not my_move:
            return None
        stage = procedure.stages[case.stage]
        return CaseLine(
            case.reference,
            case.id,
            procedure,
            stage,
            case.version,
            case.age_group,
            case.entered_at,
            case.updated_at,
            case.expected_on,
            case.gate,
            self.names.get(case.holder_id, ""),
            awaited,
            my_move,
            deadline,
            () if stage.end else tuple(fact for fact in view.facts if fact.startswith(HOLD)),
            not stage.end and case.updated_at < self.now - STUCK_AFTER,
        )

    def _is_ours(self, case_id: str, awaited: Turn) -> bool:
        """Whether it falls to the officer's organisation to do something in a case."""
        roles = self.roles[case_id]
        if not roles.isdisjoint(awaited.waiting_for):
            return True
        # Only who answers for the case may come beside those; nobody else's sake needs the further read.
        return awaited.responsible in roles and awaited.responsible in awaited.falls_to(self._held(case_id))

    def _held(self, case_id: str) -> frozenset[str]:
        """The roles that anybody has in a case; read for a whole batch, once somebody needs them."""
        if case_id not in self.held:
            held: dict[str, set[str]] = {each: set() for each in self.in_batch}
            for part in self._ask(_HELD, {"case_ids": self.in_batch}):
                held[part.case_id].add(part.role)
            self.held.update((each, frozenset(found)) for each, found in held.items())
        return self.held[case_id]

    def _total(self) -> int:
        question = visible_number(self.house.doors.kind, self.cut, MOST_COUNTED + 1)
        return int(self._ask(question, self.values)[0][0])


def _stages(house: House, wanted: Wanted) -> list[str]:
    """The stages at which the wanted cases stand: all that are ends, all that are none, or some of these.

    Who was trafficked again waits for a new case, so that end is among the moves that are awaited.
    """
    stages = {name for p in house.shelf for name, stage in p.stages.items() if stage.end == wanted.ended}
    if wanted.ours:
        stages.add(AGAIN)
    return sorted(stages & wanted.stages if wanted.stages else stages)


def _is_day(key: str) -> bool:
    """Whether a sort key is the day of a time limit, and not the moment of a step."""
    return "T" not in key


def _value(key: str) -> date | datetime:
    return date.fromisoformat(key) if _is_day(key) else datetime.fromisoformat(key)


_PART: Final = Party.metadata.tables["party"]
_HELD: Final = core_select(_PART.c.case_id, _PART.c.role).where(
    _PART.c.case_id.in_(bindparam("case_ids", expanding=True)), _PART.c.until.is_(None)
)
_ROLES: Final = core_select(_PART.c.case_id, _PART.c.role).where(
    _PART.c.case_id.in_(bindparam("case_ids", expanding=True)),
    _PART.c.organisation_id == bindparam("organisation_id"),
    _PART.c.until.is_(None),
)
