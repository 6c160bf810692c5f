"""How quick one step of a case is: everything `take_step` does, against the floor of the same database.

A step that is taken with its paper files one that lies ready: sealed and written as always, but not printed.
Most steps have one, of 50 kB, so the steps without are told beside.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

from repatriation.bench.floor import floor
from repatriation.bench.place import Place
from repatriation.bench.report import Report
from repatriation.bench.world import in_turn, populate, ways

GOALS = {"sqlite": 0.25, "postgresql": 0.55}


AT_A_TIME = 10
"""Steps, and as many times the floor, before the other has its turn: both then see the same disk."""


def run(place: Place) -> Report:
    """One client walks real cases along real actions, in short turns with the floor."""
    cases, rounds = place.size(1000, 24), place.size(400, 6)
    world = populate(place)
    walking = in_turn(world.open(ways(place.shelf), cases))
    report = Report(
        "advance",
        "one client; the whole step, filing papers that lie ready, beside two narrow tables",
        place.kind,
    )

    def step() -> bool:
        walk = next(walking)
        papered = walk.stride is not None and walk.stride.paper is not None
        world.take(walk, f"{walk.reference}-{walk.version}")
        return papered

    with floor(place, cases) as once:
        for work in (step, once):
            _timed(work, place.size(300, 5))
        stepping, bare = _Times(), _Times()
        for _ in range(rounds):
            bare.extend(_timed(once, AT_A_TIME))
            stepping.extend(_timed(step, AT_A_TIME))
    world.close()
    report.add("floor", 1 / bare.median, "tx/s")
    report.add("steps", 1 / stepping.median, "steps/s")
    report.add("one step", stepping.median * 1000, "ms")
    report.add("slowest step", max(stepping.each) * 1000, "ms")
    report.add("of the floor", bare.median / stepping.median, "", "at least", GOALS[place.kind])
    if without := stepping.without_paper:
        report.add("of the floor, a step without a paper", bare.median / median(without))
    report.add("of the floor, whole time", sum(bare.each) / sum(stepping.each))
    report.add("processor time of a step", stepping.processor * 1e6, "µs")
    report.add("processor time of the floor", bare.processor * 1e6, "µs")
    report.add("steps taken", len(stepping.each))
    return report


@dataclass(slots=True)
class _Times:
    """How long each of many took, in s, and what of it was our own processor's work."""

    each: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)
    papered: list[bool] = field(default_factory=list)

    def extend(self, other: "_Times") -> None:
        self.each += other.each
        self.worked += other.worked
        self.papered += other.papered

    @property
    def median(self) -> float:
        return median(self.each)

    @property
    def without_paper(self) -> list[float]:
        return [took for took, papered in zip(self.each, self.papered, strict=True) if not papered]

    @property
    def processor(self) -> float:
        return median(self.worked)


def _timed(work: Callable[[], bool | None], times: int) -> _Times:
    took = _Times()
    for _ in range(times):
        busy, began = time.thread_time(), time.perf_counter()
        papered = work()
        took.each.append(time.perf_counter() - began)
        took.worked.append(time.thread_time() - busy)
        took.papered.append(bool(papered))
    return took
