"""Where the other installation stands in a case that both have, for the officers who work on it, and what
people may do where no machine can go on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlmodel import Session, col, select

from partners import federation
from partners.federation import Step
from partners.packets import Update
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
from repatriation.work.reading import find
from repatriation.work.refusals import Invalid, NotFound, ReadOnly

MOST = 100


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step of the case. `stands`: counted, waiting (for the other side), on_its_way, refused, or stuck
    (one engine counts it and the other refuses it).
    """

    action: str
    ours: bool
    at: datetime
    number: int | None
    stands: str
    reasons: tuple[tuple[str, str], ...]


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
        """The steps that do not count, or that the installations do not agree about."""
        return tuple(step for step in self.steps if step.stands in ("refused", "stuck"))


def elsewhere(house: House, actor: Actor, reference: str) -> Elsewhere | None:
    """Where the other installation stands; None in a case that is ours alone. Raises NotFound."""
    with house.doors.read() as session:
        case = find(session, actor, reference)
        mirror = session.get(Mirror, case.id)
        if mirror is None:
            return None
        partner = session.get_one(Partner, mirror.partner_id)
        rows = session.exec(
            select(MirrorStep)
            .where(MirrorStep.case_id == case.id)
            .order_by(col(MirrorStep.at).desc(), col(MirrorStep.id).desc())
            .limit(MOST)
        ).all()
        arrived = _arrived(session, rows)
        steps = tuple(_line(row, arrived) for row in rows)
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
            may_send_again=not actor.reads_only and any(s.ours and s.stands == "stuck" for s in steps),
        )


def send_again(house: House, actor: Actor, now: datetime, reference: str) -> int:
    """Send once more what counts here and was refused there, for the other engine to look at again; says how
    many steps. Raises NotFound, ReadOnly, Invalid when there is nothing of the kind.
    """
    with house.doors.act() as session:
        case, mirror, partner = _locked(session, actor, reference)
        rows = session.exec(
            select(MirrorStep)
            .where(
                MirrorStep.case_id == case.id,
                col(MirrorStep.ours).is_(True),
                MirrorStep.state == "counted",
            )
            .order_by(col(MirrorStep.number))
            .with_for_update()
        ).all()
        refused = [row for row in rows if row.reasons]
        if not refused or mirror.state not in ("live", "stuck"):
            raise Invalid({"state": "too_late"})
        of = session.get_one(Handoff, mirror.handoff_id)
        for row in refused:
            step = Step.model_validate({**row.form, "seq": row.seq, "seen": mirror.number})
            packet = Update(about=of.jti, what="step", step=step)
            row.handoff_id = post(session, house, now, partner, "update", packet, of=of, actor=actor).id
            row.reasons = []
            session.add(row)
        mirror.state = "live"
        session.add(mirror)
        trail.append(session, actor, now, "federation:sent:again", {"steps": len(refused)}, case.id)
        return len(refused)


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
        pairing.close(session, mirror)
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


def _arrived(session: Session, rows: Any) -> Mapping[str, str]:
    """How the messages stand that carried our steps."""
    wanted = [row.handoff_id for row in rows if row.ours and row.handoff_id]
    found = session.exec(select(Handoff.id, Handoff.state).where(col(Handoff.id).in_(wanted))).all()
    return dict(found)


def _line(row: MirrorStep, arrived: Mapping[str, str]) -> StepLine:
    message = arrived.get(str(row.handoff_id)) if row.ours else "received"
    stands = {"taken": "on_its_way", "waiting": "waiting"}.get(row.state, row.state)
    if row.ours and row.state in ("waiting", "counted") and message == "queued":
        stands = "on_its_way"
    if row.reasons and row.state in ("waiting", "counted"):
        stands = "stuck"
    return StepLine(
        action=str(row.form["action"]),
        ours=row.ours,
        at=federation.moment(int(row.form["at"])),
        number=row.number,
        stands=stands,
        reasons=tuple(_reason(each) for each in row.reasons),
    )


def _reason(told: str) -> tuple[str, str]:
    code, _, what = told.partition(":")
    return code, what.replace("/", ",")
