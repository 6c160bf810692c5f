"""Everything that the work needs and that is made once: the database, the procedures, the calendars, the
keys.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

from partners.reach import Reach
from repatriation.records.doors import Doors
from repatriation.records.sealing import Keyring
from repatriation.work.papers.workshop import Workshop
from repatriation.work.telling.smtp import Relay
from sop import visiting
from sop.clocks import Calendar
from sop.followup import Rhythm
from sop.shelf import Shelf
from sop.visiting import Schedule


class Keeping(NamedTuple):
    """How long is kept what finished handoffs said. No source gives a number of days: one that an
    installation has not set itself is assumed.
    """

    days: int = 90
    assumed: bool = True

    @property
    def after(self) -> timedelta:
        """How long after its end a handoff is destroyed."""
        return timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class House:
    """One installation at work. `issuer` is its public address, by which partners know it; `partner_rate`
    how many calls a second each partner may make; `reach` where our own calls to partners may go; `relay`
    takes mails to officers, where there is one; `schedule` on which days people are visited after the return,
    `rhythm` when a visit is soon due, overdue and missed; `keeping` how long what handoffs said is kept.
    """

    doors: Doors
    shelf: Shelf
    calendars: Mapping[str, Calendar]
    keyring: Keyring
    demonstration: bool = False
    issuer: str = "http://127.0.0.1:8000"
    partner_rate: int = 50
    papers: Workshop | None = None
    reach: Reach = field(default_factory=Reach)
    relay: Relay | None = None
    schedule: Schedule = field(default_factory=visiting.load)
    rhythm: Rhythm = field(default_factory=Rhythm)
    keeping: Keeping = field(default_factory=Keeping)
