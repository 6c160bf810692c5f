"""Everything that the work needs and that is made once: the database, the procedures, the calendars, the
keys.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from repatriation.records.doors import Doors
from repatriation.records.sealing import Keyring
from repatriation.work.papers.workshop import Workshop
from sop.clocks import Calendar
from sop.shelf import Shelf


@dataclass(frozen=True, slots=True)
class House:
    """One installation at work."""

    doors: Doors
    shelf: Shelf
    calendars: Mapping[str, Calendar]
    keyring: Keyring
    demonstration: bool = False
    papers: Workshop | None = None
