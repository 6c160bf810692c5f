"""What a partner's receipt does to a handoff of ours: delivered, accepted, declined; and who answers then.

Responsibility moves with a signed acceptance that came in time and was not taken back before, and with
nothing else. Until then, and in every other case, whoever answered for the person goes on doing so.
"""

from datetime import datetime

from sqlmodel import Session, col, select

from partners import envelope, jose, receipts
from partners.packets import STEPS, Decision
from partners.receipts import Receipt
from repatriation.records import trail
from repatriation.records.cases import Party
from repatriation.records.handoffs import Handoff, HandoffReceipt
from repatriation.records.partners import Partner
from repatriation.records.sealing import Safe
from repatriation.work.actors import Actor
from repatriation.work.clocks import first_due
from repatriation.work.federation import hearing, pairing
from repatriation.work.handoffs import carrying, desk
from repatriation.work.handoffs.post import answers_for, call_for
from repatriation.work.house import House
from repatriation.work.refusals import NotFound
from repatriation.work.views import case_view


class Contradicted(Exception):
    """A decision comes that is another than the one that was signed before."""


def find_sent(session: Session, house: House, partner: Partner, jti: str) -> Handoff:
    """What we sent to this partner under a jti, locked. Raises NotFound."""
    row = session.exec(
        select(Handoff)
        .where(
            Handoff.issuer == house.issuer,
            Handoff.jti == jti,
            Handoff.partner_id == partner.id,
            Handoff.direction == "sent",
            Handoff.state != "draft",
        )
        .with_for_update()
    ).first()
    if row is None:
        raise NotFound(jti)
    return row


def read_receipt(house: House, row: Handoff, partner: Partner, text: str) -> Receipt:
    """A partner's receipt for a handoff of ours. Raises jose.Unproven."""
    try:
        keys = jose.public_keys(partner.envelope_keys or {})
    except jose.BadKey as problem:
        raise jose.Unproven(problem.code) from None
    return receipts.read(
        text,
        keys,
        issuer=str(partner.envelope_issuer),
        audience=house.issuer,
        jti=row.jti,
        sha256=str(row.digest),
    )


def take(
    session: Session,
    house: House,
    now: datetime,
    row: Handoff,
    partner: Partner,
    receipt: Receipt,
    said: Decision | None = None,
    actor: Actor | None = None,
) -> bool:
    """Keep a receipt and do what follows from it; False when it had been kept before. `row` is locked.

    Raises Contradicted, when the opposite was signed before.
    """
    kept = {
        each.state: each
        for each in session.exec(select(HandoffReceipt).where(HandoffReceipt.handoff_id == row.id)).all()
    }
    if receipt.state in kept:
        return False
    if receipt.state != "received" and kept.keys() & {"accepted", "declined"}:
        raise Contradicted
    session.add(
        HandoffReceipt(
            handoff_id=row.id, issuer=receipt.issuer, state=receipt.state, at=now, text=receipt.text
        )
    )
    detail = {"handoff": row.id, "kind": row.kind, "state": receipt.state, "partner": partner.id}
    # What passes with the steps of a case would hide the steps themselves in its own trail.
    chain = None if row.what in STEPS else row.case_id
    trail.append(session, actor, now, f"handoff:{receipt.state}", detail, chain)
    if receipt.state == "received":
        row.state = "received" if row.state == "queued" else row.state
        if row.kind == "decision":
            hearing.acknowledged(session, house, row)
    elif hearing.is_step(row):
        hearing.answered(session, house, now, row, receipt, said)
    else:
        _decided(session, house, now, row, partner, receipt, said)
    session.add(row)
    session.flush()
    return True


def _decided(
    session: Session,
    house: House,
    now: datetime,
    row: Handoff,
    partner: Partner,
    receipt: Receipt,
    said: Decision | None,
) -> None:
    if said is not None:
        row.reason = said.reason if receipt.state == "declined" else row.reason
        if row.wrapped_key:
            Safe(house.keyring).key_of(row).seal_into(row, note=_note(said))
    in_time = receipt.issued <= row.expires_at + envelope.AHEAD
    if row.state == "withdrawn" or (row.kind in ("referral", "transfer") and not row.standing):
        # It was taken back before this came: the withdrawal counts, and the receiver is on its way to know.
        if receipt.state == "accepted":
            call_for(session, row, now, "accepted_after_withdrawal")
        return
    if not in_time:
        call_for(session, row, now, "decided_late")
        return
    row.state, row.decided_at, row.waiting = receipt.state, now, False
    if receipt.state == "accepted":
        pairing.begun(session, now, row, said.reference if said else None)
    else:
        pairing.let_go(session, house, now, row, partner)
    if receipt.state == "declined":
        row.standing = False
        call_for(session, row, now, "declined")
    elif row.kind == "transfer" and row.step is not None:
        carrying.owe(session, row, now, desk.case_of(session, row).version)
    elif row.kind == "transfer":
        _hand_over(session, house, now, row, partner)


def _hand_over(session: Session, house: House, now: datetime, row: Handoff, partner: Partner) -> None:
    """The receiver answers for the case from now on, in the place of ours that did."""
    case = desk.case_of(session, row, lock=True)
    procedure, view = house.shelf.pinned(case.digest), case_view(case)
    body = desk.body_of_partner(session, partner)
    if case.holder_id != row.organisation_id or not desk.may_answer(procedure, view.stage, body):
        # The case went on meanwhile, and somebody else answers: people must settle it between them.
        call_for(session, row, now, "moved_on")
        return
    role = procedure.stages[view.stage].responsible
    ours = _live_part(session, case.id, role, str(row.organisation_id))
    if ours is not None:
        ours.until, ours.stage, ours.due_on = now, None, None
    session.flush()
    if _live_part(session, case.id, role, body.id) is None:
        session.add(
            Party(
                case_id=case.id,
                role=role,
                organisation_id=body.id,
                since=now,
                updated_at=now,
                stage=view.stage,
                due_on=first_due(house, procedure, view, now),
                route=procedure.route,
            )
        )
    case.holder_id, case.updated_at = body.id, now
    session.flush()
    detail = {"handoff": row.id, "role": role, "from": row.organisation_id, "to": body.id}
    trail.append(session, None, now, "case:holder:changed", detail, case.id)
    answers_for(session, row, now, str(partner.envelope_issuer), "accepted", body.id)


def _live_part(session: Session, case_id: str, role: str, organisation_id: str) -> Party | None:
    return session.exec(
        select(Party).where(
            Party.case_id == case_id,
            Party.role == role,
            Party.organisation_id == organisation_id,
            col(Party.until).is_(None),
        )
    ).first()


def _note(said: Decision) -> dict[str, str]:
    told = {"note": said.note, "by": said.by, "reference": said.reference}
    return {name: value for name, value in told.items() if value}
