"""Takes what a partner delivers: opened, proved, kept sealed under a key of its own, and signed for at once.

What came before is known again by what was signed, and gets the very receipt it got then.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from partners import envelope, jose, receipts
from partners.envelope import Envelope
from partners.packets import STEPS, Decision, Handing, Update, Withdrawal
from repatriation.records import trail
from repatriation.records.columns import new_id
from repatriation.records.handoffs import KINDS, Exchange, Handoff, HandoffFile, HandoffReceipt
from repatriation.records.organisations import SYSTEM, Officer, Organisation
from repatriation.records.partners import Partner
from repatriation.records.sealing import shred
from repatriation.work.actors import Actor
from repatriation.work.federation import hearing, pairing
from repatriation.work.handoffs import outcome
from repatriation.work.handoffs.post import (
    SEEN_BY_SOMEBODY,
    answers_for,
    call_for,
    decide_unasked,
    locked_partner,
    log,
    new_handoff,
)
from repatriation.work.house import House
from repatriation.work.opened import body_of
from repatriation.work.refusals import NotFound
from repatriation.work.sharing import bodies_for
from sop.procedure import Procedure
from sop.shelf import NotOnTheShelf

_TRIES: Final = 3


class OtherDigest(Exception):
    """Something else came before under the same jti."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The receipt for what was delivered. `fresh`: it came for the first time."""

    receipt: str
    fresh: bool


def receive(house: House, actor: Actor, now: datetime, partner_id: str, sealed: str) -> Taken:
    """Take an envelope that the partner's program, which is `actor`, delivers.

    Raises:
        jose.Unproven: it cannot be opened, or is not of this partner for us; `code` is for the trail alone.
        OtherDigest: something else came before under the same jti.
    """
    came = _open(house, now, partner_id, sealed)
    for tries_left in reversed(range(_TRIES)):
        try:
            with house.doors.act() as session:
                return _take(session, house, actor, now, partner_id, came)
        except IntegrityError:
            # The same envelope, in the same instant: the other one was first.
            if not tries_left:
                raise
    raise AssertionError("unreachable")


def receipt_of(house: House, partner_id: str, jti: str) -> str:
    """The newest receipt there is between a partner and us for an envelope that either sent. NotFound."""
    with house.doors.read() as session:
        found = session.exec(
            select(HandoffReceipt.text)
            .join(Handoff, col(Handoff.id) == col(HandoffReceipt.handoff_id))
            .where(Handoff.partner_id == partner_id, Handoff.jti == jti)
            .order_by(col(HandoffReceipt.state) == "received")  # a decision before it
            .limit(1)
        ).first()
    if found is None:
        raise NotFound(jti)
    return found


def _open(house: House, now: datetime, partner_id: str, sealed: str) -> Envelope:
    with house.doors.read() as session:
        partner = session.get(Partner, partner_id)
    if partner is None or partner.envelope_keys is None or partner.envelope_issuer is None:
        raise jose.Unproven("no_envelope_keys")
    try:
        keys = jose.public_keys(partner.envelope_keys)
    except jose.BadKey as problem:
        raise jose.Unproven(problem.code) from None
    return envelope.open_(
        sealed,
        house.keyring.instance_keys().encryption_keys(now),
        keys,
        issuer=house.issuer,
        sender=partner.envelope_issuer,
    )


def _take(
    session: Session, house: House, actor: Actor, now: datetime, partner_id: str, came: Envelope
) -> Taken:
    partner = locked_partner(session, partner_id)
    before = session.exec(
        select(Handoff).where(Handoff.issuer == came.claims.iss, Handoff.jti == came.claims.jti)
    ).first()
    if before is not None:
        if before.digest != came.digest:
            raise OtherDigest
        return Taken(_first_receipt(session, before), fresh=False)
    envelope.refuse_untimely(came.claims, now)
    row = _keep(session, house, now, partner, came)
    receipt = receipts.write(
        issuer=house.issuer,
        audience=came.claims.iss,
        jti=came.claims.jti,
        sha256=came.digest,
        state="received",
        key=house.keyring.instance_keys().envelope_key(now),
        now=now,
    )
    session.add(
        HandoffReceipt(handoff_id=row.id, issuer=house.issuer, state="received", at=now, text=receipt)
    )
    log(session, partner.id, "received", came, now, linked=_linked(session, partner.id, came))
    detail = {
        "handoff": row.id,
        "kind": row.kind,
        "partner": partner.id,
        "sha256": jose.decode(came.digest).hex(),
    }
    trail.append(session, actor, now, "handoff:arrived", detail)
    _follow(session, house, actor, now, row, partner, came)
    return Taken(receipt, fresh=True)


