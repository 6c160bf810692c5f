"""The card a partner gives of itself: who it is and its keys, signed by one of them. An installation's first
card also says where it answers, and registers it. A later card signed by a key that is known already is how
keys are changed, an installation's and any program's.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from partners import jose, registration, scopes
from partners.keys import InstanceKeys
from partners.registration import Fingerprint, Registration

TYPE: Final = "partner-card+jws"
LIFETIME: Final = timedelta(days=30)
_AHEAD: Final = timedelta(minutes=5)
_LONGEST: Final = 64 * 1024
_MEMBERS: Final = frozenset(
    {"iss", "iat", "exp", "version", "name", "contacts", "scopes_offered", "scope", "jwks", "envelope_jwks"}
)


class BadCard(ValueError):
    """A card that cannot be taken; `code` says why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Card:
    """A card that its own key signed. That alone says only that its keys belong together. `issuer` is the
    name its partner is known by; a program that sends no envelopes has no `envelope_jwks`.
    """

    issuer: str
    name: str
    issued: datetime
    until: datetime
    scope: str
    offered: tuple[str, ...]
    contacts: tuple[str, ...]
    jwks: Mapping[str, Any] = field(repr=False)
    envelope_jwks: Mapping[str, Any] | None = field(repr=False)

    def as_registration(self, organisation: str) -> Registration:
        """The card as what to register for an organisation; its issuer is the name it is known by. Raises
        registration.BadRegistration.
        """
        return registration.of(
            {
                "client_id": self.issuer,
                "client_name": self.name,
                "organisation": organisation,
                "scope": self.scope,
                "jwks": dict(self.jwks),
                "contacts": list(self.contacts),
                "client_uri": self.issuer,
                "envelope_jwks": dict(self.envelope_jwks or {}),
                "envelope_issuer": self.issuer,
            }
        )

    def fingerprint(self) -> Fingerprint:
        """What the two officers compare."""
        return registration.fingerprint(self.jwks, self.envelope_jwks, self.issuer)


def write(
    issuer: str,
    name: str,
    keys: InstanceKeys,
    now: datetime,
    *,
    asked: Collection[str] = (),
    contacts: Collection[str] = (),
) -> str:
    """Our own card, good for 30 days. `asked` is what we ask to be let do at the partner's."""
    envelope = keys.jwks(now)["keys"]
    signing = [key.as_dict() for key in keys.envelope_keys()]
    claims = {
        "iss": issuer,
        "iat": int(now.timestamp()),
        "exp": int((now + LIFETIME).timestamp()),
        "version": 1,
        "name": name,
        "contacts": sorted(contacts),
        "scopes_offered": sorted(scopes.SCOPES),
        "scope": " ".join(sorted(asked or ("handoff:send", "handoff:receive", "receipts:read"))),
        "jwks": keys.client_jwks(now),
        "envelope_jwks": {"keys": [*signing, *(key for key in envelope if key["use"] == "enc")]},
    }
    return jose.sign(claims, TYPE, keys.envelope_key(now))


def read(text: str, now: datetime) -> Card:
    """A card, when it is signed by one of the keys that stand in it and is not over. Raises BadCard."""
    try:
        _, told = jose.signer_of(text.strip(), _LONGEST)
        sets = (_object(told, "jwks"), _object(told, "envelope_jwks") if "envelope_jwks" in told else None)
        claims = jose.verify(text.strip(), TYPE, vouching(*sets), longest=_LONGEST)
        jose.public_keys(sets[0])
    except (jose.Unproven, jose.BadKey) as problem:
        raise BadCard(problem.code) from None
    if claims.keys() - _MEMBERS or claims.get("version") != 1:
        raise BadCard("version")
    issued, until = claims.get("iat"), claims.get("exp")
    if not isinstance(issued, int) or not isinstance(until, int):
        raise BadCard("iat")
    if issued > (now + _AHEAD).timestamp() or until <= now.timestamp():
        raise BadCard("exp")
    if until - issued > LIFETIME.total_seconds():
        raise BadCard("exp")
    issuer = claims.get("iss")
    if not isinstance(issuer, str) or not registration.may_be_named(issuer):
        raise BadCard("iss")
    return Card(
        issuer=issuer,
        name=_text(claims, "name"),
        issued=datetime.fromtimestamp(issued, UTC),
        until=datetime.fromtimestamp(until, UTC),
        scope=_text(claims, "scope"),
        offered=_texts(claims, "scopes_offered"),
        contacts=_texts(claims, "contacts"),
        jwks=claims["jwks"],
        envelope_jwks=claims.get("envelope_jwks"),
    )


def vouching(jwks: Mapping[str, Any], envelope_jwks: Mapping[str, Any] | None) -> tuple[jose.PublicKey, ...]:
    """The keys of a partner that may sign its card: those that sign its envelopes, and where it sends none,
    those by which it says who it is. Raises jose.BadKey.
    """
    return jose.public_keys(jwks if envelope_jwks is None else envelope_jwks)


def signed_by(text: str, keys: Sequence[jose.PublicKey]) -> bool:
    """Whether one of these keys, which are known already, signed a card."""
    try:
        jose.verify(text.strip(), TYPE, keys, longest=_LONGEST)
    except jose.Unproven:
        return False
    return True


def _object(claims: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = claims.get(name)
    if not isinstance(value, Mapping):
        raise BadCard(name)
    return value


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name, "")
    if not isinstance(value, str):
        raise BadCard(name)
    return value


def _texts(claims: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = claims.get(name, [])
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise BadCard(name)
    return tuple(value)
