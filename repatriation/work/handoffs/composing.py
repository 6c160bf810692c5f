"""An officer hands on a case, or asks a service for it: to whom, for what, and exactly what is sent.

It is a draft first, which shows all that would leave and what is kept back and why. It leaves only as it was
shown: when anything has changed since, it is shown again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlmodel import Session, col, delete, select

from partners import envelope, packets
from partners.envelope import Attachment
from partners.packets import Handing, KeptBack
from repatriation.records import trail
from repatriation.records.handoffs import Handoff, HandoffFile
from repatriation.records.organisations import Organisation
from repatriation.records.partners import Partner
from repatriation.records.sealing import CaseKey, Safe
from repatriation.work.actors import Actor
from repatriation.work.federation import pairing
from repatriation.work.handoffs import desk, drafts, onward
from repatriation.work.handoffs.desk import Agreed, OnDesk
from repatriation.work.handoffs.drafts import Composed, Draft, File
from repatriation.work.handoffs.onward import Agreement
from repatriation.work.handoffs.post import (
    answers_for,
    is_installation,
    locked_partner,
    new_handoff,
    post,
    signed_text,
)
from repatriation.work.house import House
from repatriation.work.reading import roles_of
from repatriation.work.refusals import Invalid, NotFound, ReadOnly
from repatriation.work.views import case_view
from sop.engine import consent_is_live

DRAFTS_LIVE: Final = timedelta(days=7)
OPENED_FOR: Final = "handoff"
"""The reason that the trail keeps for opening who somebody is in order to hand the case on."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A partner who could be asked. `purposes` are those that the person agrees to for it now; `transfer`
    whether it could answer for the case where it stands.
    """

    partner_id: str
    name: str
    organisation: str
    purposes: tuple[str, ...]
    transfer: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """Exactly what will be sent, and what is not."""

    id: str
    kind: str
    partner: str
    organisation: str
    reference: str
    packet: Handing
    kept_back: tuple[KeptBack, ...]
    onward: Agreement | None
    files: tuple[tuple[str, int], ...]


def recipients(house: House, actor: Actor, now: datetime, reference: str) -> tuple[Recipient, ...]:
    """Every partner to whom something may be sealed, with what the person agrees to. Raises NotFound."""
    with house.doors.read() as session:
        laid = desk.lay_out(session, house, actor, reference, opened=False)
        rows = session.exec(
            select(Partner, Organisation)
            .join(Organisation, col(Organisation.id) == col(Partner.organisation_id))
            .where(Partner.state == "active", col(Partner.envelope_issuer).is_not(None))
            .order_by(Organisation.name, Partner.name)
        ).all()
        found = []
        for partner, organisation in rows:
            if not _can_get(partner) or organisation.id == actor.organisation_id:
                continue
            body = desk.body_of_partner(session, partner)
            behind = pairing.bodies_behind(session, laid.procedure, partner, actor.country)
            purposes = tuple(desk.agreed(laid.procedure, laid.view, behind, now))
            transfer = laid.case.holder_id == actor.organisation_id and desk.may_answer(
                laid.procedure, laid.view.stage, body
            )
            found.append(Recipient(partner.id, partner.name, organisation.name, purposes, transfer))
    return tuple(found)


def draft(
    house: House,
    actor: Actor,
    now: datetime,
    reference: str,
    composed: Composed,
    going_along: Sequence[File] = (),
) -> str:
    """Lay out what would be sent, and give the draft's id. Opening who the person is for it is written down.

    Raises:
        NotFound: no such case or partner, or not this officer's to know of.
        ReadOnly: the officer's duty is to look.
        Invalid: the person does not agree to this purpose for that recipient; the recipient could not answer
            for the case, or it is not this organisation's to hand on; a file cannot be sent.
    """
    if actor.reads_only:
        raise ReadOnly
    locked = drafts.locked(going_along)
    with house.doors.act() as session:
        session.exec(delete(HandoffFile).where(col(HandoffFile.handoff_id).in_(_old_drafts(now))))
        session.exec(delete(Handoff).where(col(Handoff.id).in_(_old_drafts(now))))
        partner = _recipient(session, composed.partner_id)
        laid = desk.lay_out(session, house, actor, reference, opened=True)
        trail.append(session, actor, now, trail.IDENTITY_OPENED, {"reason": OPENED_FOR}, laid.case.id)
        drafted, consent = _packet(session, house, actor, now, laid, partner, composed)
        row, key = new_handoff(
            house,
            direction="sent",
            kind=composed.kind,
            partner_id=partner.id,
            issuer=house.issuer,
            jti=envelope.new_jti(),
            case_id=laid.case.id,
            organisation_id=actor.organisation_id,
            officer_id=actor.officer_id,
            role=consent.role,
            route=laid.procedure.route,
            purpose=consent.purpose,
            consent=consent.name,
            step=drafted.packet.step,
            handling=drafted.packet.handling,
            state="draft",
            at=now,
            expires_at=now + DRAFTS_LIVE,
        )
        key.seal_into(row, draft=drafts.folded(drafted))
        session.add(row)
        session.flush()
        drafts.keep_files(session, house, row, key, locked)
        return row.id


def preview(house: House, actor: Actor, handoff_id: str) -> Preview:
    """A draft of the officer's own, as it would leave. Raises NotFound."""
    with house.doors.read() as session:
        row = _own_draft(session, actor, handoff_id)
        key = Safe(house.keyring).key_of(row)
        drafted = drafts.unfolded(key.open("handoff", "draft", row.id, row.draft))
        partner = session.get_one(Partner, row.partner_id)
        organisation = session.get_one(Organisation, partner.organisation_id)
        kept = session.exec(
            select(HandoffFile).where(HandoffFile.handoff_id == row.id).order_by(col(HandoffFile.number))
        ).all()
        return Preview(
            id=row.id,
            kind=row.kind,
            partner=partner.name,
            organisation=organisation.name,
            reference=str(drafted.packet.reference),
            packet=drafted.packet,
            kept_back=drafted.kept_back,
            onward=drafted.onward,
            files=tuple((key.open("handoff_file", "name", each.id, each.name), each.size) for each in kept),
        )


