"""How a partner's keys become others: by a card that one of its known keys signed, or, where none did, by two
officers who let it in anew.
"""

from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

from sqlmodel import Session, col, select

from partners import cards, jose, registration
from partners.cards import Card
from partners.registration import Fingerprint
from repatriation.records.partners import Partner, PartnerCard
from repatriation.records.trail import append
from repatriation.work.actors import Actor
from repatriation.work.refusals import Invalid


class Aside(NamedTuple):
    """A card that was put aside, and the fingerprint that its partner would have with its keys."""

    card: Card
    text: str
    fingerprint: Fingerprint


def vouched(partner: Partner, text: str) -> bool:
    """Whether a key that counts signed a card. Those of a suspended partner count for nothing: they may be
    why it was suspended.
    """
    if partner.state == "suspended":
        return False
    return cards.signed_by(text, cards.vouching(partner.keys, partner.envelope_keys))


def change(session: Session, partner: Partner, card: Card) -> None:
    """Let the keys of a card be the partner's from now on.

    Raises:
        cards.BadCard: it is older than the last that counted; it could bring back a key that was given up.
        Invalid: its keys cannot be registered, or it has envelope keys where the partner sends none.
    """
    if card.issued <= _last(session, partner):
        raise cards.BadCard("older")
    _refuse_unfit(partner, card)
    if partner.state == "pending":
        # What the first officer compared by telephone was another fingerprint.
        partner.approved_by = None
    partner.keys, partner.envelope_keys = dict(card.jwks), _plain(card)
    partner.version += 1


def put_aside(session: Session, partner: Partner, now: datetime) -> Aside | None:
    """The newest card of a partner's that no known key signed, where none that counted is newer and nobody
    threw it away since.
    """
    rows = session.exec(
        select(PartnerCard)
        .where(
            PartnerCard.client_id == partner.client_id,
            col(PartnerCard.outcome).in_(("quarantined", "discarded")),
        )
        .order_by(col(PartnerCard.at).desc(), col(PartnerCard.id).desc())
    ).all()
    thrown_away: set[str] = set()
    kept = None
    for row in rows:
        if row.outcome == "discarded":
            thrown_away.add(row.digest)
        elif row.digest not in thrown_away:
            kept = row
            break
    if kept is None:
        return None
    try:
        card = cards.read(kept.card, now)
        _refuse_unfit(partner, card)
    except (cards.BadCard, Invalid):
        return None  # it is over by now, or can never be taken
    if card.issued <= _last(session, partner):
        return None
    told = registration.fingerprint(card.jwks, card.envelope_jwks, partner.envelope_issuer)
    return Aside(card, kept.card, told)


def keep(session: Session, actor: Actor | None, now: datetime, card: Card, text: str, outcome: str) -> None:
    """Keep a card that came, with what came of it."""
    digest = sha256(text.strip().encode()).hexdigest()
    session.add(
        PartnerCard(
            client_id=card.issuer,
            at=now,
            outcome=outcome,
            digest=digest,
            card=text.strip(),
            officer_id=actor.officer_id if actor else None,
        )
    )
    append(session, actor, now, f"partner:card:{outcome}", {"sha256": digest})


def _refuse_unfit(partner: Partner, card: Card) -> None:
    """Refuse keys that the partner could not have been registered with, all else being as it was."""
    members = {
        **partner.described,
        "client_id": partner.client_id,
        "organisation": "-",
        "jwks": dict(card.jwks),
        "envelope_jwks": _plain(card),
        "envelope_issuer": partner.envelope_issuer,
    }
    try:
        registration.of(members)
    except registration.BadRegistration as problem:
        raise Invalid(problem.problems) from None


def _plain(card: Card) -> dict[str, object] | None:
    return None if card.envelope_jwks is None else dict(card.envelope_jwks)


def _last(session: Session, partner: Partner) -> datetime:
    """When the newest card that counted was signed; long ago, where none has."""
    kept = session.exec(
        select(PartnerCard.card).where(
            PartnerCard.client_id == partner.client_id,
            col(PartnerCard.outcome).in_(("registered", "keys_changed")),
        )
    ).all()
    signed = [int(jose.signer_of(text)[1]["iat"]) for text in kept]
    return max((datetime.fromtimestamp(at, UTC) for at in signed), default=datetime.min.replace(tzinfo=UTC))
