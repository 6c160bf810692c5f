"""Calls to a provider: to allowed hosts only, no redirects, no proxy, and an end to size and time."""

import json
import socket
import ssl
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Final, NamedTuple, NoReturn
from urllib.parse import urlencode, urlsplit

from partners.openid.refusals import Untrusted
from partners.openid.settings import may_be_called

LARGEST: Final = 128 * 1024
DEEPEST: Final = 12


class Answer(NamedTuple):
    """What came back: the status, and the one JSON object in it, or None when there is none."""

    status: int
    found: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Reach:
    """How far our requests go: which hosts, for how long, and whether this machine itself may be called."""

    hosts: Collection[str]
    loopback: bool = False
    seconds: float = 6.0
    trusted: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)

    def get(self, address: str) -> Answer:
        """What stands at an address. Untrusted when it cannot be had within the limits."""
        return self._call("GET", address, None, {})

    def post(self, address: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        """The answer to a form. Untrusted when it cannot be had within the limits."""
        sent = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        return self._call("POST", address, urlencode(form), sent)

    def _call(self, method: str, address: str, body: str | None, headers: Mapping[str, str]) -> Answer:
        if not may_be_called(address, self.hosts, loopback=self.loopback):
            raise Untrusted("address")
        parts = urlsplit(address)
        where = (parts.hostname or "", parts.port)
        connection: HTTPConnection = (
            HTTPSConnection(*where, timeout=self.seconds, context=self.trusted)
            if parts.scheme == "https"
            else HTTPConnection(*where, timeout=self.seconds)
        )
        path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        try:
            with _ending(connection, self.seconds) as ended:
                connection.connect()
                ended.of = connection.sock  # the connection lets go of it before the answer is read
                connection.request(method, path, body, {"Accept": "application/json", **headers})
                with connection.getresponse() as answer:
                    data = answer.read(LARGEST + 1)
                    rest = answer.length
        except (OSError, HTTPException, ValueError, AttributeError):
            raise Untrusted("unreachable") from None
        if len(data) > LARGEST:
            raise Untrusted("too_large")
        if ended.early or rest:
            raise Untrusted("unreachable")
        kind = answer.headers.get_content_type()
        is_json = kind == "application/json" or kind.endswith("+json")
        return Answer(answer.status, read_object(data) if is_json and data else None)


class _End:
    """Whether a call had to be ended, and of what."""

    def __init__(self, of: socket.socket | None) -> None:
        self.of, self.early = of, False


@contextmanager
def _ending(connection: HTTPConnection, seconds: float) -> Iterator[_End]:
    """End the call after so many seconds. A timeout of the socket alone begins anew with each byte."""
    end = _End(None)

    def cut() -> None:
        end.early = True
        held = end.of or connection.sock
        if held is not None:
            with suppress(OSError):  # it had ended by itself
                held.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield end
    finally:
        timer.cancel()
        connection.close()


def read_object(data: bytes | str) -> dict[str, Any]:
    """The one JSON object in `data`. Untrusted when it is anything else, or could be read in two ways."""
    try:
        found = json.loads(data, object_pairs_hook=_once_each, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Untrusted("not_json") from None
    if not isinstance(found, dict):
        raise Untrusted("not_an_object")
    _refuse_depth(found, DEEPEST)
    return found


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("sent twice")
    return found


def _no_number(_: str) -> NoReturn:
    raise ValueError("no number")


def _refuse_depth(value: Any, left: int) -> None:
    if not isinstance(value, dict | list):
        return
    if left == 0:
        raise Untrusted("too_deep")
    for inner in value.values() if isinstance(value, dict) else value:
        _refuse_depth(inner, left - 1)
