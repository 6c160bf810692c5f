"""Where and when the officer at the other end works: their zone and their day."""

from datetime import date, tzinfo

from repatriation.web.session import actor, now
from sop.clocks import ZONES, zone_of

ELSEWHERE = "KHM"
"""Offices outside the three countries keep the day of the first of them; all three share one hour."""


def here() -> tzinfo:
    """The time zone of the officer's country."""
    country = actor().country
    return zone_of(country if country in ZONES else ELSEWHERE)


def today() -> date:
    """The day it is where the officer works."""
    return now().astimezone(here()).date()
