"""Calls to a provider end in time, stay small, and go nowhere but to the hosts that were allowed."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from partners.openid.reach import Reach, read_object
from partners.openid.refusals import Untrusted
from partners.openid.settings import may_be_called

HERE = frozenset({"127.0.0.1"})
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"


@contextmanager
def answering(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that does what `answer` does with the first that calls."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connected, _ = listening.accept()
            with connected:
                connected.recv(65536)
                try:
                    answer(connected)
                except OSError:
                    return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/x"
        thread.join(5)


def dripping(before: bytes) -> Callable[[socket.socket], None]:
    """Begins at once and then sends a byte now and then, for as long as somebody listens."""

    def drip(connected: socket.socket) -> None:
        connected.sendall(before)
        while True:
            connected.sendall(b"x")
            time.sleep(0.05)

    return drip


@pytest.mark.parametrize("before", [b"", b"HTTP/1.1 200 OK\r\nX: ", ANSWER], ids=["line", "header", "body"])
def test_an_answer_that_drips_is_given_up(before: bytes) -> None:
    with answering(dripping(before)) as address:
        began = time.monotonic()
        with pytest.raises(Untrusted, match="unreachable"):
            Reach(HERE, loopback=True, seconds=0.5).get(address)
        assert time.monotonic() - began < 3


def test_a_redirect_is_an_answer_and_nothing_to_follow() -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n"
    with answering(lambda connected: connected.sendall(moved)) as address:
        answer = Reach(HERE, loopback=True).get(address)
    assert (answer.status, answer.found) == (302, None)


def test_a_proxy_in_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with answering(lambda connected: connected.sendall(ANSWER + b"{}")) as address:
        assert Reach(HERE, loopback=True).get(address).found == {}


def test_nobody_at_home_is_said_to_be_unreachable() -> None:
    with pytest.raises(Untrusted, match="unreachable"):
        Reach(HERE, loopback=True, seconds=1).get("http://127.0.0.1:9/")


@pytest.mark.parametrize(
    "address",
    [
        "http://provider.example/",
        "https://other.example/",
        "https://provider.example.evil.example/",
        "https://user@provider.example/",
        "https://provider.example:port/",
        "https://provider.example/#part",
        "https://provider.example/\r\nX: y",
        "ftp://provider.example/",
        "file:///etc/passwd",
        "//provider.example/",
        "https://",
        "https://[::1/",
        "",
        None,
        7,
    ],
)
def test_an_address_that_was_not_allowed_is_not_called(address: object) -> None:
    assert not may_be_called(address, {"provider.example"}, loopback=True)


def test_this_machine_is_called_only_where_that_is_allowed() -> None:
    assert may_be_called("http://127.0.0.1:1/", HERE, loopback=True)
    assert not may_be_called("http://127.0.0.1:1/", HERE, loopback=False)
    assert may_be_called("https://provider.example:8443/a?b=c", {"provider.example"}, loopback=False)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"[]", "not_an_object"),
        (b"{", "not_json"),
        (b'{"a":1,"a":2}', "not_json"),
        (b'{"a":Infinity}', "not_json"),
        (b'{"a":' * 13 + b"1" + b"}" * 13, "too_deep"),
        (b"[" * 100_000, "not_json"),
        (b"\xff", "not_json"),
        (b"9" * 5000, "not_json"),
    ],
)
def test_json_that_is_no_plain_object_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(Untrusted, match=code):
        read_object(data)
