"""The keys by which this installation is known to partners: what each is for, how old it may grow, when a new
one takes over, and which are published.

Each purpose has keys of its own, so that nothing signed for one can be passed off for another. Keys of a
purpose are numbered; a new one stands beside the old for a while, so that partners can learn it first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final, NamedTuple

from partners import jose


class Purpose(NamedTuple):
    """What one kind of key is for.

    `lasts`: the age at which a newer key is due. `known_before`: how long a new key is published before it is
    used. `kept_after`: how long the former one still counts, or None for ever.
    """

    name: str
    use: str
    algorithm: str
    lasts: timedelta
    known_before: timedelta
    kept_after: timedelta | None


_DAY: Final = timedelta(days=1)

TOKENS: Final = Purpose("token", "sig", "ES256", 90 * _DAY, _DAY, timedelta(minutes=10))
ENVELOPES: Final = Purpose("envelope", "sig", "ES256", 365 * _DAY, 7 * _DAY, None)
"""Signs envelopes, receipts and our own card. Receipts must stay verifiable, so no old key is dropped."""

ENCRYPTION: Final = Purpose("encryption", "enc", jose.WRAP, 90 * _DAY, timedelta(0), 14 * _DAY)
"""Opens what was sealed to us. The former one is kept as long as a delivery may still be retried."""

CLIENT: Final = Purpose("client", "sig", "ES256", 365 * _DAY, 7 * _DAY, 7 * _DAY)
"""Says who we are to a partner's token endpoint."""

PURPOSES: Final = {each.name: each for each in (TOKENS, ENVELOPES, ENCRYPTION, CLIENT)}

SOON: Final = 0.8
"""From this part of its life on a key is said to be due soon."""


class BadKeys(ValueError):
    """A key file cannot be used. Says which, and not what is in it."""


@dataclass(frozen=True, slots=True)
class InstanceKey:
    """One key of ours. `made` is when; its private half is in `jwk` and is never shown."""

    purpose: Purpose
    number: int
    made: datetime
    jwk: Mapping[str, Any] = field(repr=False)
    signing: jose.SigningKey | None = field(repr=False, default=None)
    opening: jose.SealingKey | None = field(repr=False, default=None)

    @classmethod
    def load(cls, purpose: str, number: int, jwk: Mapping[str, Any]) -> "InstanceKey":
        """A key from the JWK of its file. BadKeys when it is not one of this purpose."""
        wanted = PURPOSES[purpose]
        try:
            made = datetime.fromtimestamp(int(jwk["iat"]), UTC)
            if (jwk.get("use"), jwk.get("alg")) != (wanted.use, wanted.algorithm):
                raise jose.BadKey("key_use")
            if wanted.use == "enc":
                return cls(wanted, number, made, jwk, opening=jose.opening_key(jwk))
            return cls(wanted, number, made, jwk, signing=jose.signing_key(jwk))
        except (KeyError, TypeError, ValueError, OverflowError) as problem:
            raise BadKeys(f"key {number} of the {purpose} keys cannot be used") from problem

    @property
    def kid(self) -> str:
        """Its name."""
        return str(self.jwk["kid"])

    def public(self) -> dict[str, Any]:
        """Its public half, as it is published."""
        if self.opening is not None:
            return self.opening.as_dict()
        assert self.signing is not None
        return self.signing.public.as_dict()


@dataclass(frozen=True, slots=True)
class InstanceKeys:
    """All keys of this installation that partners meet, oldest first in each purpose; never none in any."""

    kept: Mapping[str, tuple[InstanceKey, ...]]

    @classmethod
    def load(cls, keys: Iterable[InstanceKey]) -> "InstanceKeys":
        """Gather the keys. BadKeys when a purpose has none."""
        ordered = sorted(keys, key=lambda key: key.number)
        kept = {name: tuple(key for key in ordered if key.purpose.name == name) for name in PURPOSES}
        without = [name for name, found in kept.items() if not found]
        if without:
            raise BadKeys(f"there is no key for: {', '.join(without)}")
        return cls(kept)

    def token_key(self, now: datetime) -> jose.SigningKey:
        """The key that signs access tokens now."""
        return self._signs(TOKENS, now)

    def envelope_key(self, now: datetime) -> jose.SigningKey:
        """The key that signs envelopes, receipts and cards now."""
        return self._signs(ENVELOPES, now)

    def client_key(self, now: datetime) -> jose.SigningKey:
        """The key that says who we are to partners now."""
        return self._signs(CLIENT, now)

    def encryption_keys(self, now: datetime) -> tuple[jose.SealingKey, ...]:
        """The keys that open what was sealed to us, newest first: the present one, and former ones as long as
        deliveries may be retried.
        """
        found = [key.opening for key in self.good(ENCRYPTION, now) if key.opening is not None]
        return tuple(reversed(found))

    def token_keys(self, now: datetime) -> tuple[jose.PublicKey, ...]:
        """The keys that verify access tokens of ours."""
        return tuple(key.signing.public for key in self.good(TOKENS, now) if key.signing is not None)

    def envelope_keys(self) -> tuple[jose.PublicKey, ...]:
        """Every key that ever signed an envelope or receipt of ours."""
        return tuple(key.signing.public for key in self.kept["envelope"] if key.signing is not None)

    def jwks(self, now: datetime) -> dict[str, Any]:
        """The JWK set that is published: what verifies tokens and envelopes, and the newest key to seal to.

        The keys by which we say who we are to partners are not in it: they stand in our card.
        """
        shown = (*self.good(TOKENS, now), *self.kept["envelope"], self.kept["encryption"][-1])
        return {"keys": [key.public() for key in shown]}

    def client_jwks(self, now: datetime) -> dict[str, Any]:
        """The JWK set by which partners know our program, for our card."""
        return {"keys": [key.public() for key in self.good(CLIENT, now)]}

    def good(self, purpose: Purpose, now: datetime) -> tuple[InstanceKey, ...]:
        """The keys of a purpose that count now: those to come, the present one, and those not gone yet."""
        kept = self.kept[purpose.name]
        ended = {
            key.number
            for key, newer in pairwise(kept)
            if purpose.kept_after is not None
            and now >= newer.made + purpose.known_before + purpose.kept_after
        }
        return tuple(key for key in kept if key.number not in ended)

    def ended(self, now: datetime) -> tuple[InstanceKey, ...]:
        """The keys that count no more and are to be destroyed."""
        return tuple(
            key
            for name, kept in self.kept.items()
            for key in kept
            if key not in self.good(PURPOSES[name], now)
        )

    def overdue(self, now: datetime, part: float = 1.0) -> tuple[InstanceKey, ...]:
        """The newest key of each purpose that is older than it may be, or than the given part of that."""
        newest = (kept[-1] for kept in self.kept.values())
        return tuple(key for key in newest if now - key.made >= key.purpose.lasts * part)

    def _signs(self, purpose: Purpose, now: datetime) -> jose.SigningKey:
        kept = self.kept[purpose.name]
        known = [key for key in kept if key is kept[0] or now >= key.made + purpose.known_before]
        key = known[-1].signing
        assert key is not None
        return key


def new_key(purpose: str, now: datetime) -> dict[str, Any]:
    """A new private key for a purpose, as the JWK that goes into its file."""
    wanted = PURPOSES[purpose]
    return jose.new_jwk(wanted.use, wanted.algorithm) | {"iat": int(now.timestamp())}
