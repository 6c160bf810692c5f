"""Whether boards are quick over many cases, and read no large table from end to end."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from statistics import median
from typing import Final

from repatriation.bench.archive import BUSY, MIDDLING, fill
from repatriation.bench.place import Place
from repatriation.bench.plans import whole_tables
from repatriation.bench.report import Report
from repatriation.bench.world import World
from repatriation.work.boards import behind, load, needs, retention, stages, stuck, week
from sop.followup import Standing

SIZE: Final = 100_000
QUICK: Final = 2_000
TRIES: Final = 7
GOAL: Final = 200
"""Milliseconds that a board may take over so many cases."""

Ask = Callable[[], object]


def run(place: Place) -> Report:
    """Asks for every board over all cases, and for one list behind a number of each."""
    size = place.size(SIZE, QUICK)
    report = Report("boards", f"over {size:,} cases", place.kind)
    world = fill(place, size, past=True)
    asks = _asks(world)
    for name, ask in asks.items():
        report.add(name, _cost(ask), "ms", None if place.quick else "at most", GOAL)
    scanned = whole_tables(world, asks.values())
    report.add("questions that need to read a whole table", len(scanned), "", "exactly", 0)
    world.close()
    place.clear()
    return report


def _asks(world: World) -> dict[str, Ask]:
    house, now = world.house, datetime.now(UTC)
    busy, some = world.actors[BUSY], world.actors[MIDDLING]
    day = now.date()
    missed = week.days_of(house, Standing.MISSED, now)
    found = {
        "missed visits": week.behind(house, busy, "all", missed),
        "left a stage": stages.left(house, busy, now, "tha-khm", "verifying"),
        "stuck": stuck.behind(house, busy, now, day, "tha-khm", "any"),
        "met after a month": retention.behind(house, busy, now, 1, "met"),
    }
    return {
        "time at each stage": partial(stages.stages, house, busy, now, day, of_others=False),
        "time at each stage, of all": partial(stages.stages, house, some, now, day, of_others=True),
        "stuck cases": partial(stuck.stuck, house, busy, now, day),
        "the week": partial(week.week, house, busy, now, day, "all"),
        "the week, by province": partial(week.by_province, house, busy, day, "all"),
        "team load": partial(load.load, house, busy, now),
        "unmet needs": partial(needs.needs, house, some, of_others=True),
        "still in contact": partial(retention.retention, house, busy, now),
        **{f"list: {name}": partial(behind.listed, house, each) for name, each in found.items()},
    }


def _cost(ask: Ask) -> float:
    """The median time of some tries, in ms, the first of them left out."""
    ask()
    taken = []
    for _ in range(TRIES):
        began = time.perf_counter()
        ask()
        taken.append(time.perf_counter() - began)
    return median(taken) * 1000
