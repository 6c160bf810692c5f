"""How we say who we are to a provider: by a signed assertion, or by a secret where it asks for one."""

import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote_plus

from joserfc import jwt
from joserfc.jwk import ECKey

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LASTS: Final = timedelta(seconds=60)

Proof = tuple[dict[str, str], dict[str, str]]
"""Parameters to add to a form, and headers to send with it."""

Prove = Callable[[datetime], Proof]
"""Proves who we are, anew for each request."""


@dataclass(frozen=True, slots=True)
class ByAssertion:
    """private_key_jwt: a new assertion, with a number of its own, for each request."""

    client_id: str
    audience: str
    key: ECKey = field(repr=False)

    def __call__(self, now: datetime) -> Proof:
        """A new assertion for one request."""
        made = int(now.timestamp())
        claims: dict[str, Any] = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self.audience,
            "jti": secrets.token_urlsafe(24),
            "iat": made,
            "exp": made + int(LASTS.total_seconds()),
        }
        header = {"alg": "ES256", "typ": "JWT", "kid": self.key.thumbprint()}
        assertion = jwt.encode(header, claims, self.key, algorithms=["ES256"])
        return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}, {}


@dataclass(frozen=True, slots=True)
class BySecret:
    """client_secret_basic. Both halves are form-encoded first, as RFC 6749 §2.3.1 asks."""

    client_id: str
    secret: str = field(repr=False)

    def __call__(self, now: datetime) -> Proof:  # noqa: ARG002 - a secret is the same at all times
        """The header with the secret."""
        pair = f"{quote_plus(self.client_id)}:{quote_plus(self.secret)}"
        return {}, {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def published(key: ECKey) -> dict[str, Any]:
    """The JWK set that the provider is given, to know our assertions by."""
    public = {name: value for name, value in key.as_dict(private=False).items() if name != "kid"}
    return {"keys": [public | {"kid": key.thumbprint(), "use": "sig", "alg": "ES256"}]}
