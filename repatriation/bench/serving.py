"""The service on a free port of this machine, as `repatriation serve` runs it, to be measured."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http.client import HTTPConnection
from typing import Final

from flask import Blueprint, Flask

from repatriation.app import create_app
from repatriation.bench.papers import workshop
from repatriation.bench.place import Ground
from repatriation.opening import open_to_serve
from repatriation.service import Desk, Service
from repatriation.settings import read_settings
from repatriation.web.access_log import log_to_stderr
from repatriation.web.pages import MACHINES

ADDRESS: Final = "127.0.0.1"
PROCESSES: Final = 2
THREADS: Final = 4


@contextlib.contextmanager
def serving(ground: Ground, module: str) -> Iterator[int]:
    """Run `serve()` of a module in another process; gives the port on which it answers."""
    with socket.socket() as free:
        free.bind((ADDRESS, 0))
        port: int = free.getsockname()[1]
    settings = {
        "FOLDER": str(ground.keys.parent),
        "KEYRING": str(ground.keys),
        "DATABASE_URL": ground.url,
        "ISSUER": f"http://{ADDRESS}:{port}",
        "DEMONSTRATION": "true",
        "PARTNER_RATE": "1000000",
    }
    others = {name: value for name, value in os.environ.items() if not name.startswith("REPATRIATION_")}
    service = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", f"from {module} import serve; serve()", str(port)],
        env=others | {f"REPATRIATION_{name}": value for name, value in settings.items()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(service, port)
        yield port
    finally:
        service.terminate()
        service.wait(timeout=20)


def serve(further: tuple[Callable[[], Blueprint], ...] = ()) -> None:
    """What the other process runs: the service, with papers that lie ready, and with what is measured
    against it besides.
    """
    settings = read_settings()
    house = open_to_serve(settings, datetime.now(UTC))
    house = replace(house, papers=workshop(house.keyring, settings.issuer, datetime.now(UTC)))

    def make() -> Flask:
        log_to_stderr()
        return create_app(settings, house, machines=(*MACHINES, *further))

    Service(Desk(ADDRESS, int(sys.argv[1]), PROCESSES, THREADS), make).run()


def _wait(service: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        connection = HTTPConnection(ADDRESS, port, timeout=30)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            if service.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        finally:
            connection.close()
