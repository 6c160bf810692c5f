"""Our own calls to a partner's installation: to the host its card names and to no other, with a token of the
partner's that is bound to a key of ours.

A call follows no redirect, takes no proxy from the environment, waits ten seconds and reads a megabyte. The
partner's host is looked up once, and the address that was looked at is the one that is called.
"""

import asyncio
import json
import socket
import ssl
import time
from collections.abc import Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Final, NamedTuple, Protocol, Self, TypeVar
from urllib.parse import urlencode, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from partners import assertions, dpop, jose, strict
from partners.reach import PORTS, Address, Failed, Reach, look_up, origin_of, refuse_elsewhere

Told = TypeVar("Told")

SECONDS: Final = 10.0
MOST_BYTES: Final = 1024 * 1024
_SKEW: Final = timedelta(seconds=5)
_WORST_SKEW: Final = timedelta(minutes=30)
"""A clock further off than this is nobody's drift: then a person must look."""

_SPARE: Final = timedelta(seconds=30)
"""A token is not used in the last seconds of its life."""


class Reply(NamedTuple):
    """What a partner answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def told_at(self) -> datetime | None:
        """The partner's clock, as its answer tells it."""
        try:
            told = parsedate_to_datetime(self.headers.get("date", ""))
        except ValueError:
            return None
        return told if told.tzinfo is not None else told.replace(tzinfo=UTC)


class Wire(Protocol):
    """What carries a request to one host. Tests put a bad line in its place."""

    def call(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, most: int) -> Reply:
        """Send one request and read the whole answer. Raises Failed."""

    def close(self) -> None:
        """Hang up."""


class Pinned(AbstractResolver):
    """Knows one host, at the addresses that were looked at."""

    def __init__(self, host: str, addresses: Sequence[Address]) -> None:
        self._host, self._addresses = host, tuple(addresses)

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002 - aiohttp's signature
    ) -> list[ResolveResult]:
        """The addresses of the one host."""
        if host != self._host:
            raise OSError("another host than the one that was looked up")
        return [
            ResolveResult(
                hostname=host,
                host=str(address),
                port=port,
                family=socket.AF_INET6 if address.version == 6 else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self._addresses
        ]

    async def close(self) -> None:
        """Nothing is held."""


class Http:
    """A wire over HTTP to one origin."""

    def __init__(self, origin: str, reach: Reach) -> None:
        self._origin = origin_of(origin)
        parts = urlsplit(self._origin)
        host, port = str(parts.hostname), parts.port or PORTS[parts.scheme]
        addresses = look_up(host, port)
        refuse_elsewhere(parts.scheme, addresses, reach)
        self._alone = ThreadPoolExecutor(1, "wire")  # whoever calls may be in a loop of its own
        self._runner = asyncio.Runner()
        self._session = self._run(self._open(host, addresses, parts.scheme, reach))

    async def _open(
        self, host: str, addresses: Sequence[Address], scheme: str, reach: Reach
    ) -> aiohttp.ClientSession:
        trust: ssl.SSLContext | bool = True
        if scheme == "https":
            trust = ssl.create_default_context(cafile=str(reach.ca) if reach.ca else None)
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=Pinned(host, addresses), ssl=trust),
            timeout=aiohttp.ClientTimeout(total=SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            headers={"User-Agent": "repatriation", "Accept-Encoding": "identity"},
        )

    def call(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, most: int) -> Reply:
        """Send one request to the origin and read the whole answer. Raises Failed."""
        try:
            if origin_of(url) != self._origin:
                raise Failed("other_host")
            return self._run(self._call(method, url, headers, body, most))
        except (aiohttp.ClientError, OSError, ValueError) as problem:
            raise Failed(_reason(problem)) from None

    async def _call(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, most: int
    ) -> Reply:
        sent = self._session.request(method, url, headers=headers, data=body, allow_redirects=False)
        async with sent as response:
            if response.headers.get("Content-Encoding", "identity").lower() != "identity":
                raise Failed("encoded", response.status)
            read = bytearray()
            async for chunk in response.content.iter_chunked(64 * 1024):
                read += chunk
                if len(read) > most:
                    raise Failed("too_large", response.status)
            told = {name.lower(): value for name, value in response.headers.items()}
            return Reply(response.status, told, bytes(read))

    def close(self) -> None:
        """Hang up."""
        self._run(self._session.close())
        self._alone.submit(self._runner.close).result()
        self._alone.shutdown()

    def _run(self, work: Coroutine[Any, Any, Told]) -> Told:
        return self._alone.submit(self._runner.run, work).result()


@dataclass(frozen=True, slots=True)
class Peer:
    """A partner's installation: `issuer` is its public address, `client_id` the name it knows us by."""

    issuer: str
    client_id: str


