"""Referrals and placements as they are seen: those of one case, and those an organisation is to answer."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import and_, or_
from sqlalchemy import select as core_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from repatriation.records.cases import CaseFile
from repatriation.records.organisations import Officer, Organisation
from repatriation.records.scope import visible_case, visible_ids
from repatriation.records.services import Placement, Referral, ServiceOffer, UnmetNeed
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.refusals import NotFound

MOST: Final = 200
"""More than this is no list to answer from; the oldest that wait come first."""


@dataclass(frozen=True, slots=True)
class ReferralLine:
    """One organisation asked. `reference` and `version` are told only to those who know of the case still."""

    reference: str | None
    organisation: str
    offer: str | None
    service: str | None
    state: str
    reason: str | None
    offered_at: datetime
    answered_at: datetime | None
    age_group: str | None = None


@dataclass(frozen=True, slots=True)
class PlacementLine:
    """A place somebody has or had, and who signed it off."""

    kind: str
    offer: str | None
    organisation: str | None
    place: str | None
    custody: str | None
    signed_by: str | None
    signed_for: str | None
    from_on: date
    to_on: date | None
    ended: str | None


@dataclass(frozen=True, slots=True)
class NeedLine:
    """A need that nobody meets, or met none until it ended."""

    reference: str
    service: str
    province: str
    reason: str
    at: datetime
    ended_at: datetime | None
    ended: str | None


@dataclass(frozen=True, slots=True)
class OfCase:
    """What was asked of whom for one person, where they were placed, what is lacking."""

    referrals: tuple[ReferralLine, ...]
    placements: tuple[PlacementLine, ...]
    needs: tuple[NeedLine, ...]


def of_case(house: House, actor: Actor, reference: str) -> OfCase:
    """Everything of one case, the newest first. Raises NotFound."""
    with house.doors.read() as session:
        case = session.exec(visible_case(actor.organisation_id, reference)).first()
        if case is None:
            raise NotFound(reference)
        referrals = session.exec(
            _referrals()
            .where(Referral.case_id == case.id)
            .order_by(col(Referral.offered_at).desc(), col(Referral.id).desc())
        ).all()
        placements = _placements(session, case.id)
        needs = session.exec(
            select(UnmetNeed).where(UnmetNeed.case_id == case.id).order_by(col(UnmetNeed.at).desc())
        ).all()
    return OfCase(
        tuple(_line(row, name, offer, reference, None) for row, name, offer in referrals),
        placements,
        tuple(_need(row, reference) for row in needs),
    )


def declined_for(house: House, actor: Actor, reference: str) -> frozenset[str]:
    """The offers that have declined to take somebody on already. Raises NotFound."""
    with house.doors.read() as session:
        case = session.exec(visible_case(actor.organisation_id, reference)).first()
        if case is None:
            raise NotFound(reference)
        rows = session.exec(
            select(Referral.offer_id).where(Referral.case_id == case.id, Referral.state == "declined")
        ).all()
    return frozenset(row for row in rows if row is not None)


def to_answer(house: House, actor: Actor) -> tuple[ReferralLine, ...]:
    """What other organisations have asked of the officer's own: what waits for an answer first, then the
    rest, the newest first. A case that the organisation declined it does not know any more."""
    waiting = col(Referral.state) == "offered"
    known = and_(
        col(CaseFile.id) == col(Referral.case_id), col(CaseFile.id).in_(visible_ids(actor.organisation_id))
    )
    columns: tuple[Any, ...] = (Referral, Organisation.name, ServiceOffer.name)
    columns += (CaseFile.reference, CaseFile.age_group)
    with house.doors.read() as session:
        rows = session.execute(
            core_select(*columns)
            .join(Organisation, col(Organisation.id) == col(Referral.organisation_id))
            .outerjoin(ServiceOffer, col(ServiceOffer.id) == col(Referral.offer_id))
            .outerjoin(CaseFile, known)
            .where(
                col(Referral.organisation_id) == actor.organisation_id,
                or_(col(CaseFile.id).is_not(None), col(Referral.state).in_(("declined", "withdrawn"))),
            )
            .order_by(waiting.desc(), col(Referral.offered_at).desc())
            .limit(MOST)
        ).all()
    return tuple(_line(*row) for row in rows)


def _referrals() -> Any:
    return (
        select(Referral, Organisation.name, ServiceOffer.name)
        .join(Organisation, col(Organisation.id) == col(Referral.organisation_id))
        .outerjoin(ServiceOffer, col(ServiceOffer.id) == col(Referral.offer_id))
    )


def _line(
    row: Referral, organisation: str, offer: str | None, reference: str | None, age_group: str | None
) -> ReferralLine:
    return ReferralLine(
        reference,
        organisation,
        offer,
        row.service,
        row.state,
        row.reason,
        row.offered_at,
        row.answered_at,
        age_group,
    )


def _need(row: UnmetNeed, reference: str) -> NeedLine:
    return NeedLine(reference, row.service, row.province, row.reason, row.at, row.ended_at, row.ended)


def _placements(session: Session, case_id: str) -> tuple[PlacementLine, ...]:
    body, signing = aliased(Organisation), aliased(Organisation)
    columns: tuple[Any, ...] = (Placement, ServiceOffer.name, body.name, Officer.display_name, signing.name)
    rows = session.execute(
        core_select(*columns)
        .outerjoin(ServiceOffer, col(ServiceOffer.id) == col(Placement.offer_id))
        .outerjoin(body, col(body.id) == col(Placement.organisation_id))
        .outerjoin(Officer, col(Officer.id) == col(Placement.signed_by))
        .outerjoin(signing, col(signing.id) == col(Placement.signed_for))
        .where(col(Placement.case_id) == case_id)
        .order_by(col(Placement.from_on).desc(), col(Placement.id).desc())
    ).all()
    return tuple(
        PlacementLine(
            row.kind,
            offer,
            name,
            row.place,
            row.custody_basis,
            officer,
            by,
            row.from_on,
            row.to_on,
            row.ended,
        )
        for row, offer, name, officer, by in rows
    )
