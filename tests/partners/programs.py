"""A partner's program, as its makers would write it; and all that it takes to make it do wrong."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient
from joserfc.jws import JWSRegistry
from werkzeug.test import TestResponse

from partners import assertions, dpop, jose
from tests.web.conftest import Clock

ISSUER = "http://127.0.0.1:8000"
EVERY_SCOPE = (
    "handoff:send handoff:receive handoff:decide receipts:read cases:read cases:open cases:act visits:read "
    "visits:write documents:read"
)


def jwks(*keys: jose.SigningKey) -> dict[str, Any]:
    """The public halves of keys, as they are registered."""
    return {"keys": [key.public.as_dict() for key in keys]}


def forge(header: Mapping[str, Any], payload: bytes, key: jose.SigningKey | None) -> str:
    """Whatever one likes, signed if there is a key to sign it with."""
    signed = f"{jose.encode(json.dumps(header).encode())}.{jose.encode(payload)}"
    algorithm = JWSRegistry.algorithms[key.algorithm] if key else None
    signature = algorithm.sign(signed.encode(), key.key) if algorithm and key else b""
    return f"{signed}.{jose.encode(signature)}"


@dataclass
class Program:
    """A program with its own keys. It remembers the nonce it was last sent, as programs do."""

    client: FlaskClient
    clock: Clock
    client_id: str = "iom-case-system"
    issuer: str = ISSUER
    key: jose.SigningKey = field(default_factory=jose.new_signing_key)
    proof_key: jose.SigningKey = field(default_factory=jose.new_signing_key)
    nonce: str | None = None

    def registration(self, **further: Any) -> dict[str, Any]:
        """What it is registered with."""
        return {
            "client_id": self.client_id,
            "client_name": "IOM case system",
            "organisation": "KHM-EMB-THA",
            "scope": EVERY_SCOPE,
            "jwks": jwks(self.key),
            **further,
        }

    def assertion(self, key: jose.SigningKey | None = None, typ: str | None = None, **claims: Any) -> str:
        """An assertion; a claim given as None is left out."""
        issued = int(self.clock().timestamp())
        told = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self.issuer,
            "jti": secrets.token_urlsafe(16),
            "iat": issued,
            "exp": issued + 60,
            **claims,
        }
        return jose.sign(_without_none(told), typ, key or self.key)

    def proof(self, method: str, path: str, token: str | None = None, **claims: Any) -> str:
        """A proof for one request; a claim given as None is left out."""
        told = {
            "jti": secrets.token_urlsafe(16),
            "iat": int(self.clock().timestamp()),
            "htm": method,
            "htu": f"{self.issuer}{path}",
            "nonce": self.nonce,
            **({"ath": jose.digest(token)} if token is not None else {}),
            **claims,
        }
        return jose.sign_by_own_key(_without_none(told), dpop.TYPE, self.proof_key)

    def form(self, assertion: str | None = None, **further: str | None) -> dict[str, Any]:
        """A form in which it says who it is; a parameter given as None is left out."""
        told = {
            "client_assertion_type": assertions.KIND,
            "client_assertion": assertion or self.assertion(),
            **further,
        }
        return _without_none(told)

    def post(self, path: str, form: Mapping[str, Any], proof: str | None = "", **kwargs: Any) -> TestResponse:
        """Post a form; with a proof of its own making unless another, or none, is given."""
        headers = dict(kwargs.pop("headers", {}))
        sent = self.proof("POST", path) if proof == "" else proof
        if sent is not None:
            headers["DPoP"] = sent
        answer = self.client.post(path, data=dict(form), headers=headers, base_url=self.issuer, **kwargs)
        self.nonce = answer.headers.get("DPoP-Nonce", self.nonce)
        return answer

    def learn_nonce(self) -> None:
        """As a program does with its first request of all."""
        self.nonce = self.client.get("/oauth/jwks", base_url=self.issuer).headers["DPoP-Nonce"]

    def ask(self, scope: str = "cases:read", **further: str | None) -> TestResponse:
        """Ask for a token."""
        if self.nonce is None:
            self.learn_nonce()
        given = {"grant_type": "client_credentials", "scope": scope, **further}
        return self.post("/oauth/token", self.form(**given))

    def token(self, scope: str = "cases:read") -> str:
        """A token."""
        answer = self.ask(scope)
        assert answer.status_code == 200, answer.text
        return str(answer.json["access_token"])  # type: ignore[index]

    def call(self, path: str, token: str, proof: str | None = None, **kwargs: Any) -> TestResponse:
        """Call the API with a token."""
        method = str(kwargs.pop("method", "GET"))
        headers = {
            "Authorization": f"DPoP {token}",
            "DPoP": proof or self.proof(method, path, token),
            **kwargs.pop("headers", {}),
        }
        return self.client.open(path, method=method, headers=headers, base_url=self.issuer, **kwargs)


def _without_none(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value is not None}