def send(house: House, actor: Actor, now: datetime, handoff_id: str) -> str:
    """Let a draft leave, as it was shown; gives its jti. One that has left already stays as it is.

    Raises:
        NotFound: no such draft of this officer's.
        Invalid: what would be sent is not what was shown any more (the draft then holds what would be);
            `draft` raises the rest.
    """
    changed = False
    with house.doors.act() as session:
        sent = session.get(Handoff, handoff_id, with_for_update=True)
        if sent is not None and sent.state != "draft" and sent.officer_id == actor.officer_id:
            return sent.jti
        row = _own_draft(session, actor, handoff_id)
        partner = _recipient(session, row.partner_id)
        laid = desk.lay_out(session, house, actor, _reference(house, row), opened=True)
        key = Safe(house.keyring).key_of(row)
        shown = key.open("handoff", "draft", row.id, row.draft)
        drafted, consent = _packet(
            session, house, actor, now, laid, partner, drafts.as_composed(row, drafts.unfolded(shown))
        )
        if drafts.folded(drafted) != shown:
            key.seal_into(row, draft=drafts.folded(drafted))
            changed = True
        else:
            row.role, row.consent = consent.role, consent.name
            _leave(session, house, actor, now, row, partner, drafted, key)
        jti = row.jti
    if changed:
        raise Invalid({"packet": "changed"})
    return jti


def discard(house: House, actor: Actor, handoff_id: str) -> None:
    """Throw a draft away. Raises NotFound."""
    with house.doors.act() as session:
        row = _own_draft(session, actor, handoff_id)
        session.exec(delete(HandoffFile).where(col(HandoffFile.handoff_id) == row.id))
        session.delete(row)


def agrees_still(session: Session, house: House, row: Handoff, now: datetime) -> bool:
    """Whether the person still agrees to what a handoff left under."""
    case = desk.case_of(session, row)
    procedure = house.shelf.pinned(case.digest)
    return row.consent in procedure.consents and consent_is_live(case_view(case), str(row.consent), now)


def corrected(session: Session, house: House, actor: Actor, now: datetime, row: Handoff) -> packets.Person:
    """What a handoff would carry of the person now: the fields that it carried, as they stand on file. The
    opening is written down. Raises NotFound, Invalid when the person does not agree to it any more.
    """
    if not agrees_still(session, house, row, now):
        raise Invalid({"purpose": "no_consent"})
    sent = packets.read(row.kind, envelope_case(house, row))
    assert isinstance(sent, Handing)
    laid = desk.lay_out(session, house, actor, str(sent.reference), opened=True)
    trail.append(session, actor, now, trail.IDENTITY_OPENED, {"reason": OPENED_FOR}, laid.case.id)
    before = set(sent.person.model_dump(exclude_none=True))
    left_out = set(laid.on_file) - before
    return packets.choose(laid.on_file, (str(row.purpose),), left_out).person


def envelope_case(house: House, row: Handoff) -> Mapping[str, Any]:
    """The `case` of an envelope that we keep, which was checked when it was signed or came."""
    case: Mapping[str, Any] = desk.claims_of(signed_text(house, row))["case"]
    return case


def _leave(
    session: Session,
    house: House,
    actor: Actor,
    now: datetime,
    row: Handoff,
    partner: Partner,
    drafted: Draft,
    key: CaseKey,
) -> None:
    packet = drafted.packet
    kept = session.exec(
        select(HandoffFile).where(HandoffFile.handoff_id == row.id).order_by(col(HandoffFile.number))
    ).all()
    attachments = [
        Attachment(
            name=key.open("handoff_file", "name", each.id, each.name),
            media_type=each.media_type,
            size=each.size,
            sha256=each.sha256,
            key=key.open("handoff_file", "key", each.id, each.key),
            href=str(each.href),
        )
        for each in kept
    ]
    try:
        post(
            session,
            house,
            now,
            partner,
            "transfer" if row.kind == "transfer" else "referral",
            packet,
            actor=actor,
            draft=row,
            attachments=attachments,
        )
    except envelope.TooLarge:
        raise Invalid({"asked": "too_large"}) from None
    if drafted.onward is not None:
        key.seal_into(row, onward=drafted.onward.model_dump(mode="json"))
        asked = onward.senders(session, str(row.case_id))
        onward.record(session, actor, now, row, asked, drafted.onward.on)
    answers_for(session, row, now, house.issuer, "sent", row.organisation_id)
    pairing.offer(session, house, now, row, partner, packet)
    detail = {
        "handoff": row.id,
        "kind": row.kind,
        "partner": partner.id,
        "purpose": row.purpose,
        "consent": row.consent,
        "fields": sorted(packet.person.model_dump(exclude_none=True)),
        "files": len(attachments),
    }
    trail.append(session, actor, now, "handoff:sent", detail, row.case_id)


