"""Takes in what the other installation says about a case that both have: a step, an answer to one of ours,
that it has what we said, that nothing more is shared. Settling comes afterwards.
"""

from datetime import datetime

from sqlmodel import Session, select

from partners import federation
from partners.envelope import AHEAD
from partners.federation import STOPPED
from partners.packets import STEPS, Decision, Update, read
from partners.receipts import Receipt
from partners.steps import Step
from repatriation.records.cases import CaseFile
from repatriation.records.federation import Mirror, MirrorStep
from repatriation.records.handoffs import Handoff
from repatriation.records.partners import Partner
from repatriation.records.scope import every_case
from repatriation.work.federation import pairing
from repatriation.work.handoffs import desk
from repatriation.work.handoffs.post import call_for, decide_unasked, signed_text
from repatriation.work.house import House
from repatriation.work.views import case_view


def came(
    session: Session,
    house: House,
    now: datetime,
    row: Handoff,
    partner: Partner,
    target: Handoff | None,
    packet: Update,
    issued: datetime,
) -> None:
    """A step of theirs, or that nothing more is shared. `target` is the handoff that it names."""
    mirror = _mirror(session, partner, target)
    if mirror is None:
        call_for(session, row, now, "unknown_handoff")
        return
    mirror.heard_at = now
    session.add(mirror)
    if packet.step is not None:
        _step(session, house, now, row, partner, mirror, packet.step, issued)
    elif mirror.state != "ended":
        mirror.state = "ended"
        _hold_up(session, mirror)
        call_for(session, row, now, "shared_no_more")


def answered(
    session: Session, house: House, now: datetime, row: Handoff, receipt: Receipt, said: Decision | None
) -> None:
    """What they decided about a step of ours, which `row` carried."""
    row.state, row.waiting, row.decided_at = receipt.state, False, now
    session.add(row)
    told = read("update", desk.claims_of(signed_text(house, row))["case"])
    assert isinstance(told, Update)
    assert told.step is not None
    step = session.exec(
        select(MirrorStep)
        .where(MirrorStep.case_id == row.case_id, MirrorStep.key == told.step.key)
        .with_for_update()
    ).first()
    mirror = session.get(Mirror, row.case_id, with_for_update=True)
    if step is None or mirror is None or said is None:
        return
    mirror.heard_at = now
    if said.number is not None:
        mirror.reached = max(mirror.reached, said.number)
        if step.state == "waiting" and step.number is None:
            step.number, step.reasons = said.number, list(said.reasons)
    else:
        # Their engine refuses what counts here, or they share nothing more: no machine can go on.
        mirror.state = "stuck" if mirror.state != "ended" else mirror.state
        step.reasons = list(said.reasons) or ["unknown"]
        call_for(session, row, now, "step_stuck")
    session.add(mirror)
    session.add(step)
    pairing.wake(session, now, mirror.case_id)


def acknowledged(session: Session, house: House, row: Handoff) -> None:
    """They have our decision about a step of theirs, and with it know how far the order is."""
    mirror = session.get(Mirror, row.case_id, with_for_update=True) if row.case_id else None
    if mirror is None:
        return
    told = read("decision", desk.claims_of(signed_text(house, row))["case"])
    assert isinstance(told, Decision)
    if told.number is not None:
        mirror.reached = max(mirror.reached, told.number)
        session.add(mirror)


def is_step(row: Handoff) -> bool:
    """Whether a message carries a step."""
    return row.kind == "update" and row.what in STEPS


def may_leave(session: Session, house: House, row: Handoff, now: datetime) -> bool:
    """Whether a step of ours may go now: the person still agrees that they hear of it, or it takes something
    back.
    """
    if row.what == "stop":
        return True
    mirror = session.get(Mirror, row.case_id) if row.case_id else None
    if mirror is None:
        return False
    case = desk.case_of(session, row)
    procedure = house.shelf.pinned(case.digest)
    return federation.covered(procedure, case_view(case), federation.other(mirror.side), now)  # type: ignore[arg-type]


def _step(
    session: Session,
    house: House,
    now: datetime,
    row: Handoff,
    partner: Partner,
    mirror: Mirror,
    step: Step,
    issued: datetime,
) -> None:
    known = session.exec(
        select(MirrorStep).where(
            MirrorStep.case_id == mirror.case_id,
            MirrorStep.key == step.key,
            MirrorStep.ours == False,  # noqa: E712
        )
    ).first()
    unfit = _unfit(mirror, known, step, issued)
    if unfit is not None:
        decide_unasked(session, house, now, row, partner, "declined", reasons=[unfit])
        call_for(session, row, now, "step_unfit")
        return
    mirror.reached = max(mirror.reached, step.seen, step.number or 0)
    anew = known is not None and known.reasons == [pairing.ENDED]
    if known is not None and known.state in ("counted", "refused") and not anew:
        reasons = list(known.reasons)
        decide_unasked(
            session,
            house,
            now,
            row,
            partner,
            "declined" if reasons else "accepted",
            number=known.number,
            reasons=reasons,
        )
        return
    kept = known or MirrorStep(
        case_id=mirror.case_id, key=step.key, ours=False, state="waiting", seq=step.seq, at=now
    )
    if known is None or step.number is not None or anew:
        kept.form = step.model_dump(mode="json", exclude={"seq", "seen"})
        kept.state, kept.reasons, kept.handoff_id = "waiting", [], row.id
    session.add(kept)
    case = desk.case_of(session, row)
    action = house.shelf.pinned(case.digest).actions.get(step.action)
    if action is not None and federation.is_stop(action):
        _hold_up(session, mirror)
    pairing.wake(session, now, mirror.case_id)


def _unfit(mirror: Mirror, known: MirrorStep | None, step: Step, issued: datetime) -> str | None:
    """Why a step cannot be one of theirs that waits: it is dated after it was signed, stands where another
    stood, or nothing is shared any more. One that comes while the case is offered anew waits for the answer.
    """
    if step.taken_at > issued + AHEAD:
        return "other_time"
    if mirror.state == "ended" and (known is None or known.reasons == [pairing.ENDED]):
        return pairing.ENDED
    if known is not None:
        return None if known.seq == step.seq and known.form["action"] == step.action else "other_step"
    return "other_step" if step.seq <= mirror.heard else None


def _hold_up(session: Session, mirror: Mirror) -> None:
    """Nothing more is taken here until it is clear what stops the case there."""
    case = session.exec(every_case().where(CaseFile.id == mirror.case_id).with_for_update()).one()
    case.side = mirror.side + STOPPED
    session.add(case)


def _mirror(session: Session, partner: Partner, target: Handoff | None) -> Mirror | None:
    if target is None or target.case_id is None:
        return None
    found = session.get(Mirror, target.case_id, with_for_update=True)
    return found if found is not None and found.partner_id == partner.id else None
