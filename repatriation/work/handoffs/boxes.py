"""What an officer sees of handoffs: those that came, those that were sent, and those that need a person.

Lists and pages say only what is no secret between those who work on cases. What somebody wrote, and who the
person is, is opened by an act of its own, which the trail keeps.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, func, select

from partners import packets
from partners.packets import Packet
from repatriation.records import trail
from repatriation.records.cases import CaseFile
from repatriation.records.handoffs import Handoff, HandoffFile, HandoffReceipt, Responsibility
from repatriation.records.organisations import Organisation
from repatriation.records.outbox import Outbox
from repatriation.records.partners import Partner
from repatriation.records.scope import every_case, visible_ids
from repatriation.records.sealing import CaseKey, Safe
from repatriation.work.actors import Actor
from repatriation.work.handoffs import desk, onward
from repatriation.work.handoffs.deciding import could_take_up, own
from repatriation.work.handoffs.onward import Agreement
from repatriation.work.handoffs.post import DELIVER, signed_text
from repatriation.work.handoffs.retention import destroyed_on
from repatriation.work.house import House
from repatriation.work.reading import find
from repatriation.work.refusals import NotFound, ReadOnly

MOST: Final = 100

_NO_STEP = func.coalesce(col(Handoff.what), "").not_in(packets.STEPS)


@dataclass(frozen=True, slots=True)
class HandoffLine:
    """One handoff, or message about one, as it is listed. `shown` is the handoff whose page says more;
    `taken_back`: its sender has taken it back, however it was decided.
    """

    id: str
    shown: str
    direction: str
    kind: str
    what: str | None
    partner: str
    organisation: str
    state: str
    reason: str | None
    attention: str | None
    waiting: bool
    taken_back: bool
    at: datetime
    expires_at: datetime
    reference: str | None
    purpose: str | None


@dataclass(frozen=True, slots=True)
class Answering:
    """Who answers for the person, since when, and because of what."""

    since: datetime
    who: str
    ours: bool
    because: str


@dataclass(frozen=True, slots=True)
class HandoffPage:
    """One handoff with all that was said about it. `readable`: what it said is still there to be opened, and
    `destroyed_on` when it will not be, once all is finished; `shredded_at` when it was destroyed. `together`:
    the case is to be carried on by both, step by step.
    """

    line: HandoffLine
    handling: tuple[str, ...]
    role: str | None
    route: str | None
    standing: bool
    readable: bool
    destroyed_on: datetime | None
    shredded_at: datetime | None
    together: bool
    answering: tuple[Answering, ...]
    receipts: tuple[tuple[datetime, str, str], ...]
    messages: tuple[HandoffLine, ...]
    next_try: datetime | None
    tries: int
    last_error: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """What one envelope says, opened."""

    line: HandoffLine
    packet: Packet
    note: Mapping[str, str]
    onward: Agreement | None = None
    files: tuple[tuple[int, str, int], ...] = field(default=())


def box(house: House, actor: Actor, direction: str) -> tuple[HandoffLine, ...]:
    """The newest handoffs that came, or were sent, those of the officer's organisation."""
    with house.doors.read() as session:
        rows = session.exec(
            select(Handoff)
            .where(
                Handoff.direction == direction,
                Handoff.state != "draft",
                col(Handoff.kind).in_(("referral", "transfer")),
                _of(actor),
            )
            .order_by(col(Handoff.at).desc())
            .limit(MOST)
        ).all()
        return _lines(session, house, actor, rows)


def calling(house: House, actor: Actor) -> tuple[HandoffLine, ...]:
    """What needs a person, oldest first."""
    with house.doors.read() as session:
        rows = session.exec(
            select(Handoff)
            .where(
                or_(
                    col(Handoff.attention).is_not(None),
                    col(Handoff.waiting) & (col(Handoff.direction) == "received"),
                ),
                _of(actor),
            )
            .order_by(col(Handoff.at))
            .limit(MOST)
        ).all()
        return _lines(session, house, actor, rows)


