"""An officer decides about what a partner sent: accepts it, which opens a case; declines it, with a reason;
or says that a withdrawal or a correction was seen. Each is signed, and goes back the way it came.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlmodel import Session

from partners import receipts
from partners.packets import Decision, Handing, Person, read
from repatriation.records import trail
from repatriation.records.cases import CaseFile
from repatriation.records.handoffs import Handoff, HandoffReceipt
from repatriation.records.organisations import Officer, Organisation
from repatriation.records.partners import Partner
from repatriation.records.sealing import Safe
from repatriation.work.actors import Actor
from repatriation.work.cases import Opener, every_body
from repatriation.work.federation import pairing
from repatriation.work.folder import Sheaf
from repatriation.work.handoffs import desk, outcome
from repatriation.work.handoffs.post import answers_for, destroy, locked_partner, post, signed_text
from repatriation.work.house import House
from repatriation.work.newcase import AccountEntered, Name, NewCase, PersonEntered
from repatriation.work.opened import body_of
from repatriation.work.reading import find
from repatriation.work.refusals import Invalid, NotFound, ReadOnly
from repatriation.work.sharing import bodies_for

REASONS: Final = (
    "no_room",
    "not_our_service",
    "not_safe_here",
    "more_needed",
    "known_already",
    "person_refused",
    "other",
)
"""Why a handoff is declined. A closed list, so that the other side reads it in its own language."""

_ACCOUNT: Final = (
    "trafficking_status",
    "type_of_exploitation",
    "vulnerabilities",
    "details_of_vulnerabilities",
)
_AS_PERSON: Final = frozenset(PersonEntered.model_fields) - {"names"}


class Decided(Exception):
    """Nothing waits for a decision any more: somebody decided, or it was taken back."""


@dataclass(frozen=True, slots=True)
class Into:
    """Into what a handoff is accepted: a case to be opened at an entry of a route, or one that is there."""

    route: str | None = None
    stage: str | None = None
    organisation: str | None = None
    reference: str | None = None


def accept(house: House, actor: Actor, now: datetime, handoff_id: str, into: Into) -> str:
    """Accept a referral or a transfer; gives the reference of the case that holds it from now on.

    Raises:
        NotFound: it is not there, or not this organisation's; ReadOnly.
        Decided: it waits for no decision any more.
        Invalid, NotAllowed: as opening a case does.
    """
    with house.doors.act() as session:
        row, partner = _waiting(session, house, actor, handoff_id, ("referral", "transfer"))
        packet = read(row.kind, desk.claims_of(signed_text(house, row))["case"])
        assert isinstance(packet, Handing)
        case = _case_for(session, house, actor, now, row, partner, packet, into)
        row.case_id, row.organisation_id = case.id, actor.organisation_id
        detail = {"handoff": row.id, "kind": row.kind, "partner": partner.id, "purpose": row.purpose}
        trail.append(session, actor, now, "handoff:accepted", detail, case.id)
        if row.kind == "transfer":
            answers_for(session, row, now, house.issuer, "accepted", actor.organisation_id)
        _sign(session, house, actor, now, row, partner, "accepted", reference=case.reference)
        return case.reference


def decline(
    house: House, actor: Actor, now: datetime, handoff_id: str, reason: str, note: str | None = None
) -> None:
    """Decline a referral or a transfer. What it said cannot be read here any more. Raises what `accept` does;
    Invalid when the reason is none of `REASONS`.
    """
    if reason not in REASONS:
        raise Invalid({"reason": "needed"})
    with house.doors.act() as session:
        row, partner = _waiting(session, house, actor, handoff_id, ("referral", "transfer"))
        row.organisation_id, row.reason, row.standing = actor.organisation_id, reason, False
        _sign(session, house, actor, now, row, partner, "declined", reason=reason, note=note)
        destroy(session, row)


def acknowledge(house: House, actor: Actor, now: datetime, handoff_id: str) -> None:
    """Say that a withdrawal or a correction was seen, and acted on. Raises NotFound, ReadOnly, Decided."""
    with house.doors.act() as session:
        row, partner = _waiting(session, house, actor, handoff_id, ("withdrawal", "update"))
        _sign(session, house, actor, now, row, partner, "accepted")


def decided_by_partner(
    house: House, actor: Actor, now: datetime, partner_id: str, packet: Decision
) -> tuple[str, bool]:
    """A partner's program, which is `actor`, decides about what we sent it; gives how it stands then, and
    whether that is news.

    Raises:
        NotFound: nothing was sent to it under this jti.
        jose.Unproven: the receipt is not signed by it for that.
        outcome.Contradicted: it signed the opposite before.
    """
    with house.doors.act() as session:
        partner = locked_partner(session, partner_id)
        row = outcome.find_sent(session, house, partner, packet.about)
        receipt = outcome.read_receipt(house, row, partner, packet.receipt)
        news = outcome.take(session, house, now, row, partner, receipt, packet, actor)
        return row.state, news


def seen(house: House, actor: Actor, now: datetime, handoff_id: str) -> None:
    """Say that what a handoff called a person for was seen to. Raises NotFound, ReadOnly."""
    if actor.reads_only:
        raise ReadOnly
    with house.doors.act() as session:
        row = own(session, house, actor, handoff_id, lock=True)
        if row.attention is not None:
            detail = {"handoff": row.id, "why": row.attention}
            trail.append(session, actor, now, "handoff:seen", detail, row.case_id)
            row.attention = None


def own(session: Session, house: House, actor: Actor, handoff_id: str, *, lock: bool = False) -> Handoff:
    """A handoff of the officer's organisation, or one that nobody has taken up yet and that it could. Raises
    NotFound.
    """
    row = session.get(Handoff, handoff_id, with_for_update=lock or None, populate_existing=True)
    if row is None or row.state == "draft":
        raise NotFound(handoff_id)
    if row.organisation_id == actor.organisation_id:
        return row
    if row.organisation_id is None and could_take_up(session, house, actor, row):
        return row
    raise NotFound(handoff_id)


def could_take_up(session: Session, house: House, actor: Actor, row: Handoff) -> bool:
    """Whether a handoff that names nobody here may be seen by this organisation: it could hold the role that
    is asked; or no role is told, and it is of the country to which partners' messages go that name none.
    """
    body = body_of(session.get_one(Organisation, actor.organisation_id))
    routes = [each for each in house.shelf if each.route == row.route]
    if not routes or row.role is None:
        return "coordination" in actor.functions
    return any(bodies_for(each, row.role, (body,)) for each in routes)


def person_entered(told: Person) -> tuple[PersonEntered, AccountEntered]:
    """What came of a person, as it is entered into a case."""
    values = told.model_dump(exclude_none=True)
    person: dict[str, Any] = {name: value for name, value in values.items() if name in _AS_PERSON}
    names = tuple(Name(**each) for each in values.get("names", ()))
    account = {name: value for name, value in values.items() if name in _ACCOUNT}
    return (
        PersonEntered.model_validate({**person, "names": names}),
        AccountEntered.model_validate(account),
    )


def _case_for(
    session: Session,
    house: House,
    actor: Actor,
    now: datetime,
    row: Handoff,
    partner: Partner,
    packet: Handing,
    into: Into,
) -> CaseFile:
    if into.reference is not None:
        return find(session, actor, into.reference)
    try:
        person, account = person_entered(packet.person)
        mirrored = pairing.take_up(session, house, actor, now, row, partner, packet, person, account)
        if mirrored is not None:
            return mirrored
        new = NewCase(
            route=into.route or packet.route or "",
            stage=into.stage or "",
            age_group=packet.age_group or "unknown",
            organisation=into.organisation,
            person=person,
            account=account,
        )
    except ValueError:
        raise Invalid({"packet": "cannot_be_entered"}) from None
    sheaf = Sheaf()
    reference = Opener(house, actor, now, every_body(session)).put(sheaf, new)
    sheaf.write(session)
    return find(session, actor, reference)


def _waiting(
    session: Session, house: House, actor: Actor, handoff_id: str, kinds: tuple[str, ...]
) -> tuple[Handoff, Partner]:
    """A handoff that waits for this officer's organisation, and its partner, both locked."""
    if actor.reads_only:
        raise ReadOnly
    first = own(session, house, actor, handoff_id)
    partner = locked_partner(session, first.partner_id)
    row = own(session, house, actor, handoff_id, lock=True)
    if row.direction != "received" or row.kind not in kinds:
        raise NotFound(handoff_id)
    if not row.waiting:
        raise Decided
    return row, partner


