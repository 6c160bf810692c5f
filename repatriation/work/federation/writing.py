"""Writes down what the order of steps makes of a case that two installations have: what the other side took,
and what of ours does not count.

It is the scribe of steps that no officer here took. Every one of them was asked of our own engine first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, col, select

from partners import steps
from partners.federation import other
from partners.steps import Step
from repatriation.records import trail
from repatriation.records.cases import CaseFile, Fact, Party
from repatriation.records.columns import new_id
from repatriation.records.consents import Consent
from repatriation.records.outbox import Outbox
from repatriation.records.people import Identification
from repatriation.records.trail import Event, Head
from repatriation.records.writing import ADVANCE
from repatriation.work import sharing
from repatriation.work.actors import Actor
from repatriation.work.cases import every_body
from repatriation.work.clocks import first_due
from repatriation.work.federation.telling import side_played
from repatriation.work.house import House
from repatriation.work.particulars import identification_of
from repatriation.work.sharing import Body, Part
from repatriation.work.views import state_of
from sop import engine
from sop import vocabulary as words
from sop.engine import DECISIONS
from sop.procedure import Procedure
from sop.view import CaseView

REFUSED: Final = "federation:step:refused"
"""The tag of the event that a step of ours does not count, which the other installation decided."""

RENEWED: Final = "federation:case:renewed"
"""The tag of the event that the case was taken over anew as it stands there."""


@dataclass(frozen=True, slots=True)
class Page:
    """Where something is written: the case with its procedure, and the partner who has it too."""

    session: Session
    house: House
    now: datetime
    case: CaseFile
    procedure: Procedure
    partner_body: str


def take_over(
    page: Page, before: CaseView, after: CaseView, told: Step, taken: engine.Step, actor: Actor
) -> None:
    """Write a step of theirs, which was taken in the other installation by a body of its country."""
    _facts(page, before, after, taken.action.name, actor)
    _consent(page, told, taken, actor)
    _identification(page, taken, actor)
    parts = _parts(page)
    joins = _joining(page, told, taken, parts)
    leaves = sharing.leaving(page.procedure, taken, parts)
    detail: dict[str, Any] = {
        "action": told.action,
        "from": page.case.stage,
        "to": after.stage,
        "version": page.case.version + 1,
        "roles": [told.by],
        "recorded": list(taken.recorded),
        "cleared": list(taken.cleared),
        "on": told.on,
        "until": steps.moment(told.until).isoformat() if told.until else None,
        "guardian": told.guardian,
        "own_view": told.own_view,
        "joined": [f"{part.role}:{part.organisation_id}" for part in joins],
        "left": [f"{part.role}:{part.organisation_id}" for part in leaves],
        "there": True,
    }
    tag = (
        "case:stage:changed"
        if taken.action.to
        else "consent:recorded"
        if taken.action.consent
        else "case:fact:recorded"
    )
    said = {name: value for name, value in detail.items() if value not in (None, False, [])}
    event = trail.event(_head(page.case), actor, page.now, tag, said)
    _advance(page, after, event, [*joins, *(p for p in parts if p not in leaves)], told.gate)
    _change_parts(page, after, joins, leaves)
    _tell(page, leaves, told.action)


def put_right(
    page: Page, before: CaseView, after: CaseView, action: str, reasons: Sequence[str], tag: str = REFUSED
) -> None:
    """Write that the case stands otherwise than it was shown here: a step does not count, for these reasons,
    or others come to stand differently by the order they are in.
    """
    _facts(page, before, after, action, None)
    parts = _parts(page)
    detail = {
        "refused": action,
        "reasons": list(reasons),
        "from": page.case.stage,
        "to": after.stage,
        "version": page.case.version + 1,
    }
    event = trail.event(_head(page.case), None, page.now, tag, detail)
    _advance(page, after, event, parts, None)
    _change_parts(page, after, [], ())
    _tell(page, (), None)


def _facts(page: Page, before: CaseView, after: CaseView, action: str, actor: Actor | None) -> None:
    changed = [
        (name, fact, "recorded") for name, fact in after.facts.items() if before.facts.get(name) != fact
    ]
    changed += [(name, fact, "cleared") for name, fact in before.facts.items() if name not in after.facts]
    for name, fact, event in changed:
        page.session.add(
            Fact(
                case_id=page.case.id,
                seq=page.case.version + 1,
                name=name,
                event=event,
                at=page.now if event == "cleared" else fact.at,
                until=fact.until,
                on_date=fact.on,
                action=action,
                officer_id=actor.officer_id if actor else None,
                organisation_id=actor.organisation_id if actor else None,
            )
        )


def _consent(page: Page, told: Step, taken: engine.Step, actor: Actor) -> None:
    act = taken.action.consent
    if act is None:
        return
    state = taken.view.consents[act.consent]
    page.session.add(
        Consent(
            case_id=page.case.id,
            seq=page.case.version + 1,
            name=act.consent,
            purpose=page.procedure.consents[act.consent].purpose,
            decision=DECISIONS[act.act],
            at=state.at,
            until=state.until,
            language=told.language,
            how=told.how,
            own_view=told.own_view,
            officer_id=actor.officer_id,
        )
    )


def _identification(page: Page, taken: engine.Step, actor: Actor) -> None:
    """That somebody was identified there. Who decided is known here by the organisation alone."""
    found = identification_of(taken.action)
    if found is not None:
        page.session.add(
            Identification(
                case_id=page.case.id,
                seq=page.case.version + 1,
                kind=found[0],
                outcome=found[1],
                authority=actor.organisation,
                country=actor.country,
                at=page.now,
                officer_id=actor.officer_id,
            )
        )


def _parts(page: Page) -> tuple[Part, ...]:
    rows = page.session.exec(
        select(Party.role, Party.organisation_id).where(
            Party.case_id == page.case.id, col(Party.until).is_(None)
        )
    ).all()
    return tuple(Part(*row) for row in rows)


def _joining(page: Page, told: Step, taken: engine.Step, parts: Sequence[Part]) -> list[Part]:
    """Who came to know with the step: an organisation that is known here and could hold the role; for a role
    on their side that nobody here is known to hold, the partner itself. Nobody joins in a role that the step
    itself brings nobody into.
    """
    if not told.joined:
        return []
    brought = sharing.brought_in(page.procedure, taken)
    bodies: dict[str, Body] = {body.code: body for body in every_body(page.session)}
    found: list[Part] = []
    for each in told.joined:
        role, _, code = each.partition(":")
        if role not in brought:
            continue
        part = part_of(page.procedure, role, bodies.get(code), str(page.case.side), page.partner_body)
        if part is not None and part not in parts and part not in found:
            found.append(part)
    return found


def part_of(procedure: Procedure, role: str, body: Body | None, ours: str, partner: str) -> Part | None:
    """A role as it is held there, in our own organisations; `ours` is the side played here."""
    if body is not None and sharing.bodies_for(procedure, role, (body,)):
        return Part(role, body.id)
    theirs = role in words.ROLES and role.partition(".")[0] == other(side_played(ours))
    return Part(role, partner) if theirs else None


def _advance(page: Page, after: CaseView, event: Event, parts: Sequence[Part], gate: str | None) -> None:
    """Where the case stands from now on, and who answers for it."""
    case, stage = page.case, page.procedure.stages[after.stage]
    scheduled = after.facts.get("handover_scheduled")
    holder = next((part.organisation_id for part in parts if part.role == stage.responsible), None)
    theirs = stage.responsible.partition(".")[0] == other(side_played(str(case.side)))
    values = {
        "case_id": case.id,
        "was_version": case.version,
        "was_trail_seq": case.trail_seq,
        "stage": after.stage,
        "entered_at": after.entered,
        "holder_id": holder or (page.partner_body if theirs else case.holder_id),
        "state": state_of(after),
        "expected_on": scheduled.on if scheduled else None,
        "gate": gate or case.gate,
        "version": case.version + 1,
        "trail_seq": event.head.seq,
        "trail_head": event.head.hash,
        "unsealed": True,
        "updated_at": page.now,
        "closed_at": (case.closed_at or page.now) if stage.end else None,
    }
    page.session.flush()
    page.session.connection().execute(trail.ADD, event.row)
    page.session.connection().execute(ADVANCE, values)
    page.session.refresh(case)


def _change_parts(page: Page, after: CaseView, joins: Sequence[Part], leaves: Sequence[Part]) -> None:
    due_on = first_due(page.house, page.procedure, after, page.now)
    rows = page.session.exec(
        select(Party).where(Party.case_id == page.case.id, col(Party.until).is_(None))
    ).all()
    for row in rows:
        row.updated_at = page.now
        if Part(row.role, row.organisation_id) in leaves:
            row.until, row.stage, row.due_on = page.now, None, None
        else:
            row.stage, row.due_on = after.stage, due_on
        page.session.add(row)
    for part in joins:
        page.session.add(
            Party(
                case_id=page.case.id,
                role=part.role,
                organisation_id=part.organisation_id,
                since=page.now,
                updated_at=page.now,
                stage=after.stage,
                due_on=due_on,
                route=page.procedure.route,
            )
        )
    page.session.flush()


def _tell(page: Page, leaves: Sequence[Part], action: str | None) -> None:
    """Everybody here who has a part hears which step it was, and who lost theirs, that it ended. Without an
    action it was none: how the case stands was put right.
    """
    detail = {"reference": page.case.reference, "version": page.case.version, "action": action}
    told: list[tuple[str, str | None]] = [("case:moved", None)]
    told += [("case:left", organisation) for organisation in sorted({p.organisation_id for p in leaves})]
    for kind, recipient in told:
        page.session.add(
            Outbox(
                id=new_id(),
                case_id=page.case.id,
                kind=kind,
                recipient_id=recipient,
                run_at=page.now,
                detail=detail,
            )
        )


def _head(case: CaseFile) -> Head:
    return Head(case.id, case.trail_seq, case.trail_head)