def page(house: House, actor: Actor, handoff_id: str) -> HandoffPage:
    """One handoff. Raises NotFound."""
    with house.doors.read() as session:
        row = own(session, house, actor, handoff_id)
        if row.kind not in ("referral", "transfer") and row.what != "summary":
            raise NotFound(handoff_id)
        messages = session.exec(
            select(Handoff)
            .where(
                Handoff.partner_id == row.partner_id,
                Handoff.about == row.jti,
                # Steps stand with the case; one that calls a person stands here until somebody came.
                or_(_NO_STEP, col(Handoff.attention).is_not(None)),
            )
            .order_by(col(Handoff.at))
        ).all()
        queued = session.exec(select(Outbox).where(Outbox.once == f"deliver:{row.id}")).first()
        waits = queued is not None and queued.state == "open" and queued.kind == DELIVER
        return HandoffPage(
            line=_line(session, actor, row),
            handling=tuple(row.handling),
            role=row.role,
            route=row.route,
            standing=row.standing,
            readable=bool(row.wrapped_key),
            destroyed_on=destroyed_on(session, house, row) if row.wrapped_key else None,
            shredded_at=row.shredded_at,
            together=_together(house, row),
            answering=_answering(session, house, row),
            receipts=_receipts(session, house, row),
            messages=tuple(_line(session, actor, each) for each in messages),
            next_try=queued.run_at if waits and queued else None,
            tries=queued.attempts if queued else 0,
            last_error=queued.last_error if queued else None,
        )


def open_(house: House, actor: Actor, now: datetime, handoff_id: str) -> tuple[Said, ...]:
    """What a handoff and all messages about it say: an act that the trail keeps. Raises NotFound, ReadOnly;
    nothing is given of what was erased.
    """
    if actor.reads_only:
        raise ReadOnly
    with house.doors.act() as session:
        row = own(session, house, actor, handoff_id)
        if row.case_id is not None and row.direction == "sent":
            _refuse_outsiders(session, actor, row)
        trail.append(session, actor, now, "handoff:opened", {"handoff": row.id, "kind": row.kind})
        about = select(Handoff).where(
            Handoff.partner_id == row.partner_id,
            Handoff.about == row.jti,
            _NO_STEP,
        )
        rows = (row, *session.exec(about.order_by(col(Handoff.at))).all())
        return tuple(_said(session, house, actor, each) for each in rows if each.wrapped_key)


def handed_over(house: House, actor: Actor, reference: str) -> tuple[HandoffLine, ...]:
    """The handoffs of a case: those it came by, and those that left it. For the case's own page."""
    with house.doors.read() as session:
        rows = session.exec(
            select(Handoff)
            .join(CaseFile, col(CaseFile.id) == col(Handoff.case_id))
            .where(
                CaseFile.reference == reference,
                col(CaseFile.id).in_(visible_ids(actor.organisation_id)),
                or_(col(Handoff.kind).in_(("referral", "transfer")), col(Handoff.what) == "summary"),
                Handoff.state != "draft",
                Handoff.organisation_id == actor.organisation_id,
            )
            .order_by(col(Handoff.at))
        ).all()
        return _lines(session, house, actor, rows)


def restrictions(house: House, actor: Actor, reference: str) -> tuple[str, ...]:
    """What the senders of a case ask of whoever handles it."""
    with house.doors.read() as session:
        seen = col(CaseFile.id).in_(visible_ids(actor.organisation_id))
        case = session.exec(every_case().where(CaseFile.reference == reference, seen)).first()
        return tuple(onward.codes(onward.senders(session, case.id))) if case is not None else ()


def forbidding(house: House, actor: Actor, reference: str) -> tuple[str, ...]:
    """The senders of a case who ask that it is passed on to nobody."""
    with house.doors.read() as session:
        case = find(session, actor, reference)
        asked = onward.forbidding(onward.senders(session, case.id))
        return tuple(each.name for each in asked)


