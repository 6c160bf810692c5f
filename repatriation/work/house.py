"""Everything that the work needs and that is made once: the database, the procedures, the calendars, the
keys.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from partners.reach import Reach
from repatriation.records.doors import Doors
from repatriation.records.sealing import Keyring
from repatriation.work.papers.workshop import Workshop
from sop import visiting
from sop.clocks import Calendar
from sop.followup import Rhythm
from sop.shelf import Shelf
from sop.visiting import Schedule


@dataclass(frozen=True, slots=True)
class House:
    """One installation at work. `issuer` is its public address, by which partners know it; `partner_rate`
    how many calls a second each partner may make; `reach` where our own calls to partners may go;
    `schedule` on which days people are visited after the return, `rhythm` when a visit is soon due, overdue
    and missed.
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
    schedule: Schedule = field(default_factory=visiting.load)
    rhythm: Rhythm = field(default_factory=Rhythm)
