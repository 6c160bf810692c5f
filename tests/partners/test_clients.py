"""Two certified clients that others wrote do all that a partner's program does, against a running service."""

import contextlib
import json
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, cast

import pytest
from flask import Flask
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

from partners import jose
from repatriation.app import create_app
from repatriation.settings import Settings
from repatriation.web import oauth
from repatriation.web.session import wall_clock
from repatriation.work.house import House
from tests.partners.conftest import echo
from tests.partners.programs import EVERY_SCOPE
from tests.web.conftest import Visitor

CLIENTS = Path(__file__).parent / "clients"
BACK = "https://app.example.org/back"
MISSING = (
    "The certified clients are not installed, so nobody but ourselves has tried our server. Node.js (18 or "
    "later) and npm are needed; then: bash .ci/test-tools"
)


@pytest.fixture
def site(house: House) -> Iterator[tuple[Flask, str]]:
    """The application served by the clock of the machine, and its address, which is its issuer."""
    server = make_server("127.0.0.1", 0, cast(Any, lambda *_: []), threaded=True)
    issuer = f"http://127.0.0.1:{server.server_port}"
    object.__setattr__(house, "issuer", issuer)
    app = create_app(Settings(demonstration=True), house, wall_clock, machines=(oauth.make_blueprint, echo))
    server.app = app
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield app, issuer
    server.shutdown()
    thread.join()
    server.server_close()


def new_jwk(algorithm: str) -> dict[str, Any]:
    """A private key for an algorithm of the profile."""
    if algorithm != "PS256":
        return jose.new_jwk("sig", algorithm)
    rsa = RSAKey.generate_key(2048)
    return {**rsa.as_dict(private=True), "kid": rsa.thumbprint(), "use": "sig", "alg": algorithm}


@contextlib.contextmanager
def walking(script: str, orders: dict[str, Any]) -> Iterator[tuple[IO[str], IO[str]]]:
    """The client at work: what it says, and where it listens."""
    node = shutil.which("node")
    if node is None or not (CLIENTS / "node_modules").is_dir():
        pytest.fail(MISSING, pytrace=False)
    with subprocess.Popen(
        [node, script, json.dumps(orders)],
        cwd=CLIENTS,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as started:
        assert started.stdin is not None
        assert started.stdout is not None
        assert started.stderr is not None
        yield started.stdout, started.stdin
        complaint = started.stderr.read()
        assert started.wait(timeout=20) == 0, complaint


@pytest.mark.parametrize("algorithm", jose.ALGORITHMS)
@pytest.mark.parametrize("script", ["openid-client.mjs", "oauth4webapi.mjs"])
def test_a_certified_client_does_all_that_a_program_does(
    site: tuple[Flask, str], admit: Callable[..., str], script: str, algorithm: str
) -> None:
    app, issuer = site
    jwk = new_jwk(algorithm)
    client_id = admit(
        {
            "client_id": "certified-client",
            "client_name": "A certified client",
            "organisation": "KHM-EMB-THA",
            "scope": EVERY_SCOPE,
            "grant_types": ["client_credentials", "authorization_code"],
            "redirect_uris": [BACK],
            "jwks": {"keys": [jose.signing_key(jwk).public.as_dict()]},
        }
    )
    officer = Visitor(app.test_client(), issuer)
    assert officer.sign_in("sokha").status_code == 303
    seen: dict[str, dict[str, Any]] = {}
    orders = {"issuer": issuer, "client_id": client_id, "jwk": jwk, "redirect_uri": BACK}
    with walking(script, orders) as (said, told):
        for line in said:
            step = json.loads(line)
            seen[step["step"]] = step
            if step["step"] == "authorize":
                path = step["url"].removeprefix(issuer)
                told.write(officer.send(path, {"decision": "yes"}).location + "\n")
                told.flush()
    assert seen["discovery"]["issuer"] == issuer
    assert seen["client_credentials"]["expires_in"] == 300
    assert seen["client_credentials"]["token_type"] == "dpop"
    assert seen["call"]["status"] == 200
    assert seen["authorization_code"]["scope"] == "cases:act cases:read"
    assert seen["introspection"]["active"] is True
    assert "jkt" in seen["introspection"]["cnf"]
    assert seen["revocation"]["active"] is False
    if script == "oauth4webapi.mjs":
        assert "nonce" in seen
        assert seen["resource"]["resource"] == f"{issuer}/api"
        assert seen["validated"]["sub"] == client_id
