"""How quick a step is through the whole service: Gunicorn, a session, the real form of each action."""

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from multiprocessing.connection import Connection
from typing import Final, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Flask

from repatriation.app import create_app
from repatriation.bench.checks import examine
from repatriation.bench.crowd import Job, crowd
from repatriation.bench.papers import typed, workshop
from repatriation.bench.place import Ground, Place
from repatriation.bench.report import Report
from repatriation.bench.world import Walk, World, in_turn, populate, ways
from repatriation.demonstration.organisations import GATES, OPPOSITE, ORGANISATIONS
from repatriation.opening import open_to_serve
from repatriation.service import Desk, Service
from repatriation.settings import read_settings
from repatriation.web.access_log import log_to_stderr
from repatriation.work import sessions
from repatriation.work.choices import to_choose
from repatriation.work.particulars import NOTHING, Particulars

PROCESSES: Final = 2
CONNECTIONS: Final = 8
SLOWEST: Final = 25
_ADDRESS: Final = "127.0.0.1"
_TOKEN: Final = re.compile(r'name="csrf_token" value="([^"]+)"')
_HERE: Final = ZoneInfo("Asia/Phnom_Penh")


class Seat(NamedTuple):
    """An officer's browser: the cookie of the session, and the token that its forms carry."""

    cookie: str
    token: str


class Office(NamedTuple):
    """Everybody's desk by organisation, and whom to name where the form asks whom an action tells."""

    desks: dict[str, Seat]
    named: dict[tuple[str, str], str]


