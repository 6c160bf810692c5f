"""Whether everybody gets their turn: several processes stepping on one file, and who was served least."""

import time
from itertools import islice
from multiprocessing.connection import Connection

from repatriation.bench.checks import examine
from repatriation.bench.crowd import crowd
from repatriation.bench.place import Place
from repatriation.bench.report import Report
from repatriation.bench.world import Apart, Walk, in_turn, populate, ways


def run(place: Place) -> Report:
    """Four, then eight processes step as fast as they can for some seconds, each through its own cases."""
    report = Report("fair", "processes on one file, each as fast as it can", place.kind)
    seconds = 4.0 if not place.quick else 0.5
    for processes in (4, 8):
        world = populate(place)
        cases = place.size(160, 8)
        many = world.open(ways(place.shelf), cases * processes)
        shares = [many[number::processes] for number in range(processes)]
        with crowd([(_work, (world.apart, share, seconds)) for share in shares]) as pipes:
            for pipe in pipes:
                pipe.recv()  # is ready
            # The same moments for all: whoever began alone, before the others heard of it, would get more.
            begins = time.monotonic() + 0.2
            for pipe in pipes:
                pipe.send(begins)
            told = [pipe.recv() for pipe in pipes]
        served = [len(waits) for waits, _ in told]
        waits = sorted(wait for waits, _ in told for wait in waits)
        counts = examine(world.house, {})
        world.close()
        said = f"{processes} processes"
        report.add(f"{said}: steps", sum(served) / seconds, "steps/s")
        report.add(f"{said}: least served", min(served))
        report.add(f"{said}: most served", max(served))
        report.add(f"{said}: least of most", min(served) / max(served), "", "at least", 0.9)
        report.add(f"{said}: worst wait", waits[-1] * 1000, "ms", "at most", 60)
        report.add(f"{said}: wait of 99 in 100", waits[int(len(waits) * 0.99)] * 1000, "ms")
        report.add(f"{said}: versions that disagree", counts.disagreeing + counts.doubled, "", "exactly", 0)
        report.add(f"{said}: ran out of cases", sum(out for _, out in told), "", "exactly", 0)
    return report


def _work(pipe: Connection, apart: Apart, walks: list[Walk], seconds: float) -> None:
    """Steps until the time is over; tells how long each step took, and whether the cases ran out before."""
    world, walking = apart.world(), in_turn(walks)
    for walk in islice(walking, 3):
        world.take(walk)
    pipe.send("ready")
    begins = pipe.recv()
    waits = []
    ends = begins + seconds
    time.sleep(max(0.0, begins - time.monotonic()))
    ran_out = True
    for walk in walking:
        began = time.monotonic()
        if began >= ends:
            ran_out = False
            break
        world.take(walk)
        waits.append(time.monotonic() - began)
    pipe.send((waits, ran_out))
