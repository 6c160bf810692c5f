"""What happens when many want the same: double clicks and forms from yesterday, on very few cases."""

import random
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import Final, NamedTuple

from repatriation.bench.checks import examine
from repatriation.bench.crowd import Job, crowd
from repatriation.bench.place import Place
from repatriation.bench.report import Report
from repatriation.bench.world import Apart, Walk, World, populate, ways
from repatriation.records.doors import Clash
from repatriation.work.refusals import MovedOn, NotFound

CLIENTS: Final = 16
CASES: Final = 10


class Sent(NamedTuple):
    """One form as it was sent, and what came of it; `to` is None where the case had moved on."""

    reference: str
    version: int
    key: str | None
    to: int | None


def run(place: Place) -> Report:
    """Sixteen clients on ten cases, each form sent once or twice, and often one that is out of date."""
    report = Report("clash", f"{CLIENTS} clients on {CASES} cases; double clicks, stale forms", place.kind)
    world = populate(place)
    walks = world.open(ways(place.shelf), CASES)
    times = place.size(120, 6)
    jobs: list[Job] = [(_client, (world.apart, walks, number, times)) for number in range(CLIENTS)]
    with crowd(jobs) as pipes:
        for pipe in pipes:
            pipe.recv()
        for pipe in pipes:
            pipe.send("go")
        sent = [Sent(*one) for pipe in pipes for one in pipe.recv()]
    went = [one for one in sent if one.to is not None]
    acknowledged: dict[str, list[int]] = defaultdict(list)
    for one in went:
        acknowledged[one.reference].append(one.to or 0)
    counts = examine(world.house, acknowledged)
    moves = sum(version - walk.way.began_at for version, walk in _ended(world, walks))
    world.close()
    report.add("forms sent", len(sent))
    report.add("turned away", len(sent) - len(went))
    report.add("answered anew under their key", _repeated(went))
    report.add("moves", moves)
    report.add("moves that nobody was told of", moves - _moves(went), "", "exactly", 0)
    report.add("moved without the right version", _wrongly(went), "", "exactly", 0)
    report.add("two steps at once", sum(one.to != one.version + 1 for one in went), "", "exactly", 0)
    report.add("acknowledged and missing", counts.missing, "", "exactly", 0)
    report.add("versions that are not the count of moves", counts.disagreeing, "", "exactly", 0)
    report.add("jumps", counts.jumped + counts.doubled, "", "exactly", 0)
    report.add("breaks in the trail", counts.broken, "", "exactly", 0)
    return report


def _ended(world: World, walks: list[Walk]) -> list[tuple[int, Walk]]:
    versions = world.versions()
    return [(versions[walk.reference], walk) for walk in walks]


def _moves(went: list[Sent]) -> int:
    """The forms that moved a case: of those under one key, one."""
    return len({(one.reference, one.version) for one in went})


def _repeated(went: list[Sent]) -> int:
    keyed = Counter((one.reference, one.version, one.key) for one in went if one.key)
    return sum(times - 1 for times in keyed.values())


def _wrongly(went: list[Sent]) -> int:
    """Forms that moved a case after another had moved it from the same version."""
    moved: dict[tuple[str, int], list[str | None]] = defaultdict(list)
    for one in went:
        if one.key is None or one.key not in moved[one.reference, one.version]:
            moved[one.reference, one.version].append(one.key)
    return sum(len(keys) - 1 for keys in moved.values())


def _client(pipe: Connection, apart: Apart, walks: list[Walk], number: int, times: int) -> None:
    """One impatient officer: looks at a case or remembers how it looked, and sends the form once or twice."""
    world, chance = apart.world(), random.Random(number)  # noqa: S311 - nothing secret hangs on it
    seen = {walk.reference: walk.version for walk in walks}
    sent: list[Sent] = []
    with ThreadPoolExecutor(2) as hands:
        pipe.send("ready")
        pipe.recv()
        for turn in range(times):
            walk = chance.choice(walks)
            if chance.random() < 2 / 3:
                seen[walk.reference] = world.versions()[walk.reference]
            key = f"{number}-{turn}" if chance.random() < 1 / 2 else None
            forms = [
                Walk(walk.reference, walk.way, seen[walk.reference]) for _ in range(chance.choice((1, 2)))
            ]
            if forms[0].stride is not None:
                sent += hands.map(lambda form, key=key: _send(world, form, key), forms)
    pipe.send([tuple(one) for one in sent])


def _send(world: World, form: Walk, key: str | None) -> Sent:
    version = form.version
    try:
        return Sent(form.reference, version, key, world.take(form, key).version)
    except (MovedOn, Clash, NotFound):  # not found: their organisation has no part in it any more
        return Sent(form.reference, version, key, None)
