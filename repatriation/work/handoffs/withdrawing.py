"""Takes a handoff back, corrects it, asks about it and answers: what is said after it was sent.

A consent that is taken back takes back, in the same transaction, everything that left under it: from then on
no acceptance counts. Telling the receiver follows as soon as the line is there.
"""

from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select, update

from partners.packets import Update, Withdrawal
from repatriation.records import trail
from repatriation.records.handoffs import Handoff
from repatriation.records.outbox import Outbox
from repatriation.records.partners import Partner
from repatriation.work.actors import Actor
from repatriation.work.federation import pairing
from repatriation.work.handoffs import composing
from repatriation.work.handoffs.deciding import own
from repatriation.work.handoffs.post import call_for, locked_partner, post
from repatriation.work.house import House
from repatriation.work.refusals import Invalid, NotFound, ReadOnly

REASONS: Final = ("sent_in_error", "not_needed", "person_asks")
"""Why an officer takes a handoff back. A consent that ended takes it back by itself."""

LIVE: Final = ("queued", "received", "accepted")


def withdraw(house: House, actor: Actor, now: datetime, handoff_id: str, reason: str) -> None:
    """Take a handoff back. Raises NotFound, ReadOnly, Invalid when nothing is there to take back."""
    if actor.reads_only:
        raise ReadOnly
    if reason not in REASONS:
        raise Invalid({"reason": "needed"})
    with house.doors.act() as session:
        row, partner = _ours(session, house, actor, handoff_id)
        if row.state not in LIVE or (row.kind == "transfer" and row.state == "accepted"):
            raise Invalid({"state": "too_late"})
        take_back(session, house, now, row, partner, reason, actor)


def withdraw_for_consent(house: House, now: datetime, case_id: str, consent: str) -> int:
    """Take back all that left under a consent that ended, and tell the receivers; says how many."""
    with house.doors.read() as session:
        found = session.exec(
            select(Handoff.id, Handoff.partner_id).where(
                Handoff.case_id == case_id,
                Handoff.direction == "sent",
                Handoff.consent == consent,
                col(Handoff.standing).is_(False),
                col(Handoff.state).in_(LIVE),
            )
        ).all()
    for handoff_id, partner_id in found:
        with house.doors.act() as session:
            partner = locked_partner(session, partner_id)
            row = session.get_one(Handoff, handoff_id, with_for_update=True)
            if row.state in LIVE and not row.standing:
                take_back(session, house, now, row, partner, "consent_withdrawn", None)
    return len(found)


def take_back(
    session: Session,
    house: House,
    now: datetime,
    row: Handoff,
    partner: Partner,
    reason: str,
    actor: Actor | None,
) -> None:
    """Take a handoff back: nothing of it is delivered any more, and who may have it already is told. Both
    rows are locked.
    """
    queued = session.exec(
        select(Outbox).where(Outbox.once == f"deliver:{row.id}", Outbox.state == "open").with_for_update()
    ).first()
    never_left = queued is not None and queued.attempts == 0
    if queued is not None:
        queued.state, queued.last_error = "dead", "withdrawn"
    was = row.state
    row.state, row.waiting, row.standing = "withdrawn", False, False
    pairing.let_go(session, house, now, row, partner, reason)
    row.reason, row.decided_at = reason, row.decided_at or now
    session.add(row)
    detail = {"handoff": row.id, "kind": row.kind, "partner": partner.id, "reason": reason, "was": was}
    trail.append(session, actor, now, "handoff:withdrawn", detail, row.case_id)
    if not never_left:
        packet = Withdrawal(about=row.jti, reason=reason, was=was)
        post(session, house, now, partner, "withdrawal", packet, of=row, actor=actor)
    if actor is None:
        call_for(session, row, now, reason)


def correct(house: House, actor: Actor, now: datetime, handoff_id: str, words: str | None) -> str:
    """Send what has changed on file since: the same fields, as they stand now. Gives the message's id; the
    receiver must say that it was seen. Raises NotFound, ReadOnly, Invalid.
    """
    if actor.reads_only:
        raise ReadOnly
    with house.doors.act() as session:
        row, partner = _ours(session, house, actor, handoff_id)
        if row.state not in LIVE or not row.standing or not row.wrapped_key:
            raise Invalid({"state": "too_late"})
        person = composing.corrected(session, house, actor, now, row)
        packet = Update(about=row.jti, what="correction", text=words, person=person)
        sent = post(session, house, now, partner, "update", packet, of=row, actor=actor)
        detail = {"handoff": row.id, "fields": sorted(person.model_dump(exclude_none=True))}
        trail.append(session, actor, now, "handoff:corrected", detail, row.case_id)
        return sent.id


def say(house: House, actor: Actor, now: datetime, handoff_id: str, words: str) -> None:
    """Ask the sender of a handoff, or answer its receiver. Raises NotFound, ReadOnly, Invalid."""
    if actor.reads_only:
        raise ReadOnly
    if not words.strip():
        raise Invalid({"text": "needed"})
    with house.doors.act() as session:
        row = own(session, house, actor, handoff_id)
        if row.kind not in ("referral", "transfer") or row.state in ("withdrawn", "declined", "expired"):
            raise Invalid({"state": "too_late"})
        partner = locked_partner(session, row.partner_id)
        what = "question" if row.direction == "received" else "answer"
        packet = Update(about=row.jti, what=what, text=words.strip()[:4000])  # type: ignore[arg-type]
        post(session, house, now, partner, "update", packet, of=row, actor=actor)
        if what == "answer":
            # What was asked is answered: the questions call nobody any more.
            session.exec(
                update(Handoff)
                .where(
                    col(Handoff.about) == row.jti,
                    col(Handoff.partner_id) == row.partner_id,
                    col(Handoff.attention) == "question",
                )
                .values(attention=None)
            )
        detail = {"handoff": row.id, "what": what, "partner": partner.id}
        trail.append(session, actor, now, "handoff:said", detail)


def _ours(session: Session, house: House, actor: Actor, handoff_id: str) -> tuple[Handoff, Partner]:
    """A referral or transfer that the officer's organisation sent, and its partner, both locked."""
    first = own(session, house, actor, handoff_id)
    if first.direction != "sent" or first.kind not in ("referral", "transfer"):
        raise NotFound(handoff_id)
    partner = locked_partner(session, first.partner_id)
    return own(session, house, actor, handoff_id, lock=True), partner
