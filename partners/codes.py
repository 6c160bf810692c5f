"""Authorization requests that are pushed, the officer's consent, and the code it gives (RFC 9126, RFC 7636).

A request is only ever pushed by a program that has proved who it is, so nothing in an address that a browser
follows can change what is asked. PKCE with S256 is asked of every program.
"""

import hmac
import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlencode

from authlib.oauth2.rfc6749.errors import (
    InvalidRequestError,
    InvalidScopeError,
    UnsupportedResponseTypeError,
)
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from partners import scopes

PUSHED_LIVES: Final = timedelta(seconds=90)
CODE_LIVES: Final = timedelta(seconds=60)
TO_DECIDE: Final = timedelta(minutes=10)
"""How long an officer may look at the question before they answer it."""

_URI: Final = "urn:ietf:params:oauth:request_uri:"
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_LONGEST_STATE: Final = 1000


@dataclass(frozen=True, slots=True)
class Asked:
    """What a program asks an officer for. `thumbprint` is the key the token is to be bound to, if named."""

    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    challenge: str
    thumbprint: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self) | {"scopes": list(self.scopes)}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Asked":
        """What was kept."""
        return cls(**{**kept, "scopes": tuple(kept["scopes"])})

    def answered(self, issuer: str, **answer: str) -> str:
        """The address a browser is sent back to with an answer; it says who answers (RFC 9207)."""
        told = {**answer, **({"state": self.state} if self.state is not None else {}), "iss": issuer}
        sign = "&" if "?" in self.redirect_uri else "?"
        return f"{self.redirect_uri}{sign}{urlencode(told)}"


def check(
    form: Mapping[str, str],
    redirect_uris: Collection[str],
    agreed: Collection[str],
    thumbprint: str | None,
) -> Asked:
    """What a pushed request asks for. `thumbprint` is the key its proof was made with, if it had one.

    Raises Authlib's OAuth2Error.
    """
    if "request_uri" in form or "request" in form:
        raise InvalidRequestError("A pushed request holds its parameters themselves")
    if form.get("response_type") != "code":
        raise UnsupportedResponseTypeError("code is the only response_type", None)
    if form.get("response_mode", "query") != "query":
        raise InvalidRequestError("query is the only response_mode")
    if form.get("redirect_uri") not in redirect_uris:
        raise InvalidRequestError("redirect_uri is not one that was registered")
    if form.get("code_challenge_method") != "S256":
        raise InvalidRequestError("code_challenge_method must be S256")
    challenge = form.get("code_challenge", "")
    if not _CHALLENGE.fullmatch(challenge):
        raise InvalidRequestError("code_challenge must be the base64url of a SHA-256 digest")
    asked = scopes.parse(form.get("scope", ""))
    if not asked or not asked <= set(agreed):
        raise InvalidScopeError()
    if len(form.get("state", "")) > _LONGEST_STATE:
        raise InvalidRequestError("state is too long")
    named = form.get("dpop_jkt", thumbprint)
    if named is not None and (not _CHALLENGE.fullmatch(named) or thumbprint not in (None, named)):
        raise InvalidRequestError("dpop_jkt does not fit the proof")
    return Asked(form["redirect_uri"], tuple(sorted(asked)), form.get("state"), challenge, named)


def fits(verifier: str, challenge: str) -> bool:
    """Whether a verifier is the one a challenge was made from."""
    if not _VERIFIER.fullmatch(verifier):
        return False
    return hmac.compare_digest(create_s256_code_challenge(verifier).encode(), challenge.encode())


def new_request_uri() -> str:
    """A name for a pushed request, which nobody can guess."""
    return _URI + secrets.token_urlsafe(32)


def new_code() -> str:
    """A code, which nobody can guess."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What the database knows a code or request by. They are random, so this cannot be undone."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Granted:
    """What a code stands for."""

    client_id: str
    officer_id: str
    asked: Asked
    auth_time: int
    until: datetime
    used: bool
    token_id: str | None = None
