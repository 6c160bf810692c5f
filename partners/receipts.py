"""Receipts: what a receiver signs so that a sender can prove what was delivered, accepted or declined.

A machine signs `received` at once. `accepted` and `declined` are a person's decision. Each names what it is
about by the digest of what the sender signed, so that it fits nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal, get_args

from partners import jose

TYPE: Final = "handoff-receipt+jws"
MEDIA_TYPE: Final = "application/jose"

State = Literal["received", "accepted", "declined"]
STATES: Final[tuple[str, ...]] = get_args(State)

_MEMBERS: Final = frozenset({"iss", "aud", "jti", "sha256", "state", "iat"})
_LONGEST: Final = 4096


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt that its issuer signed."""

    issuer: str
    audience: str
    jti: str
    sha256: str
    state: State
    issued: datetime
    text: str


def write(
    *, issuer: str, audience: str, jti: str, sha256: str, state: State, key: jose.SigningKey, now: datetime
) -> str:
    """Sign a receipt. `sha256` is the digest of what the sender signed."""
    claims = {
        "iss": issuer,
        "aud": audience,
        "jti": jti,
        "sha256": sha256,
        "state": state,
        "iat": int(now.timestamp()),
    }
    return jose.sign(claims, TYPE, key)


def read(
    text: str, keys: Sequence[jose.PublicKey], *, issuer: str, audience: str, jti: str, sha256: str
) -> Receipt:
    """A receipt for the very envelope that is named, signed by the receiver `issuer`. Raises jose.Unproven.

    Its time is taken as it is told: it proves an order of things to who keeps it, and no clock need agree.
    """
    claims = jose.verify(text.strip(), TYPE, keys, longest=_LONGEST)
    if claims.keys() != _MEMBERS:
        raise jose.Unproven("claims")
    expected = {"iss": issuer, "aud": audience, "jti": jti, "sha256": sha256}
    for name, value in expected.items():
        if claims[name] != value:
            raise jose.Unproven(name)
    state, issued = claims["state"], claims["iat"]
    if state not in STATES:
        raise jose.Unproven("state")
    if not isinstance(issued, int) or isinstance(issued, bool) or not 0 <= issued < 2**40:
        raise jose.Unproven("iat")
    return Receipt(issuer, audience, jti, sha256, state, datetime.fromtimestamp(issued, UTC), text.strip())
