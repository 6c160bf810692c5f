"""Composes the summary that belongs to a step, and adds it to what the step writes.

It is made in the step's own transaction from what is kept at that moment. Where an officer was shown one
before, it leaves only if it is still the same.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, bindparam, func, select

from partners import packets
from partners.packets import Summary as Told
from repatriation.records.columns import new_id
from repatriation.records.organisations import SYSTEM, Officer, Organisation
from repatriation.records.outbox import Outbox
from repatriation.records.partners import Partner
from repatriation.records.stays import Stay
from repatriation.records.summaries import POST, Summary
from repatriation.records.visits import Visit
from repatriation.records.writing import Write, adding
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.opened import Opened, body_of
from repatriation.work.particulars import Particulars
from repatriation.work.reading import find
from repatriation.work.refusals import Invalid
from repatriation.work.sharing import Body, Part, Picks
from sop.clocks import zone_of
from sop.procedure import Action, Procedure

SENT: Final = "summary_sent"
"""The fact that a step puts on file with which a summary leaves."""

SETTLED: Final = "integrated"
"""The stage from which on somebody is at home again."""

MET: Final = "seen"
PLANNED: Final = "planned"

Ask = Callable[[Select[Any], Mapping[str, Any]], list[Any]]
"""Puts a question to the database, in a step or outside one."""

_VISIT = Visit.metadata.tables["visit"]
_VISITS = select(_VISIT.c.at, _VISIT.c.due_on, _VISIT.c.outcome, _VISIT.c.safety, _VISIT.c.state).where(
    _VISIT.c.case_id == bindparam("case")
)
_STAY = Stay.metadata.tables["stay"]
_HOME = (
    select(_STAY.c.entered_at)
    .where(_STAY.c.case_id == bindparam("case"), _STAY.c.stage == bindparam("settled"))
    .order_by(_STAY.c.entered_at)
    .limit(1)
)
_SUMMARY = Summary.metadata.tables["summary"]
_BEFORE = select(func.count().label("number")).where(_SUMMARY.c.case_id == bindparam("case"))
_OFFICER, _PARTNER = Officer.metadata.tables["officer"], Partner.metadata.tables["partner"]
_AT_WORK = (
    select(_OFFICER.c.id)
    .where(
        _OFFICER.c.organisation_id == bindparam("organisation"),
        _OFFICER.c.active.is_(True),
        _OFFICER.c.duty != SYSTEM,
    )
    .limit(1)
)
_INSTALLATION = (
    select(_PARTNER.c.id)
    .where(
        _PARTNER.c.organisation_id == bindparam("organisation"),
        _PARTNER.c.state == "active",
        _PARTNER.c.envelope_issuer == _PARTNER.c.client_id,
    )
    .order_by(_PARTNER.c.id)
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Preview:
    """Exactly what will be sent, and to whom. `shown` tells it from any other; `partner_id` is the
    installation that it goes to, or none where the recipient works in this one."""

    told: Told
    shown: str
    recipient: str
    partner_id: str | None


def sends(action: Action) -> bool:
    """Whether a summary leaves with this action."""
    return SENT in action.records and action.discloses is not None


def consent_of(procedure: Procedure, action: Action) -> str:
    """The consent under which it leaves."""
    return next(name for name in procedure.consents if f"consent_to_{name}" in action.requires)


def preview(
    house: House, actor: Actor, now: datetime, reference: str, action: Action, chosen: str | None
) -> Preview | None:
    """What would be sent now; none while it is not plain to whom. Raises NotFound."""
    with house.doors.read() as session:
        case = find(session, actor, reference)
        procedure = house.shelf.pinned(case.digest)
        parts = session.connection().execute(_PARTS, {"case": case.id}).all()
        bodies = [body_of(row) for row in session.connection().execute(select(_BODY)).all()]

        def ask(question: Select[Any], given: Mapping[str, Any]) -> list[Any]:
            return list(session.connection().execute(question, given).all())

        held = (Part(part.role, part.organisation_id) for part in parts)
        recipient = _recipient(procedure, action, held, lambda: bodies, actor, chosen)
        if recipient is None:
            return None
        told = _composed(ask, now, case, procedure)
        name = next(body.code for body in bodies if body.id == recipient)
        named = session.get_one(Organisation, recipient).name or name
        return Preview(told, digest(told), named, _partner(ask, recipient))


def attached(
    house: House, actor: Actor, now: datetime, action: str, given: Particulars, shown: str | None = None
) -> Callable[[Opened], tuple[Write, ...]]:
    """What a step writes besides, with which a summary leaves. `shown` is what the officer saw.

    When the step is taken this raises Invalid, if what would leave is not what was shown any more.
    """

    def also(opened: Opened) -> tuple[Write, ...]:
        case = opened.row
        procedure = house.shelf.pinned(case.digest)
        taken = procedure.actions[action]
        recipient = _recipient(procedure, taken, opened.parts, opened.bodies, actor, given.organisation)
        assert recipient is not None  # else the step would not have been allowed
        told = _composed(opened.lean.all, now, case, procedure)
        if shown is not None and shown != digest(told):
            raise Invalid({"summary": "changed"})
        partner_id = _partner(opened.lean.all, recipient)
        row_id = new_id()
        row = adding(
            Summary,
            id=row_id,
            case_id=case.id,
            seq=case.version + 1,
            consent=consent_of(procedure, taken),
            recipient_id=recipient,
            partner_id=partner_id,
            content=packets.as_said(told),
            at=now,
            officer_id=actor.officer_id,
            organisation_id=actor.organisation_id,
        )
        if partner_id is None:
            return (row,)
        return (row, adding(Outbox, kind=POST, case_id=case.id, run_at=now, detail={"summary": row_id}))

    return also


def digest(told: Told) -> str:
    """What tells one summary from another."""
    said = json.dumps(packets.as_said(told), sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:40]


def _composed(ask: Ask, now: datetime, case: Any, procedure: Procedure) -> Told:
    """The summary, from what is kept of the case now."""
    zone = zone_of(procedure.home)
    visits = ask(_VISITS, {"case": case.id})
    tried = (visit for visit in visits if visit.at is not None and visit.state in ("done", "missed"))
    made = sorted(tried, key=lambda visit: visit.at)
    met = [visit for visit in made if visit.outcome == MET]
    today = now.astimezone(zone).date()
    ahead = (visit.due_on for visit in visits if visit.state == PLANNED and visit.due_on is not None)
    coming = min((day for day in ahead if day >= today), default=None)
    home = ask(_HOME, {"case": case.id, "settled": SETTLED})
    since = home[0].entered_at if home else case.entered_at
    return Told(
        reference=case.reference,
        route=procedure.route,
        number=ask(_BEFORE, {"case": case.id})[0].number + 1,
        stage=case.stage,
        home_since=since.astimezone(zone).date().isoformat(),
        contact="none_yet" if not made else "met" if made[-1].outcome == MET else "not_met",
        last_met=met[-1].at.astimezone(zone).date().isoformat() if met else None,
        safety=next((visit.safety for visit in reversed(met) if visit.safety), None),
        visits_made=len(met),
        visits_missed=len(made) - len(met),
        next_visit=coming.isoformat() if coming else None,
    )


def _recipient(
    procedure: Procedure,
    action: Action,
    parts: Iterable[Part],
    bodies: Callable[[], Iterable[Body]],
    actor: Actor,
    chosen: str | None,
) -> str | None:
    """Who is told: whom the officer named, whoever is told already, or the only one who could be."""
    assert action.discloses is not None
    (role,) = action.discloses.to
    picks = Picks(procedure, lambda: tuple(bodies()), actor.organisation_id, chosen, None)
    if chosen is None:
        held = next((part.organisation_id for part in parts if part.role == role), None)
        if held is not None:
            return held
    return picks.one(action.name, role, must=False) or None


def _partner(ask: Ask, organisation_id: str) -> str | None:
    """The installation in which the recipient works, or none where it works in this one."""
    asked = {"organisation": organisation_id}
    if ask(_AT_WORK, asked):
        return None
    found = ask(_INSTALLATION, asked)
    return found[0].id if found else None


_BODY = Organisation.metadata.tables["organisation"]
_PART = Summary.metadata.tables["party"]
_PARTS = select(_PART.c.role, _PART.c.organisation_id).where(
    _PART.c.case_id == bindparam("case"), _PART.c.until.is_(None)
)
