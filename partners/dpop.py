"""Proof of possession (RFC 9449): whoever sends a token shows with each request that they hold its key.

A proof is for one method and one address, lives a minute, carries a number of ours (the nonce), and counts
once. So a token or a proof that was seen on its way is worth nothing to who saw it.
"""

import hmac
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final, NamedTuple
from urllib.parse import SplitResult, quote, unquote, urlsplit

from partners import jose

TYPE: Final = "dpop+jwt"
OLDEST: Final = timedelta(seconds=60)
AHEAD: Final = timedelta(seconds=10)
"""Clocks differ: FAPI 2.0 asks that ten seconds ahead are taken and a minute is not."""

KEPT: Final = OLDEST + AHEAD
"""How long a proof must be remembered so that it cannot come a second time."""

_WINDOW: Final = 60
_LONGEST_JTI: Final = 128
_SHORTEST_JTI: Final = 8
_PORTS: Final = {"http": 80, "https": 443}


class UseNonce(Exception):
    """The proof is right but for the nonce: it is to be made again with the one that is sent along."""


class Proof(NamedTuple):
    """A proof that holds. `once` must not have been seen before and is to be remembered until `until`."""

    thumbprint: str
    once: str
    until: datetime


class Nonces:
    """The numbers that proofs must carry. They follow from a secret and the time, so none has to be kept; the
    present one and the one before are good.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def current(self, now: datetime) -> str:
        """The nonce to use from now on."""
        return self._of(int(now.timestamp()) // _WINDOW)

    def good(self, nonce: str, now: datetime) -> bool:
        """Whether a nonce is one of ours, and not too old."""
        window = int(now.timestamp()) // _WINDOW
        return any(
            hmac.compare_digest(self._of(each).encode(), nonce.encode("utf-8", "replace"))
            for each in (window, window - 1)
        )

    def _of(self, window: int) -> str:
        return jose.encode(hmac.digest(self._secret, b"dpop-nonce:%d" % window, "sha256")[:18])


def check(
    proof: str,
    method: str,
    address: str,
    now: datetime,
    nonces: Nonces,
    token: str | None = None,
    thumbprint: str | None = None,
) -> Proof:
    """Check a proof for a request of `method` to `address`, both as we know them and not as a header says.

    With a `token`, the proof must be about it, and its key the one of `thumbprint` that the token is bound
    to. Raises jose.Unproven, and UseNonce when all is right but for the nonce.
    """
    claims, key = jose.verify_by_own_key(proof, TYPE)
    jti, issued = claims.get("jti"), claims.get("iat")
    if not isinstance(jti, str) or not _SHORTEST_JTI <= len(jti) <= _LONGEST_JTI:
        raise jose.Unproven("jti")
    if not isinstance(issued, int) or isinstance(issued, bool):
        raise jose.Unproven("iat")
    if not -AHEAD.total_seconds() <= now.timestamp() - issued <= OLDEST.total_seconds():
        raise jose.Unproven("iat")
    if claims.get("htm") != method:
        raise jose.Unproven("htm")
    if not _same_address(claims.get("htu"), address):
        raise jose.Unproven("htu")
    if token is not None and claims.get("ath") != jose.digest(token):
        raise jose.Unproven("ath")
    if thumbprint is not None and key.thumbprint != thumbprint:
        raise jose.Unproven("bound_key")
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not nonces.good(nonce, now):
        raise UseNonce
    once = sha256(f"dpop\0{key.thumbprint}\0{jti}".encode()).hexdigest()
    return Proof(key.thumbprint, once, datetime.fromtimestamp(issued, UTC) + KEPT)


def make(
    key: jose.SigningKey,
    method: str,
    address: str,
    now: datetime,
    token: str | None = None,
    nonce: str | None = None,
    new_id: Callable[[], str] = secrets.token_urlsafe,
) -> str:
    """A proof for one request of ours to a partner."""
    claims = {
        "jti": new_id(),
        "iat": int(now.timestamp()),
        "htm": method,
        "htu": _bare(urlsplit(address)),
        **({"ath": jose.digest(token)} if token is not None else {}),
        **({"nonce": nonce} if nonce is not None else {}),
    }
    return jose.sign_by_own_key(claims, TYPE, key)


def _same_address(told: object, address: str) -> bool:
    if not isinstance(told, str) or len(told) > 2000:
        return False
    try:
        return _bare(urlsplit(told)) == _bare(urlsplit(address))
    except ValueError:
        return False


def _bare(parts: SplitResult) -> str:
    """An address without query and fragment, the rest of it written in one way."""
    scheme = parts.scheme.lower()
    host = (parts.hostname or "").lower()
    port = parts.port or _PORTS.get(scheme)
    if parts.username is not None:
        raise ValueError("an address with a user name in it")
    shown = f"[{host}]" if ":" in host else host
    where = shown if port == _PORTS.get(scheme) else f"{shown}:{port}"
    return f"{scheme}://{where}{quote(unquote(parts.path)) or '/'}"
