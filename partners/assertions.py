"""How a partner's program says who it is: an assertion signed with its own key (private_key_jwt, RFC 7523).

No secret is ever shared. An assertion is for this issuer alone, lives a few minutes and counts once.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final, NamedTuple

from partners import jose

KIND: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LIFETIME: Final = timedelta(seconds=60)
"""How long one of ours is good for."""

LONGEST_LIFE: Final = timedelta(minutes=5)
AHEAD: Final = timedelta(seconds=10)

_TYPES: Final = frozenset({None, "JWT", "jwt", "client-authentication+jwt"})
"""A typ is not asked for, since the certified clients send none; one of another purpose is refused."""

_LONGEST: Final = 8 * 1024
_CLIENT_ID: Final = 200


class Asserted(NamedTuple):
    """Who says what they are; `once` must not have been seen before and is remembered until `until`."""

    client_id: str
    once: str
    until: datetime


def client_named(form: Mapping[str, str]) -> str:
    """The client an assertion says it is from, unproven: only to find the keys. Raises jose.Unproven."""
    text = form.get("client_assertion", "")
    if form.get("client_assertion_type") != KIND or not text:
        raise jose.Unproven("no_assertion")
    _, claims = jose.signer_of(text, _LONGEST)
    client_id = claims.get("sub")
    if not isinstance(client_id, str) or not 1 <= len(client_id) <= _CLIENT_ID:
        raise jose.Unproven("sub")
    if form.get("client_id", client_id) != client_id:
        raise jose.Unproven("client_id")
    return client_id


def check(text: str, client_id: str, keys: Sequence[jose.PublicKey], issuer: str, now: datetime) -> Asserted:
    """Check an assertion of this client with its keys; `issuer` is ours. Raises jose.Unproven."""
    claims = jose.verify(text, _TYPES, keys, longest=_LONGEST)
    if claims.get("iss") != client_id or claims.get("sub") != client_id:
        raise jose.Unproven("sub")
    if claims.get("aud") not in (issuer, [issuer]):
        raise jose.Unproven("aud")
    expires, seconds = _number(claims, "exp"), now.timestamp()
    if expires is None or expires <= seconds - AHEAD.total_seconds():
        raise jose.Unproven("exp")
    if expires > seconds + LONGEST_LIFE.total_seconds() + AHEAD.total_seconds():
        raise jose.Unproven("exp")
    for name in ("iat", "nbf"):
        begins = _number(claims, name)
        if name in claims and (begins is None or begins > seconds + AHEAD.total_seconds()):
            raise jose.Unproven(name)
    issued = _number(claims, "iat")
    if issued is not None and not 0 <= expires - issued <= LONGEST_LIFE.total_seconds():
        raise jose.Unproven("exp")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 8 <= len(jti) <= 128:
        raise jose.Unproven("jti")
    once = sha256(f"assertion\0{client_id}\0{jti}".encode()).hexdigest()
    return Asserted(client_id, once, datetime.fromtimestamp(expires, UTC) + AHEAD)


def make(
    client_id: str,
    issuer: str,
    key: jose.SigningKey,
    now: datetime,
    new_id: Callable[[], str] = secrets.token_urlsafe,
) -> dict[str, str]:
    """The form parameters by which we say who we are to a partner whose issuer is `issuer`."""
    issued = int(now.timestamp())
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": issuer,
        "jti": new_id(),
        "iat": issued,
        "exp": issued + int(LIFETIME.total_seconds()),
    }
    signed = jose.sign(claims, "client-authentication+jwt", key)
    return {"client_id": client_id, "client_assertion_type": KIND, "client_assertion": signed}


def _number(claims: Mapping[str, Any], name: str) -> int | float | None:
    value = claims.get(name)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
