"""What is known of visits: those of each case, those that programs list, and the sealed notes of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from sqlmodel import Session, col, select

from repatriation.records.cases import CaseFile
from repatriation.records.scope import visible_ids
from repatriation.records.sealing import CaseKey, Safe
from repatriation.records.trail import NOTES_OPENED
from repatriation.records.visits import Visit, VisitAddition
from repatriation.work.actors import Actor
from repatriation.work.followup.rights import VISIT, of_ours
from repatriation.work.followup.turns import stands
from repatriation.work.house import House
from repatriation.work.identity import opened_for
from sop.followup import Standing
from sop.procedure import Procedure

PAGE: Final = 100

_SEALED: Final = ("notes", "needs", "steps")


@dataclass(frozen=True, slots=True)
class Visited:
    """What is known of the visits of one case: the last one, and the next that is planned and how it stands.
    `ours`: it is for the officer's organisation to visit."""

    last_at: datetime | None = None
    last_outcome: str | None = None
    safety: str | None = None
    next_on: date | None = None
    standing: Standing | None = None
    ours: bool = False


def visited(
    house: House, actor: Actor, now: datetime, cases: Iterable[tuple[str, Procedure, str]]
) -> Mapping[str, Visited]:
    """The last and the next visit of each of some cases, told by id, procedure and stage, that the officer
    may know of."""
    asked = tuple(cases)
    countries = {case_id: procedure.home for case_id, procedure, _ in asked}
    with house.doors.read() as session:
        rows = session.exec(
            select(Visit)
            .where(
                col(Visit.case_id).in_(list(countries)),
                col(Visit.case_id).in_(visible_ids(actor.organisation_id)),
            )
            .order_by(col(Visit.at), col(Visit.due_on))
        ).all()
        ours = of_ours(session, actor, asked, VISIT)
    found = {case_id: Visited(ours=case_id in ours) for case_id in countries}
    for row in rows:
        known = found[row.case_id]
        if row.at is not None and (known.last_at is None or row.at >= known.last_at):
            known = replace(known, last_at=row.at, last_outcome=row.outcome, safety=row.safety)
        elif row.state == "planned" and row.due_on and (known.next_on is None or row.due_on < known.next_on):
            stands_so = stands(house, row.due_on, countries[row.case_id], now)
            known = replace(known, next_on=row.due_on, standing=stands_so)
        found[row.case_id] = known
    return found


@dataclass(frozen=True, slots=True)
class VisitKept:
    """One visit, planned or made, and the case that it belongs to. Notes stay sealed: only that there are."""

    id: str
    reference: str
    version: int
    state: str
    due_on: date | None
    at: datetime | None
    outcome: str | None
    mode: str | None
    seen_alone: bool | None
    safety: str | None
    contact: bool | None
    answers: Mapping[str, str]
    finding: str | None
    slot: str | None
    reason: str | None
    attempts: int
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
        wanted = wanted.where(col(Visit.at).is_not(None) if made else col(Visit.state) == "planned")
    with house.doors.read() as session:
        rows = session.exec(wanted.order_by(col(Visit.id)).limit(PAGE + 1)).all()
    found = tuple(_kept(row, of, version) for row, of, version in rows[:PAGE])
    return found, found[-1].id if len(rows) > PAGE else None


def _kept(row: Visit, reference: str, version: int) -> VisitKept:
    return VisitKept(
        id=row.id,
        reference=reference,
        version=version,
        state=row.state,
        due_on=row.due_on,
        at=row.at,
        outcome=row.outcome,
        mode=row.mode,
        seen_alone=row.seen_alone,
        safety=row.safety,
        contact=row.contact,
        answers=row.answers,
        finding=row.finding,
        slot=row.slot,
        reason=row.reason,
        attempts=row.attempts,
        notes=any(getattr(row, name) is not None for name in _SEALED),
    )


@dataclass(frozen=True, slots=True)
class VisitNotes:
    """The sealed words of one visit, opened: by what they are about, and those a second officer added."""

    at: datetime | None
    words: Mapping[str, str]
    added: tuple[Mapping[str, Any], ...] = ()


def open_notes(
    house: House, actor: Actor, now: datetime, reference: str, reason: str
) -> tuple[VisitNotes, ...]:
    """The notes of a case's visits, newest first: an act with a reason, written to the trail first.

    Raises:
        Invalid: the reason is none of `work.identity.REASONS`.
        NotFound: no such case, or not this officer's to know of.
    """
    with house.doors.act() as session:
        case = opened_for(session, actor, now, reference, reason, NOTES_OPENED)
        key = Safe(house.keyring).key_of(case)
        rows = session.exec(
            select(Visit)
            .where(Visit.case_id == case.id, col(Visit.at).is_not(None))
            .order_by(col(Visit.at).desc(), col(Visit.id).desc())
        ).all()
        added = _added(session, case.id, key)
        opened = [VisitNotes(row.at, _words(row, key), added.get(row.id, ())) for row in rows]
        return tuple(notes for notes in opened if notes.words or notes.added)


def _words(row: Visit, key: CaseKey) -> dict[str, str]:
    said = {name: key.open("visit", name, row.id, getattr(row, name)) for name in _SEALED}
    return {name: words for name, words in said.items() if words is not None}


def _added(session: Session, case_id: str, key: CaseKey) -> dict[str, tuple[Mapping[str, Any], ...]]:
    rows = session.exec(
        select(VisitAddition).where(VisitAddition.case_id == case_id).order_by(col(VisitAddition.at))
    ).all()
    found: dict[str, tuple[Mapping[str, Any], ...]] = {}
    for row in rows:
        said = key.open("visit_addition", "said", row.id, row.said)
        found[row.visit_id] = (*found.get(row.visit_id, ()), {"at": row.at, **said})
    return found
