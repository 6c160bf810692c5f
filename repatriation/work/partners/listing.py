"""The partners as they are listed, and each as its page shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from partners import registration
from partners.registration import Fingerprint
from repatriation.records.organisations import Officer, Organisation
from repatriation.records.partners import Partner, PartnerCard
from repatriation.work.house import House
from repatriation.work.refusals import NotFound


@dataclass(frozen=True, slots=True)
class Listed:
    """A partner as it is listed. `asked` is what it asks to be let do, `scopes` what is agreed, or while it
    waits would be; `cards` says what came of the cards it gave us, newest first.
    """

    id: str
    client_id: str
    name: str
    organisation: str
    organisation_name: str
    state: str
    asked: tuple[str, ...]
    scopes: tuple[str, ...]
    described: Mapping[str, Any]
    fingerprint: Fingerprint
    envelope_issuer: str | None
    registered_at: datetime
    approved_at: datetime | None
    approved_by: str | None
    approved_and: str | None
    cards: tuple[tuple[datetime, str], ...] = ()


def partners(house: House) -> list[Listed]:
    """Every partner, those that wait first."""
    with house.doors.read() as session:
        found = session.exec(
            select(Partner, Organisation)
            .join(Organisation, col(Organisation.id) == col(Partner.organisation_id))
            .order_by(col(Partner.registered_at).desc())
        ).all()
        listed = [_listed(session, partner, body) for partner, body in found]
    order = {"pending": 0, "active": 1, "suspended": 2}
    return sorted(listed, key=lambda one: order[one.state])


def partner(house: House, partner_id: str) -> Listed:
    """One partner. NotFound."""
    found = next((one for one in partners(house) if one.id == partner_id), None)
    if found is None:
        raise NotFound(partner_id)
    return found


def named(house: House, client_id: str) -> Listed:
    """The partner of a name. NotFound."""
    found = next((one for one in partners(house) if one.client_id == client_id), None)
    if found is None:
        raise NotFound(client_id)
    return found


def fingerprint_of(partner: Partner) -> Fingerprint:
    """What is compared by telephone: the fingerprint of the keys that are registered."""
    return registration.fingerprint(partner.keys, partner.envelope_keys, partner.envelope_issuer)


def asked_by(partner: Partner) -> tuple[str, ...]:
    """The calls that a partner asks to be let make."""
    return tuple(sorted(str(partner.described["scope"]).split()))


def _listed(session: Session, partner: Partner, body: Organisation) -> Listed:
    names = [
        session.get_one(Officer, officer_id).display_name if officer_id else None
        for officer_id in (partner.approved_by, partner.approved_and)
    ]
    given = session.exec(
        select(PartnerCard.at, PartnerCard.outcome)
        .where(PartnerCard.client_id == partner.client_id)
        .order_by(col(PartnerCard.at).desc())
        .limit(20)
    ).all()
    return Listed(
        id=partner.id,
        client_id=partner.client_id,
        name=partner.name,
        organisation=body.code,
        organisation_name=body.name,
        state=partner.state,
        asked=asked_by(partner),
        scopes=tuple(partner.scopes),
        described=partner.described,
        fingerprint=fingerprint_of(partner),
        envelope_issuer=partner.envelope_issuer,
        registered_at=partner.registered_at,
        approved_at=partner.approved_at,
        approved_by=names[0],
        approved_and=names[1],
        cards=tuple((at, outcome) for at, outcome in given),
    )
