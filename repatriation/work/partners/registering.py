"""How a partner is registered, by what its program says of itself or by a card: it may do nothing yet."""

import secrets
from datetime import datetime

from sqlmodel import Session, select

from partners import cards, registration
from partners.registration import Registration
from repatriation.records.columns import new_id
from repatriation.records.organisations import Organisation
from repatriation.records.partners import CallBucket, Partner
from repatriation.records.trail import append
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.partners import keychange
from repatriation.work.permissions import Permission, may
from repatriation.work.refusals import Invalid, NotFound


def register(house: House, actor: Actor | None, now: datetime, asked: Registration) -> str:
    """Register a program, which may do nothing yet; gives its client_id.

    Raises:
        Invalid: the organisation is not known, or the name or the issuer is taken.
        NotFound: an officer registers it who may not approve partners.
    """
    if actor is not None:
        refuse_unable(actor)
    with house.doors.act() as session:
        partner = _add(session, house, actor, now, asked)
        return partner.client_id


def import_card(
    house: House, actor: Actor | None, now: datetime, text: str, organisation: str = "", of: str | None = None
) -> str:
    """Take a partner's card; gives what came of it. A partner that is not known is registered for
    `organisation`, pending. For one that is known the card must be signed by a key known already, and its
    keys then count from now on; signed by another it is put aside and changes nothing. `of` is the partner
    whose card it must be, if one is meant.

    Raises:
        cards.BadCard: it is no card, over, older than the last, or another partner's.
        Invalid: the organisation is not known, or what the card asks cannot be registered.
        NotFound: an officer brings it who may not approve partners.
    """
    if actor is not None:
        refuse_unable(actor)
    card = cards.read(text, now)
    if of is not None and card.issuer != of:
        raise cards.BadCard("other_partner")
    with house.doors.act() as session:
        partner = session.exec(
            select(Partner).where(Partner.client_id == card.issuer).with_for_update()
        ).first()
        if partner is None:
            _add(session, house, actor, now, _registration(card, organisation))
            outcome = "registered"
        elif not keychange.vouched(partner, text):
            outcome = "quarantined"
        else:
            keychange.change(session, partner, card)
            outcome = "keys_changed"
        keychange.keep(session, actor, now, card, text, outcome)
    return outcome


def refuse_unable(actor: Actor) -> None:
    """Raise NotFound where an officer may not approve partners."""
    if not may(actor.duty, Permission.APPROVE_PARTNERS):
        raise NotFound(actor.username)


def _add(session: Session, house: House, actor: Actor | None, now: datetime, asked: Registration) -> Partner:
    body = session.exec(select(Organisation).where(Organisation.code == asked.organisation)).first()
    client_id = asked.client_id or f"program-{secrets.token_hex(8)}"
    taken = session.exec(select(Partner.id).where(Partner.client_id == client_id)).first()
    issuer_taken = (
        session.exec(select(Partner.id).where(Partner.envelope_issuer == asked.envelope_issuer)).first()
        if asked.envelope_issuer
        else None
    )
    if house.issuer in (client_id, asked.envelope_issuer):
        raise Invalid({"envelope_issuer" if client_id != house.issuer else "client_id": "ourselves"})
    problems = {
        "organisation": "" if body else "unknown",
        "client_id": "taken" if taken else "",
        "envelope_issuer": "taken" if issuer_taken else "",
    }
    if any(problems.values()):
        raise Invalid({name: code for name, code in problems.items() if code})
    assert body is not None
    partner = Partner(
        id=new_id(),
        client_id=client_id,
        organisation_id=body.id,
        name=asked.client_name,
        described=asked.described(),
        scopes=sorted(asked.scopes),
        keys=asked.jwks,
        envelope_keys=asked.envelope_jwks,
        envelope_issuer=asked.envelope_issuer,
        registered_at=now,
        registered_by=actor.officer_id if actor else None,
    )
    session.add(partner)
    session.flush()
    session.add(CallBucket(client_id=client_id))
    detail = {"partner": partner.id, "organisation": body.id, "scopes": partner.scopes}
    append(session, actor, now, "partner:registered", detail)
    return partner


def _registration(card: cards.Card, organisation: str) -> Registration:
    try:
        return card.as_registration(organisation)
    except registration.BadRegistration as problem:
        raise Invalid(problem.problems) from None
