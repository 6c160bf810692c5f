"""Partners' programs as a benchmark plays them: let in, a token each, requests signed beforehand."""

import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection
from json import loads
from typing import Final, NamedTuple
from urllib.parse import urlencode

from partners import assertions, dpop, envelope, jose, registration
from partners.packets import Handing
from repatriation.bench.serving import ADDRESS
from repatriation.bench.world import World
from repatriation.work.partners import approval, registering
from repatriation.work.permissions import Permission, may

SCOPES: Final = "cases:read handoff:send receipts:read"
FORM: Final = "application/x-www-form-urlencoded"


class Request(NamedTuple):
    """One request, ready to be sent. `name` is by what its answer is known again."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None
    name: str = ""


class Heard(NamedTuple):
    """What was answered, and how long it took, in seconds."""

    name: str
    status: int
    body: bytes
    took: float


@dataclass(frozen=True, slots=True)
class Program:
    """One partner's program. Its sender in envelopes is an address of its own."""

    client_id: str
    organisation: str
    port: int
    key: jose.SigningKey = field(default_factory=jose.new_signing_key)
    holder: jose.SigningKey = field(default_factory=jose.new_signing_key)
    envelope_key: jose.SigningKey = field(default_factory=jose.new_signing_key)

    @property
    def issuer(self) -> str:
        """The installation that it calls."""
        return f"http://{ADDRESS}:{self.port}"

    @property
    def sender(self) -> str:
        """Who its envelopes are from."""
        return f"https://{self.client_id}.invalid"

    def registration(self) -> registration.Registration:
        """What it is registered with."""
        opening = jose.opening_key(jose.new_jwk("enc", "ECDH-ES+A256KW"))
        return registration.of(
            {
                "client_id": self.client_id,
                "client_name": self.client_id,
                "organisation": self.organisation,
                "scope": SCOPES,
                "jwks": {"keys": [self.key.public.as_dict()]},
                "envelope_jwks": {"keys": [self.envelope_key.public.as_dict(), opening.as_dict()]},
                "envelope_issuer": self.sender,
            }
        )

    def asks(self, path: str, nonce: str) -> Request:
        """A request for a token."""
        now = datetime.now(UTC)
        form = assertions.make(self.client_id, self.issuer, self.key, now)
        form |= {"grant_type": "client_credentials", "scope": SCOPES}
        proof = dpop.make(self.holder, "POST", f"{self.issuer}{path}", now, nonce=nonce)
        return Request("POST", path, {"Content-Type": FORM, "DPoP": proof}, urlencode(form).encode())

    def reads(self, path: str, nonce: str, token: str) -> Request:
        """A call that reads."""
        return Request("GET", path, self._proved("GET", path, nonce, token), None)

    def delivers(self, path: str, nonce: str, token: str, sealed: str, name: str) -> Request:
        """A call that hands an envelope over."""
        headers = self._proved("POST", path, nonce, token) | {"Content-Type": envelope.MEDIA_TYPE}
        return Request("POST", path, headers, sealed.encode(), name)

    def envelope(self, key: jose.SealingKey) -> tuple[str, str]:
        """A new envelope to the installation, sealed; and its jti."""
        jti = envelope.new_jti()
        signed = envelope.write(
            issuer=self.sender,
            audience=self.issuer,
            jti=jti,
            kind="referral",
            packet=Handing(purpose="protection", asked="A bed for one night, please."),
            key=self.envelope_key,
            now=datetime.now(UTC),
        )
        return envelope.seal(signed.text, key), jti

    def _proved(self, method: str, path: str, nonce: str, token: str) -> dict[str, str]:
        address = f"{self.issuer}{path}"
        proof = dpop.make(self.holder, method, address, datetime.now(UTC), token=token, nonce=nonce)
        return {"Authorization": f"DPoP {token}", "DPoP": proof}


def let_in(world: World, organisations: Sequence[str], port: int) -> list[Program]:
    """A program for each of these organisations, approved by two officers."""
    first, second = [
        actor for actor in world.actors.values() if may(actor.duty, Permission.APPROVE_PARTNERS)
    ][:2]
    programs = []
    for code in organisations:
        program = Program(f"bench-{code}-{secrets.token_hex(4)}", code, port)
        registering.register(world.house, None, datetime.now(UTC), program.registration())
        approval.approve_together(world.house, datetime.now(UTC), program.client_id, first, second)
        programs.append(program)
    return programs


def nonce_of(port: int) -> str:
    """The nonce that proofs are to carry now."""
    connection = HTTPConnection(ADDRESS, port, timeout=30)
    try:
        connection.request("GET", "/oauth/jwks")
        answer = connection.getresponse()
        answer.read()
        return str(answer.headers["DPoP-Nonce"])
    finally:
        connection.close()


def token_of(program: Program) -> str:
    """A token of the program's own."""
    (heard,) = send(program.port, [[program.asks("/oauth/token", nonce_of(program.port))]]).heard
    return str(loads(heard.body)["access_token"])


class Sent(NamedTuple):
    """What was heard of many requests, and how many seconds all of them took."""

    heard: list[Heard]
    seconds: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.heard) / self.seconds


def send(port: int, shares: Sequence[Sequence[Request]]) -> Sent:
    """Send each share over a connection of its own, one request after the other, all shares at once."""
    with ThreadPoolExecutor(len(shares)) as callers:
        began = time.monotonic()
        told = list(callers.map(lambda share: list(_send(port, share)), shares))
        seconds = time.monotonic() - began
    return Sent([heard for share in told for heard in share], seconds)


def together(sent: Iterable[Sent]) -> Sent:
    """Several sendings, one after the other, as one."""
    every = tuple(sent)
    return Sent([heard for each in every for heard in each.heard], sum(each.seconds for each in every))


def _send(port: int, share: Sequence[Request]) -> Iterator[Heard]:
    connection = HTTPConnection(ADDRESS, port, timeout=60)
    try:
        for request in share:
            began = time.monotonic()
            connection.request(request.method, request.path, request.body, request.headers)
            answer = connection.getresponse()
            body = answer.read()
            yield Heard(request.name, answer.status, body, time.monotonic() - began)
    finally:
        connection.close()
