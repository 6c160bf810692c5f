"""The application served on this machine, and a real browser before it."""

import shutil
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import make_server

from repatriation.app import create_app
from repatriation.settings import Settings
from repatriation.web.pages import PAGES
from repatriation.web.session import wall_clock
from repatriation.work.house import House
from tests.web.conftest import house, kind, quick_passwords
from tests.web.every_part import blueprint_with_every_part

__all__ = ["house", "kind", "quick_passwords"]

BROWSERS = ("chromium", "chromium-browser", "google-chrome")

# A browser that talks to nobody but us: what it does by itself would only fail on a closed network.
ALONE = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Use the browser of this machine. Fails, and says what to install, when there is none."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail("Chromium is not installed (on Debian: apt-get install chromium)", pytrace=False)
    return {"executable_path": found, "args": list(ALONE)}


@pytest.fixture
def app(house: House) -> Flask:
    """The application by the clock of the machine, since a browser has no other."""
    return create_app(Settings(demonstration=True), house, wall_clock, (*PAGES, blueprint_with_every_part))


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    """The address of the application, served while the test runs."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
