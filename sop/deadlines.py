"""Which clocks run on a case: derived from its facts each time it is looked at, never kept."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from sop.clocks import Calendar, due_at, zone_of
from sop.procedure import Action, Limit, Procedure
from sop.view import CaseView

STAGE = "stage"


class Deadline(NamedTuple):
    """One running clock: what is owed, by whom, since when and until when, and on whose word.

    `on` is the last day where the limit is one of days; `at` the instant it ends. `uncertain` says that the
    calendar does not reach so far, or that its holidays are not yet announced.
    """

    action: Action
    by: tuple[str, ...]
    starts: datetime
    at: datetime
    on: date | None
    limit: Limit
    overdue: bool
    uncertain: bool


def due(
    procedure: Procedure, view: CaseView, now: datetime, calendars: Mapping[str, Calendar]
) -> tuple[Deadline, ...]:
    """The clocks that run now, the first to end first.

    A limit runs for an action that may be taken in the present stage and has not been: from entering the
    stage, or from the fact it counts from, if that fact is on file and still counts.
    """
    found = []
    for action in procedure.by_stage[view.stage]:
        for limit, starts in running(view, action):
            end = due_at(limit.value, limit.unit, starts, calendars[limit.calendar])
            over = end.passed(now)
            found.append(Deadline(action, action.by, starts, *end[:2], limit, over, end.uncertain))
    return tuple(sorted(found, key=lambda deadline: deadline.at))


def running(view: CaseView, action: Action) -> tuple[tuple[Limit, datetime], ...]:
    """The limits that run for an action of the present stage, each with the moment it is counted from."""
    if not action.within or _done(view, action):
        return ()
    counted = ((limit, _starts(view, limit)) for limit in action.within)
    return tuple(
        (limit, at)
        for limit, at in counted
        if at is not None and _in_force(limit, at.astimezone(zone_of(limit.calendar)).date())
    )


def _done(view: CaseView, action: Action) -> bool:
    return action.to is None and bool(action.records) and all(fact in view.facts for fact in action.records)


def _starts(view: CaseView, limit: Limit) -> datetime | None:
    if limit.of == STAGE:
        return view.entered
    fact = view.facts.get(limit.of)
    return None if fact is None else fact.at


def _in_force(limit: Limit, day: date) -> bool:
    return (limit.valid_from or day) <= day <= (limit.valid_to or day)
