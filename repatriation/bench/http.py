"""How quick a step is through the whole service: Gunicorn, a session, the real form of each action."""

import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from multiprocessing.connection import Connection
from typing import Final, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from repatriation.bench.checks import examine
from repatriation.bench.crowd import Job, crowd
from repatriation.bench.papers import typed
from repatriation.bench.place import Place
from repatriation.bench.report import Report
from repatriation.bench.serving import ADDRESS, PROCESSES, serving
from repatriation.bench.world import Walk, Way, World, in_turn, populate, ways
from repatriation.demonstration.organisations import GATES, OPPOSITE, ORGANISATIONS
from repatriation.work import sessions
from repatriation.work.choices import to_choose
from repatriation.work.particulars import NOTHING, Particulars

CONNECTIONS: Final = 8
SLOWEST: Final = 25
_TOKEN: Final = re.compile(r'name="csrf_token" value="([^"]+)"')
_HERE: Final = ZoneInfo("Asia/Phnom_Penh")


class Seat(NamedTuple):
    """An officer's browser: the cookie of the session, and the token that its forms carry."""

    cookie: str
    token: str


class Office(NamedTuple):
    """Everybody's desk by organisation, whom to name where the form asks whom an action tells, and the boxes
    of each paper.
    """

    desks: dict[str, Seat]
    named: dict[tuple[str, str], str]
    papers: dict[tuple[str, str, datetime | None], dict[str, str]]


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
    roads = ways(place.shelf)
    walks = world.open(roads, place.size(400, 40))
    with serving(world.apart.ground, "repatriation.bench.serving") as port:
        desks = {code: _sit_down(world, code, port) for code in world.actors}
        office = Office(desks, _named(world), _papers(world, roads))
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


def _sit_down(world: World, code: str, port: int) -> Seat:
    """Signs an officer in, past the password, and reads the token off a page."""
    begun = sessions.begin(world.house, world.actors[code].officer_id, datetime.now(UTC))
    cookie = f"session={begun.token}"
    connection = HTTPConnection(ADDRESS, port, timeout=30)
    connection.request("GET", "/cases/find", headers={"Cookie": cookie})
    found = _TOKEN.search(connection.getresponse().read().decode())
    connection.close()
    if found is None:
        raise LookupError(f"the page that {code} is shown has no form")
    return Seat(cookie, found[1])


def _browse(pipe: Connection, walks: Sequence[Walk], office: Office, port: int, seconds: float) -> None:
    """A share of the connections: tells how often each kind of answer came, and how long each took."""
    hands = CONNECTIONS // PROCESSES
    connections = [HTTPConnection(ADDRESS, port, timeout=30) for _ in range(hands)]
    shares = [in_turn(walks[number::hands]) for number in range(hands)]

    def all_send(threads: ThreadPoolExecutor, length: float) -> list[tuple[Counter[int], list[float]]]:
        ends = time.monotonic() + length
        return list(threads.map(_send_on, connections, shares, [office] * hands, [ends] * hands))

    with ThreadPoolExecutor(hands) as threads:
        warm = all_send(threads, seconds / 4)  # until both processes have made their templates and statements
        pipe.send(sum(said[303] for said, _ in warm))
        pipe.recv()
        for connection in connections:  # the service may have given up waiting for them
            connection.close()
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
        **office.papers.get((walk.way.new.route, stride.action, stride.given.until), {}),
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


def _papers(world: World, roads: Sequence[Way]) -> dict[tuple[str, str, datetime | None], dict[str, str]]:
    """The boxes of the paper of every step that has one, by route, action and the end that is entered."""
    today = datetime.now(_HERE).date()
    return {
        (road.new.route, stride.action, stride.given.until): typed(
            world.house.shelf.in_force(road.new.route, today), stride.action, today, stride.given
        )
        for road in roads
        for stride in road.strides
        if stride.paper is not None
    }


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
