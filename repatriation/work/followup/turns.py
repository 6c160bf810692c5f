"""When the standing of a planned visit changes next: what every row of one is written with."""

from datetime import date, datetime
from typing import Any, Final, Protocol, cast
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, literal_column, select

from repatriation.records.columns import new_id
from repatriation.records.visits import Visit
from repatriation.work.house import House
from sop.clocks import zone_of
from sop.followup import Standing, next_turn, standing

OVER: Final[dict[str, Any]] = {"next_at": None, "next_step": None}
"""What a visit that is no longer planned says of its next turn."""

ATTEMPT: Final = "attempt"
"""The kind of a visit on whose day nobody agreed: another attempt, after one at which nobody was found."""

_VISIT = Visit.metadata.tables["visit"]
PLANNED_FOR: Final = (
    select(_VISIT.c.id)
    .where(
        _VISIT.c.case_id == bindparam("case"),
        _VISIT.c.state == literal_column("'planned'"),
        _VISIT.c.due_on == bindparam("day"),
        _VISIT.c.id != bindparam("but"),
    )
    .limit(1)
)
"""Another visit of a case that is planned for a day. Given: case, day, but."""


def turn(house: House, due_on: date, country: str, now: datetime) -> dict[str, Any]:
    """The columns `next_at` and `next_step` of a visit that is planned for a day."""
    ahead = next_turn_of(house, due_on, country, now)
    return dict(OVER) if ahead is None else {"next_at": ahead[0], "next_step": ahead[1].value}


def next_turn_of(house: House, due_on: date, country: str, now: datetime) -> tuple[datetime, Standing] | None:
    """When the standing of what is due on a day changes next in a country, and to what."""
    return next_turn(due_on, now, _zone(country), house.rhythm)


def stands(house: House, due_on: date, country: str, now: datetime) -> Standing:
    """How a visit, or anything else that is to be done on a day, stands while it is not done."""
    return standing(due_on, now, _zone(country), house.rhythm)


class Whose(Protocol):
    """Whoever is to make a visit: an officer at work, or whoever had the one before."""

    @property
    def officer_id(self) -> str | None: ...
    @property
    def organisation_id(self) -> str | None: ...


def planned(
    house: House,
    whose: Whose,
    now: datetime,
    case_id: str,
    country: str,
    due_on: date,
    plan_id: str | None = None,
    slot: str | None = None,
) -> dict[str, Any]:
    """The row of a visit that is to come."""
    return {
        **blank(case_id, country),
        "officer_id": whose.officer_id,
        "organisation_id": whose.organisation_id,
        "due_on": due_on,
        "plan_id": plan_id,
        "slot": slot,
        **turn(house, due_on, country, now),
    }


def blank(case_id: str, country: str) -> dict[str, Any]:
    """The columns that every new visit has."""
    return {
        "id": new_id(),
        "case_id": case_id,
        "country": country,
        "kind": "follow_up",
        "version": 1,
        "state": "planned",
        "attempts": 0,
        "answers": {},
    }


def _zone(country: str) -> ZoneInfo:
    # Where a machine has no time zone data this is a fixed offset, which serves as well.
    return cast(ZoneInfo, zone_of(country))
