"""Access tokens (RFC 9068): signed, five minutes long, for our API alone, and bound to their holder's key."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from partners import jose

TYPE: Final = "at+jwt"
ALGORITHM: Final = "ES256"
LIFETIME: Final = timedelta(seconds=300)
LEEWAY: Final = timedelta(seconds=10)
_LONGEST: Final = 8 * 1024


@dataclass(frozen=True, slots=True)
class Token:
    """What an access token says. `subject` is the client itself, or the officer it acts for."""

    id: str
    client_id: str
    subject: str
    scopes: frozenset[str]
    thumbprint: str
    issued: datetime
    expires: datetime
    agency: str = ""
    auth_time: int | None = None

    @property
    def for_person(self) -> bool:
        """Whether a person stands behind the token, and not the client alone."""
        return self.subject != self.client_id


def audience(issuer: str) -> str:
    """The name of our API, for which tokens are issued."""
    return f"{issuer}/api"


def new(
    client_id: str,
    scopes: Collection[str],
    thumbprint: str,
    now: datetime,
    *,
    agency: str,
    subject: str | None = None,
    auth_time: int | None = None,
) -> Token:
    """A token to be issued now."""
    issued = now.replace(microsecond=0)
    return Token(
        id=secrets.token_urlsafe(16),
        client_id=client_id,
        subject=subject or client_id,
        scopes=frozenset(scopes),
        thumbprint=thumbprint,
        issued=issued,
        expires=issued + LIFETIME,
        agency=agency,
        auth_time=auth_time,
    )


def write(token: Token, issuer: str, key: jose.SigningKey) -> str:
    """The token as it is handed out."""
    claims: dict[str, Any] = {
        "iss": issuer,
        "sub": token.subject,
        "client_id": token.client_id,
        "aud": audience(issuer),
        "scope": " ".join(sorted(token.scopes)),
        "agency": token.agency,
        "jti": token.id,
        "iat": int(token.issued.timestamp()),
        "exp": int(token.expires.timestamp()),
        "cnf": {"jkt": token.thumbprint},
    }
    if token.auth_time is not None:
        claims["auth_time"] = token.auth_time
    return jose.sign(claims, TYPE, key)


def read(text: str, issuer: str, keys: Sequence[jose.PublicKey], now: datetime) -> Token:
    """The token that one of our own keys signed for our own API, and that is still good. jose.Unproven."""
    claims = jose.verify(text, TYPE, keys, (ALGORITHM,), longest=_LONGEST)
    if claims.get("iss") != issuer or claims.get("aud") != audience(issuer):
        raise jose.Unproven("aud")
    expires, issued = claims.get("exp"), claims.get("iat")
    if not isinstance(expires, int) or not isinstance(issued, int):
        raise jose.Unproven("exp")
    if now.timestamp() >= expires + LEEWAY.total_seconds():
        raise jose.Unproven("expired")
    if issued > now.timestamp() + LEEWAY.total_seconds():
        raise jose.Unproven("iat")
    bound = claims.get("cnf")
    thumbprint = bound.get("jkt") if isinstance(bound, Mapping) else None
    texts = [claims.get(name) for name in ("jti", "client_id", "sub", "scope", "agency")]
    if not isinstance(thumbprint, str) or not all(isinstance(text, str) for text in texts):
        raise jose.Unproven("claims")
    auth_time = claims.get("auth_time")
    return Token(
        id=claims["jti"],
        client_id=claims["client_id"],
        subject=claims["sub"],
        scopes=frozenset(claims["scope"].split()),
        thumbprint=thumbprint,
        issued=datetime.fromtimestamp(issued, UTC),
        expires=datetime.fromtimestamp(expires, UTC),
        agency=claims["agency"],
        auth_time=auth_time if isinstance(auth_time, int) else None,
    )