def _packet(
    session: Session,
    house: House,
    actor: Actor,
    now: datetime,
    laid: OnDesk,
    partner: Partner,
    composed: Composed,
) -> tuple[Draft, Agreed]:
    """Exactly what leaves: the table of scopes, cut down to what the person agrees to now."""
    behind = pairing.bodies_behind(session, laid.procedure, partner, actor.country)
    consent = desk.agreed(laid.procedure, laid.view, behind, now).get(composed.purpose)
    if consent is None:
        raise Invalid({"purpose": "no_consent"})
    if composed.kind == "transfer":
        _refuse_transfer(session, actor, now, laid, partner, composed.step)
    if set(composed.handling) - set(packets.HANDLING):
        raise Invalid({"handling": "unknown"})
    asked = onward.senders(session, laid.case.id)
    agreement = onward.agreement(asked, partner.id, composed.onward, actor.day(now))
    try:
        chosen = packets.choose(laid.on_file, (composed.purpose,), composed.held_back)
    except packets.BadPacket:
        raise Invalid({"person": "cannot_be_sent"}) from None
    packet = Handing(
        reference=laid.case.reference,
        route=laid.procedure.route,
        edition=laid.procedure.edition,
        procedure=laid.procedure.digest,
        stage=laid.view.stage,
        step=composed.step if composed.kind == "transfer" else None,
        age_group=laid.case.age_group,  # type: ignore[arg-type]  # the column holds one of the three
        to=consent.role,
        organisation=desk.asked_body(session, laid, consent.role, behind),
        sender=actor.organisation,
        purpose=consent.purpose,
        asked=composed.asked,
        consent=desk.consented(session, laid.case.id, consent.name),
        person=chosen.person,
        handling=onward.codes(asked, *composed.handling),
        handling_note=onward.note(house, asked, partner.id, composed.handling_note),
        standing=pairing.standing_for(session, laid.procedure, laid.case, laid.view, partner, actor.country),
    )
    return Draft(packet, chosen.kept_back, composed.handling_note, agreement), consent


def _refuse_transfer(
    session: Session, actor: Actor, now: datetime, laid: OnDesk, partner: Partner, step: str | None
) -> None:
    body = desk.body_of_partner(session, partner)
    if laid.case.holder_id != actor.organisation_id or laid.responsible not in laid.roles:
        raise Invalid({"kind": "not_yours"})
    stage = laid.view.stage
    if step is not None:
        roles = laid.roles | roles_of(session, laid.case.id, body.id)
        open_now = {each.action.name: each.action for each in desk.open_steps(laid, roles, now)}
        if step not in open_now or open_now[step].to is None:
            raise Invalid({"step": "not_open"})
        stage = str(open_now[step].to)
    if not desk.may_answer(laid.procedure, stage, body):
        raise Invalid({"kind": "cannot_answer"})
    other = session.exec(
        select(Handoff.id).where(
            Handoff.case_id == laid.case.id,
            Handoff.direction == "sent",
            Handoff.kind == "transfer",
            col(Handoff.waiting).is_(True),
        )
    ).first()
    if other is not None:
        raise Invalid({"kind": "transfer_waiting"})


def _can_get(partner: Partner) -> bool:
    """Whether something can be sealed to a partner, and reaches it: called, or fetched by it."""
    keys = partner.envelope_keys or {}
    sealable = any(key.get("use") == "enc" for key in keys.get("keys", ()))
    return sealable and (is_installation(partner) or "handoff:receive" in partner.scopes)


def _recipient(session: Session, partner_id: str) -> Partner:
    partner = locked_partner(session, partner_id)
    if partner.state != "active" or not _can_get(partner):
        raise NotFound(partner_id)
    return partner


def _own_draft(session: Session, actor: Actor, handoff_id: str) -> Handoff:
    row = session.get(Handoff, handoff_id)
    if row is None or row.state != "draft" or row.officer_id != actor.officer_id:
        raise NotFound(handoff_id)
    return row


def _reference(house: House, row: Handoff) -> str:
    key = Safe(house.keyring).key_of(row)
    return str(drafts.unfolded(key.open("handoff", "draft", row.id, row.draft)).packet.reference)


def _old_drafts(now: datetime) -> Any:
    return select(Handoff.id).where(Handoff.state == "draft", Handoff.expires_at <= now)
