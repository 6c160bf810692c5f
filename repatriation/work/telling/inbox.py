"""An officer's inbox: what they were told, as far as they may still see the cases that it is about."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, or_, select, update
from sqlmodel import Session

from repatriation.records.cases import Party
from repatriation.records.notices import Notice
from repatriation.records.organisations import Officer
from repatriation.records.waiting import NOTICES
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.refusals import NotFound
from repatriation.work.telling.letters import Waiting
from repatriation.work.telling.limits import LIMIT
from repatriation.work.telling.visits import VISIT
from sop.followup import Standing

PAGE: Final = 50
MOST_COUNTED: Final = 100

_PARTS = Party.metadata.tables["party"]
_OFFICERS = Officer.metadata.tables["officer"]


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


Page = tuple[tuple[NoticeLine, ...], str | None]
"""Notices, and where the next page begins, if there is one."""


def _visible(organisation: ColumnElement[Any]) -> ColumnElement[bool]:
    """Of a case only while the organisation has a part in it; and all that is about no case."""
    part = exists().where(
        _PARTS.c.case_id == NOTICES.c.case_id,
        _PARTS.c.organisation_id == organisation,
        _PARTS.c.until.is_(None),
    )
    return or_(NOTICES.c.case_id.is_(None), part)


_UNREAD: Final[Select[Any]] = select(func.count().label("number")).select_from(
    select(NOTICES.c.id)
    .where(
        NOTICES.c.officer_id == bindparam("officer_id"),
        NOTICES.c.read_at.is_(None),
        _visible(bindparam("organisation_id")),
    )
    .limit(MOST_COUNTED)
    .subquery("unread")
)


def unread(house: House, actor: Actor) -> int:
    """How much an officer has not read; never more than MOST_COUNTED, so that it costs next to nothing."""
    given = {"officer_id": actor.officer_id, "organisation_id": actor.organisation_id}
    return int(house.doors.look(lambda lean: lean.all(_UNREAD, given)[0].number))


def notices(house: House, actor: Actor, before: str | None = None) -> Page:
    """A page of an officer's notices, newest first, and where the next begins, if there is one."""
    asked = (
        select(NOTICES)
        .where(NOTICES.c.officer_id == actor.officer_id, _visible(bindparam("mine", actor.organisation_id)))
        .order_by(NOTICES.c.at.desc(), NOTICES.c.id.desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        last = select(NOTICES.c.at).where(NOTICES.c.id == before, NOTICES.c.officer_id == actor.officer_id)
        at = last.scalar_subquery()
        asked = asked.where(or_(NOTICES.c.at < at, (NOTICES.c.at == at) & (NOTICES.c.id < before)))
    with house.doors.read() as session:
        rows = session.connection().execute(asked).all()
    lines = tuple(_line(row) for row in rows[:PAGE])
    return lines, lines[-1].id if len(rows) > PAGE else None


def open_notice(house: House, actor: Actor, now: datetime, notice_id: str) -> NoticeLine:
    """One of an officer's notices, read from now on. Raises NotFound."""
    asked = select(NOTICES.c.id).where(
        NOTICES.c.id == notice_id,
        NOTICES.c.officer_id == actor.officer_id,
        _visible(bindparam("mine", actor.organisation_id)),
    )
    with house.doors.act() as session:
        if session.connection().execute(asked).first() is None:
            raise NotFound(notice_id)
        row = session.get_one(Notice, notice_id)
        row.read_at = row.read_at or now
        session.add(row)
        return _line(row)


def _line(row: Any) -> NoticeLine:
    read, in_sight = row.read_at is not None, row.case_id is not None
    return NoticeLine(row.id, row.kind, row.standing, row.at, read, dict(row.detail), in_sight)


def read_all(house: House, actor: Actor, now: datetime) -> None:
    """Take everything for read that is in an officer's inbox now."""
    with house.doors.act() as session:
        session.connection().execute(
            update(NOTICES)
            .where(NOTICES.c.officer_id == actor.officer_id, NOTICES.c.read_at.is_(None), NOTICES.c.at <= now)
            .values(read_at=now)
        )


def waiting_for(session: Session, officers: Iterable[str]) -> Mapping[str, Waiting]:
    """How much of each kind some officers have not read; those who have read everything are left out."""
    asked = (
        select(NOTICES.c.officer_id, NOTICES.c.kind, NOTICES.c.standing, func.count())
        .join(_OFFICERS, _OFFICERS.c.id == NOTICES.c.officer_id)
        .where(
            NOTICES.c.officer_id.in_(list(dict.fromkeys(officers))),
            NOTICES.c.read_at.is_(None),
            _visible(_OFFICERS.c.organisation_id),
        )
        .group_by(NOTICES.c.officer_id, NOTICES.c.kind, NOTICES.c.standing)
    )
    counted: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for officer_id, kind, stands, number in session.connection().execute(asked):
        counted[officer_id][_counts_as(kind, stands)] += number
    return {officer_id: Waiting(**numbers) for officer_id, numbers in counted.items()}


def _counts_as(kind: str, stands: str | None) -> str:
    if kind == LIMIT:
        return "limits"
    if kind != VISIT:
        return "others"
    if stands == Standing.DUE_SOON:
        return "visits_soon"
    return "visits_due" if stands == Standing.DUE else "visits_late"