def _keep(session: Session, house: House, now: datetime, partner: Partner, came: Envelope) -> Handoff:
    """The row, with everything that was said sealed under its own key."""
    packet = came.packet
    handing = packet if isinstance(packet, Handing) else None
    row, key = new_handoff(
        house,
        direction="received",
        kind=came.claims.type,
        partner_id=partner.id,
        issuer=came.claims.iss,
        jti=came.claims.jti,
        about=None if isinstance(packet, Handing) else packet.about,
        what=packet.what if isinstance(packet, Update) else None,
        role=handing.to if handing else None,
        route=handing.route if handing else None,
        purpose=handing.purpose if handing else None,
        step=handing.step if handing else None,
        handling=list(handing.handling) if handing else [],
        organisation_id=_for_whom(session, house, handing) if handing else None,
        state="received",
        waiting=handing is not None,
        standing=handing is not None,
        digest=came.digest,
        prev=came.claims.prev,
        at=now,
        expires_at=came.expires,
    )
    key.seal_into(row, signed=came.text)
    session.add(row)
    session.flush()
    for number, each in enumerate(came.claims.attachments, start=1):
        file = HandoffFile(
            id=new_id(),
            handoff_id=row.id,
            number=number,
            media_type=each.media_type,
            size=each.size,
            sha256=each.sha256,
            href=each.href,
        )
        key.seal_into(file, name=each.name, key=each.key)
        session.add(file)
    return row


def _follow(
    session: Session,
    house: House,
    actor: Actor,
    now: datetime,
    row: Handoff,
    partner: Partner,
    came: Envelope,
) -> None:
    """What follows at once from what came. What a person must decide waits for one."""
    packet = came.packet
    if isinstance(packet, Handing):
        answers_for(session, row, now, came.claims.iss, "received", partner.organisation_id)
        if _taken_back_already(session, row):
            _close(session, row)
        elif (unfit := pairing.unfit(house, packet)) is not None:
            _refuse(session, house, now, row, partner, unfit)
        else:
            call_for(session, row, now, "arrived")
        return
    target = _target(session, partner, packet)
    if target is not None:
        row.organisation_id, row.case_id = target.organisation_id, target.case_id
    if isinstance(packet, Decision):
        _decide(session, house, actor, now, row, partner, target, packet)
    elif isinstance(packet, Withdrawal):
        _withdraw(session, now, row, target, packet)
    elif packet.what in (*STEPS, "end"):
        issued = datetime.fromtimestamp(came.claims.iat, UTC)
        hearing.came(session, house, now, row, partner, target, packet, issued)
    else:
        row.waiting = packet.what in SEEN_BY_SOMEBODY
        call_for(session, row, now, packet.what)


def _decide(
    session: Session,
    house: House,
    actor: Actor,
    now: datetime,
    row: Handoff,
    partner: Partner,
    target: Handoff | None,
    packet: Decision,
) -> None:
    if target is None or target.direction != "sent":
        call_for(session, row, now, "unknown_handoff")
        return
    try:
        receipt = outcome.read_receipt(house, target, partner, packet.receipt)
        outcome.take(session, house, now, target, partner, receipt, packet, actor)
    except jose.Unproven:
        call_for(session, row, now, "receipt_unproven")
    except outcome.Contradicted:
        call_for(session, row, now, "contradicted")


