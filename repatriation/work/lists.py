"""Lists of cases for an officer, paged by the sort keys that each part in a case carries, never by number."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import Session, col, select

from repatriation.records.cases import CaseFile, Party
from repatriation.records.organisations import Organisation
from repatriation.records.scope import visible_cases
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.views import view_of
from sop.deadlines import Deadline, due
from sop.engine import Turn, turn
from sop.procedure import Procedure, Stage

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
        self.house, self.actor, self.now, self.day = house, actor, now, day
        self.wanted, self.session = wanted, session
        self.ends = {name for p in house.shelf for name, stage in p.stages.items() if stage.end}
        self.names = dict(session.exec(select(Organisation.id, Organisation.name)).all())
        self.roles: dict[str, frozenset[str]] = {}

    def page(self, place: Place | None) -> Listed:
        place = place if place is not None and self._makes_sense(place.key) else None
        back = place is not None and place.back
        found: list[tuple[CaseLine, Place]] = []
        more: Place | None = None
        for number, (line, here) in enumerate(self._scan(place, back)):
            if len(found) == PAGE or number == MOST_SCANNED:
                more = found[-1][1] if found else here
                break
            if self._fits(line):
                found.append((line, here))
        if back:
            found.reverse()
        first = found[0][1] if found else None
        last = found[-1][1] if found else None
        return Listed(
            tuple(line for line, _ in found),
            earlier=first._replace(back=True) if first and (more if back else place) else None,
            later=(last if back else more),
            total=None if self.wanted.ours or self.wanted.overdue else self._total(),
        )

    def _scan(self, place: Place | None, back: bool) -> Iterator[tuple[CaseLine, Place]]:
        """Every case from a place on, batch by batch, with its own place."""
        while True:
            rows = self._batch(place, back)
            self._read_roles([case.id for case, _ in rows])
            for case, part in rows:
                place = Place(self._key(part), part.case_id, back)
                yield self._line(case), place._replace(back=False)
            if len(rows) < BATCH:
                return

    def _batch(self, place: Place | None, back: bool) -> list[tuple[CaseFile, Party]]:
        """The next cases after a place. By time limit, those without one come last, as a run of their own."""
        if self.wanted.order is not Order.DUE:
            descending = (self.wanted.order is Order.LATEST) != back
            return self._run(col(Party.updated_at), place, descending, [])
        due_on = col(Party.due_on)
        rows: list[tuple[CaseFile, Party]] = []
        for endless in (True, False) if back else (False, True):
            if place is not None and not rows and (place.key == _NEVER) != endless:
                if endless == back:
                    continue  # this run was gone through before
                start = None
            else:
                start = None if rows else place
            key = None if endless else due_on
            rows += self._run(key, start, back, [due_on.is_(None) if endless else due_on.is_not(None)])
            if len(rows) >= BATCH:
                return rows[:BATCH]
        return rows

    def _run(
        self, key: Any, place: Place | None, descending: bool, where: list[ColumnElement[bool]]
    ) -> list[tuple[CaseFile, Party]]:
        """Cases in the order of one key and their ids, or of their ids alone."""
        statement = visible_cases(self.actor.organisation_id).where(*self._conditions(), *where)
        case_id = col(Party.case_id)
        if place is not None:
            beyond = case_id < place.case_id if descending else case_id > place.case_id
            if key is not None:
                beyond = _beyond(key, self._value(place.key), beyond, descending)
            statement = statement.where(beyond)
        keys = [case_id] if key is None else [key, case_id]
        order = [each.desc() if descending else each.asc() for each in keys]
        return list(self.session.exec(statement.order_by(*order).limit(BATCH)).all())

    def _conditions(self) -> list[ColumnElement[bool]]:
        wanted, found = self.wanted, list[ColumnElement[bool]]()
        if wanted.stages:  # each stage is an end or is none, so the index by stage says it all
            found.append(
                col(Party.stage).in_({name for name in wanted.stages if (name in self.ends) == wanted.ended})
            )
        else:
            found.append(col(Party.ended) == wanted.ended)
        if wanted.route:
            found.append(col(CaseFile.route) == wanted.route)
        if wanted.overdue:
            found.append(col(Party.due_on) <= self.day)
        if wanted.stuck:
            found.append(col(Party.updated_at) < self.now - STUCK_AFTER)
        return found

    def _key(self, part: Party) -> str:
        if self.wanted.order is Order.DUE:
            return part.due_on.isoformat() if part.due_on else _NEVER
        return part.updated_at.isoformat()

    def _value(self, key: str) -> date | datetime:
        return date.fromisoformat(key) if self.wanted.order is Order.DUE else datetime.fromisoformat(key)

    def _makes_sense(self, key: str) -> bool:
        """Whether a sort key, which came with an address, is one of this order."""
        if key == _NEVER:
            return self.wanted.order is Order.DUE
        try:
            value = self._value(key)
            if isinstance(value, datetime):
                value.astimezone(UTC)  # as the database is asked; the first and last days have no such moment
        except (ValueError, OverflowError):
            return False
        return not isinstance(value, datetime) or value.utcoffset() is not None

    def _read_roles(self, case_ids: list[str]) -> None:
        """The roles that the officer's organisation has in these cases; whoever only looks has none."""
        if self.actor.reads_only:
            self.roles.update(dict.fromkeys(case_ids, frozenset[str]()))
            return
        rows = self.session.exec(
            select(Party.case_id, Party.role).where(
                col(Party.case_id).in_(case_ids),
                Party.organisation_id == self.actor.organisation_id,
                col(Party.until).is_(None),
            )
        ).all()
        for case_id in case_ids:
            self.roles[case_id] = frozenset(role for owner, role in rows if owner == case_id)

    def _line(self, case: CaseFile) -> CaseLine:
        procedure = self.house.shelf.pinned(case.digest)
        view = view_of(case.digest, case.stage, case.entered_at, case.age_group, case.version, case.state)
        awaited = turn(procedure, view, self.now)
        running = due(procedure, view, self.now, self.house.calendars)
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
            not self.roles[case.id].isdisjoint(awaited.waiting_for),
            running[0] if running else None,
            not stage.end and case.updated_at < self.now - STUCK_AFTER,
        )

    def _fits(self, line: CaseLine) -> bool:
        if self.wanted.ours and not line.my_move:
            return False
        return not self.wanted.overdue or (line.deadline is not None and line.deadline.overdue)

    def _total(self) -> int:
        some = (
            visible_cases(self.actor.organisation_id)
            .where(*self._conditions())
            .with_only_columns(col(Party.case_id))
            .limit(MOST_COUNTED + 1)
        )
        return self.session.exec(select(func.count()).select_from(some.subquery())).one()


_NEVER: Final = "never"


def _beyond(key: Any, value: object, beyond_id: ColumnElement[bool], descending: bool) -> ColumnElement[bool]:
    """What comes after a sort key and id, so written that an index on the two is used."""
    if descending:
        return and_(key <= value, or_(key < value, beyond_id))
    return and_(key >= value, or_(key > value, beyond_id))
