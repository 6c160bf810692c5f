"""Where and when the officer at the other end works: their zone and their day."""

from datetime import date, tzinfo

from repatriation.web.session import actor, now
from repatriation.work.actors import Actor, zone_for


def here() -> tzinfo:
    """The time zone of the officer's country."""
    return zone_for(actor().country)


def today() -> date:
    """The day it is where the officer works."""
    return day_for(actor())


def day_for(who: Actor) -> date:
    """The day it is where somebody works."""
    return who.day(now())
