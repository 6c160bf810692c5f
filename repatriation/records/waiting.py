"""What the clock looks for: visits, cases and messages whose moment has come, and who may be told of them.

Looking takes no lock and reads the one row of an index, so that a clock with nothing to do costs nothing.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, literal_column, or_, select
from sqlalchemy.types import DateTime

from repatriation.records.cases import CaseFile, Party
from repatriation.records.doors import Doors
from repatriation.records.notices import Notice
from repatriation.records.organisations import SYSTEM, Officer, Organisation
from repatriation.records.outbox import Outbox
from repatriation.records.sets import among
from repatriation.records.trail import Trail
from repatriation.records.visits import Visit

CASES = CaseFile.metadata.tables["case_file"]
VISITS = Visit.metadata.tables["visit"]
OUTBOX = Outbox.metadata.tables["outbox"]
NOTICES = Notice.metadata.tables["notice"]
TRAIL = Trail.metadata.tables["trail"]
_PARTS = Party.metadata.tables["party"]
_OFFICERS = Officer.metadata.tables["officer"]
_BODIES = Organisation.metadata.tables["organisation"]

_OPEN: ColumnElement[str] = literal_column("'open'")
"""As a literal: SQLite uses a partial index only where it can see the value."""

_TIME = select(func.clock_timestamp(type_=DateTime(timezone=True)).label("at"))


def first_due(kinds: Iterable[str]) -> Select[Any]:
    """When the first visit, case and message of some kinds is due: three moments in one row.

    Asked for in the order of their indexes: to "is any due?" PostgreSQL may answer by reading the table, when
    it does not know how far ahead all of it lies.
    """
    kind = or_(*(OUTBOX.c.kind == each for each in kinds))
    asked: list[Any] = [
        _first(VISITS.c.next_at, VISITS.c.next_at.is_not(None)).label("visits"),
        _first(CASES.c.turn_at, CASES.c.turn_at.is_not(None)).label("cases"),
        _first(OUTBOX.c.run_at, OUTBOX.c.state == _OPEN, kind).label("messages"),
    ]
    return select(*asked)


def _first(moment: Any, *where: Any) -> Any:
    return select(moment).where(*where).order_by(moment).limit(1).scalar_subquery()


def due_visits(most: int) -> Select[Any]:
    """The visits whose next turn has come, with what is needed of their cases; locked, and without those
    that somebody else has locked. Given: now.
    """
    return (
        select(
            *(VISITS.c[n] for n in ("id", "case_id", "officer_id", "organisation_id", "due_on", "next_at")),
            VISITS.c.country,
            *(
                CASES.c[n]
                for n in ("reference", "route", "holder_id", "trail_seq", "trail_head", "closed_at")
            ),
        )
        .join(CASES, CASES.c.id == VISITS.c.case_id)
        .where(VISITS.c.next_at <= bindparam("now"))
        .order_by(VISITS.c.next_at, VISITS.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )


_AS_IT_STANDS = ("id", "reference", "route", "digest", "stage", "entered_at", "age_group", "version", "state")


def due_cases(most: int) -> Select[Any]:
    """The cases on which a clock turns, locked likewise. Given: now."""
    return (
        select(*(CASES.c[n] for n in (*_AS_IT_STANDS, "turn_at", "trail_seq", "trail_head")))
        .where(CASES.c.turn_at <= bindparam("now"))
        .order_by(CASES.c.turn_at, CASES.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )


def due_messages(kinds: Iterable[str], most: int) -> Select[Any]:
    """Messages of some kinds that are due, locked likewise. Given: now."""
    return (
        select(*(OUTBOX.c[n] for n in ("id", "case_id", "kind", "recipient_id", "run_at", "detail")))
        .where(OUTBOX.c.state == _OPEN, OUTBOX.c.kind.in_(list(kinds)), OUTBOX.c.run_at <= bindparam("now"))
        .order_by(OUTBOX.c.run_at, OUTBOX.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )


def cases_as_they_stand(connection: Connection, cases: Iterable[str]) -> list[Any]:
    """What the procedure is asked with, of some cases."""
    asked = select(*(CASES.c[n] for n in (*_AS_IT_STANDS, "closed_at")))
    return list(connection.execute(asked.where(among(connection, CASES.c.id, cases))))


def live_parts(connection: Connection, cases: Iterable[str]) -> list[Any]:
    """Who has a part in some cases now: case, organisation, role."""
    asked = select(_PARTS.c.case_id, _PARTS.c.organisation_id, _PARTS.c.role)
    return list(
        connection.execute(asked.where(among(connection, _PARTS.c.case_id, cases), _PARTS.c.until.is_(None)))
    )


def officers_of(connection: Connection, organisations: Iterable[str]) -> list[Any]:
    """The officers of some organisations who may be told anything: id, organisation, duty, country, and what
    the organisation is for.
    """
    names = (_OFFICERS.c.id, _OFFICERS.c.organisation_id, _OFFICERS.c.duty, _BODIES.c.country)
    asked = select(*names, _BODIES.c.functions).join(_BODIES, _BODIES.c.id == _OFFICERS.c.organisation_id)
    at_work = _OFFICERS.c.active.is_(True), _OFFICERS.c.duty != SYSTEM
    theirs = among(connection, _OFFICERS.c.organisation_id, organisations)
    return list(connection.execute(asked.where(theirs, *at_work)))


def database_time(doors: Doors) -> datetime:
    """The moment it is by the database's clock, by which all who work on it agree. SQLite has no other clock
    than that of its machine.
    """
    if doors.kind == "sqlite":
        return datetime.now(UTC)
    at: datetime = doors.look(lambda lean: lean.all(_TIME, {})[0].at)
    return at.astimezone(UTC)
