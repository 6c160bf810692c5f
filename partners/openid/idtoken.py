"""Checks an ID token: signature, who made it, for whom, when, and for which question of ours."""

import base64
import hashlib
import hmac
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from partners.openid.reach import read_object
from partners.openid.refusals import Untrusted
from partners.openid.settings import SIGNED_WITH

LEEWAY: Final = timedelta(seconds=10)
OLDEST: Final = timedelta(minutes=10)
"""An ID token older than this does not answer a question that was asked just now."""

LONGEST: Final = 16 * 1024
LONGEST_SUBJECT: Final = 255
WEAKEST_RSA: Final = 2048

# They point to keys elsewhere, bring their own, or change how the rest is to be read.
_NO_PLACE: Final = frozenset({"crit", "jku", "jwk", "x5u", "x5c", "b64", "zip"})
_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "k"})
_KIND: Final[Mapping[str, tuple[str, str | None]]] = {
    "ES256": ("EC", "P-256"),
    "PS256": ("RSA", None),
    "RS256": ("RSA", None),
    "Ed25519": ("OKP", "Ed25519"),
    "EdDSA": ("OKP", "Ed25519"),
}
_CLASSES: Final[Mapping[str, type[ECKey] | type[RSAKey] | type[OKPKey]]] = {
    "EC": ECKey,
    "RSA": RSAKey,
    "OKP": OKPKey,
}


class UnknownKey(Untrusted):
    """The token names a key that is not among those known; the provider may have changed its keys."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the token must answer to. `proved_since`: the person must have proved who they are after that."""

    issuer: str
    client_id: str
    nonce: str
    algorithms: Sequence[str]
    access_token: str
    now: datetime
    proved_since: datetime | None = None


def check(text: Any, keys: Sequence[Mapping[str, Any]], expected: Expected) -> str:
    """The subject of an ID token that can be relied on. Raises Untrusted, or UnknownKey."""
    if not isinstance(text, str) or len(text) > LONGEST or not text.isascii() or text.count(".") != 2:
        raise Untrusted("token_malformed")
    header, payload = (read_object(_decoded(part)) for part in text.split(".")[:2])
    algorithm = _algorithm(header, expected.algorithms)
    _verify(text, algorithm, _key(header, algorithm, keys))
    _check_parties(payload, expected)
    _check_times(payload, expected)
    _check_question(payload, expected, algorithm)
    return _subject(payload)


def _decoded(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise Untrusted("token_malformed") from None


def _algorithm(header: Mapping[str, Any], allowed: Sequence[str]) -> str:
    algorithm = header.get("alg")
    if algorithm not in SIGNED_WITH or algorithm not in allowed:
        raise Untrusted("token_algorithm")
    if _NO_PLACE & header.keys():
        raise Untrusted("token_header")
    if "typ" in header and str(header["typ"]).upper() != "JWT":
        raise Untrusted("token_typ")
    return str(algorithm)


def _key(header: Mapping[str, Any], algorithm: str, keys: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The one key that fits. A token that names none is taken only where there is no choice."""
    fitting = [key for key in keys if _fits(key, algorithm)]
    if "kid" in header:
        fitting = [key for key in fitting if key.get("kid") == header["kid"]]
    if not fitting:
        raise UnknownKey("token_key")
    if len(fitting) > 1:
        raise Untrusted("token_key")
    return fitting[0]


def _fits(key: Mapping[str, Any], algorithm: str) -> bool:
    kind, curve = _KIND[algorithm]
    names = ("Ed25519", "EdDSA") if kind == "OKP" else (algorithm,)
    return (
        key.get("kty") == kind
        and (curve is None or key.get("crv") == curve)
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) in names
    )


def _verify(text: str, algorithm: str, jwk: Mapping[str, Any]) -> None:
    if _PRIVATE & jwk.keys():
        raise Untrusted("key_not_public")
    if jwk["kty"] == "RSA" and len(_decoded(str(jwk.get("n")))) * 8 < WEAKEST_RSA:
        raise Untrusted("key_weak")
    try:
        plain = {name: value for name, value in jwk.items() if name in ("kty", "crv", "x", "y", "n", "e")}
        key: Key = _CLASSES[str(jwk["kty"])].import_key(plain)
        body, _, signature = text.rpartition(".")
        # The algorithm itself: the library's reader of tokens warns of names and bounds headers.
        right = JWSRegistry.algorithms[algorithm].verify(body.encode(), _decoded(signature), key)
    except (JoseError, ValueError, TypeError, KeyError):
        right = False
    if not right:
        raise Untrusted("token_signature")


def _check_parties(claims: Mapping[str, Any], expected: Expected) -> None:
    if claims.get("iss") != expected.issuer:
        raise Untrusted("token_issuer")
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if not all(isinstance(each, str) for each in audiences) or expected.client_id not in audiences:
        raise Untrusted("token_audience")
    if len(audiences) > 1 and "azp" not in claims:
        raise Untrusted("token_azp")
    if "azp" in claims and claims["azp"] != expected.client_id:
        raise Untrusted("token_azp")


def _check_times(claims: Mapping[str, Any], expected: Expected) -> None:
    now, leeway = expected.now.timestamp(), LEEWAY.total_seconds()
    ends, made = _moment(claims, "exp"), _moment(claims, "iat")
    if now >= ends + leeway:
        raise Untrusted("token_expired")
    if made > now + leeway:
        raise Untrusted("token_from_the_future")
    if now - made > OLDEST.total_seconds():
        raise Untrusted("token_too_old")
    if "nbf" in claims and _moment(claims, "nbf") > now + leeway:
        raise Untrusted("token_from_the_future")
    if expected.proved_since is not None:
        proved = _moment(claims, "auth_time")
        if not expected.proved_since.timestamp() - leeway <= proved <= now + leeway:
            raise Untrusted("token_not_proved_anew")


def _moment(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Untrusted("token_time")
    return value


def _check_question(claims: Mapping[str, Any], expected: Expected, algorithm: str) -> None:
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode(), expected.nonce.encode()):
        raise Untrusted("token_nonce")
    if "at_hash" in claims and claims["at_hash"] != half_hash(expected.access_token, algorithm):
        raise Untrusted("token_at_hash")


def half_hash(access_token: str, algorithm: str) -> str:
    """The left half of the access token's digest, by which an ID token says that the two belong together."""
    digest = hashlib.sha512 if _KIND[algorithm][0] == "OKP" else hashlib.sha256
    made = digest(access_token.encode()).digest()
    return base64.urlsafe_b64encode(made[: len(made) // 2]).rstrip(b"=").decode()


def _subject(claims: Mapping[str, Any]) -> str:
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise Untrusted("token_subject")
    if not subject.isascii() or not subject.isprintable() or subject != subject.strip():
        raise Untrusted("token_subject")
    return subject
