"""How quick one step of a case is: everything `take_step` does, against the floor of the same database."""

import time
from collections.abc import Callable
from statistics import median

from repatriation.bench.floor import floor
from repatriation.bench.place import Place
from repatriation.bench.report import Report
from repatriation.bench.world import in_turn, populate, ways

GOALS = {"sqlite": 0.25, "postgresql": 0.55}


def run(place: Place) -> Report:
    """One client walks real cases along real actions, in rounds that take turns with rounds of the floor."""
    cases, rounds, steps = place.size(1000, 24), place.size(11, 3), place.size(600, 40)
    world = populate(place.house())
    walking = in_turn(world.open(ways(place.shelf), cases))
    taken = 0

    def step() -> None:
        nonlocal taken
        walk = next(walking)
        world.take(walk, f"{walk.reference}-{walk.version}")
        taken += 1

    with floor(place, cases) as once:
        for warm in (step, once):
            _rate(warm, place.size(100, 5))
        pairs = [(_rate(once, steps), _rate(step, steps)) for _ in range(rounds)]
    world.house.doors.dispose()
    ratios = sorted(product / bare for bare, product in pairs)
    report = Report("advance", "one client; the whole step beside two narrow tables", place.kind)
    report.add("floor", median(bare for bare, _ in pairs), "tx/s")
    report.add("steps", median(product for _, product in pairs), "steps/s")
    report.add("one step", 1000 / median(product for _, product in pairs), "ms")
    report.add("of the floor", median(ratios), "", "at least", GOALS[place.kind])
    report.add("worst round", ratios[0])
    report.add("best round", ratios[-1])
    report.add("steps taken", taken)
    return report


def _rate(once: Callable[[], None], times: int) -> float:
    began = time.perf_counter()
    for _ in range(times):
        once()
    return times / (time.perf_counter() - began)