def _together(house: House, row: Handoff) -> bool:
    if not row.wrapped_key:
        return False
    packet = packets.read(row.kind, desk.claims_of(signed_text(house, row))["case"])
    return isinstance(packet, packets.Handing) and packet.standing is not None


def _to_decide() -> ColumnElement[bool]:
    return and_(col(Handoff.waiting).is_(True), col(Handoff.direction) == "received")


def _of(actor: Actor) -> ColumnElement[bool]:
    return or_(col(Handoff.organisation_id) == actor.organisation_id, col(Handoff.organisation_id).is_(None))


def _lines(session: Session, house: House, actor: Actor, rows: Any) -> tuple[HandoffLine, ...]:
    return tuple(
        _line(session, actor, row)
        for row in rows
        if row.organisation_id is not None or could_take_up(session, house, actor, row)
    )


def _line(session: Session, actor: Actor, row: Handoff) -> HandoffLine:
    partner = session.get_one(Partner, row.partner_id)
    about = None
    if row.about is not None:
        about = session.exec(
            select(Handoff.id).where(Handoff.partner_id == row.partner_id, Handoff.jti == row.about)
        ).first()
    reference = None
    if row.case_id is not None:
        seen = col(CaseFile.id).in_(visible_ids(actor.organisation_id))
        case = session.exec(every_case().where(CaseFile.id == row.case_id, seen)).first()
        reference = case.reference if case else None
    return HandoffLine(
        id=row.id,
        shown=about or row.id,
        direction=row.direction,
        kind=row.kind,
        what=row.what,
        partner=partner.name,
        organisation=session.get_one(Organisation, partner.organisation_id).name,
        state=row.state,
        reason=row.reason,
        attention=row.attention,
        waiting=row.waiting,
        taken_back=row.kind in ("referral", "transfer") and not row.standing,
        at=row.at,
        expires_at=row.expires_at,
        reference=reference,
        purpose=row.purpose,
    )


def _answering(session: Session, house: House, row: Handoff) -> tuple[Answering, ...]:
    rows = session.exec(
        select(Responsibility)
        .where(Responsibility.handoff_id == row.id)
        .order_by(col(Responsibility.number).desc())
    ).all()
    found = []
    for each in rows:
        body = session.get(Organisation, each.organisation_id) if each.organisation_id else None
        who = body.name if body else each.issuer
        found.append(Answering(each.at, who, each.issuer == house.issuer, each.because))
    return tuple(found)


def _receipts(session: Session, house: House, row: Handoff) -> tuple[tuple[datetime, str, str], ...]:
    rows = session.exec(
        select(HandoffReceipt).where(HandoffReceipt.handoff_id == row.id).order_by(col(HandoffReceipt.at))
    ).all()
    return tuple((each.at, each.state, "ours" if each.issuer == house.issuer else "theirs") for each in rows)


def _said(session: Session, house: House, actor: Actor, row: Handoff) -> Said:
    key = Safe(house.keyring).key_of(row)
    packet = packets.read(row.kind, desk.claims_of(signed_text(house, row))["case"])
    kept = session.exec(
        select(HandoffFile).where(HandoffFile.handoff_id == row.id).order_by(col(HandoffFile.number))
    ).all()
    return Said(
        line=_line(session, actor, row),
        packet=packet,
        note=key.open("handoff", "note", row.id, row.note) or {},
        onward=_agreement(key, row),
        files=tuple(
            (each.number, key.open("handoff_file", "name", each.id, each.name), each.size) for each in kept
        ),
    )


def _agreement(key: CaseKey, row: Handoff) -> Agreement | None:
    if row.onward is None:
        return None
    return Agreement.model_validate(key.open("handoff", "onward", row.id, row.onward))


def _refuse_outsiders(session: Session, actor: Actor, row: Handoff) -> None:
    """Who has no part in the case any more does not open what was sent of it."""
    seen = col(CaseFile.id).in_(visible_ids(actor.organisation_id))
    if session.exec(every_case().where(CaseFile.id == row.case_id, seen)).first() is None:
        raise NotFound(row.id)
