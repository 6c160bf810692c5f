"""One round of the clock: look whether anything is due, without any lock; and only then do it, in batches."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple

from repatriation.records.waiting import first_due
from repatriation.work.house import House
from repatriation.work.summaries.points import DUE
from repatriation.work.telling.limits import turn_limits
from repatriation.work.telling.moves import TOLD, tell_moves
from repatriation.work.telling.summaries import tell_summaries
from repatriation.work.telling.visits import turn_visits

_FIRST: Final = first_due((*TOLD, DUE))

_KINDS: Final[tuple[tuple[str, Callable[[House, datetime], int]], ...]] = (
    ("visits", turn_visits),
    ("cases", turn_limits),
    ("messages", tell_moves),
    ("summaries", tell_summaries),
)


class Ticked(NamedTuple):
    """How much one round did of each kind."""

    visits: int = 0
    cases: int = 0
    messages: int = 0
    summaries: int = 0


def tick(house: House, now: datetime, stopping: Callable[[], bool] = lambda: False) -> Ticked:
    """Turn every visit and every clock that is due, and tell what steps have left to be told.

    Any number of processes may do so at once; each batch is a transaction of its own.
    """
    first = house.doors.look(lambda lean: lean.all(_FIRST, {})[0])
    done = {}
    for kind, turn in _KINDS:
        # A summary to be sent is a message like the others until its moment has come.
        done[kind], at = 0, getattr(first, "messages" if kind == "summaries" else kind)
        while at is not None and at <= now and not stopping():
            number = turn(house, now)
            if not number:
                break  # done, or in the hands of another process
            done[kind] += number
    return Ticked(**done)
