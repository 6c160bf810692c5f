"""Where the other installation stands in a case that both have, for the officers who work on it, and what
people may do where no machine can go on.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from sqlmodel import Session, col, select

from partners import federation, steps
from partners.packets import Update
from partners.steps import Step
from repatriation.records import trail
from repatriation.records.cases import CaseFile
from repatriation.records.federation import Mirror, MirrorStep
from repatriation.records.handoffs import Handoff
from repatriation.records.organisations import Organisation
from repatriation.records.partners import Partner
from repatriation.work.actors import Actor
from repatriation.work.federation import pairing
from repatriation.work.handoffs.post import locked_partner, post
from repatriation.work.house import House
from repatriation.work.papers.undone import issued_with
from repatriation.work.reading import find
from repatriation.work.refusals import Invalid, NotFound, ReadOnly
from sop.procedure import Procedure

MOST: Final = 100
_AGAIN: Final = ("stuck", "unanswered")


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step of the case. `stands`: counted, waiting (for the other side), on_its_way, refused, stuck (one
    engine counts it and the other refuses it, or nothing was shared any more), or unanswered (they did not
    answer in time). `revoked` are the papers that were issued with it here, where it does not count;
    `paper_there` whether they issue one with such a step.
    """

    action: str
    ours: bool
    at: datetime
    number: int | None
    stands: str
    reasons: tuple[tuple[str, str], ...]
    revoked: tuple[str, ...] = ()
    paper_there: bool = False


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where the other installation stands. `answering`: whose body answers for the person by what is known
    here; `both` while we do until they have confirmed that they do.
    """

    partner: str
    organisation: str
    there: str | None
    state: str
    held_up: bool
    answering: Literal["ours", "theirs", "both"]
    heard_at: datetime | None
    last_counted: StepLine | None
    steps: tuple[StepLine, ...]
    may_part: bool
    may_send_again: bool

    @property
    def waiting(self) -> tuple[StepLine, ...]:
        """The steps that have no place in the order yet."""
        return tuple(step for step in self.steps if step.stands in ("waiting", "on_its_way"))

    @property
    def refused(self) -> tuple[StepLine, ...]:
        """The steps that did not get through, and were not taken again since."""
        done = {step.action: step.number or 0 for step in reversed(self.steps) if step.stands == "counted"}
        return tuple(
            step
            for step in self.steps
            if step.stands in _AGAIN
            or (step.stands == "refused" and done.get(step.action, 0) < (step.number or 0))
        )


def elsewhere(house: House, actor: Actor, now: datetime, reference: str) -> Elsewhere | None:
    """Where the other installation stands; None in a case that is ours alone. Raises NotFound."""
    with house.doors.read() as session:
        case = find(session, actor, reference)
        mirror = session.get(Mirror, case.id)
        if mirror is None:
            return None
        partner = session.get_one(Partner, mirror.partner_id)
        procedure = house.shelf.pinned(case.digest)
        steps = tuple(
            _with_paper(session, procedure, row, _line(row, message, now))
            for row, message in _steps(session, case.id)
        )
        counted = [step for step in steps if step.stands == "counted" and step.number is not None]
        return Elsewhere(
            partner=partner.name,
            organisation=session.get_one(Organisation, partner.organisation_id).name,
            there=mirror.there,
            state="suspended" if partner.state != "active" else mirror.state,
            held_up=str(case.side).endswith(federation.STOPPED),
            answering=_answering(house, case, mirror),
            heard_at=mirror.heard_at,
            last_counted=max(counted, key=lambda step: step.number or 0, default=None),
            steps=steps,
            may_part=not actor.reads_only and _may_part(house, case, mirror),
            may_send_again=not actor.reads_only
            and any(step.ours and step.stands in _AGAIN for step in steps),
        )


def send_again(house: House, actor: Actor, now: datetime, reference: str) -> int:
    """Send once more what counts here and was refused there, for the other engine to look at again, and what
    they did not answer in time; says how many steps.

    Raises NotFound, ReadOnly; Invalid when there is nothing of the kind.
    """
    with house.doors.act() as session:
        case, mirror, partner = _locked(session, actor, reference)
        again = [
            row
            for row, message in reversed(_steps(session, case.id))
            if row.ours and _line(row, message, now).stands in _AGAIN
        ]
        if not again or mirror.state not in ("live", "stuck"):
            raise Invalid({"state": "too_late"})
        of = session.get_one(Handoff, mirror.handoff_id)
        for row in again:
            step = Step.model_validate({**row.form, "seq": row.seq, "seen": mirror.number})
            packet = Update(about=of.jti, what="step", step=step)
            row.handoff_id = post(session, house, now, partner, "update", packet, of=of, actor=actor).id
            row.reasons = []
            session.add(row)
        mirror.state = "live"
        session.add(mirror)
        trail.append(session, actor, now, "federation:sent:again", {"steps": len(again)}, case.id)
        return len(again)


def part(house: House, actor: Actor, now: datetime, reference: str) -> None:
    """Go on with the case here alone: nothing more of it passes between the two, and the other side is told.

    Raises NotFound, ReadOnly; Invalid where it is not ours to go on with, because the person is not with us.
    """
    with house.doors.act() as session:
        case, mirror, partner = _locked(session, actor, reference)
        if not _may_part(house, case, mirror):
            raise Invalid({"state": "too_late"})
        of = session.get_one(Handoff, mirror.handoff_id)
        was = mirror.state
        pairing.close(session, house, now, mirror, partner)
        if was != "ended":
            post(
                session,
                house,
                now,
                partner,
                "update",
                Update(about=of.jti, what="end"),
                of=of,
                actor=actor,
            )
        trail.append(session, actor, now, "federation:parted", {"was": was}, case.id)


def _locked(session: Session, actor: Actor, reference: str) -> tuple[CaseFile, Mirror, Partner]:
    if actor.reads_only:
        raise ReadOnly
    case = find(session, actor, reference)
    first = session.get(Mirror, case.id)
    if first is None:
        raise NotFound(reference)
    partner = locked_partner(session, first.partner_id)
    return case, session.get_one(Mirror, case.id, with_for_update=True, populate_existing=True), partner


def _may_part(house: House, case: CaseFile, mirror: Mirror) -> bool:
    """Whoever has the person may go on alone, and while the two cannot agree either may."""
    if case.side is None or mirror.state == "offered":
        return False
    procedure = house.shelf.pinned(case.digest)
    return mirror.state == "stuck" or federation.has_the_person(procedure, case.stage) == mirror.side


def _answering(house: House, case: CaseFile, mirror: Mirror) -> Literal["ours", "theirs", "both"]:
    procedure = house.shelf.pinned(case.digest)
    counted = federation.answers(procedure, str(mirror.view["stage"]))
    shown = federation.answers(procedure, case.stage)
    if counted == mirror.side == shown:
        return "ours"
    return "both" if mirror.side in (counted, shown) or mirror.reached < mirror.moved else "theirs"


def _steps(session: Session, case_id: str) -> list[tuple[MirrorStep, Handoff | None]]:
    """The steps, newest first, each with the newest message that carried it."""
    rows = session.exec(
        select(MirrorStep, Handoff)
        .outerjoin(Handoff, col(Handoff.id) == col(MirrorStep.handoff_id))
        .where(MirrorStep.case_id == case_id)
        .order_by(col(MirrorStep.at).desc(), col(MirrorStep.id).desc())
        .limit(MOST)
    ).all()
    found: list[tuple[MirrorStep, Handoff | None]] = [(row, message) for row, message in rows]
    return sorted(found, key=lambda each: -(each[0].number or 2**31))


def _line(row: MirrorStep, message: Handoff | None, now: datetime) -> StepLine:
    undecided = row.ours and message is not None and message.state not in ("accepted", "declined")
    if row.state == "refused" and row.reasons != [pairing.ENDED]:
        stands = "refused"
    elif row.reasons:
        stands = "stuck"
    elif undecided and message is not None and message.expires_at <= now:
        stands = "unanswered"
    elif row.state == "taken" or (undecided and message is not None and message.state == "queued"):
        stands = "on_its_way"
    else:
        stands = row.state
    return StepLine(
        action=str(row.form["action"]),
        ours=row.ours,
        at=steps.moment(int(row.form["at"])),
        number=row.number,
        stands=stands,
        reasons=tuple(_reason(each) for each in row.reasons),
    )


def _with_paper(session: Session, procedure: Procedure, row: MirrorStep, line: StepLine) -> StepLine:
    """A step with what became of its paper, where it does not count."""
    action = procedure.actions.get(line.action)
    if line.stands != "refused" or action is None or action.document is None:
        return line
    if not row.ours:
        return replace(line, paper_there=True)
    papers = issued_with(session, row.case_id, row.version)
    return replace(line, revoked=tuple(number for number, _ in papers))


def _reason(told: str) -> tuple[str, str]:
    code, _, what = told.partition(":")
    return code, what.replace("/", ",")
