"""Visits after the return: writing one down together with the step it is, and what is known of others."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlalchemy import bindparam, insert, update
from sqlalchemy import select as core_select
from sqlmodel import col, select

from documents.fields import NARRATIVE
from repatriation.records import trail
from repatriation.records.cases import CaseFile
from repatriation.records.columns import new_id
from repatriation.records.lean import Write
from repatriation.records.scope import visible_case, visible_ids
from repatriation.records.sealing import CaseKey, Safe
from repatriation.records.visits import Visit
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.identity import REASONS
from repatriation.work.opened import Opened, Taken
from repatriation.work.papers.filing import StepPaper
from repatriation.work.particulars import NOTHING, YEARS
from repatriation.work.refusals import Invalid, NotFound
from repatriation.work.steps import take_step
from sop.clocks import ZONES, zone_of
from sop.followup import next_turn

MADE: Final = "seen"
"""The outcome of a visit at which the person was met; every other one is a visit missed."""

PAGE: Final = 100

ACTION_OF: Final[Mapping[bool, str]] = {True: "record_visit", False: "record_missed_visit"}

Notes = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8000)]


class VisitEntered(BaseModel):
    """A visit as the caseworker writes it down."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    on: date
    outcome: Literal["seen", "not_there", "declined", "moved", "put_off"]
    mode: Literal["home", "elsewhere", "office", "phone"] | None = None
    seen_alone: bool | None = None
    safety: Literal["safe", "worry", "danger"] | None = None
    notes: Notes | None = None
    next_on: date | None = None


@dataclass(frozen=True, slots=True)
class Visited:
    """What is known of the visits of one case: the last one, and the next that is planned."""

    last_at: datetime | None = None
    last_outcome: str | None = None
    safety: str | None = None
    next_on: date | None = None


@dataclass(frozen=True, slots=True)
class VisitNotes:
    """The sealed notes of one visit, opened."""

    at: datetime | None
    notes: str


_TABLE = Visit.metadata.tables["visit"]
_PLANNED = (
    core_select(_TABLE.c.id)
    .where(_TABLE.c.case_id == bindparam("case"), _TABLE.c.at.is_(None))
    .order_by(_TABLE.c.due_on, _TABLE.c.id)
    .limit(1)
)
_ADD = insert(_TABLE)
_FILL = update(_TABLE).where(_TABLE.c.id == bindparam("visit"))


def record_visit(
    house: House,
    actor: Actor,
    now: datetime,
    reference: str,
    version: int,
    entered: VisitEntered,
    key: str,
    paper: StepPaper = None,
) -> Taken:
    """Takes the step that a visit is (made, or missed) and writes the visit down in the same transaction.

    A visit that was planned is filled in; else it is a new one. A next visit that was agreed is planned.

    Raises:
        Invalid: the day lies ahead, or the next visit does not; what `take_step` raises.
    """
    look_over(now, entered)
    # The same form with other words is another request, so the words are part of the key.
    said = hashlib.sha256(f"{key}\0{entered.model_dump_json()}".encode()).hexdigest()[:40]

    def also(opened: Opened) -> tuple[Write, ...]:
        return _writes(house, actor, now, opened, entered)

    action = ACTION_OF[entered.outcome == MADE]
    return take_step(house, actor, now, reference, action, version, NOTHING, said, also, paper)


def look_over(now: datetime, entered: VisitEntered) -> None:
    """Raises Invalid when the visit lies ahead, or the next one does not."""
    day = now.astimezone(zone_of("KHM")).date()
    wrong = {"on": "future"} if entered.on > day or entered.on.year not in YEARS else {}
    if entered.next_on is not None and entered.next_on.year not in YEARS:
        wrong["next_on"] = "out_of_range"
    if entered.next_on is not None and entered.next_on <= entered.on:
        wrong["next_on"] = "past"
    if wrong:
        raise Invalid(wrong)


def on_paper(entered: VisitEntered, visitor: str | None) -> dict[str, Any]:
    """What the form of a visit (`documents.kinds.visit_form`) says as soon as the visit is entered."""
    notes = entered.notes if entered.notes and len(entered.notes) <= NARRATIVE else None
    told: dict[str, dict[str, Any]] = {
        "visit": {
            "on": entered.on.isoformat(),
            "visitor": visitor,
            "outcome": entered.outcome,
            "mode": entered.mode,
            "alone": entered.seen_alone,
        },
        "safe": {"safety": entered.safety, "remarks": notes},
        "next": {"visit_on": entered.next_on.isoformat() if entered.next_on else None},
    }
    return {
        part: {name: value for name, value in said.items() if value is not None}
        for part, said in told.items()
    }