@dataclass(slots=True)
class Line:
    """An open line to one partner: asks it for tokens, and makes calls with them. `now` is our clock at the
    beginning; where the partner's differs, what is said to it is dated by its own.
    """

    peer: Peer
    key: jose.SigningKey = field(repr=False)
    wire: Wire
    now: datetime
    skew: timedelta = timedelta(0)
    _opened: float = field(default_factory=time.monotonic, repr=False)
    _holder: jose.SigningKey = field(default_factory=jose.new_signing_key, repr=False)
    _nonce: str | None = field(default=None, repr=False)
    _tokens: dict[str, tuple[str, datetime]] = field(default_factory=dict, repr=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.wire.close()

    def post(self, path: str, scope: str, media_type: str, body: bytes) -> Reply:
        """POST to a path of the partner's, with a token for this scope. Raises Failed."""
        return self._call("POST", path, scope, {"Content-Type": media_type}, body, MOST_BYTES)

    def get(self, path: str, scope: str, most: int = MOST_BYTES) -> Reply:
        """GET from a path of the partner's. Raises Failed."""
        return self._call("GET", path, scope, {}, None, most)

    def _call(
        self, method: str, path: str, scope: str, headers: Mapping[str, str], body: bytes | None, most: int
    ) -> Reply:
        url = f"{self.peer.issuer}{path}"
        for attempt in range(3):
            token = self._token(scope)
            proof = dpop.make(self._holder, method, url, self._theirs, token=token, nonce=self._nonce)
            said = {**headers, "Authorization": f"DPoP {token}", "DPoP": proof}
            reply = self._heard(self.wire.call(method, url, said, body, most))
            if reply.status != 401 or attempt == 2:
                return reply
            if not _asks_for_nonce(reply):
                self._tokens.pop(scope, None)  # it may have ended early: ask for one more
                self._follow_clock(reply)
        raise AssertionError("unreachable")

    def _token(self, scope: str) -> str:
        known = self._tokens.get(scope)
        if known is not None and known[1] - _SPARE > self._theirs:
            return known[0]
        url = f"{self.peer.issuer}/oauth/token"
        for attempt in range(4):
            reply = self._ask(url, scope)
            if reply.status == 200:
                return self._keep(scope, reply)
            if attempt == 3:
                break
            if not (_error(reply) == "use_dpop_nonce" or self._follow_clock(reply)):
                break
        raise Failed(f"token.{_error(reply)}", reply.status)

    def _ask(self, url: str, scope: str) -> Reply:
        form = assertions.make(self.peer.client_id, self.peer.issuer, self.key, self._theirs)
        form |= {"grant_type": "client_credentials", "scope": scope}
        said = {
            "Content-Type": "application/x-www-form-urlencoded",
            "DPoP": dpop.make(self._holder, "POST", url, self._theirs, nonce=self._nonce),
        }
        return self._heard(self.wire.call("POST", url, said, urlencode(form).encode(), MOST_BYTES))

    def _keep(self, scope: str, reply: Reply) -> str:
        try:
            told = strict.read_object(reply.body)
            token, lives, kind = told["access_token"], told.get("expires_in", 60), told["token_type"]
        except (strict.Malformed, KeyError):
            raise Failed("token.malformed", reply.status) from None
        if not isinstance(token, str) or not isinstance(lives, int) or str(kind).lower() != "dpop":
            raise Failed("token.malformed", reply.status)
        self._tokens[scope] = (token, self._theirs + timedelta(seconds=max(0, lives)))
        return token

    @property
    def _theirs(self) -> datetime:
        """The present moment by the partner's clock."""
        return self.now + self.skew + timedelta(seconds=time.monotonic() - self._opened)

    def _heard(self, reply: Reply) -> Reply:
        if 300 <= reply.status < 400:
            raise Failed("redirect", reply.status)
        nonce = reply.headers.get("dpop-nonce")
        if nonce and nonce.isascii() and len(nonce) <= 200:
            self._nonce = nonce
        return reply

    def _follow_clock(self, reply: Reply) -> bool:
        """Date what we say by the partner's clock from now on; False when it tells nothing new."""
        told = reply.told_at
        if told is None or abs(told - self._theirs) <= _SKEW or abs(told - self.now) > _WORST_SKEW:
            return False
        self.skew = told - self.now
        return True


def _reason(problem: Exception) -> str:
    if isinstance(problem, aiohttp.ClientSSLError | ssl.SSLError):
        return "certificate"
    if isinstance(problem, TimeoutError):
        return "too_slow"
    return "malformed" if isinstance(problem, aiohttp.ClientResponseError | ValueError) else "unreachable"


def _asks_for_nonce(reply: Reply) -> bool:
    return "use_dpop_nonce" in reply.headers.get("www-authenticate", "")


def _error(reply: Reply) -> str:
    """The code of a refusal, when the partner told one that could be a code."""
    try:
        told: Any = json.loads(reply.body[:10_000])
        code = told.get("error", told.get("code")) if isinstance(told, dict) else None
    except (ValueError, RecursionError):
        code = None
    fits = isinstance(code, str) and len(code) <= 40 and code.replace("_", "").isalnum() and code.isascii()
    return str(code) if fits else f"status_{reply.status}"
