"""A small OpenID provider on this machine that tells the truth, until a test bends one thing it says."""

import base64
import hmac
import json
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from partners.openid.idtoken import half_hash

Members = dict[str, Any]
ACCESS_TOKEN = "an access token that nobody uses"
CLIENT = "repatriation-at-mosvy"
EC = ECKey.generate_key("P-256", {"kid": "ec", "use": "sig"})
RSA = RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"})
with warnings.catch_warnings(action="ignore"):
    WEAK = RSAKey.generate_key(1024, {"kid": "weak", "use": "sig"})
ED = OKPKey.generate_key("Ed25519", {"kid": "ed", "use": "sig"})
STRANGE = ECKey.generate_key("P-256", {"kid": "ec", "use": "sig"})
NAMED: dict[str, tuple[str, Key]] = {
    "ES256": ("ec", EC),
    "RS256": ("rsa", RSA),
    "PS256": ("rsa", RSA),
    "EdDSA": ("ed", ED),
    "Ed25519": ("ed", ED),
}


@dataclass
class Sent:
    """What is sent over the wire: the status, what kind it is, the bytes, and more headers."""

    status: int = 200
    kind: str = "application/json"
    body: bytes = b""
    headers: Members = field(default_factory=dict)

    @classmethod
    def of(cls, members: Any) -> "Sent":
        """A JSON answer."""
        return cls(body=json.dumps(members).encode())


def as_it_is(said: Any) -> Any:
    """Bends nothing."""
    return said


@dataclass
class Provider:
    """What it says, and one hook for each thing that may be bent: each takes what is true and gives what is
    said instead.
    """

    clock: Callable[[], datetime]
    issuer: str = ""
    algorithm: str = "ES256"
    nonce: str = ""
    bend_discovery: Callable[[Members], Any] = as_it_is
    bend_keys: Callable[[list[Members]], Any] = as_it_is
    bend_header: Callable[[Members], Members] = as_it_is
    bend_claims: Callable[[Members], Members] = as_it_is
    bend_token: Callable[[str], Any] = as_it_is
    bend_answer: Callable[[Members], Any] = as_it_is
    bend_sent: Callable[[Sent], Sent] = as_it_is
    bend_return: Callable[[Members], Members] = as_it_is
    sign_with: Key | None = None
    asked: list[tuple[str, dict[str, list[str]]]] = field(default_factory=list)
    authorizations: list[str] = field(default_factory=list)
    failures: list[BaseException | None] = field(default_factory=list)

    def discovery(self) -> Any:
        """Its description of itself."""
        return self.bend_discovery(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "response_types_supported": ["code"],
                "code_challenge_methods_supported": ["S256"],
                "id_token_signing_alg_values_supported": ["ES256", "RS256", "none"],
                "token_endpoint_auth_methods_supported": ["private_key_jwt", "client_secret_basic"],
                "authorization_response_iss_parameter_supported": True,
            }
        )

    def keys(self) -> Any:
        """Its public keys."""
        return {"keys": self.bend_keys([key.as_dict(private=False) for key in (EC, RSA, ED)])}

    def id_token(self) -> Any:
        """An ID token for the subject `sok`."""
        now = int(self.clock().timestamp())
        kid, key = NAMED[self.algorithm]
        claims = self.bend_claims(
            {
                "iss": self.issuer,
                "aud": CLIENT,
                "sub": "sok",
                "nonce": self.nonce,
                "iat": now,
                "exp": now + 300,
                "auth_time": now,
                "at_hash": half_hash(ACCESS_TOKEN, self.algorithm),
            }
        )
        header = self.bend_header({"alg": self.algorithm, "kid": kid})
        return self.bend_token(signed(header, json.dumps(claims), self.sign_with or key))

    def answer(self) -> Sent:
        """What its token endpoint answers."""
        return self.bend_sent(
            Sent.of(
                self.bend_answer(
                    {
                        "access_token": ACCESS_TOKEN,
                        "token_type": "Bearer",
                        "expires_in": 60,
                        "id_token": self.id_token(),
                    }
                )
            )
        )

    def sent_back(self, asked: dict[str, list[str]]) -> Members:
        """What the browser is to bring back."""
        self.nonce = asked["nonce"][0]
        return self.bend_return({"code": "a-code", "state": asked["state"][0], "iss": self.issuer})


def signed(header: Members, payload: str, key: Key) -> str:
    """A JWS with whatever header; an algorithm that nobody has signs as ES256 does."""
    body = ".".join(_encoded(part.encode()) for part in (json.dumps(header), payload))
    algorithm = JWSRegistry.algorithms.get(header["alg"], JWSRegistry.algorithms["ES256"])
    return f"{body}.{_encoded(algorithm.sign(body.encode(), key))}"


def by_secret(header: Members, payload: str, secret: bytes) -> str:
    """A token by HMAC."""
    body = ".".join(_encoded(part.encode()) for part in (json.dumps(header), payload))
    return f"{body}.{_encoded(hmac.digest(secret, body.encode(), 'sha256'))}"


def unsigned(payload: str) -> str:
    """A token that says it has no signature, and has none."""
    header = b'{"alg":"none"}'
    return f"{_encoded(header)}.{_encoded(payload.encode())}."


def payload_of(token: str) -> str:
    """What a token says."""
    part = token.split(".")[1]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode()


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@contextmanager
def serving(provider: Provider) -> Iterator[Provider]:
    """Serves a provider on this machine while the test runs."""

    class Handler(BaseHTTPRequestHandler):
        said: ClassVar[Provider] = provider

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            if path == "/.well-known/openid-configuration":
                found = self.said.discovery()
                self._send(found if isinstance(found, Sent) else Sent.of(found))
            elif path == "/keys":
                self._send(Sent.of(self.said.keys()))
            elif path == "/elsewhere":
                self._send(Sent.of({"access_token": ACCESS_TOKEN, "token_type": "Bearer"}))
            else:
                self._send(Sent(404))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            self.said.asked.append((self.path, parse_qs(body)))
            self.said.authorizations.append(self.headers.get("Authorization", ""))
            self._send(self.said.answer() if self.path == "/token" else Sent(404))

        def _send(self, sent: Sent) -> None:
            self.send_response(sent.status)
            self.send_header("Content-Type", sent.kind)
            for name, value in sent.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(sent.body)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: Any) -> None:
            """A lie that cannot even be told proves nothing; hanging up on it is another matter."""
            if not isinstance(sys.exception(), ConnectionError):
                provider.failures.append(sys.exception())

    server = Server(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield provider
    server.shutdown()
    thread.join()
    server.server_close()
    assert provider.failures == []