def _sign(
    session: Session,
    house: House,
    actor: Actor,
    now: datetime,
    row: Handoff,
    partner: Partner,
    state: Literal["accepted", "declined"],
    *,
    reason: str | None = None,
    note: str | None = None,
    reference: str | None = None,
) -> None:
    """Sign a decision, and send it back the way the handoff came."""
    receipt = receipts.write(
        issuer=house.issuer,
        audience=row.issuer,
        jti=row.jti,
        sha256=str(row.digest),
        state=state,
        key=house.keyring.instance_keys().envelope_key(now),
        now=now,
    )
    session.add(HandoffReceipt(handoff_id=row.id, issuer=house.issuer, state=state, at=now, text=receipt))
    row.state, row.waiting, row.decided_at, row.officer_id = state, False, now, actor.officer_id
    row.attention = None
    if note and row.wrapped_key:
        Safe(house.keyring).key_of(row).seal_into(row, note={"note": note})
    session.add(row)
    name = session.get_one(Officer, actor.officer_id).display_name
    packet = Decision(
        about=row.jti, receipt=receipt, reason=reason, note=note, by=name[:200], reference=reference
    )
    post(session, house, now, partner, "decision", packet, of=row, actor=actor)
    detail = {"handoff": row.id, "kind": row.kind, "state": state, "partner": partner.id, "reason": reason}
    trail.append(session, actor, now, "handoff:decided", detail)