def _writes(
    house: House, actor: Actor, now: datetime, opened: Opened, entered: VisitEntered
) -> tuple[Write, ...]:
    case = opened.row
    planned = opened.lean.one(_PLANNED, {"case": case.id})
    row_id = planned.id if planned else new_id()
    sealer = CaseKey(case.id, house.keyring.unwrap(case.wrapped_key, case.key_epoch))
    noon = datetime.combine(entered.on, time(12), zone_of("KHM"))
    values: dict[str, Any] = {
        "officer_id": actor.officer_id,
        "organisation_id": actor.organisation_id,
        "at": min(noon, now),
        "mode": entered.mode,
        "seen_alone": entered.seen_alone,
        "outcome": entered.outcome,
        "safety": entered.safety,
        "notes": sealer.seal("visit", "notes", row_id, entered.notes),
        "next_at": None,
        "next_step": None,
    }
    if planned:
        written = Write(_FILL, {"visit": row_id, **values})
    else:
        written = Write(_ADD, {"id": row_id, **_new(case.id), **values})
    if entered.next_on is None:
        return (written,)
    home = house.shelf.pinned(case.digest).home
    turn = next_turn(entered.next_on, now, ZoneInfo(ZONES[home]), house.rhythm)
    plan = {
        "id": new_id(),
        **_new(case.id),
        "officer_id": actor.officer_id,
        "organisation_id": actor.organisation_id,
        "due_on": entered.next_on,
        "next_at": turn[0] if turn else None,
        "next_step": turn[1] if turn else None,
    }
    return (written, Write(_ADD, plan))


def _new(case_id: str) -> dict[str, Any]:
    return {"case_id": case_id, "kind": "follow_up", "due_on": None, "version": 1}


def visited(house: House, actor: Actor, case_ids: Iterable[str]) -> Mapping[str, Visited]:
    """The last and the next visit of each of these cases that the officer may know of."""
    with house.doors.read() as session:
        rows = session.exec(
            select(Visit)
            .where(
                col(Visit.case_id).in_(list(case_ids)),
                col(Visit.case_id).in_(visible_ids(actor.organisation_id)),
            )
            .order_by(col(Visit.at), col(Visit.due_on))
        ).all()
    found: dict[str, Visited] = {}
    for row in rows:
        known = found.get(row.case_id, Visited())
        if row.at is not None and (known.last_at is None or row.at >= known.last_at):
            known = Visited(row.at, row.outcome, row.safety, known.next_on)
        elif row.at is None and row.due_on and (known.next_on is None or row.due_on < known.next_on):
            known = Visited(known.last_at, known.last_outcome, known.safety, row.due_on)
        found[row.case_id] = known
    return found


@dataclass(frozen=True, slots=True)
class VisitKept:
    """One visit, planned or made, and the case that it belongs to. Notes stay sealed: only that there are."""

    id: str
    reference: str
    version: int
    due_on: date | None
    at: datetime | None
    outcome: str | None
    mode: str | None
    seen_alone: bool | None
    safety: str | None
    notes: bool


def visits_kept(
    house: House, actor: Actor, *, reference: str | None = None, made: bool | None = None, after: str = ""
) -> tuple[tuple[VisitKept, ...], str | None]:
    """Visits in the cases that the officer may know of, oldest first, and where to go on, if there are more.

    Args:
        reference: only those of one case.
        made: only those that took place or were missed, or only those still planned.
        after: the id of the last visit of the page before.
    """
    wanted = (
        select(Visit, CaseFile.reference, CaseFile.version)
        .join(CaseFile, col(CaseFile.id) == col(Visit.case_id))
        .where(col(Visit.case_id).in_(visible_ids(actor.organisation_id)), col(Visit.id) > after)
    )
    if reference is not None:
        wanted = wanted.where(CaseFile.reference == reference)
    if made is not None:
        wanted = wanted.where(col(Visit.at).is_not(None) if made else col(Visit.at).is_(None))
    with house.doors.read() as session:
        rows = session.exec(wanted.order_by(col(Visit.id)).limit(PAGE + 1)).all()
    found = tuple(
        VisitKept(
            row.id,
            of,
            version,
            row.due_on,
            row.at,
            row.outcome,
            row.mode,
            row.seen_alone,
            row.safety,
            row.notes is not None,
        )
        for row, of, version in rows[:PAGE]
    )
    return found, found[-1].id if len(rows) > PAGE else None


def open_notes(
    house: House, actor: Actor, now: datetime, reference: str, reason: str
) -> tuple[VisitNotes, ...]:
    """The notes of a case's visits, newest first: an act with a reason, written to the trail first.

    Raises:
        Invalid: the reason is none of `work.identity.REASONS`.
        NotFound: no such case, or not this officer's to know of.
    """
    if reason not in REASONS:
        raise Invalid({"reason": "needed"})
    with house.doors.act() as session:
        case = session.exec(visible_case(actor.organisation_id, reference)).first()
        if case is None:
            raise NotFound(reference)
        trail.append(session, actor, now, "visit:notes:opened", {"reason": reason}, case.id)
        key = Safe(house.keyring).key_of(case)
        rows = session.exec(
            select(Visit).where(Visit.case_id == case.id).order_by(col(Visit.id).desc())
        ).all()
        return tuple(
            VisitNotes(row.at, key.open("visit", "notes", row.id, row.notes))
            for row in rows
            if row.notes is not None
        )
