"""Puts a message to a partner into the post: signed, logged and queued in the transaction that decided it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, Literal

from sqlmodel import Session, col, select, update

from partners import envelope, receipts
from partners.envelope import Attachment, Kind, Signed
from partners.packets import STEPS, Decision, Handing, Packet, Update, Withdrawal
from repatriation.records.columns import new_id
from repatriation.records.handoffs import Exchange, Handoff, HandoffFile, HandoffReceipt, Responsibility
from repatriation.records.outbox import Outbox
from repatriation.records.partners import Partner
from repatriation.records.sealing import CaseKey, Safe, new_case_key, shred
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.refusals import NotFound

DELIVER: Final = "handoff:deliver"
"""The kind of an outbox row that is an envelope to be delivered."""

SEEN_BY_SOMEBODY: Final = ("correction", "summary")
"""Updates of which a person at the other end must say that they were seen."""

TELL: Final = "handoff:attention"
"""The kind of an outbox row that tells an organisation that one of its handoffs needs a person."""


def locked_partner(session: Session, partner_id: str) -> Partner:
    """A partner, locked until the transaction ends: what passes between it and us is one line, one at a
    time. Raises NotFound.
    """
    found = session.exec(
        select(Partner)
        .where(Partner.id == partner_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise NotFound(partner_id)
    return found


def is_installation(partner: Partner) -> bool:
    """Whether a partner is an installation that can be called, and not a program that calls."""
    return partner.envelope_issuer is not None and partner.envelope_issuer == partner.client_id


def new_handoff(house: House, **values: Any) -> tuple[Handoff, CaseKey]:
    """A row with a key of its own, opened."""
    row_id = new_id()
    key, wrapped, epoch = new_case_key(house.keyring, row_id)
    return Handoff(id=row_id, wrapped_key=wrapped, key_epoch=epoch, **values), key


def destroy(session: Session, row: Handoff) -> None:
    """Make unreadable for good what a handoff said, and drop its files, which its key opened."""
    shred(row)
    session.add(row)
    session.exec(
        update(HandoffFile)
        .where(col(HandoffFile.handoff_id) == row.id)
        .values(name=None, key=None, content=None)
    )


def post(
    session: Session,
    house: House,
    now: datetime,
    partner: Partner,
    kind: Kind,
    packet: Packet,
    *,
    of: Handoff | None = None,
    actor: Actor | None = None,
    draft: Handoff | None = None,
    attachments: Iterable[Attachment] = (),
) -> Handoff:
    """Sign a message and queue it. `partner` is locked; `of` is the handoff that the message is about,
    `draft` the row that becomes the message, where there is one. Raises envelope.TooLarge.
    """
    last = session.exec(
        select(Exchange)
        .where(Exchange.partner_id == partner.id)
        .order_by(col(Exchange.number).desc())
        .limit(1)
    ).first()
    prev = last.digest if last is not None else None
    signed = envelope.write(
        issuer=house.issuer,
        audience=str(partner.envelope_issuer),
        jti=draft.jti if draft is not None else envelope.new_jti(),
        kind=kind,
        packet=packet,
        key=house.keyring.instance_keys().envelope_key(now),
        now=now,
        prev=prev,
        attachments=attachments,
    )
    row, key = (
        (draft, Safe(house.keyring).key_of(draft))
        if draft is not None
        else _message(house, now, partner, signed, of)
    )
    row.state, row.digest, row.prev, row.at = "queued", signed.digest, prev, now
    row.expires_at = now + envelope.LIFETIME
    row.waiting, row.standing = _awaits_decision(packet), isinstance(packet, Handing)
    row.officer_id = actor.officer_id if actor is not None else row.officer_id
    key.seal_into(row, signed=signed.text)
    row.draft = None
    session.add(row)
    session.flush()
    log(session, partner.id, "sent", signed, now, linked=True)
    if is_installation(partner):
        once = f"deliver:{row.id}"
        session.add(
            Outbox(kind=DELIVER, case_id=row.case_id, run_at=now, detail={"handoff": row.id}, once=once)
        )
    return row


def log(
    session: Session,
    partner_id: str,
    direction: str,
    signed: Signed | envelope.Envelope,
    now: datetime,
    *,
    linked: bool,
) -> None:
    """Write down that an envelope passed, in the order in which it did here. The partner is locked."""
    number = session.exec(
        select(Exchange.number)
        .where(Exchange.partner_id == partner_id)
        .order_by(col(Exchange.number).desc())
        .limit(1)
    ).first()
    session.add(
        Exchange(
            partner_id=partner_id,
            number=(number or 0) + 1,
            direction=direction,
            jti=signed.claims.jti,
            digest=signed.digest,
            prev=signed.claims.prev,
            linked=linked,
            at=now,
        )
    )


def answers_for(
    session: Session,
    row: Handoff,
    now: datetime,
    issuer: str,
    because: str,
    organisation_id: str | None = None,
) -> None:
    """Write down who answers for the person of a handoff from now on."""
    number = session.exec(
        select(Responsibility.number)
        .where(Responsibility.handoff_id == row.id)
        .order_by(col(Responsibility.number).desc())
        .limit(1)
    ).first()
    session.add(
        Responsibility(
            handoff_id=row.id,
            number=(number or 0) + 1,
            issuer=issuer,
            organisation_id=organisation_id,
            because=because,
            at=now,
        )
    )


def call_for(session: Session, row: Handoff, now: datetime, why: str) -> None:
    """Have a person look at a handoff: it stands first in their list, and they are told."""
    row.attention = why
    session.add(row)
    session.add(Outbox(**attention(row.id, row.case_id, row.organisation_id, why, now)))


def attention(
    handoff_id: str, case_id: str | None, organisation_id: str | None, why: str, now: datetime
) -> dict[str, Any]:
    """The outbox row that tells an organisation, or all who could be meant, that a handoff needs a person."""
    return {
        "kind": TELL,
        "case_id": case_id,
        "recipient_id": organisation_id,
        "run_at": now,
        "detail": {"handoff": handoff_id, "why": why},
    }


def decide_unasked(
    session: Session,
    house: House,
    now: datetime,
    row: Handoff,
    partner: Partner,
    state: Literal["accepted", "declined"],
    **told: Any,
) -> None:
    """Sign a decision that no person makes, because the procedure says what it must be, and send it back the
    way what it is about came. `told` is what the decision says beside its receipt.
    """
    receipt = receipts.write(
        issuer=house.issuer,
        audience=row.issuer,
        jti=row.jti,
        sha256=str(row.digest),
        state=state,
        key=house.keyring.instance_keys().envelope_key(now),
        now=now,
    )
    session.add(HandoffReceipt(handoff_id=row.id, issuer=house.issuer, state=state, at=now, text=receipt))
    row.state, row.waiting, row.decided_at = state, False, now
    session.add(row)
    packet = Decision(about=row.jti, receipt=receipt, **told)
    sent = post(session, house, now, partner, "decision", packet, of=row)
    sent.what = row.what


def signed_text(house: House, row: Handoff) -> str:
    """What was signed, opened. Raises Shredded when it was erased."""
    text: str = Safe(house.keyring).key_of(row).open("handoff", "signed", row.id, row.signed)
    return text


def _awaits_decision(packet: Packet) -> bool:
    """Whether a person at the other end must decide, or say that they have seen it."""
    return isinstance(packet, Handing | Withdrawal) or (
        isinstance(packet, Update) and packet.what in (*SEEN_BY_SOMEBODY, *STEPS)
    )


def _message(
    house: House, now: datetime, partner: Partner, signed: Signed, of: Handoff | None
) -> tuple[Handoff, CaseKey]:
    case = signed.claims.case
    return new_handoff(
        house,
        direction="sent",
        kind=signed.claims.type,
        partner_id=partner.id,
        issuer=house.issuer,
        jti=signed.claims.jti,
        about=case.get("about"),
        what=case.get("what"),
        case_id=of.case_id if of is not None else None,
        organisation_id=of.organisation_id if of is not None else None,
        state="queued",
        at=now,
        expires_at=now + envelope.LIFETIME,
    )
