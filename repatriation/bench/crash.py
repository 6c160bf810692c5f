"""What is left after a crash: processes, and PostgreSQL, are killed while they are at work."""

import os
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final, TypeVar

import psycopg
from sqlalchemy.exc import OperationalError

from repatriation.bench.checks import examine
from repatriation.bench.crowd import Job, begin
from repatriation.bench.place import Place
from repatriation.bench.report import Report
from repatriation.bench.world import Apart, Walk, World, in_turn, populate, ways

PROCESSES: Final = 4
_GONE: Final = (OperationalError, psycopg.OperationalError, psycopg.InterfaceError)

Answer = TypeVar("Answer")


def run(place: Place) -> Report:
    """Processes step, are killed at any moment, and go on from where the database says their cases are."""
    report = Report(
        "crash", "four processes stepping; one killed after the other, and the server", place.kind
    )
    world = populate(place)
    walks = world.open(ways(place.shelf), place.size(400, 40))
    files = [place.folder / f"acknowledged-{number}" for number in range(PROCESSES)]
    jobs: list[Job] = [
        (_work, (world.apart, walks[number::PROCESSES], file)) for number, file in enumerate(files)
    ]
    kills, crashes = _storm(place, jobs)
    told = [line for file in files for line in _read(file)]
    acknowledged: dict[str, list[int]] = defaultdict(list)
    for reference, _, to in told:
        acknowledged[reference].append(to)
    counts = examine(world.house, acknowledged)
    world.close()
    report.add("processes killed", kills)
    report.add("servers crashed", crashes)
    report.add("steps acknowledged", len({(reference, to) for reference, _, to in told}))
    report.add("steps in the trail", counts.events - counts.cases)
    report.add("acknowledged and missing", counts.missing, "", "exactly", 0)
    report.add("moved twice to one version", counts.doubled, "", "exactly", 0)
    report.add("moved by a repeated request", sum(to != sent + 1 for _, sent, to in told), "", "exactly", 0)
    report.add("versions that are not the count of moves", counts.disagreeing, "", "exactly", 0)
    report.add("jumps", counts.jumped, "", "exactly", 0)
    report.add("breaks in the trail", counts.broken, "", "exactly", 0)
    return report


def _storm(place: Place, jobs: list[Job]) -> tuple[int, int]:
    """Starts every job, kills one after the other and starts it anew; every sixth time the server too."""
    chance = random.Random(7)  # noqa: S311 - nothing secret hangs on it
    running: list[tuple[BaseProcess, Connection]] = [begin(job) for job in jobs]
    kills = crashes = 0
    try:
        for _, pipe in running:
            pipe.recv()
        for number in range(place.size(60, 6)):
            time.sleep(chance.uniform(0.02, 0.3))
            if place.own_server is not None and number % 6 == 5:
                place.own_server.crash()
                crashes += 1
            unlucky = number % len(jobs)
            _kill(*running[unlucky])
            kills += 1
            running[unlucky] = begin(jobs[unlucky])
        time.sleep(0.2)
    finally:
        for process, pipe in running:
            _kill(process, pipe)
    return kills, crashes


def _kill(process: BaseProcess, pipe: Connection) -> None:
    process.kill()
    process.join()
    pipe.close()


def _work(pipe: Connection, apart: Apart, walks: list[Walk], file: Path) -> None:
    """Steps, and writes down what it was told; first asks again for what may not have been written."""
    world = apart.world()
    written = {reference: to for reference, _, to in _read(file)}
    versions = _until_it_answers(world.versions)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    pipe.send("ready")
    for walk in walks:
        walk.version = versions[walk.reference]
        if walk.version > written.get(walk.reference, walk.way.began_at):
            walk.version -= 1
            _step(world, walk, handle)
    for number, walk in enumerate(in_turn(walks)):
        sent = walk.version
        _step(world, walk, handle)
        if number % 8 == 0:
            walk.version = sent
            _step(world, walk, handle)


def _step(world: World, walk: Walk, handle: int) -> None:
    """One step under a key made of the case and its version, asked for until there is an answer."""
    sent = walk.version
    taken = _until_it_answers(lambda: world.take(walk, f"{walk.reference}-{sent}"))
    os.write(handle, f"{walk.reference} {sent} {taken.version}\n".encode())


def _until_it_answers(ask: Callable[[], Answer]) -> Answer:
    """Asks again while the server is away."""
    while True:
        try:
            return ask()
        except _GONE:
            time.sleep(0.02)


def _read(file: Path) -> Iterator[tuple[str, int, int]]:
    """What officers were told: the case, the version they had sent, the version that it led to."""
    if file.exists():
        for line in file.read_text().splitlines():
            reference, sent, to = line.split()
            yield reference, int(sent), int(to)
