"""The service under Gunicorn: how it is told to run, whoever starts it."""

import subprocess
import sys
from collections.abc import Callable
from typing import NamedTuple

import click
from flask import Flask
from gunicorn.app.base import BaseApplication


class Desk(NamedTuple):
    """Where the service listens, and with how many hands."""

    host: str
    port: int
    processes: int
    threads: int
    behind_proxies: bool = False
    clock: bool = False


class Service(BaseApplication):  # type: ignore[misc]  # Gunicorn ships no types
    """Gunicorn, told here and not by a file."""

    def __init__(self, desk: Desk, make: Callable[[], Flask]) -> None:
        self.desk, self.make = desk, make
        self._clock: subprocess.Popen[bytes] | None = None
        super().__init__()

    def load_config(self) -> None:
        """What Gunicorn is told."""
        at = f"http://{self.desk.host}:{self.desk.port}"
        told = {
            "bind": f"{self.desk.host}:{self.desk.port}",
            "workers": self.desk.processes,
            "worker_class": "gthread",
            "threads": self.desk.threads,
            "timeout": 60,
            "loglevel": "warning",
            "proc_name": "repatriation",
            "control_socket_disable": True,
            # ProxyFix believes proxies by their number; Gunicorn must not judge by address as well.
            "forwarded_allow_ips": "*" if self.desk.behind_proxies else "127.0.0.1",
            "when_ready": lambda _: self._ready(at),
            "on_exit": lambda _: self._end(),
        }
        for name, value in told.items():
            self.cfg.set(name, value)

    def _ready(self, at: str) -> None:
        if self.desk.clock:
            program = "from repatriation.commands import main; main()"
            words = [sys.executable, "-c", program, "clock", "--beside"]
            self._clock = subprocess.Popen(words)  # noqa: S603 - nothing in it comes from elsewhere
        click.echo(f"Serving at {at} - stop with Ctrl+C")

    def _end(self) -> None:
        if self._clock is not None:
            self._clock.terminate()
            self._clock.wait(timeout=30)

    def load(self) -> Flask:
        """The application in one process."""
        return self.make()
