"""Where and when the officer at the other end works: their zone and their day."""

from datetime import date, tzinfo

from repatriation.web.session import actor, now
from repatriation.work.actors import Actor
from sop.clocks import ZONES, zone_of

ELSEWHERE = "KHM"
"""Offices outside the three countries keep the day of the first of them; all three share one hour."""


def here() -> tzinfo:
    """The time zone of the officer's country."""
    return zone_for(actor())


def today() -> date:
    """The day it is where the officer works."""
    return day_for(actor())


def zone_for(who: Actor) -> tzinfo:
    """The time zone of somebody's country."""
    return zone_of(who.country if who.country in ZONES else ELSEWHERE)


def day_for(who: Actor) -> date:
    """The day it is where somebody works."""
    return now().astimezone(zone_for(who)).date()
