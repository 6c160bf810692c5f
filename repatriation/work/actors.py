"""Who acts: an officer of an organisation, as a plain value that every act takes as an argument."""

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Final

from sop.clocks import ZONES, zone_of

ELSEWHERE: Final = "KHM"
"""Offices outside the three countries keep the day of the first of them; all three share one hour."""

READ_ONLY: Final = frozenset({"auditor"})
"""Duties that look and never act."""


@dataclass(frozen=True, slots=True)
class Actor:
    """An officer at work. What they may do in a case follows from the roles their organisation holds in
    it.
    """

    officer_id: str
    organisation_id: str
    organisation: str
    country: str
    functions: frozenset[str]
    duty: str
    language: str
    username: str

    @property
    def reads_only(self) -> bool:
        """Whether this officer's duty is to look and not to act."""
        return self.duty in READ_ONLY

    def day(self, now: datetime) -> date:
        """The day it is where the officer works."""
        return now.astimezone(zone_for(self.country)).date()


def zone_for(country: str) -> tzinfo:
    """The zone in which the officers of a country work."""
    return zone_of(country if country in ZONES else ELSEWHERE)
