"""Takes the step by which an accepted transfer moves its case on, where it is one that does.

Across a border a case is not simply somebody else's: the procedure says by which act it becomes so. Such a
transfer names the act, which is taken once the receiver has signed that it accepts, through the same engine
as every other. Until then, and when the engine refuses it, whoever answered goes on answering. A paper that
the act is taken with is an officer's to write: they are told, and once they took it the case counts as gone.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select, update

from repatriation.records.handoffs import Handoff
from repatriation.records.organisations import Officer, Organisation
from repatriation.records.outbox import Outbox
from repatriation.records.partners import Partner
from repatriation.work.actors import Actor
from repatriation.work.handoffs import desk
from repatriation.work.handoffs.post import answers_for, call_for, locked_partner
from repatriation.work.house import House
from repatriation.work.particulars import NOTHING, Particulars
from repatriation.work.reading import roles_of
from repatriation.work.refusals import Invalid, KeyReused, MovedOn, NotFound, PaperNeeded, ReadOnly
from repatriation.work.sessions import actor_of
from repatriation.work.sharing import bodies_for
from repatriation.work.steps import take_step
from sop.engine import NotAllowed, UnknownAction

STEP: Final = "handoff:step"
"""The kind of an outbox row that is a step to be taken because a transfer was accepted."""

_TRIES: Final = 3
_LOOK_EVERY: Final = timedelta(minutes=5)
"""How often it is looked whether an officer has taken a step that needs its paper."""


def owe(session: Session, row: Handoff, now: datetime, version: int) -> None:
    """Write down, with the acceptance, that its step is to be taken."""
    detail = {"handoff": row.id, "version": version}
    session.add(Outbox(kind=STEP, case_id=row.case_id, run_at=now, detail=detail, once=f"step:{row.id}"))


def carry_on(house: House, now: datetime) -> int:
    """Take the steps that are owed; says how many were taken."""
    with house.doors.read() as session:
        owed = session.exec(
            select(Outbox.id)
            .where(Outbox.kind == STEP, Outbox.state == "open", Outbox.run_at <= now)
            .limit(100)
        ).all()
    return sum(_carry(house, now, outbox_id) for outbox_id in owed)


def _carry(house: House, now: datetime, outbox_id: str) -> bool:
    for _ in range(_TRIES):
        with house.doors.read() as session:
            queued = session.get_one(Outbox, outbox_id)
            row = session.get_one(Handoff, str(queued.detail["handoff"]))
            case = desk.case_of(session, row)
            actor, given = _who(session, house, row), _named(session, house, row)
            partner = session.get_one(Partner, row.partner_id)
            gone = case.holder_id == partner.organisation_id
            reference, current, version = case.reference, case.version, int(queued.detail["version"])
        if gone:  # an officer of ours took the step
            _taken(house, now, outbox_id)
            return True
        try:
            # Under a key: when a process was killed after this, it is not taken twice.
            take_step(house, actor, now, reference, str(row.step), version, given, f"handoff-{row.jti}")
        except MovedOn:
            _look_again(house, outbox_id, current)
            continue
        except PaperNeeded:
            _wait_for_paper(house, now, outbox_id)
            return False
        except (NotAllowed, NotFound, Invalid, ReadOnly, KeyReused, UnknownAction):
            break
        _taken(house, now, outbox_id)
        return True
    _refused(house, now, outbox_id)
    return False


def _who(session: Session, house: House, row: Handoff) -> Actor:
    """Who takes the step: our officer who sent the transfer, where the act is one of ours; else the
    partner's program, in whose organisation's hands it is.
    """
    case = desk.case_of(session, row)
    action = house.shelf.pinned(case.digest).actions[str(row.step)]
    ours = roles_of(session, case.id, str(row.organisation_id))
    partner = session.get_one(Partner, row.partner_id)
    officer_id = row.officer_id if not ours.isdisjoint(action.by) else partner.officer_id
    officer = session.get_one(Officer, str(officer_id))
    return actor_of(officer, session.get_one(Organisation, officer.organisation_id))


def _named(session: Session, house: House, row: Handoff) -> Particulars:
    """The receiver is named to the step, where it is one that tells somebody: there may be others like it."""
    procedure = house.shelf.pinned(desk.case_of(session, row).digest)
    action = procedure.actions[str(row.step)]
    body = desk.body_of_partner(session, session.get_one(Partner, row.partner_id))
    told = action.discloses.to if action.discloses is not None else ()
    fits = any(bodies_for(procedure, role, (body,)) for role in told)
    return Particulars(organisation=body.code) if fits else NOTHING


def _look_again(house: House, outbox_id: str, version: int) -> None:
    with house.doors.act() as session:
        queued = session.get_one(Outbox, outbox_id, with_for_update=True)
        queued.detail = {**queued.detail, "version": version}


def _wait_for_paper(house: House, now: datetime, outbox_id: str) -> None:
    """Leave the step to an officer, who is told once; later rounds see whether it was taken."""
    with house.doors.act() as session:
        row, queued = _locked(session, outbox_id), session.get_one(Outbox, outbox_id)
        if not queued.attempts:
            call_for(session, row, now, "step_needs_paper")
        queued.attempts += 1
        queued.run_at = now + _LOOK_EVERY


def _taken(house: House, now: datetime, outbox_id: str) -> None:
    with house.doors.act() as session:
        row = _locked(session, outbox_id)
        partner = session.get_one(Partner, row.partner_id)
        if desk.case_of(session, row).holder_id == partner.organisation_id:
            answers_for(session, row, now, str(partner.envelope_issuer), "accepted", partner.organisation_id)
        else:
            call_for(session, row, now, "moved_on")
        session.exec(update(Outbox).where(col(Outbox.id) == outbox_id).values(state="sent"))


def _refused(house: House, now: datetime, outbox_id: str) -> None:
    with house.doors.act() as session:
        call_for(session, _locked(session, outbox_id), now, "step_refused")
        session.exec(update(Outbox).where(col(Outbox.id) == outbox_id).values(state="dead"))


def _locked(session: Session, outbox_id: str) -> Handoff:
    first = session.get_one(Handoff, str(session.get_one(Outbox, outbox_id).detail["handoff"]))
    locked_partner(session, first.partner_id)
    return session.get_one(Handoff, first.id, with_for_update=True, populate_existing=True)
