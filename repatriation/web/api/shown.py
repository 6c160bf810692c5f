"""Turns a case as it was read into exactly what a program is shown of it: no officer's name, and no note."""

from repatriation.web.api import shapes
from repatriation.web.api.wording import plain, wording
from repatriation.web.words import text
from repatriation.work.actors import Actor
from repatriation.work.casepage import Asked, Body, CaseGlance, CasePage, Move
from repatriation.work.lists import CaseLine
from repatriation.work.papers.asking import choices
from repatriation.work.papers.rules import is_made_with
from sop.deadlines import Deadline


def line(case: CaseLine) -> shapes.CaseInList:
    """A case in a list."""
    return shapes.CaseInList(
        reference=case.reference,
        route=case.procedure.route,
        edition=case.procedure.edition,
        stage=case.stage.name,
        ended=case.stage.end,
        age_group=case.age_group,
        version=case.version,
        entered_at=case.entered_at,
        updated_at=case.updated_at,
        expected_on=case.expected_on,
        gate=case.gate,
        responsible=case.turn.responsible,
        waiting_for=case.turn.waiting_for,
        ours=case.my_move,
        stuck=case.stuck,
        due=_due(case.deadline) if case.deadline else None,
    )


def case(seen: CaseGlance, person: shapes.PersonSeen | None) -> shapes.Case:
    """A case."""
    return shapes.Case(
        reference=seen.reference,
        route=seen.procedure.route,
        edition=seen.procedure.edition,
        procedure=seen.procedure.digest,
        stage=seen.stage.name,
        ended=seen.stage.end,
        age_group=seen.age_group,
        version=seen.version,
        opened_at=seen.opened_at,
        entered_at=seen.view.entered,
        updated_at=seen.updated_at,
        closed_at=seen.closed_at,
        expected_on=seen.expected_on,
        gate=seen.gate,
        holder=_body(seen.holder) if seen.holder else None,
        responsible=seen.turn.responsible,
        waiting_for=seen.turn.waiting_for,
        ours=seen.my_move,
        roles=tuple(sorted(seen.roles)),
        due=tuple(_due(deadline) for deadline in seen.deadlines),
        facts=tuple(
            shapes.FactOnFile(
                name=fact.name,
                at=fact.at,
                until=fact.until,
                on=fact.on,
                counts=not fact.lapsed,
                by=fact.body.code if fact.body else None,
            )
            for fact in seen.facts
        ),
        consents=tuple(_consent(asked) for asked in seen.consents),
        parts=tuple(
            shapes.Part(organisation=_body(part.body), roles=part.roles, since=part.since, until=part.until)
            for part in seen.parts
        ),
        identifications=tuple(
            shapes.Identified(
                kind=each.kind,
                outcome=each.outcome,
                authority=each.authority,
                country=each.country,
                at=each.at,
            )
            for each in seen.identifications
        ),
        reopened_from=seen.reopened_from,
        reopened_as=seen.reopened_as,
        person=person,
    )


def actions(page: CasePage, us: Actor) -> shapes.Actions:
    """What may be done, and why not the rest."""
    return shapes.Actions(
        reference=page.reference,
        version=page.version,
        stage=page.stage.name,
        actions=tuple(_action(page, move, us) for move in page.moves),
    )


def _action(page: CasePage, move: Move, us: Actor) -> shapes.Action:
    action, words = move.action, wording(page)
    return shapes.Action(
        name=action.name,
        words=plain(words.consent_act(action) if action.consent else text(action.text)),
        open=move.open,
        reasons=tuple(
            shapes.Why(
                code=reason.code, about=reason.what, words=plain(words.reason(reason, page.stage.name))
            )
            for reason in move.reasons
        ),
        by=action.by,
        done=move.done,
        leads_to=action.to,
        needs=tuple(shapes.Need(name=name, must=must) for name, must in move.asked.items()),
        paper=action.document,
        paper_needed=is_made_with(action),
        paper_languages=choices(us, page, action) if action.document else None,
        tells=shapes.Told(purpose=action.discloses.purpose, to=action.discloses.to)
        if action.discloses
        else None,
        basis=action.basis,
        grounding=action.grounding,
    )


def _consent(asked: Asked) -> shapes.ConsentOnFile:
    last = asked.history[-1] if asked.history else None
    return shapes.ConsentOnFile(
        name=asked.consent.name,
        purpose=asked.consent.purpose,
        to=asked.consent.to,
        stands=asked.live,
        decision=last.decision if last else None,
        at=last.at if last else None,
        until=last.until if last else None,
    )


def _due(deadline: Deadline) -> shapes.Due:
    return shapes.Due(
        action=deadline.action.name,
        by=deadline.by,
        ends_at=deadline.at,
        last_day=deadline.on,
        overdue=deadline.overdue,
        basis=deadline.limit.basis,
        grounding=deadline.limit.grounding,
    )


def _body(body: Body) -> shapes.Body:
    return shapes.Body(code=body.code, name=body.name, country=body.country)
