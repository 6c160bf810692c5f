"""Whether a page of a list costs the same however many cases there are."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from statistics import median
from typing import Final

from repatriation.bench.archive import BUSY, CROWDED, MIDDLING, PASSING, RARE, fill, moment
from repatriation.bench.place import Place
from repatriation.bench.plans import whole_tables
from repatriation.bench.report import Report
from repatriation.bench.world import World
from repatriation.work import arrivals, lists
from repatriation.work.lists import Order, Wanted
from sop.vocabulary import CLOSED

SIZES: Final = (10_000, 100_000, 1_000_000)
QUICK: Final = (500, 2_000)
GROWTH: Final = 1.5

AS_MANY_AS_COME: Final = ("the coming days", "expected today")
"""Pages about everybody expected: where there are more cases there are more of them, so no goal."""

Ask = Callable[[], object]


def run(place: Place) -> Report:
    """Asks for every page at each size; tells its cost at the last, and how much more that is."""
    sizes = QUICK if place.quick else SIZES
    report = Report("list", f"one page each, of {sizes[-1]:,} cases and of {sizes[-2]:,}", place.kind)
    worlds = []
    for size in sizes:
        began = time.perf_counter()
        worlds.append(fill(place, size))
        report.add(f"{size:,} cases made", time.perf_counter() - began, "s")
    pages = [_pages(world, size) for world, size in zip(worlds, sizes, strict=True)]
    for name in pages[-1]:
        *_, before, cost = _costs([asks[name] for asks in pages])
        report.add(name, cost, "ms")
        bounded = not (place.quick or name in AS_MANY_AS_COME)
        report.add(f"{name}: growth", cost / before, "", "at most" if bounded else None, GROWTH)
    scanned = whole_tables(worlds[-1], pages[-1].values())
    report.add("questions that need to read a whole table", len(scanned), "", "exactly", 0)
    for world in worlds:
        world.close()
    place.clear()
    return report


def _pages(world: World, size: int) -> dict[str, Ask]:
    """Every kind of page that an officer may open, by its name."""
    house, now = world.house, datetime.now(UTC)
    day, half = now.date(), lists.Place(moment(size // 2, size, now).isoformat(), "")
    from_today, (route, stage) = lists.Place(day.isoformat(), ""), CROWDED
    here = frozenset({stage})
    home = frozenset(name for p in house.shelf for name, s in p.stages.items() if s.phase == "reintegration")

    def page(code: str, wanted: Wanted, at: lists.Place | None = None) -> Ask:
        return lambda: lists.cases(house, world.actors[code], now, day, wanted, at)

    return {
        "open": page(BUSY, Wanted(Order.DUE)),
        "open, from today": page(BUSY, Wanted(Order.DUE), from_today),
        "open, backwards from today": page(BUSY, Wanted(Order.DUE), from_today._replace(back=True)),
        "open, one route": page(BUSY, Wanted(Order.DUE, route=route)),
        "open, one stage": page(BUSY, Wanted(Order.DUE, stages=here)),
        "open, one route and stage": page(BUSY, Wanted(Order.DUE, route=route, stages=here)),
        "open, some stages": page(BUSY, Wanted(Order.DUE, stages=home)),
        "open, latest": page(BUSY, Wanted()),
        "our move": page(BUSY, Wanted(Order.DUE, ours=True)),
        "overdue": page(BUSY, Wanted(Order.DUE, overdue=True)),
        "stuck": page(BUSY, Wanted(Order.OLDEST, stuck=True)),
        "stuck, one stage": page(BUSY, Wanted(Order.OLDEST, stages=here, stuck=True)),
        "ended": page(BUSY, Wanted(ended=True)),
        "ended, half-way": page(BUSY, Wanted(ended=True), half),
        "ended, backwards from half-way": page(BUSY, Wanted(ended=True), half._replace(back=True)),
        "ended, one stage": page(BUSY, Wanted(ended=True, stages=frozenset({CLOSED}))),
        "of every tenth case": page(MIDDLING, Wanted(Order.DUE)),
        "of cases mostly handed on": page(PASSING, Wanted(Order.DUE)),
        "of five cases": page(RARE, Wanted(Order.DUE)),
        "of five cases, ended": page(RARE, Wanted(ended=True)),
        "the coming days": lambda: arrivals.coming(house, world.actors[MIDDLING], day),
        "expected today": lambda: arrivals.expected(house, world.actors[MIDDLING], day, None),
    }


def _costs(asks: Sequence[Ask]) -> list[float]:
    """The median time of some tries of each, in ms, in turn: so whatever else the machine does falls on all.

    Fewer tries where each takes long.
    """
    taken: list[list[float]] = [[] for _ in asks]
    for ask in asks:
        ask()
    while len(taken[0]) < 15 and sum(map(sum, taken)) < 4:
        for ask, times in zip(asks, taken, strict=True):
            began = time.perf_counter()
            ask()
            times.append(time.perf_counter() - began)
    return [median(times) * 1000 for times in taken]
