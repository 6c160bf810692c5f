"""Sign-in works with a provider that other people wrote: npm's oidc-provider, a certified one."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask

from repatriation.app import create_app
from repatriation.settings import Settings
from repatriation.web.session import wall_clock
from repatriation.work.admission import let_in
from repatriation.work.house import House
from repatriation.work.providers import client_keys, enter_provider
from repatriation.work.vouching import returns_to
from tests.partners.providers.person import Person
from tests.web.conftest import Visitor, house, kind, quick_passwords, read_page

__all__ = ["house", "kind", "quick_passwords"]

HERE = Path(__file__).parent
NODE_FOLDER = HERE.parents[2] / ".venv" / "node"
PACKAGES = NODE_FOLDER / "providers"
NEWER_NODE = NODE_FOLDER / "runtime" / "node_modules" / "node" / "bin" / "node"
SECRET = "a secret, of which + and % must survive: 100%"
SETTINGS = Settings(demonstration=True)
CODE = "embassy"


@pytest.fixture
def app(house: House) -> Flask:
    """The application by the clock of the machine, since the provider has no other."""
    return create_app(SETTINGS, house, wall_clock)


@contextmanager
def running(client: dict[str, Any], par: str) -> Iterator[str]:
    """The provider at work; its issuer."""
    node = str(NEWER_NODE) if NEWER_NODE.exists() else shutil.which("node")
    if node is None or not PACKAGES.is_dir():
        pytest.fail("Node or its packages are missing: run `make test-tools`", pytrace=False)
    wanted = {
        "packages": str(PACKAGES),
        "par": par,
        "client": {"client_id": "us", "redirect_uris": [returns_to(SETTINGS.issuer, CODE)], **client},
    }
    with subprocess.Popen(
        [node, str(HERE / "provider.mjs"), json.dumps(wanted)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield str(json.loads(process.stdout.readline())["issuer"])
        finally:
            process.terminate()


def enter(house: House, issuer: str, **more: Any) -> None:
    """Enter the provider as its file would say."""
    given = {
        "code": CODE,
        "name": "the embassy",
        "organisation": "KHM-EMB-THA",
        "issuer": issuer,
        "client_id": "us",
    }
    enter_provider(house, wall_clock(), {**given, **more})


def come_by(visitor: Visitor, person: Person, begin: str = f"/sign-in/with/{CODE}") -> Any:
    """To the provider, through its pages, and back; the last answer of ours."""
    there = visitor.open(begin)
    assert there.status_code == 303, there.text
    back = urlsplit(person.goes_to(there.location, until=SETTINGS.issuer))
    return visitor.open(f"{back.path}?{back.query}")


WAYS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "signed assertion, asked ahead because it must be": ("required", {}, {}),
    "signed assertion, asked by the browser": ("none", {}, {}),
    "signed assertion for the token endpoint": ("none", {}, {"assertion_audience": "token_endpoint"}),
    "signed with PS256": ("none", {"id_token_signed_response_alg": "PS256"}, {"algorithms": ["PS256"]}),
    "signed with ES256": ("none", {"id_token_signed_response_alg": "ES256"}, {"algorithms": ["ES256"]}),
    "signed with Ed25519": ("none", {"id_token_signed_response_alg": "Ed25519"}, {}),
    "a secret, asked ahead": (
        "offered",
        {"token_endpoint_auth_method": "client_secret_basic", "client_secret": SECRET},
        {"authentication": "client_secret_basic", "client_secret": SECRET},
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_an_officer_comes_in_with_their_organisation(way: str, house: House, app: Flask) -> None:
    par, theirs, ours = WAYS[way]
    client = {
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": client_keys(house, CODE),
        **theirs,
    }
    if "client_secret" in theirs:
        del client["jwks"]
    visitor, person = Visitor(app.test_client()), Person("sok")
    with running(client, par) as issuer:
        enter(house, issuer, **ours)
        told = read_page(come_by(visitor, person)).select_one(".told")
        assert told is not None
        let_in(
            house,
            None,
            wall_clock(),
            number=told.text,
            username="sok",
            display_name="Sok",
            duty="consular",
            language="en",
        )
        assert come_by(visitor, person).location == "/"
        assert "Embassy of Cambodia" in visitor.open("/account").text
        # Signed in already, they prove it anew: the provider asks for the password though it knows them.
        person.asked_for.clear()
        again = come_by(visitor, person, f"/sign-in/with/{CODE}?next=/account/sessions")
        assert again.location == "/account/sessions"
        assert "login" in person.asked_for
