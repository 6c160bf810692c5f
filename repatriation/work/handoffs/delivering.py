"""Delivers what waits to go: claimed under a lease, sent outside any transaction, settled under its token.

A process may be killed between any two lines. What it had claimed is simply due again when the lease is over,
and the receiver knows it again. What cannot be delivered in time, or needs more than patience, goes to a
person.
"""

import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, func, or_, select, update

from partners import delivery, jose
from partners.calls import Http, Line, Peer, Wire
from partners.delivery import Letter, Outcome
from partners.reach import Failed, Reach
from repatriation.records import trail
from repatriation.records.handoffs import TAKEN_BACK, Handoff
from repatriation.records.outbox import Outbox
from repatriation.records.partners import Partner
from repatriation.records.sealing import Shredded
from repatriation.work.federation import hearing, pairing
from repatriation.work.federation.settling import settle_due
from repatriation.work.handoffs import composing, outcome
from repatriation.work.handoffs.carrying import carry_on
from repatriation.work.handoffs.post import DELIVER, call_for, destroy, locked_partner, signed_text
from repatriation.work.handoffs.withdrawing import take_back, withdraw_for_consent
from repatriation.work.house import House
from repatriation.work.summaries.posting import post_summaries

Dial = Callable[[str, Reach], Wire]
"""Opens a wire to a partner's address. Raises calls.Failed."""


_STOPS = or_(col(Handoff.kind) == "withdrawal", func.coalesce(col(Handoff.what), "") == "stop")
"""What takes something back, or holds a case up, goes before all else that waits."""


@dataclass(frozen=True, slots=True)
class Done:
    """What one round did."""

    delivered: int = 0
    put_off: int = 0
    given_up: int = 0
    withdrawn: int = 0
    expired: int = 0
    carried: int = 0
    settled: int = 0


@dataclass(frozen=True, slots=True)
class Claimed:
    """An outbox row that is ours until its lease is over."""

    id: str
    handoff_id: str
    token: str
    attempts: int


def deliver_due(
    house: House,
    now: datetime,
    *,
    dial: Dial = Http,
    chance: Callable[[], float] = random.random,
    most: int = 100,
) -> Done:
    """One round: take back what a consent no longer covers, post summaries, take the steps that acceptances
    brought, settle the cases that two installations have, end what is over, deliver what is due, at most so
    many. Any number of processes may do this at once. Nothing that a partner does raises anything here.
    """
    withdrawn = _withdraw_marked(house, now)
    post_summaries(house, now)
    done = Done(
        withdrawn=withdrawn,
        carried=carry_on(house, now),
        settled=settle_due(house, now),
        expired=end_expired(house, now),
    )
    tried = 0
    while tried < most:
        claimed = _claim(house, now, min(delivery.AT_ONCE, most - tried))
        if not claimed:
            return done
        tried += len(claimed)
        for one, came in _send_all(house, now, claimed, dial):
            done = _count(done, _settle(house, now, one, came, chance))
    return done


def end_expired(house: House, now: datetime, most: int = 100) -> int:
    """End handoffs that nobody decided in time, here or there, and tell a person; says how many."""
    with house.doors.read() as session:
        over = session.exec(
            select(Handoff.id, Handoff.partner_id)
            .where(col(Handoff.waiting).is_(True), Handoff.expires_at <= now)
            .limit(most)
        ).all()
    for handoff_id, partner_id in over:
        with house.doors.act() as session:
            partner = locked_partner(session, partner_id)
            row = session.get_one(Handoff, handoff_id, with_for_update=True)
            if row.waiting and row.expires_at <= now:
                _expire(session, house, now, row, partner)
    return len(over)


def _expire(session: Session, house: House, now: datetime, row: Handoff, partner: Partner) -> None:
    row.waiting = False
    detail = {"handoff": row.id, "kind": row.kind, "was": row.state}
    trail.append(session, None, now, "handoff:expired", detail, row.case_id)
    if row.kind in ("referral", "transfer"):
        row.state = "expired"
        pairing.let_go(session, house, now, row, partner)
    if row.direction == "received" and row.kind in ("referral", "transfer"):
        destroy(session, row)
    session.exec(
        update(Outbox)
        .where(col(Outbox.once) == f"deliver:{row.id}", col(Outbox.state) == "open")
        .values(state="dead", last_error="expired")
    )
    call_for(session, row, now, "expired")


def _withdraw_marked(house: House, now: datetime) -> int:
    """Tell receivers of what was taken back together with a consent."""
    with house.doors.read() as session:
        marked = session.exec(
            select(Outbox.id, Outbox.case_id, Outbox.detail)
            .where(Outbox.kind == TAKEN_BACK, Outbox.state == "open", Outbox.run_at <= now)
            .limit(100)
        ).all()
    withdrawn = 0
    for outbox_id, case_id, detail in marked:
        withdrawn += withdraw_for_consent(house, now, str(case_id), str(detail["consent"]))
        with house.doors.act() as session:
            session.exec(update(Outbox).where(col(Outbox.id) == outbox_id).values(state="sent"))
    return withdrawn


