"""Takes what a partner delivers: opened, proved, kept sealed under a key of its own, and signed for at once.

What came before is known again by what was signed, and gets the very receipt it got then.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from partners import envelope, jose
from partners.envelope import Envelope
from partners.packets import STEPS, Decision, Handing, Update, Withdrawal
from repatriation.records.doors import Clash, Writes
from repatriation.records.handoffs import KINDS, Handoff, HandoffReceipt
from repatriation.records.partners import Partner
from repatriation.work.actors import Actor
from repatriation.work.federation import hearing, pairing
from repatriation.work.handoffs import outcome
from repatriation.work.handoffs.arrival import Arrival, Seen
from repatriation.work.handoffs.post import (
    SEEN_BY_SOMEBODY,
    answers_for,
    call_for,
    decide_unasked,
    destroy,
    locked_partner,
)
from repatriation.work.house import House
from repatriation.work.partners.registry import Sender
from repatriation.work.refusals import NotFound

_TRIES: Final = 3
_QUICK_TRIES: Final = 20
"""What one partner sends at once is written down one after the other: whoever was too late looks again."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The receipt for what was delivered. `fresh`: it came for the first time."""

    receipt: str
    fresh: bool


def receive(house: House, actor: Actor, now: datetime, sender: Sender, sealed: str) -> Taken:
    """Take an envelope that the sender's program, which is `actor`, delivers.

    Raises:
        jose.Unproven: it cannot be opened, or is not of this partner for us; `code` is for the trail alone.
        OtherDigest: something else came before under the same jti.
    """
    came = _open(house, now, sender, sealed)
    arrival = Arrival(house, actor, now, sender.partner_id, came)
    if isinstance(came.packet, Handing) and pairing.unfit(house, came.packet) is None:
        try:
            return _asked(house, arrival)
        except (_TakenBack, Clash):
            pass
    for tries_left in reversed(range(_TRIES)):
        try:
            with house.doors.act() as session:
                return _take(session, house, actor, now, sender.partner_id, came, arrival)
        except IntegrityError:
            # The same envelope, in the same instant: the other one was first.
            if not tries_left:
                raise
    raise AssertionError("unreachable")


class _TakenBack(Exception):
    """The withdrawal came first."""


def _asked(house: House, arrival: Arrival) -> Taken:
    """Keep what asks somebody here and leads to nothing else yet: most of what comes, and quickly."""

    def decide(seen: Seen) -> Writes:
        first = arrival.first_receipt(seen)
        if first is not None:
            return Writes(None, (), Taken(first, fresh=False))
        if seen.taken_back:
            raise _TakenBack
        guard, *rest = arrival.writes(seen)
        return Writes(guard, (*rest, arrival.told(seen)), Taken(arrival.receipt, fresh=True))

    taken: Taken = house.doors.step(
        lambda lean: arrival.look(lean.all), decide, tries=_QUICK_TRIES, line=arrival.partner_id
    )
    return taken


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


def _open(house: House, now: datetime, sender: Sender, sealed: str) -> Envelope:
    if sender.jwks is None or sender.issuer is None:
        raise jose.Unproven("no_envelope_keys")
    try:
        keys = _keys(json.dumps(sender.jwks))
    except jose.BadKey as problem:
        raise jose.Unproven(problem.code) from None
    return envelope.open_(
        sealed,
        house.keyring.instance_keys().encryption_keys(now),
        keys,
        issuer=house.issuer,
        sender=sender.issuer,
    )


@lru_cache(maxsize=256)
def _keys(jwks: str) -> tuple[jose.PublicKey, ...]:
    """Keys that partners sign with, read once for each set."""
    return jose.public_keys(json.loads(jwks))


def _take(
    session: Session,
    house: House,
    actor: Actor,
    now: datetime,
    partner_id: str,
    came: Envelope,
    arrival: Arrival,
) -> Taken:
    partner = locked_partner(session, partner_id)
    connection = session.connection()
    seen = arrival.look(lambda question, given: connection.execute(question, given).all())
    first = arrival.first_receipt(seen)
    if first is not None:
        return Taken(first, fresh=False)
    for write in arrival.writes(seen):
        connection.execute(write.statement, dict(write.values))
    row = session.get_one(Handoff, arrival.id)
    _follow(session, house, actor, now, row, partner, came, taken_back=seen.taken_back)
    return Taken(arrival.receipt, fresh=True)


def _follow(
    session: Session,
    house: House,
    actor: Actor,
    now: datetime,
    row: Handoff,
    partner: Partner,
    came: Envelope,
    *,
    taken_back: bool,
) -> None:
    """What follows at once from what came. What a person must decide waits for one."""
    packet = came.packet
    if isinstance(packet, Handing):
        if taken_back:
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
    destroy(session, row)
    call_for(session, row, now, reason)


def _close(session: Session, row: Handoff) -> None:
    """A handoff that was taken back before anybody decided: what it said cannot be read any more."""
    row.state, row.waiting, row.standing, row.attention = "withdrawn", False, False, None
    destroy(session, row)


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
