"""The summaries of a case: which were sent and acknowledged, and when the next is due; and reading one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from partners.packets import Summary as Told
from repatriation.records import trail
from repatriation.records.cases import CaseFile
from repatriation.records.handoffs import Handoff
from repatriation.records.organisations import Officer, Organisation
from repatriation.records.stays import Stay
from repatriation.records.summaries import Summary
from repatriation.work.actors import Actor
from repatriation.work.followup.turns import stands
from repatriation.work.house import House
from repatriation.work.reading import find
from repatriation.work.refusals import NotFound, ReadOnly
from repatriation.work.summaries.composing import SETTLED, sends
from repatriation.work.summaries.points import next_due
from repatriation.work.views import case_view
from sop.clocks import zone_of
from sop.engine import consent_is_live
from sop.followup import Standing
from sop.procedure import Procedure


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """One summary. `acknowledged_at` is when its receiver said that it was read; `signed`, that they did so
    with a receipt; `to_acknowledge`, that it is the reader's to say so."""

    id: str
    at: datetime
    recipient: str
    told: Told
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    signed: bool
    not_sent: str | None
    to_acknowledge: bool


@dataclass(frozen=True, slots=True)
class Summaries:
    """What a case's page says of them. `due_on`: when the next is due, if any, and `standing` how it stands;
    `action`: the act with which it leaves; `agreed`: whether the person agrees to it now."""

    lines: tuple[SummaryLine, ...]
    due_on: date | None
    standing: Standing | None
    action: str | None
    agreed: bool


def summaries(house: House, actor: Actor, now: datetime, reference: str) -> Summaries | None:
    """The summaries of a case, newest first; none where there are none and none will be. Raises NotFound.

    They are shown to whoever sent or received them, and to whoever answers for the case.
    """
    with house.doors.read() as session:
        case = find(session, actor, reference)
        procedure = house.shelf.pinned(case.digest)
        rows = session.exec(
            select(Summary).where(Summary.case_id == case.id).order_by(col(Summary.seq).desc())
        ).all()
        answers = actor.organisation_id == case.holder_id
        lines = tuple(
            _line(session, actor, row)
            for row in rows
            if answers or actor.organisation_id in (row.organisation_id, row.recipient_id)
        )
        sending = [action for action in procedure.by_stage[case.stage] if sends(action)]
        if not sending:
            return Summaries(lines, None, None, None, agreed=False) if lines else None
        view = case_view(case)
        agreed = any(
            consent_is_live(view, name, now)
            for name in procedure.consents
            if f"consent_to_{name}" in sending[0].requires
        )
        due_on = _due(session, house, case, procedure, rows)
        stands_now = stands(house, due_on, procedure.home, now) if due_on is not None else None
        return Summaries(lines, due_on, stands_now, sending[0].name, agreed)


def acknowledge(house: House, actor: Actor, now: datetime, reference: str, summary_id: str) -> None:
    """Say that a summary was read, for the organisation that it was sent to. Said twice, it counts once.

    Raises NotFound, ReadOnly.
    """
    if actor.reads_only:
        raise ReadOnly
    with house.doors.act() as session:
        case = find(session, actor, reference)
        row = session.get(Summary, summary_id, with_for_update=True)
        if row is None or row.case_id != case.id or row.recipient_id != actor.organisation_id:
            raise NotFound(summary_id)
        if row.partner_id is not None:
            raise NotFound(summary_id)
        if row.acknowledged_at is None:
            row.acknowledged_at, row.acknowledged_by = now, actor.officer_id
            trail.append(session, actor, now, "summary:acknowledged", {"summary": row.id}, case.id)


def _line(session: Session, actor: Actor, row: Summary) -> SummaryLine:
    at, signed = row.acknowledged_at, False
    if row.handoff_id is not None:
        handoff = session.get_one(Handoff, row.handoff_id)
        signed = handoff.state == "accepted"
        at = handoff.decided_at if signed else None
    by = session.get(Officer, row.acknowledged_by) if row.acknowledged_by else None
    ours = row.recipient_id == actor.organisation_id and row.partner_id is None
    return SummaryLine(
        row.id,
        row.at,
        session.get_one(Organisation, row.recipient_id).name,
        Told.model_validate(row.content),
        at,
        by.display_name if by else None,
        signed,
        row.not_sent,
        ours and at is None and not actor.reads_only,
    )


def _due(
    session: Session, house: House, case: CaseFile, procedure: Procedure, rows: Sequence[Summary]
) -> date | None:
    first = session.exec(
        select(Stay.entered_at)
        .where(Stay.case_id == case.id, Stay.stage == SETTLED)
        .order_by(col(Stay.entered_at))
        .limit(1)
    ).first()
    zone = zone_of(procedure.home)
    home = (first or case.entered_at).astimezone(zone).date()
    return next_due(house, home, rows[0].at.astimezone(zone).date() if rows else None)
