"""An officer's inbox: what they were told, as far as they may still see the cases that it is about.

All that is about one case stands together as one entry with its history. What waits for the officer comes
first, whether it was read or not, until it is done.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, bindparam, case, func, or_, select, update
from sqlmodel import Session

from repatriation.records.organisations import Officer
from repatriation.records.waiting import NOTICES, cases_as_they_stand
from repatriation.work.actors import Actor
from repatriation.work.handoffs.post import TELL
from repatriation.work.house import House
from repatriation.work.papers.undone import REVOKED, REVOKED_THERE
from repatriation.work.refusals import NotFound
from repatriation.work.summaries.points import DUE
from repatriation.work.telling.asked import Asked, asked_of
from repatriation.work.telling.letters import Waiting
from repatriation.work.telling.limits import LIMIT
from repatriation.work.telling.moves import LEFT, MOVED
from repatriation.work.telling.sight import ABOUT, in_sight, seen_by
from repatriation.work.telling.trouble import TROUBLE
from repatriation.work.telling.visits import VISIT
from sop.followup import Standing
from sop.procedure import Procedure
from sop.shelf import NotOnTheShelf

PAGE: Final = 50
MOST_COUNTED: Final = 100
HISTORY: Final = 20
"""How many notices of one case are shown, the newest first."""

WHICH: Final = ("all", "needs", "news")
KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "visits": (VISIT,),
    "deadlines": (LIMIT, DUE),
    "steps": (MOVED, LEFT),
    "handoffs": (TELL,),
    "papers": (REVOKED, REVOKED_THERE),
    "clock": (TROUBLE,),
}
"""What notices may be about, and of which kinds they are then."""

_EVERY: Final = tuple(kind for kinds in KINDS.values() for kind in kinds)
_OFFICERS = Officer.metadata.tables["officer"]


class Wanted(NamedTuple):
    """What of the inbox is wanted: what needs the reader, what is for information, or all; about what."""

    which: str = "all"
    about: str | None = None

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of notices that are wanted."""
        return _EVERY if self.about is None else KINDS[self.about]


ALL: Final = Wanted()


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One notice as its reader sees it."""

    id: str
    kind: str
    standing: str | None
    at: datetime
    read: bool
    detail: Mapping[str, Any]
    in_sight: bool
    """Whether there is a case behind it that the reader may open."""


@dataclass(frozen=True, slots=True)
class Entry:
    """All that an officer was told about one case, or one thing that is about none, the newest first.

    `actions` are the acts that are awaited of the reader's organisation, where the entry waits for them.
    """

    lines: tuple[NoticeLine, ...]
    needs: bool
    late: bool
    actions: tuple[str, ...]
    procedure: Procedure | None

    @property
    def read(self) -> bool:
        """Whether nothing in it is new."""
        return all(line.read for line in self.lines)


Page = tuple[tuple[Entry, ...], str | None]
"""Entries, and where the next page begins, if there is one."""

_UNREAD: Final[Select[Any]] = select(func.count().label("number")).select_from(
    select(ABOUT)
    .where(
        NOTICES.c.officer_id == bindparam("officer_id"),
        NOTICES.c.read_at.is_(None),
        in_sight(bindparam("organisation_id")),
    )
    .distinct()
    .limit(MOST_COUNTED)
    .subquery("unread")
)


def unread(house: House, actor: Actor) -> int:
    """How many entries hold something new; never more than MOST_COUNTED, so that it costs next to nothing."""
    given = {"officer_id": actor.officer_id, "organisation_id": actor.organisation_id}
    return int(house.doors.look(lambda lean: lean.all(_UNREAD, given)[0].number))


def notices(
    house: House, actor: Actor, now: datetime, wanted: Wanted = ALL, before: str | None = None
) -> Page:
    """A page of an officer's inbox, and where the next begins, if there is one: at the notice `before`."""
    with house.doors.read() as session:
        connection = session.connection()
        asked = {each.key: each for each in asked_of(connection, house, actor, now, wanted.kinds)}
        last = _key_of(connection, actor, before)
        waiting = list(asked) if wanted.which != "news" else []
        if last is not None:
            waiting = waiting[waiting.index(last.about) + 1 :] if last.about in waiting else []
        keys = waiting[: PAGE + 1]
        if len(keys) <= PAGE and wanted.which != "needs":
            after = None if last is None or last.about in asked else last
            keys += _news(connection, actor, wanted, asked, after, PAGE + 1 - len(keys))
        found = _entries(connection, house, actor, wanted, keys[:PAGE], asked)
        return found, found[-1].lines[0].id if len(keys) > PAGE else None


def _mine(actor: Actor, kinds: Collection[str]) -> list[Any]:
    return [NOTICES.c.officer_id == actor.officer_id, NOTICES.c.kind.in_(kinds), seen_by(actor)]


