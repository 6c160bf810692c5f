"""How long it takes to prove the procedures, and then to ask one what may be done."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median

from repatriation.bench.place import Place
from repatriation.bench.report import Report
from repatriation.bench.world import opener_of
from repatriation.demonstration import defaults
from repatriation.demonstration.organisations import GATES
from repatriation.demonstration.planner import Course, Planned
from repatriation.work.views import state_of, view_of
from sop import vocabulary as words
from sop.engine import follow, verdicts
from sop.floor import stand
from sop.procedure import Procedure
from sop.reader import read
from sop.shelf import CORRIDORS


def run(place: Place) -> Report:
    """Reads and proves every route; then loads a view, takes an action, asks for all verdicts of a stage."""
    report = Report("sop", "every route read and proved; one action asked for, with its reasons")
    whole = 0.0
    for path in sorted(CORRIDORS.glob("*.toml")):
        began = time.perf_counter()
        procedure = read(path)
        middle = time.perf_counter()
        walk = stand(procedure)
        ended = time.perf_counter()
        whole += ended - began
        report.add(f"{procedure.key} read", (middle - began) * 1000, "ms")
        report.add(f"{procedure.key} proved", (ended - middle) * 1000, "ms")
        report.add(f"{procedure.key} cases", walk.cases)
    report.add("all routes", whole, "s", "at most", 2)
    _ask(place, report)
    return report


def _ask(place: Place, report: Report) -> None:
    """Every step of the good course on every route, asked again and again."""
    now, times = datetime.now(UTC), place.size(40, 3)
    asked = [
        _question(procedure, step, now, times)
        for procedure in place.shelf.routes(now.date())
        for step in _course(procedure, now).steps
    ]
    loaded, followed, told, actions = zip(*asked, strict=True)
    report.add("a view loaded", median(loaded), "µs")
    report.add("one action, with its reasons", median(followed), "µs", "at most", 10)
    report.add("every verdict of a stage", median(told), "µs")
    report.add("actions in a stage", median(actions))


def _course(procedure: Procedure, now: datetime) -> Course:
    opener, gate = opener_of(procedure, "reported"), GATES[procedure.route]
    course = Course.opened(procedure, "reported", opener, gate, now, child=False)
    course.to(words.CLOSED)
    return course


def _question(
    procedure: Procedure, step: Planned, now: datetime, times: int
) -> tuple[float, float, float, int]:
    """How many µs it takes to load the case as it stands, to take the action, and to ask of every action."""
    view, name, roles = step.view, step.action.name, frozenset(step.action.by)
    given = defaults.given(procedure, step.action, view, step.chosen, None, now)
    kept = state_of(view)
    if words.PERSON in roles:
        roles = frozenset({procedure.stages[view.stage].responsible})
    at = now + timedelta(days=1)
    return (
        _each(lambda: view_of(view.digest, view.stage, view.entered, "adult", view.version, kept), times),
        _each(lambda: follow(procedure, view, name, roles, at, on=given.on, until=given.until), times),
        _each(lambda: verdicts(procedure, view, roles, at), times),
        len(procedure.by_stage[view.stage]),
    )


def _each(ask: Callable[[], object], times: int) -> float:
    began = time.perf_counter()
    for _ in range(times):
        ask()
    return (time.perf_counter() - began) / times * 1e6
