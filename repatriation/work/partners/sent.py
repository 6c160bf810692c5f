"""What partners and we send each other to be known: the file of a program or the card of an installation,
whichever came, and our own card.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from partners import cards, registration
from partners.registration import Fingerprint
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.partners import approval, registering


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a file. `outcome`: registered, keys_changed, quarantined; `fingerprint` is what is to be
    compared by telephone, where something is.
    """

    client_id: str
    outcome: str
    fingerprint: Fingerprint | None


def take(
    house: House,
    actor: Actor | None,
    now: datetime,
    data: bytes,
    organisation: str = "",
    of: str | None = None,
) -> Taken:
    """Take what a program asks to be registered with (JSON), or a card: of an installation that is not known,
    for `organisation`, or with other keys of a partner that is; `of` is the partner whose it must be, if one
    is meant.

    Raises:
        registration.BadRegistration, cards.BadCard: it cannot be read.
        Invalid: what it says cannot be taken here.
        NotFound: an officer brings it who may not approve partners.
    """
    if of is None and data.lstrip()[:1] in (b"{", b"["):
        asked = registration.read(data)
        client_id = registering.register(house, actor, now, asked)
        told = registration.fingerprint(asked.jwks, asked.envelope_jwks, asked.envelope_issuer)
        return Taken(client_id, "registered", told)
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError:
        raise cards.BadCard("not_text") from None
    outcome = registering.import_card(house, actor, now, text, organisation, of)
    card = cards.read(text, now)
    if outcome == "registered":
        return Taken(card.issuer, outcome, card.fingerprint())
    aside = approval.put_aside(house, now, card.issuer) if outcome == "quarantined" else None
    return Taken(card.issuer, outcome, aside)


def own_card(
    house: House, now: datetime, name: str, contacts: Collection[str], asked: Collection[str]
) -> tuple[str, Fingerprint]:
    """The card of this installation, signed, and the fingerprint to be read out. It asks to be let do what
    is `asked`. Raises KeyringError.
    """
    keys = house.keyring.instance_keys()
    text = cards.write(house.issuer, name, keys, now, asked=asked, contacts=contacts)
    return text, cards.read(text, now).fingerprint()