def _key_of(connection: Connection, actor: Actor, notice_id: str | None) -> Any | None:
    """What a notice of theirs is about, and when it was told."""
    asked = select(ABOUT, NOTICES.c.at).where(
        NOTICES.c.id == notice_id, NOTICES.c.officer_id == actor.officer_id
    )
    return connection.execute(asked).first() if notice_id else None


def _news(
    connection: Connection,
    actor: Actor,
    wanted: Wanted,
    asked: Collection[str],
    after: Any | None,
    most: int,
) -> list[str]:
    """What is for information only, the newest first."""
    latest = func.max(NOTICES.c.at)
    question = (
        select(ABOUT)
        .where(*_mine(actor, wanted.kinds), ABOUT.element.not_in(asked))
        .group_by(ABOUT)
        .order_by(latest.desc(), ABOUT.desc())
        .limit(most)
    )
    if after is not None:
        question = question.having(
            or_(latest < after.at, (latest == after.at) & (ABOUT.element < after.about))
        )
    return list(connection.execute(question).scalars())


def _entries(
    connection: Connection,
    house: House,
    actor: Actor,
    wanted: Wanted,
    keys: list[str],
    asked: Mapping[str, Asked],
) -> tuple[Entry, ...]:
    question = (
        select(NOTICES, ABOUT)
        .where(*_mine(actor, wanted.kinds), ABOUT.element.in_(keys))
        .order_by(NOTICES.c.at.desc(), NOTICES.c.id.desc())
    )
    lines: dict[str, list[NoticeLine]] = {key: [] for key in keys}
    for row in connection.execute(question):
        if len(lines[row.about]) < HISTORY:
            lines[row.about].append(_line(row))
    procedures = {case.id: _procedure(house, case.digest) for case in cases_as_they_stand(connection, keys)}
    return tuple(
        Entry(
            tuple(told),
            key in asked,
            key in asked and asked[key].late,
            asked[key].actions if key in asked else (),
            procedures.get(key),
        )
        for key, told in lines.items()
    )


def _procedure(house: House, digest: str) -> Procedure | None:
    try:
        return house.shelf.pinned(digest)
    except NotOnTheShelf:
        return None


def open_notice(house: House, actor: Actor, now: datetime, notice_id: str) -> NoticeLine:
    """One of an officer's notices. All that is about the same case is read from now on. Raises NotFound."""
    asked = select(NOTICES, ABOUT).where(
        NOTICES.c.id == notice_id, NOTICES.c.officer_id == actor.officer_id, seen_by(actor)
    )
    with house.doors.act() as session:
        connection = session.connection()
        row = connection.execute(asked).first()
        if row is None:
            raise NotFound(notice_id)
        connection.execute(
            update(NOTICES)
            .where(NOTICES.c.officer_id == actor.officer_id, ABOUT.element == row.about)
            .where(NOTICES.c.read_at.is_(None), NOTICES.c.at <= now)
            .values(read_at=now)
        )
        return _line(row)


def _line(row: Any) -> NoticeLine:
    read, has_case = row.read_at is not None, row.case_id is not None
    return NoticeLine(row.id, row.kind, row.standing, row.at, read, dict(row.detail), has_case)


def read_all(house: House, actor: Actor, now: datetime, about: str | None = None) -> None:
    """Take for read all that is in an officer's inbox now, or all of it that is about one kind of thing."""
    with house.doors.act() as session:
        session.connection().execute(
            update(NOTICES)
            .where(NOTICES.c.officer_id == actor.officer_id, NOTICES.c.kind.in_(Wanted(about=about).kinds))
            .where(NOTICES.c.read_at.is_(None), NOTICES.c.at <= now)
            .values(read_at=now)
        )


def waiting_for(session: Session, officers: Iterable[str]) -> Mapping[str, Waiting]:
    """How much of each kind some officers have not read; those who have read everything are left out. Of one
    case all that is told about its steps counts once.
    """
    counts_once = case((NOTICES.c.kind == MOVED, NOTICES.c.case_id), else_=NOTICES.c.id)
    number = func.count(counts_once.distinct())
    asked = (
        select(NOTICES.c.officer_id, NOTICES.c.kind, NOTICES.c.standing, number)
        .join(_OFFICERS, _OFFICERS.c.id == NOTICES.c.officer_id)
        .where(
            NOTICES.c.officer_id.in_(list(dict.fromkeys(officers))),
            NOTICES.c.read_at.is_(None),
            in_sight(_OFFICERS.c.organisation_id),
        )
        .group_by(NOTICES.c.officer_id, NOTICES.c.kind, NOTICES.c.standing)
    )
    counted: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for officer_id, kind, stands, many in session.connection().execute(asked):
        counted[officer_id][_counts_as(kind, stands)] += many
    return {officer_id: Waiting(**numbers) for officer_id, numbers in counted.items()}


def _counts_as(kind: str, stands: str | None) -> str:
    if kind in KINDS["deadlines"]:
        return "limits"
    if kind != VISIT:
        return "others"
    if stands == Standing.DUE_SOON:
        return "visits_soon"
    return "visits_due" if stands == Standing.DUE else "visits_late"
