"""Our own calls: to the partner's host and no other, however it tries to lead us elsewhere."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from werkzeug.serving import make_server

from partners import calls, jose
from partners.calls import Http, Line, Peer
from partners.reach import Failed, Reach
from tests.web.conftest import START

HERE = Reach(loopback=True)
Answer = Callable[[dict[str, Any], Any], Any]


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], str]]:
    """Serves something on this machine; gives its address."""
    started = []

    def start(answer: Answer) -> str:
        server = make_server("127.0.0.1", 0, answer, threaded=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        started.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in started:
        server.shutdown()
        server.server_close()
        thread.join()


def plain(status: str, body: bytes, *headers: tuple[str, str]) -> Answer:
    """An answer that is always the same."""

    def answer(environ: dict[str, Any], start_response: Any) -> Any:
        start_response(status, [("Content-Type", "text/plain"), *headers])
        return [body]

    return answer


def get(address: str, path: str = "/", most: int = 1000) -> calls.Reply:
    """One call."""
    wire = Http(address, HERE)
    try:
        return wire.call("GET", f"{address}{path}", {}, None, most)
    finally:
        wire.close()


def test_who_calls_may_be_in_a_loop_of_their_own(serve: Callable[[Answer], str]) -> None:
    address = serve(plain("200 OK", b"here"))

    async def within() -> calls.Reply:
        return get(address)

    assert asyncio.run(within()).body == b"here"


def test_a_redirect_is_not_followed(serve: Callable[[Answer], str]) -> None:
    asked = []

    def elsewhere(environ: dict[str, Any], start_response: Any) -> Any:
        asked.append(environ["PATH_INFO"])
        start_response("200 OK", [])
        return [b"secret"]

    other = serve(elsewhere)
    address = serve(plain("302 Found", b"", ("Location", f"{other}/inside")))
    assert get(address).status == 302
    line = Line(Peer(address, "us"), jose.new_signing_key(), Http(address, HERE), START)
    with line, pytest.raises(Failed, match="redirect"):
        line.get("/api/handoffs/inbox", "handoff:receive")
    assert asked == []


def test_an_answer_that_is_too_large_or_packed_is_not_read(serve: Callable[[Answer], str]) -> None:
    with pytest.raises(Failed, match="too_large"):
        get(serve(plain("200 OK", b"x" * 2000)))
    with pytest.raises(Failed, match="encoded"):
        get(serve(plain("200 OK", b"x", ("Content-Encoding", "gzip"))))


def test_an_answer_that_never_ends_is_cut_off(
    serve: Callable[[Answer], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "SECONDS", 0.5)
    over = threading.Event()

    def drip(environ: dict[str, Any], start_response: Any) -> Any:
        start_response("200 OK", [])
        while not over.wait(0.1):
            yield b"."

    address = serve(drip)
    began = time.monotonic()
    with pytest.raises(Failed, match="too_slow"):
        get(address)
    over.set()
    assert time.monotonic() - began < 5


def test_no_other_host_is_called_over_a_line(serve: Callable[[Answer], str]) -> None:
    address = serve(plain("200 OK", b"fine"))
    wire = Http(address, HERE)
    for url in (
        "http://localhost:1/",
        address.replace("http:", "https:"),
        address.replace("127.0.0.1", "127.0.0.2"),
        f"http://user@{address.removeprefix('http://')}",
        "file:///etc/passwd",
    ):
        with pytest.raises(Failed):
            wire.call("GET", url, {}, None, 1000)
    wire.close()


def test_proxies_of_the_environment_are_not_used(
    serve: Callable[[Answer], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert get(serve(plain("200 OK", b"fine"))).body == b"fine"


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "172.16.5.4",
        "192.168.1.1",
        "127.0.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
    ],
)
def test_a_partner_is_not_called_at_a_private_address(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setattr(calls, "look_up", lambda host, port: (ip_address(address),))
    with pytest.raises(Failed, match="private_address"):
        Http("https://partner.example", Reach())


def test_one_private_address_among_public_ones_is_enough_to_refuse(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = (ip_address("198.41.0.4"), ip_address("10.0.0.1"))
    monkeypatch.setattr(calls, "look_up", lambda host, port: found)
    with pytest.raises(Failed, match="private_address"):
        Http("https://partner.example", Reach())
    Http("https://partner.example", Reach(networks=(ip_network("10.0.0.0/8"),))).close()


def test_plain_http_is_for_this_machine_alone_and_only_in_the_demonstration(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(Failed, match="not_https"):
        Http("http://127.0.0.1:1", Reach())
    monkeypatch.setattr(calls, "look_up", lambda host, port: (ip_address("198.41.0.4"),))
    with pytest.raises(Failed, match="not_https"):
        Http("http://partner.example", HERE)


def test_the_address_that_was_looked_at_is_the_one_that_is_called(
    serve: Callable[[Answer], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    port = serve(plain("200 OK", b"fine")).rpartition(":")[2]
    asked = []

    def turning(host: str, *rest: Any, **further: Any) -> Any:
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "169.254.169.254"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, int(port)))]

    monkeypatch.setattr("partners.reach.socket.getaddrinfo", turning)
    assert get(f"http://partner.example:{port}").body == b"fine"
    assert asked == ["partner.example"]


def test_a_name_that_leads_nowhere_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*args: Any, **kwargs: Any) -> Any:
        raise socket.gaierror

    monkeypatch.setattr("partners.reach.socket.getaddrinfo", nowhere)
    with pytest.raises(Failed, match="no_address"):
        Http("https://partner.example", Reach())


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b"null", b'{"access_token": 1, "token_type": "DPoP"}', b"[" * 100_000,
     b'{"access_token": "x", "token_type": "Bearer"}', b'{"access_token": "x", "token_type": "DPoP",'
     b' "expires_in": 1e999}'],
)  # fmt: skip
def test_a_token_endpoint_that_lies_gives_no_token(serve: Callable[[Answer], str], body: bytes) -> None:
    address = serve(plain("200 OK", body))
    line = Line(Peer(address, "us"), jose.new_signing_key(), Http(address, HERE), START)
    with line, pytest.raises(Failed, match=r"token\.malformed"):
        line.post("/api/handoffs/deliver", "handoff:send", "application/jose", b"x")
