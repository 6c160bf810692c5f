"""Puts the steps of a story on the calendar: over its days, at working hours, a return within one day."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta, timezone
from typing import Final

from repatriation.demonstration.planner import Planned
from sop.procedure import Procedure

LOCAL: Final = timezone(timedelta(hours=7))
"""The three countries share one clock."""

_NOTICE: Final = 5.0
"""Days between the last thing done and the departure: more than the notice any province is due."""

_QUICK: Final = 0.018
"""Days (some 25 minutes) between the steps of the day of return."""


def moments(
    procedure: Procedure,
    steps: Sequence[Planned],
    began: datetime,
    ended: datetime,
    now: datetime,
    chance: random.Random,
) -> list[datetime]:
    """When each step was taken: in order, after the case was opened, the last one at about `ended`."""
    if not steps:
        return []
    gaps = [_gap(procedure, step, chance) for step in steps]
    fixed = sum(days for days, stretches in gaps if not stretches)
    loose = sum(days for days, stretches in gaps if stretches)
    span = (ended - began) / timedelta(days=1)
    factor = max(span - fixed, 0.1) / loose if loose else 0.0
    at, found = began, []
    for days, stretches in gaps:
        at += timedelta(days=days * factor if stretches else days)
        found.append(at_work(at) if stretches else at)
        at = max(at, found[-1]) if not stretches else at
    return _in_order(found, began, min(ended + timedelta(hours=4), now - timedelta(minutes=1)))


def _gap(procedure: Procedure, step: Planned, chance: random.Random) -> tuple[float, bool]:
    """The days before a step, and whether they stretch with the story."""
    if step.action.name == "depart":
        return _NOTICE, False
    if procedure.stages[step.view.stage].phase == "return" or step.view.stage == "handed_over":
        return _QUICK, False
    return chance.uniform(0.5, 1.5) * (2.0 if step.action.to else 1.0), True


def at_work(at: datetime) -> datetime:
    """A moment of the same day, in office hours: as far into them as the moment is into the day."""
    local = at.astimezone(LOCAL)
    passed = (local - datetime.combine(local.date(), time.min, LOCAL)) / timedelta(days=1)
    return datetime.combine(local.date(), time(8), LOCAL) + timedelta(hours=9) * passed


def _in_order(found: list[datetime], began: datetime, latest: datetime) -> list[datetime]:
    """Each at least a minute after the one before, none later than `latest`."""
    for number, at in enumerate(found):
        after = (found[number - 1] if number else began) + timedelta(minutes=1)
        found[number] = max(at, after)
    for number in range(len(found) - 1, -1, -1):
        before = latest if number == len(found) - 1 else found[number + 1] - timedelta(minutes=1)
        found[number] = min(found[number], before).astimezone(UTC).replace(microsecond=0)
    if found[0] <= began:
        raise ValueError("a story has more steps than minutes")
    return found
