"""What handoffs said is not kept for ever: some time after all of one is finished, its keys are destroyed.

Receipts, digests and the log stay, so that it can be proved what was delivered and decided, and not read any
more. What is not finished, or calls a person still, is left alone. Steps and summaries stay as well: they
hold codes and days, never who somebody is.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, func, select

from partners.packets import STEPS
from repatriation.records import trail
from repatriation.records.cases import CaseFile
from repatriation.records.federation import Mirror
from repatriation.records.handoffs import Handoff
from repatriation.records.outbox import Outbox
from repatriation.records.scope import every_case
from repatriation.work.handoffs.post import destroy, locked_partner
from repatriation.work.house import House

_KINDS: Final = ("referral", "transfer")
_OVER: Final = ("declined", "withdrawn", "expired")
_LEFT_ALONE: Final = (*STEPS, "summary")


def shred_finished(house: House, now: datetime) -> int:
    """Destroy what those handoffs said that were finished long enough ago; says how many."""
    with house.doors.read() as session:
        found = session.exec(
            select(Handoff.id, Handoff.partner_id).where(
                col(Handoff.kind).in_(_KINDS),
                col(Handoff.state).in_(("accepted", *_OVER)),
                col(Handoff.waiting).is_(False),
                col(Handoff.attention).is_(None),
                func.length(Handoff.wrapped_key) > 0,
                Handoff.at <= now - house.keeping.after,
            )
        ).all()
    return sum(_shred_if_finished(house, now, *each) for each in found)


def destroyed_on(session: Session, house: House, row: Handoff) -> datetime | None:
    """When what a handoff said will be destroyed; None while it is not finished."""
    finished = _finished(session, row, _messages(session, row))
    return None if finished is None else finished + house.keeping.after


def _shred_if_finished(house: House, now: datetime, handoff_id: str, partner_id: str) -> bool:
    """Looked at anew, with the partner locked, so that nothing comes meanwhile that opens it again."""
    with house.doors.act() as session:
        locked_partner(session, partner_id)
        row = session.get_one(Handoff, handoff_id, with_for_update=True)
        due = destroyed_on(session, house, row)
        if due is None or due > now or not row.wrapped_key:
            return False
        messages = _messages(session, row)
        for each in (row, *messages):
            each.shredded_at, each.signed, each.note, each.onward = now, None, None, None
            destroy(session, each)
        detail = {"handoff": row.id, "kind": row.kind, "messages": len(messages)}
        trail.append(session, None, now, "handoff:shredded", detail, row.case_id)
        return True


def _messages(session: Session, row: Handoff) -> Sequence[Handoff]:
    """What was said about a handoff, but for what is left alone."""
    return session.exec(
        select(Handoff).where(
            Handoff.partner_id == row.partner_id,
            Handoff.about == row.jti,
            func.coalesce(col(Handoff.what), "").not_in(_LEFT_ALONE),
        )
    ).all()


def _finished(session: Session, row: Handoff, messages: Sequence[Handoff]) -> datetime | None:
    """Since when nothing about a handoff is open any more; None while something is."""
    if any(each.waiting or each.attention is not None for each in (row, *messages)) or _owed(session, row):
        return None
    ended = _ended(session, row)
    if ended is None:
        return None
    # What a program has not fetched may still be fetched until its time is over.
    lasts = (m.expires_at if m.state == "queued" else m.decided_at or m.at for m in messages)
    return max(ended, row.at, *lasts)


def _ended(session: Session, row: Handoff) -> datetime | None:
    """When a handoff itself came to its end. One that was accepted is in use, with its files and corrections,
    while the case is open; but whoever has handed a case over has no more to do with it.
    """
    if row.state in _OVER:
        return row.decided_at or row.expires_at
    if row.state != "accepted" or row.case_id is None:
        return None
    if row.kind == "transfer" and row.direction == "sent" and not _carried_on(session, row):
        return row.decided_at
    return session.exec(every_case().where(CaseFile.id == row.case_id)).one().closed_at


def _carried_on(session: Session, row: Handoff) -> bool:
    """Whether the case goes on here as well, step by step."""
    mirror = session.get(Mirror, row.case_id)
    return mirror is not None and mirror.state != "ended"


def _owed(session: Session, row: Handoff) -> bool:
    """Whether something is still to be done because of a handoff: to be delivered, or a step to be taken."""
    names = (f"deliver:{row.id}", f"step:{row.id}")
    open_ = select(Outbox.id).where(col(Outbox.once).in_(names), Outbox.state == "open").limit(1)
    return session.exec(open_).first() is not None
