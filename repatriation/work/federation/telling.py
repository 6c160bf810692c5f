"""What a step of ours writes for the other installation that has the case: its form, with the step itself."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert

from partners import federation, steps
from partners.federation import Side
from repatriation.records.columns import new_id
from repatriation.records.federation import SETTLE, TAKEN
from repatriation.records.lean import Write
from repatriation.records.outbox import Outbox
from repatriation.work.actors import Actor
from repatriation.work.opened import Opened
from repatriation.work.particulars import Particulars
from repatriation.work.sharing import Sharing
from sop.engine import NotAllowed, Step
from sop.procedure import Action, Procedure
from sop.view import CaseView

_WAKE = insert(Outbox)


def on_our_side(procedure: Procedure, view: CaseView, opened: Opened, action: str) -> Opened:
    """A case as a step finds it, with the roles that are played here, where others are played elsewhere.

    Raises NotAllowed: the action is the other installation's, or the case is held up there.
    """
    if opened.row.side is None:
        return opened
    found = procedure.actions.get(action)
    if found is not None:
        reasons = federation.not_ours(procedure, view.stage, found, opened.row.side)
        if reasons:
            raise NotAllowed(action, reasons)
    return opened._replace(roles=federation.own_roles(opened.roles, side_played(opened.row.side)))


def side_played(kept: str) -> Side:
    """The side that we play, from what is kept with the case."""
    return "home" if kept.startswith("home") else "host"


def writes(
    procedure: Procedure,
    opened: Opened,
    before: CaseView,
    step: Step,
    given: Particulars,
    shared: Sharing,
    actor: Actor,
    now: datetime,
) -> tuple[Write, ...]:
    """The step's form, and that there is something to settle; nothing in a case that is ours alone."""
    if opened.row.side is None:
        return ()
    key = new_id()
    form: dict[str, Any] = {
        "key": key,
        "procedure": procedure.digest,
        "stage": before.stage,
        "view": steps.digest(before),
        "action": step.action.name,
        "by": _by(step.action, opened),
        "organisation": actor.organisation,
        "at": steps.micros(now),
        "on": given.on.isoformat() if given.on else None,
        "until": steps.micros(given.until) if given.until else None,
        "guardian": given.guardian is not None,
        "own_view": given.own_view,
        "gate": given.gate,
        "language": given.language,
        "how": given.how,
        "recorded": list(step.recorded),
        "cleared": list(step.cleared),
        "joined": _joined(opened, shared),
    }
    taken = {
        "id": key,
        "case_id": opened.row.id,
        "key": key,
        "ours": True,
        "seq": None,
        "number": None,
        "version": step.view.version,
        "state": "taken",
        "form": form,
        "reasons": [],
        "handoff_id": None,
        "at": now,
    }
    wake = {
        "id": new_id(),
        "case_id": opened.row.id,
        "kind": SETTLE,
        "recipient_id": None,
        "run_at": now,
        "detail": {},
        "state": "open",
        "attempts": 0,
    }
    return (Write(TAKEN, taken), Write(_WAKE, wake))


def _by(action: Action, opened: Opened) -> str:
    """The role in which the step was taken; for an act of the person's, whose officer took it down."""
    fitting = sorted(opened.roles.intersection(action.by)) or sorted(
        opened.roles, key=lambda role: (role.startswith("support."), role)
    )
    return fitting[0]


def _joined(opened: Opened, shared: Sharing) -> list[str]:
    """Who came to know of the case with the step, by the codes that both installations have."""
    if not shared.joins:
        return []
    names = {body.id: body.code for body in opened.bodies()}
    return [f"{part.role}:{names[part.organisation_id]}" for part in shared.joins]
