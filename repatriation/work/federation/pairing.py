"""Offers a case to another installation, to be carried on together, and takes one up that is offered.

Only an installation on the other side of the route can be asked, only by the side that has the person, and
only one. It speaks for all bodies of its country in that case, as ours does for those of ours.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select, update

from partners import federation, steps
from partners.federation import Side
from partners.packets import Handing
from partners.steps import Standing
from repatriation.records import trail
from repatriation.records.cases import CaseFile, Party
from repatriation.records.federation import SETTLE, Mirror, MirrorStep
from repatriation.records.handoffs import Handoff
from repatriation.records.organisations import Organisation
from repatriation.records.outbox import Outbox
from repatriation.records.partners import Partner
from repatriation.records.scope import every_case
from repatriation.work.actors import Actor
from repatriation.work.cases import Opener, every_body
from repatriation.work.federation.writing import RENEWED, Page, part_of, put_right
from repatriation.work.folder import Sheaf
from repatriation.work.handoffs.post import call_for, decide_unasked
from repatriation.work.house import House
from repatriation.work.newcase import AccountEntered, NewCase, PersonEntered
from repatriation.work.opened import body_of
from repatriation.work.papers.undone import revoke_undone
from repatriation.work.refusals import Invalid
from repatriation.work.sharing import Body, Part, bodies_for
from repatriation.work.views import case_view
from sop import vocabulary as words
from sop.procedure import Procedure
from sop.shelf import NotOnTheShelf
from sop.view import CaseView

ENDED: Final = "ended"
"""Why a step is declined that came when nothing was shared, or still waited when that ended."""


def beside(session: Session, procedure: Procedure, partner: Partner, country: str) -> Side | None:
    """Our side of a route, where a partner is an installation on the other side of it."""
    if partner.envelope_issuer is None or partner.envelope_issuer != partner.client_id:
        return None
    ours = federation.side_of(procedure, country)
    theirs = federation.side_of(procedure, session.get_one(Organisation, partner.organisation_id).country)
    return ours if ours is not None and theirs == federation.other(ours) else None


def bodies_behind(session: Session, procedure: Procedure, partner: Partner, country: str) -> tuple[Body, ...]:
    """The bodies that a partner speaks for: its own, and where it is the installation on the other side of a
    route, all of its country.
    """
    own = body_of(session.get_one(Organisation, partner.organisation_id))
    if beside(session, procedure, partner, country) is None:
        return (own,)
    others = [body for body in every_body(session) if body.country == own.country and body.id != own.id]
    return (own, *others)


def standing_for(
    session: Session, procedure: Procedure, case: CaseFile, view: CaseView, partner: Partner, country: str
) -> Standing | None:
    """Where a case stands, for a partner that is asked to carry it on with us; None where it cannot be."""
    ours = beside(session, procedure, partner, country)
    if ours is None or federation.has_the_person(procedure, view.stage) != ours:
        return None
    mirror = session.get(Mirror, case.id)
    if mirror is not None and (mirror.partner_id != partner.id or mirror.side != ours):
        return None
    anew = mirror is None or mirror.state in ("stuck", "ended")
    told = steps.standing(view)
    return told.model_copy(
        update={
            "number": 0 if mirror is None else mirror.number + anew,
            "taken": mirror.taken if mirror else 0,
            "heard": mirror.heard if mirror else 0,
            "anew": anew,
            "parts": _parts_told(session, case.id),
            "gate": case.gate,
        }
    )


def offer(
    session: Session, house: House, now: datetime, row: Handoff, partner: Partner, packet: Handing
) -> None:
    """Keep the order of steps from now on, for the partner who is asked to carry the case on with us.

    Raises Invalid when a step was taken since it was read what is told.
    """
    standing = packet.standing
    if standing is None or not standing.anew:
        return
    case = _locked(session, str(row.case_id))
    view = case_view(case)
    if _kept(steps.standing(view)) != _kept(standing):
        raise Invalid({"packet": "changed"})
    side = federation.has_the_person(house.shelf.pinned(case.digest), standing.stage)
    mirror = session.get(Mirror, case.id) or Mirror(
        case_id=case.id, partner_id=partner.id, handoff_id=row.id, side=side, state="offered", since=now
    )
    mirror.handoff_id, mirror.state, mirror.since = row.id, "offered", now
    mirror.number, mirror.view = standing.number, _kept(standing)
    session.add(mirror)
    case.side = side
    # What we took up to now is in what is told, and nothing of it is to be sent again.
    session.exec(
        update(MirrorStep)
        .where(
            col(MirrorStep.case_id) == case.id,
            col(MirrorStep.ours).is_(True),
            col(MirrorStep.state).in_(("taken", "waiting", "counted")),
        )
        .values(state="counted", reasons=[])
    )
    # What they numbered meanwhile has no place in the order that begins now.
    for step in _open_steps(session, case.id):
        if not step.ours and step.form.get("number") is not None:
            step.state, step.reasons = "refused", ["renewed"]
            session.add(step)


def begun(session: Session, now: datetime, row: Handoff, reference: str | None) -> None:
    """The partner has accepted: what we took since the offer goes there."""
    mirror = of_handoff(session, row)
    if mirror is None or mirror.state != "offered":
        return
    mirror.state, mirror.there = "live", reference or mirror.there
    mirror.reached = mirror.number
    session.add(mirror)
    wake(session, now, mirror.case_id)
    trail.append(session, None, now, "federation:begun", {"handoff": row.id}, mirror.case_id)


def let_go(
    session: Session, house: House, now: datetime, row: Handoff, partner: Partner, reason: str | None = None
) -> None:
    """An offer came to nothing, or an officer takes back what was accepted, for a reason: the case is ours
    alone. Whether a consent that ended lets it go on is asked of the procedure at the next step.
    """
    mirror = of_handoff(session, row)
    by_officer = reason is not None and not reason.startswith("consent_")
    if mirror is not None and (mirror.state == "offered" or (by_officer and mirror.state != "ended")):
        close(session, house, now, mirror, partner)


def close(session: Session, house: House, now: datetime, mirror: Mirror, partner: Partner) -> None:
    """Nothing more of a case is shared: it goes on here by itself. What they took, and what has no place in
    the order yet, is answered so at once, since people there wait for it. The partner is locked.
    """
    mirror.state = "ended"
    session.add(mirror)
    case = _locked(session, mirror.case_id)
    case.side = None
    session.add(case)
    session.flush()
    for step in _open_steps(session, case.id):
        if not step.ours:
            _answer_ended(session, house, now, step, partner)


def _answer_ended(session: Session, house: House, now: datetime, step: MirrorStep, partner: Partner) -> None:
    message = session.get_one(Handoff, str(step.handoff_id), with_for_update=True)
    if message.state != "received":
        return  # it was refused, and they know why
    step.state, step.reasons = "refused", [ENDED]
    session.add(step)
    decide_unasked(session, house, now, message, partner, "declined", reasons=[ENDED])
    call_for(session, message, now, "shared_no_more")


def taken_back(session: Session, row: Handoff, reason: str | None) -> None:
    """The sender takes back a handoff by which a case came here. Where an officer there did, or they never
    heard that we accepted, what came by it is frozen until people have settled it.
    """
    mirror = of_handoff(session, row)
    by_officer = not str(reason).startswith("consent_")
    if mirror is not None and mirror.state != "ended" and (by_officer or mirror.heard_at is None):
        mirror.state = "ended"
        case = _locked(session, mirror.case_id)
        case.side = mirror.side + federation.STOPPED
        session.add(mirror)
        session.add(case)


def unfit(house: House, packet: Handing) -> str | None:
    """Why a case that is offered cannot be carried on here by any officer: it follows another procedure file,
    or stands where that file has no place. None where it can, or where nothing of the kind is asked.
    """
    standing = packet.standing
    if standing is None:
        return None
    procedure = same_procedure(house, packet)
    if procedure is None:
        return "other_procedure"
    known = {fact for action in procedure.actions.values() for fact in action.records}
    fits = (
        standing.stage in procedure.stages
        and standing.facts.keys() <= known
        and standing.consents.keys() <= procedure.consents.keys()
    )
    return None if fits else "other_standing"


def same_procedure(house: House, packet: Handing) -> Procedure | None:
    """The very procedure file that a case follows there, if it is on our shelf."""
    try:
        return house.shelf.pinned(packet.procedure or "")
    except NotOnTheShelf:
        return None


def take_up(
    session: Session,
    house: House,
    actor: Actor,
    now: datetime,
    row: Handoff,
    partner: Partner,
    packet: Handing,
    person: PersonEntered,
    account: AccountEntered,
) -> CaseFile | None:
    """The case that an accepted handoff is about, as the other installation has it: opened here, or the one
    that was opened before. None where it is not one to be carried on together.
    """
    standing, procedure = packet.standing, same_procedure(house, packet)
    if standing is None or procedure is None or packet.reference is None:
        return None
    side = beside(session, procedure, partner, actor.country)
    if side is None:
        return None
    mirror = session.exec(
        select(Mirror).where(Mirror.partner_id == partner.id, Mirror.there == packet.reference)
    ).first()
    view = steps.view_of(standing, procedure.digest)
    if mirror is None:
        reference = _open(session, house, actor, now, partner, packet, procedure, view, side, person, account)
        case = session.exec(every_case().where(CaseFile.reference == reference)).one()
        mirror = Mirror(
            case_id=case.id,
            partner_id=partner.id,
            handoff_id=row.id,
            side=side,
            state="live",
            there=packet.reference,
            since=now,
        )
        _set(session, mirror, standing)
        return case
    case = _locked(session, mirror.case_id)
    if standing.anew:
        _renew(session, house, now, case, mirror, row, standing, procedure, view, partner)
    return case


def _locked(session: Session, case_id: str) -> CaseFile:
    return session.exec(
        every_case().where(CaseFile.id == case_id).with_for_update().execution_options(populate_existing=True)
    ).one()


def wake(session: Session, now: datetime, case_id: str) -> None:
    """Have it looked what can be settled in a case."""
    session.add(Outbox(kind=SETTLE, case_id=case_id, run_at=now))


def of_handoff(session: Session, row: Handoff) -> Mirror | None:
    """The mirrored case that a handoff brought about."""
    return session.exec(select(Mirror).where(Mirror.handoff_id == row.id).with_for_update()).first()


def _open(
    session: Session,
    house: House,
    actor: Actor,
    now: datetime,
    partner: Partner,
    packet: Handing,
    procedure: Procedure,
    view: CaseView,
    side: Side,
    person: PersonEntered,
    account: AccountEntered,
) -> str:
    assert packet.standing is not None
    age_group = packet.age_group or "unknown"
    new = NewCase(
        route=procedure.route,
        stage=view.stage,
        age_group=age_group if view.child == (age_group != "adult") else "unknown",
        gate=packet.standing.gate,
        person=person,
        account=account,
    )
    parts = _parts_here(session, procedure, packet.standing, actor, partner, side)
    sheaf = Sheaf()
    reference = Opener(house, actor, now, every_body(session)).put_mirrored(
        sheaf, new, procedure, view, parts, side, str(partner.officer_id)
    )
    sheaf.write(session)
    return reference


def _renew(
    session: Session,
    house: House,
    now: datetime,
    case: CaseFile,
    mirror: Mirror,
    row: Handoff,
    standing: Standing,
    procedure: Procedure,
    view: CaseView,
    partner: Partner,
) -> None:
    """Take the case over as it stands there: a person has said so, since the engines could not agree. Steps
    of ours that they have not heard yet stay on top; what counted here alone is undone.
    """
    case.side, mirror.handoff_id = mirror.side, row.id
    was = {"state": mirror.state, "number": mirror.number}
    _set(session, mirror, standing)
    alone = _counted_here_alone(session, case.id, standing.heard)
    if alone:
        mirror.taken = standing.heard  # they will not hear of these: the next one follows what they heard
    for step in _open_steps(session, case.id):
        known = standing.heard if step.ours else standing.taken
        if step.seq is not None and step.seq <= known:
            step.state, step.number, step.reasons = "counted", None, []
        elif step.ours and step.reasons:
            # It came there when nothing was shared, and found nobody to take it.
            step.reasons, step.handoff_id = [], None
        if step.ours and step.state == "waiting" and alone:
            step.state, step.seq, step.handoff_id = "taken", None, None
        session.add(step)
    before = case_view(case)
    page = Page(session, house, now, case, procedure, partner.organisation_id)
    put_right(page, before, view, "renewed", (str(was["state"]),), RENEWED)
    for step in alone:
        step.state, step.reasons = "refused", ["renewed"]
        session.add(step)
        if revoke_undone(session, now, case, step.version):
            call_for(session, row, now, "paper_of_ours_revoked")
    wake(session, now, case.id)


def _open_steps(session: Session, case_id: str) -> Sequence[MirrorStep]:
    """The steps of a case, of both sides, that have no place in the order yet."""
    return session.exec(
        select(MirrorStep).where(
            MirrorStep.case_id == case_id, col(MirrorStep.state).in_(("taken", "waiting"))
        )
    ).all()


def _counted_here_alone(session: Session, case_id: str, heard: int) -> Sequence[MirrorStep]:
    """The steps of ours that count here, and that they have not."""
    return session.exec(
        select(MirrorStep).where(
            MirrorStep.case_id == case_id,
            col(MirrorStep.ours).is_(True),
            MirrorStep.state == "counted",
            col(MirrorStep.seq) > heard,
        )
    ).all()


def _set(session: Session, mirror: Mirror, standing: Standing) -> None:
    mirror.state = "live"
    mirror.number, mirror.view = standing.number, _kept(standing)
    mirror.taken = max(mirror.taken, standing.heard)
    mirror.heard = standing.taken
    mirror.reached = max(mirror.reached, standing.number)
    session.add(mirror)
    session.flush()


def _kept(standing: Standing) -> dict[str, object]:
    kept: dict[str, object] = Standing(
        stage=standing.stage,
        entered=standing.entered,
        child=standing.child,
        facts=standing.facts,
        consents=standing.consents,
    ).model_dump(mode="json")
    return kept


def _parts_told(session: Session, case_id: str) -> dict[str, str]:
    rows = session.exec(
        select(Party.role, Organisation.code)
        .join(Organisation, col(Organisation.id) == col(Party.organisation_id))
        .where(Party.case_id == case_id, col(Party.until).is_(None))
        .order_by(Party.role, Organisation.code)
    ).all()
    return dict(rows)


def _parts_here(
    session: Session, procedure: Procedure, standing: Standing, actor: Actor, partner: Partner, side: Side
) -> list[Part]:
    """Who has a part in it here: those who have one there, and whoever takes it up, in every role that it can
    play on its side.
    """
    bodies = {body.code: body for body in every_body(session)}
    own = bodies[actor.organisation]
    parts: dict[Part, None] = {}
    for role in sorted(words.ROLES):
        if role.startswith(f"{side}.") and bodies_for(procedure, role, (own,)):
            parts[Part(role, own.id)] = None
    agreed = {
        role
        for name, said in standing.consents.items()
        if said.decision == "given"
        for role in procedure.consents[name].to
    }
    for role, code in sorted(standing.parts.items()):
        if role.startswith(f"{side}.") and role not in agreed:
            continue  # nobody on our side knows but by what the person agreed to
        part = part_of(procedure, role, bodies.get(code), side, partner.organisation_id)
        if part is not None:
            parts[part] = None
    responsible = procedure.stages[standing.stage].responsible
    if not any(part.role == responsible for part in parts):
        theirs = responsible.partition(".")[0] == federation.other(side)
        parts[Part(responsible, partner.organisation_id if theirs else own.id)] = None
    return list(parts)