def run(place: Place) -> Report:
    """Eight connections that stay open send the form of one step after the other, for some seconds."""
    report = Report(
        "http",
        f"{CONNECTIONS} connections, {PROCESSES} processes of Gunicorn; a form sent, a step taken; "
        "papers are composed, signed and filed, and the press answers a page that lies ready",
        place.kind,
    )
    seconds = 6.0 if not place.quick else 0.8
    world = populate(place)
    walks = world.open(ways(place.shelf), place.size(400, 40))
    with _serving(world.apart.ground) as port:
        office = Office({code: _sit_down(world, code, port) for code in world.actors}, _named(world))
        shares = [walks[number::PROCESSES] for number in range(PROCESSES)]
        jobs: list[Job] = [(_browse, (share, office, port, seconds)) for share in shares]
        with crowd(jobs) as pipes:
            before = sum(pipe.recv() for pipe in pipes)
            for pipe in pipes:
                pipe.send("go")
            told = [pipe.recv() for pipe in pipes]
    answers: Counter[int] = sum((Counter(said) for said, _ in told), Counter())
    waits = sorted(wait for _, some in told for wait in some)
    counts = examine(world.house, {})
    world.close()
    report.add("steps", answers[303] / seconds, "steps/s")
    report.add("median", waits[len(waits) // 2] * 1000, "ms")
    report.add("99 in 100", waits[int(len(waits) * 0.99)] * 1000, "ms", "at most", SLOWEST)
    report.add("slowest", waits[-1] * 1000, "ms")
    report.add("answers that were no step", answers.total() - answers[303], "", "exactly", 0)
    taken = counts.events - counts.cases - before
    report.add("steps in the trail beside those answered", taken - answers[303], "", "exactly", 0)
    report.add("breaks in the trail", counts.broken + counts.disagreeing, "", "exactly", 0)
    return report


@contextlib.contextmanager
def _serving(ground: Ground) -> Iterator[int]:
    """The service on a free port of this machine, as `repatriation serve` runs it, but for its press."""
    with socket.socket() as free:
        free.bind((_ADDRESS, 0))
        port: int = free.getsockname()[1]
    settings = {
        "FOLDER": str(ground.keys.parent),
        "KEYRING": str(ground.keys),
        "DATABASE_URL": ground.url,
        "ISSUER": f"http://{_ADDRESS}:{port}",
        "DEMONSTRATION": "true",
    }
    others = {name: value for name, value in os.environ.items() if not name.startswith("REPATRIATION_")}
    service = subprocess.Popen(  # noqa: S603 - our own program
        [
            *(sys.executable, "-c", "from repatriation.bench.http import serve; serve()", str(port)),
        ],
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


def serve() -> None:
    """What the other process runs: the service, with papers that lie ready."""
    settings = read_settings()
    house = open_to_serve(settings, datetime.now(UTC))
    house = replace(house, papers=workshop(house.keyring, settings.issuer, datetime.now(UTC)))

    def make() -> Flask:
        log_to_stderr()
        return create_app(settings, house)

    Service(Desk(_ADDRESS, int(sys.argv[1]), PROCESSES, 4), make).run()


def _wait(service: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        connection = HTTPConnection(_ADDRESS, port, timeout=30)
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


def _sit_down(world: World, code: str, port: int) -> Seat:
    """Signs an officer in, past the password, and reads the token off a page."""
    begun = sessions.begin(world.house, world.actors[code].officer_id, datetime.now(UTC))
    cookie = f"session={begun.token}"
    connection = HTTPConnection(_ADDRESS, port, timeout=30)
    connection.request("GET", "/cases/find", headers={"Cookie": cookie})
    found = _TOKEN.search(connection.getresponse().read().decode())
    connection.close()
    if found is None:
        raise LookupError(f"the page that {code} is shown has no form")
    return Seat(cookie, found[1])


def _browse(pipe: Connection, walks: Sequence[Walk], office: Office, port: int, seconds: float) -> None:
    """A share of the connections: tells how often each kind of answer came, and how long each took."""
    hands = CONNECTIONS // PROCESSES
    connections = [HTTPConnection(_ADDRESS, port, timeout=30) for _ in range(hands)]
    shares = [in_turn(walks[number::hands]) for number in range(hands)]

    def all_send(threads: ThreadPoolExecutor, length: float) -> list[tuple[Counter[int], list[float]]]:
        ends = time.monotonic() + length
        return list(threads.map(_send_on, connections, shares, [office] * hands, [ends] * hands))

    with ThreadPoolExecutor(hands) as threads:
        warm = all_send(threads, seconds / 4)  # until both processes have made their templates and statements
        pipe.send(sum(said[303] for said, _ in warm))
        pipe.recv()
        told = all_send(threads, seconds)
    for connection in connections:
        connection.close()
    answers: Counter[int] = sum((said for said, _ in told), Counter())
    pipe.send((dict(answers), [wait for _, waits in told for wait in waits]))


def _send_on(
    connection: HTTPConnection, walks: Iterator[Walk], office: Office, ends: float
) -> tuple[Counter[int], list[float]]:
    """One connection: form after form, until the time is over or a case does not go on."""
    answers: Counter[int] = Counter()
    waits = []
    while (began := time.monotonic()) < ends:
        answers[_send(connection, next(walks), office)] += 1
        waits.append(time.monotonic() - began)
    return answers, waits


def _send(connection: HTTPConnection, walk: Walk, office: Office) -> int:
    stride = walk.stride
    assert stride is not None
    desk, path = office.desks[stride.organisation], f"/cases/{walk.reference}/do/{stride.action}"
    form = {
        "csrf_token": desk.token,
        "version": str(walk.version),
        "key": f"{walk.reference}-{walk.version}",
        "sure": "yes",
        **_fields(stride.given),
        **(typed(stride.paper) if stride.paper else {}),
    }
    status = _post(connection, path, desk, form)
    named = office.named.get((walk.way.new.route, stride.action))
    if status == 400 and named:
        status = _post(connection, path, desk, form | {"organisation": named})
    if status == 303:
        walk.version += 1
    return status


def _post(connection: HTTPConnection, path: str, desk: Seat, form: dict[str, str]) -> int:
    headers = {"Cookie": desk.cookie, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", path, urlencode(form), headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def _named(world: World) -> dict[tuple[str, str], str]:
    """For each route and action that tells one of several bodies: the one at the route's gate, if any is."""
    places = {made.code: made.place for made in ORGANISATIONS}
    named = {}
    for procedure in world.house.shelf:
        for action in procedure.actions.values():
            bodies, _ = to_choose(world.house, procedure, action, frozenset())
            gate = GATES[procedure.route]
            near = sorted(bodies, key=lambda body: places[body.code] not in (gate, OPPOSITE[gate]))
            if near:
                named[procedure.route, action.name] = near[0].code
    return named


def _fields(given: Particulars) -> dict[str, str]:
    """What an officer enters, as the boxes of the form have it."""
    fields: dict[str, str] = {}
    for name, value in given:
        if value == getattr(NOTHING, name):
            continue
        if name in ("on", "until"):
            day = value if name == "on" else (value.astimezone(_HERE) - timedelta(days=1)).date()
            boxes = {"day": day.day, "month": day.month, "year": day.year}
            fields |= {f"{name}-{box}": str(number) for box, number in boxes.items()}
        else:
            fields[name] = "y" if value is True else str(value)
    return fields