def _withdraw(
    session: Session, now: datetime, row: Handoff, target: Handoff | None, packet: Withdrawal
) -> None:
    """Nobody can accept any more what was taken back; that somebody saw it is signed by a person."""
    row.waiting, row.reason = True, packet.reason
    call_for(session, row, now, "withdrawal")
    if target is None or target.direction != "received":
        return
    target.standing = False
    pairing.taken_back(session, target, packet.reason)
    if target.state in ("received", "expired"):
        _close(session, target)
    elif target.kind == "update":
        target.state, target.waiting, target.attention = "withdrawn", False, None
    elif target.state == "accepted" and packet.was != "accepted":
        # Both said something in the same moment. The sender had not heard of it, so it answers still.
        partner = session.get_one(Partner, target.partner_id)
        answers_for(session, target, now, target.issuer, "withdrawn", partner.organisation_id)
    session.add(target)


def _refuse(
    session: Session, house: House, now: datetime, row: Handoff, partner: Partner, reason: str
) -> None:
    """Decline at once what no officer could accept: the two installations do not go by the same file. Both
    sides see why.
    """
    decide_unasked(session, house, now, row, partner, "declined", reason=reason)
    row.reason, row.standing = reason, False
    shred(row)
    call_for(session, row, now, reason)


def _close(session: Session, row: Handoff) -> None:
    """A handoff that was taken back before anybody decided: what it said cannot be read any more."""
    row.state, row.waiting, row.standing, row.attention = "withdrawn", False, False, None
    shred(row)
    session.add(row)


def _taken_back_already(session: Session, row: Handoff) -> bool:
    """Whether the withdrawal came before what it takes back."""
    return (
        session.exec(
            select(Handoff.id).where(
                Handoff.partner_id == row.partner_id,
                Handoff.about == row.jti,
                Handoff.issuer == row.issuer,
                Handoff.kind == "withdrawal",
            )
        ).first()
        is not None
    )


def _target(session: Session, partner: Partner, packet: Update | Withdrawal | Decision) -> Handoff | None:
    """What a message is about: something that passed between this partner and us, from either."""
    kinds: tuple[str, ...] = ("referral", "transfer")
    if isinstance(packet, Decision):
        kinds = KINDS
    elif isinstance(packet, Withdrawal):
        kinds = (*kinds, "update")  # a summary is taken back with its consent
    return session.exec(
        select(Handoff)
        .where(
            Handoff.partner_id == partner.id,
            Handoff.jti == packet.about,
            col(Handoff.kind).in_(kinds),
            Handoff.state != "draft",
        )
        .with_for_update()
    ).first()


def _linked(session: Session, partner_id: str, came: Envelope) -> bool:
    """Whether what an envelope names as the one before it has passed here, too."""
    prev = came.claims.prev
    if prev is None:
        return True
    found = select(Exchange.id).where(Exchange.partner_id == partner_id, Exchange.digest == prev)
    return session.exec(found).first() is not None


def _first_receipt(session: Session, row: Handoff) -> str:
    return session.exec(
        select(HandoffReceipt.text).where(
            HandoffReceipt.handoff_id == row.id, HandoffReceipt.state == "received"
        )
    ).one()


def _for_whom(session: Session, house: House, packet: Handing) -> str | None:
    """The organisation here that a handoff is for: the one it names, or the only one that could hold the role
    it names. None where it is not plain; then whoever could, may take it up.
    """
    manned = select(Officer.organisation_id).where(col(Officer.active).is_(True), Officer.duty != SYSTEM)
    rows = session.exec(select(Organisation).where(col(Organisation.id).in_(manned))).all()
    bodies = [body_of(row) for row in rows]
    named = [body for body in bodies if body.code == packet.organisation]
    procedure = _procedure(house, packet)
    if procedure is not None and packet.to:
        named = named or list(bodies_for(procedure, packet.to, bodies))
    return named[0].id if len(named) == 1 else None


def _procedure(house: House, packet: Handing) -> Procedure | None:
    try:
        return house.shelf.pinned(packet.procedure or "")
    except NotOnTheShelf:
        return next((each for each in house.shelf if each.route == packet.route), None)