def _claim(house: House, now: datetime, most: int) -> list[Claimed]:
    """Take up what is due to partners that are active, so that nobody else sends it meanwhile."""
    due = (Outbox.kind == DELIVER, Outbox.state == "open", Outbox.run_at <= now)
    with house.doors.read() as session:
        if session.exec(select(Outbox.id).where(*due).limit(1)).first() is None:
            return []
    with house.doors.act() as session:
        rows = session.exec(
            select(Outbox)
            .join(Handoff, col(Outbox.once) == "deliver:" + col(Handoff.id))
            .join(Partner, col(Partner.id) == col(Handoff.partner_id))
            .where(*due, Partner.state == "active")
            .order_by(_STOPS.desc(), col(Outbox.run_at), col(Outbox.id))
            .limit(most)
            .with_for_update(of=Outbox, skip_locked=True)
        ).all()
        claimed = []
        for row in rows:
            row.run_at, row.token, row.attempts = (
                now + delivery.LEASE,
                secrets.token_hex(16),
                row.attempts + 1,
            )
            claimed.append(Claimed(row.id, str(row.detail["handoff"]), row.token, row.attempts))
        return claimed


def _send_all(
    house: House, now: datetime, claimed: list[Claimed], dial: Dial
) -> list[tuple[Claimed, Outcome]]:
    """Try each once, over one line to each partner. When a partner is away, the rest is not tried on it."""
    came = []
    lines: dict[str, Line] = {}
    away: dict[str, str] = {}
    try:
        for one in claimed:
            letter = _letter(house, now, one)
            if isinstance(letter, Outcome):
                came.append((one, letter))
                continue
            where = letter.audience
            try:
                if where not in lines and where not in away:
                    lines[where] = _open_line(house, now, where, dial)
            except Failed as problem:
                away[where] = problem.code
            if where in away:
                came.append((one, Outcome(code=away[where])))
                continue
            result = delivery.send(letter, lines[where])
            if result.code in ("unreachable", "too_slow"):
                away[where] = result.code
            came.append((one, result))
    finally:
        for line in lines.values():
            line.wire.close()
    return came


def _open_line(house: House, now: datetime, issuer: str, dial: Dial) -> Line:
    key = house.keyring.instance_keys().client_key(now)
    return Line(Peer(issuer, house.issuer), key, dial(issuer, house.reach), now)


def _letter(house: House, now: datetime, one: Claimed) -> Letter | Outcome:
    """What is to be sent, read anew: the partner may have new keys, and the person another mind."""
    with house.doors.read() as session:
        row = session.get_one(Handoff, one.handoff_id)
        partner = session.get_one(Partner, row.partner_id)
        if row.consent is not None and (
            not row.standing or not composing.agrees_still(session, house, row, now)
        ):
            return Outcome(code="no_consent", mends=False)
        if hearing.is_step(row) and not hearing.may_leave(session, house, row, now):
            return Outcome(code="no_consent", mends=False)
    if row.expires_at <= now:
        return Outcome(code="expired", mends=False)
    try:
        return Letter(
            jti=row.jti,
            digest=str(row.digest),
            audience=str(partner.envelope_issuer),
            issuer=house.issuer,
            expires=row.expires_at,
            text=signed_text(house, row),
            keys=jose.sealing_keys(partner.envelope_keys or {}),
            receipt_keys=jose.public_keys(partner.envelope_keys or {}),
        )
    except jose.BadKey as problem:
        return Outcome(code=problem.code, mends=False)
    except Shredded:
        return Outcome(code="expired", mends=False)


def _settle(house: House, now: datetime, one: Claimed, came: Outcome, chance: Callable[[], float]) -> Outcome:
    """Write down what became of a try. Where the lease was lost meanwhile, only a receipt still counts."""
    with house.doors.act() as session:
        first = session.get_one(Handoff, one.handoff_id)
        partner = locked_partner(session, first.partner_id)
        row = session.get_one(Handoff, one.handoff_id, with_for_update=True, populate_existing=True)
        queued = session.get_one(Outbox, one.id, with_for_update=True, populate_existing=True)
        if came.receipt is not None:
            try:
                outcome.take(session, house, now, row, partner, came.receipt)
            except outcome.Contradicted:
                call_for(session, row, now, "contradicted")
            if queued.state == "open":
                queued.state, queued.last_error = "sent", None
            return came
        if queued.token != one.token or queued.state != "open":
            return came
        queued.last_error, queued.token = came.code, None
        if came.code == "no_consent":
            _withdraw_now(session, house, now, row, partner, queued)
        elif came.code in ("expired", "status_409"):
            queued.state = "dead"
            call_for(session, row, now, "expired" if came.code == "expired" else "conflict")
            return replace(came, mends=False)
        else:
            queued.run_at = min(now + delivery.wait(one.attempts, chance), row.expires_at)
            if not came.mends and one.attempts == delivery.PATIENCE:
                call_for(session, row, now, "undeliverable")
    return came


def _withdraw_now(
    session: Session, house: House, now: datetime, row: Handoff, partner: Partner, queued: Outbox
) -> None:
    """The consent ended before this could leave, or before it is known whether it did."""
    queued.attempts -= 1  # this time it was not tried
    session.flush()
    if hearing.is_step(row):
        queued.state, queued.last_error = "dead", "withdrawn"
        row.state, row.waiting = "withdrawn", False
        pairing.wake(session, now, str(row.case_id))
        return
    take_back(session, house, now, row, partner, "consent_ended", None)


def _count(done: Done, came: Outcome) -> Done:
    if came.receipt is not None:
        return replace(done, delivered=done.delivered + 1)
    if came.code == "no_consent":
        return replace(done, withdrawn=done.withdrawn + 1)
    if came.code in ("expired", "status_409"):
        return replace(done, given_up=done.given_up + 1)
    return replace(done, put_off=done.put_off + 1)
