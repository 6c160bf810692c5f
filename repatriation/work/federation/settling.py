"""Settles the steps of cases that two installations have: gives them their place in the order, asks our
engine about theirs, and says so.

What was taken here is written down with the step, and what came with its receipt. Everything after that is
done here, in one transaction for each case, and may be done any number of times.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlmodel import Session, col, select, update

from partners import federation, steps
from partners.federation import Answer, Decided, Ledger, Settled
from partners.packets import Update
from partners.steps import Standing, Step
from repatriation.records import trail
from repatriation.records.cases import CaseFile
from repatriation.records.federation import SETTLE, Mirror, MirrorStep
from repatriation.records.handoffs import Handoff
from repatriation.records.organisations import Officer, Organisation
from repatriation.records.outbox import Outbox
from repatriation.records.partners import Partner
from repatriation.records.scope import every_case
from repatriation.work.actors import Actor
from repatriation.work.federation import pairing
from repatriation.work.federation.writing import Page, put_right, take_over
from repatriation.work.handoffs.post import call_for, decide_unasked, locked_partner, post
from repatriation.work.house import House
from repatriation.work.papers.undone import REVOKED_THERE, issued_with, revoke_undone, tell
from repatriation.work.sessions import actor_of
from repatriation.work.views import case_view
from sop.procedure import Procedure
from sop.view import CaseView

_LATER: Final = timedelta(minutes=5)
"""How long a case waits that cannot be settled now, because its partner is suspended for example."""


def settle_due(house: House, now: datetime, most: int = 200) -> int:
    """Settle every case in which something was taken or came; says how many."""
    with house.doors.read() as session:
        due = session.exec(
            select(Outbox.id, Outbox.case_id)
            .where(Outbox.kind == SETTLE, Outbox.state == "open", Outbox.run_at <= now)
            .order_by(col(Outbox.run_at))
            .limit(most)
        ).all()
    by_case: dict[str, list[str]] = {}
    for outbox_id, case_id in due:
        by_case.setdefault(str(case_id), []).append(outbox_id)
    for case_id, rows in by_case.items():
        try:
            done = settle(house, now, case_id)
        except (LookupError, ValueError):
            done = False  # such as a procedure file that is gone: the others do not wait for this one
        with house.doors.act() as session:
            values = {"state": "sent"} if done else {"run_at": now + _LATER}
            session.exec(update(Outbox).where(col(Outbox.id).in_(rows)).values(**values))
    return len(by_case)


def settle(house: House, now: datetime, case_id: str) -> bool:
    """Settle one case; False when it must wait, because its partner is suspended."""
    with house.doors.act() as session:
        first = session.get(Mirror, case_id)
        if first is None or first.state not in ("live", "stuck"):
            return True
        partner = locked_partner(session, first.partner_id)
        if partner.state != "active":
            return False
        mirror = session.get_one(Mirror, case_id, with_for_update=True, populate_existing=True)
        _Settling(session, house, now, mirror, partner).settle()
    return True


class _Settling:
    """One case being settled, in one transaction. The partner, the mirror and the case are locked."""

    def __init__(
        self, session: Session, house: House, now: datetime, mirror: Mirror, partner: Partner
    ) -> None:
        self.session, self.house, self.now, self.mirror, self.partner = session, house, now, mirror, partner
        self.case = session.exec(
            every_case()
            .where(CaseFile.id == mirror.case_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).one()
        self.procedure: Procedure = house.shelf.pinned(self.case.digest)
        self.of = session.get_one(Handoff, mirror.handoff_id)
        self.page = Page(session, house, now, self.case, self.procedure, partner.organisation_id)
        rows = session.exec(
            select(MirrorStep)
            .where(MirrorStep.case_id == self.case.id, col(MirrorStep.state).in_(("taken", "waiting")))
            .with_for_update()
        ).all()
        own = sorted((row for row in rows if row.ours), key=lambda row: (row.seq or 2**31, row.version))
        for row in own:
            if row.seq is None:
                mirror.taken += 1
                row.seq, row.state = mirror.taken, "waiting"
        theirs = sorted((row for row in rows if not row.ours), key=lambda row: row.seq or 0)
        self.rows = {row.key: row for row in (*own, *theirs)}
        self.ledger = Ledger(
            side=mirror.side,  # type: ignore[arg-type]  # the column holds one of the two
            number=mirror.number,
            view=steps.view_of(Standing.model_validate(mirror.view), self.case.digest),
            heard=mirror.heard,
            own=tuple(_step(row, mirror.number) for row in own),
            theirs=tuple(_step(row, mirror.number) for row in theirs),
            answers={
                row.key: Answer(row.number, tuple(row.reasons)) for row in own if row.number is not None
            },
        )

    def settle(self) -> None:
        """Decide, write down what changes, and tell the other installation."""
        settled = federation.settle(self.procedure, self.ledger)
        before = self._shown_here()
        for one in settled.decided:
            before = self._decided(one, before)
        for step in self.ledger.own:
            if self.rows[step.key].handoff_id is None:
                self._send(step)
        self._keep(settled)
        if not self._may_hear():
            self._end()

    def _decided(self, one: Decided, before: CaseView) -> CaseView:
        """One more step has its place in the order; gives the case as it is shown from then on."""
        row = self.rows[one.step.key]
        was = self.ledger.view.stage
        self.ledger = federation.after(self.ledger, one)
        row.number, row.reasons = one.number, list(one.reasons)
        row.state = "refused" if one.reasons else "counted"
        row.form = one.step.model_dump(mode="json", exclude={"seq", "seen"})
        if federation.answers(self.procedure, was) != federation.answers(
            self.procedure, self.ledger.view.stage
        ):
            self.mirror.moved = one.number
        after, overtaken = federation.shown(self.procedure, self.ledger)
        if not one.ours and one.taken is not None:
            take_over(self.page, before, after, one.step, one.taken, self._taker(one.step))
        elif _differs(before, after):
            put_right(self.page, before, after, one.step.action, one.reasons)
        if one.ours and one.told:
            self._send(one.step)
        elif one.told:
            self._answer(one)
        for step in overtaken:
            # Whether it counts is for the other side to say, but by what came first it does not now.
            if revoke_undone(self.session, self.now, self.case, self.rows[step.key].version):
                self._call(self.rows[step.key], "paper_of_ours_revoked")
        if one.reasons:
            self._call(row, self._undone(one, row))
        return after

    def _undone(self, one: Decided, row: MirrorStep) -> str:
        """See to the paper of a step that does not count; gives what people are called for."""
        if one.ours:
            revoke_undone(self.session, self.now, self.case, row.version)
            papers = issued_with(self.session, self.case.id, row.version)
            return "paper_of_ours_revoked" if papers else "step_of_ours_refused"
        action = self.procedure.actions.get(one.step.action)
        if action is None or action.document is None:
            return "step_of_theirs_refused"
        tell(self.session, self.now, self.case, REVOKED_THERE)
        return "paper_of_theirs_revoked"

    def _send(self, step: Step) -> None:
        """Tell a step of ours, if the person agrees that they hear of it. What takes something back goes at
        once, and whatever was taken before it stays here.
        """
        action = self.procedure.actions.get(step.action)
        stops = action is not None and federation.is_stop(action)
        row = self.rows[step.key]
        if not stops and not self._may_hear():
            return
        told = step.model_copy(update={"seen": self.ledger.number})
        packet = Update(about=self.of.jti, what="stop" if stops else "step", step=told)
        row.handoff_id = post(
            self.session, self.house, self.now, self.partner, "update", packet, of=self.of
        ).id
        self.session.add(row)

    def _answer(self, one: Decided) -> None:
        """Say what our engine decided about a step of theirs."""
        row = self.rows[one.step.key]
        message = self.session.get_one(Handoff, str(row.handoff_id), with_for_update=True)
        state = "declined" if one.reasons else "accepted"
        decide_unasked(
            self.session,
            self.house,
            self.now,
            message,
            self.partner,
            state,  # type: ignore[arg-type]
            number=one.number,
            reasons=list(one.reasons),
        )

    def _keep(self, settled: Settled) -> None:
        mirror, case = self.mirror, self.case
        mirror.number, mirror.heard = self.ledger.number, self.ledger.heard
        mirror.view = steps.standing(self.ledger.view).model_dump(mode="json")
        stuck = settled.stuck
        if stuck is None:
            mirror.state = "stuck" if mirror.state == "stuck" and self._refused_there() else "live"
        elif mirror.state == "live":
            mirror.state = "stuck"
            self._stick(self.rows[stuck.step.key], stuck.reasons, ours=stuck.ours)
        held_up = federation.held_up(self.procedure, self.ledger)
        case.side = mirror.side + (federation.STOPPED if held_up else "")
        self.session.add(mirror)
        self.session.add(case)
        self.session.flush()

    def _refused_there(self) -> bool:
        """Whether something that counts here was refused by the other engine, and not sent again since."""
        rows = self.session.exec(
            select(MirrorStep.reasons).where(
                MirrorStep.case_id == self.case.id,
                col(MirrorStep.ours).is_(True),
                MirrorStep.state == "counted",
            )
        ).all()
        return any(rows)

    def _stick(self, row: MirrorStep, reasons: Sequence[str], *, ours: bool) -> None:
        """Our engine refuses what they count: both sides hear why, and people must go on from here."""
        row.reasons = list(reasons)
        self._call(row, "step_stuck")
        detail = {"refused": str(row.form["action"]), "reasons": list(reasons)}
        trail.append(self.session, None, self.now, "federation:stuck", detail, self.case.id)
        if not ours:
            message = self.session.get_one(Handoff, str(row.handoff_id), with_for_update=True)
            decide_unasked(
                self.session,
                self.house,
                self.now,
                message,
                self.partner,
                "declined",
                reasons=list(reasons),
            )

    def _end(self) -> None:
        """The person does not agree any more that they hear of it: nothing further is told but that."""
        pairing.close(self.session, self.house, self.now, self.mirror, self.partner)
        post(
            self.session,
            self.house,
            self.now,
            self.partner,
            "update",
            Update(about=self.of.jti, what="end"),
            of=self.of,
        )
        call_for(self.session, self.of, self.now, "shared_no_more")
        trail.append(self.session, None, self.now, "federation:ended", {}, self.case.id)

    def _may_hear(self) -> bool:
        there = federation.other(self.ledger.side)
        return federation.covered(self.procedure, self.ledger.view, there, self.now)

    def _call(self, row: MirrorStep, why: str) -> None:
        message = self.session.get(Handoff, row.handoff_id) if row.handoff_id else None
        call_for(self.session, message or self.of, self.now, why)

    def _taker(self, step: Step) -> Actor:
        """The partner's program, for the body that took a step there: one of its country that is known here,
        else the one that the partner acts for.
        """
        own = self.session.get_one(Organisation, self.partner.organisation_id)
        named = self.session.exec(
            select(Organisation).where(
                Organisation.code == step.organisation, Organisation.country == own.country
            )
        ).first()
        officer = self.session.get_one(Officer, str(self.partner.officer_id))
        return actor_of(officer, named or own)

    def _shown_here(self) -> CaseView:
        case = self.case
        return case_view(case)


def _differs(one: CaseView, other: CaseView) -> bool:
    return (one.stage, one.entered, one.facts, one.consents) != (
        other.stage,
        other.entered,
        other.facts,
        other.consents,
    )


def _step(row: MirrorStep, seen: int) -> Step:
    form: dict[str, Any] = {**row.form, "seq": row.seq, "seen": seen}
    return Step.model_validate(form)
