"""Visits to come: of an officer, of their organisation, or of all cases in which it has a part."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from repatriation.places.gazetteer import province_of
from repatriation.records.boards import to_come
from repatriation.work.actors import Actor
from repatriation.work.boards.behind import Behind
from repatriation.work.boards.stages import open_stages
from repatriation.work.followup.turns import stands
from repatriation.work.house import House
from sop.followup import Standing

WHOSE: Final = to_come.WHOSE
HERE: Final = "KHM"
"""By whose hours a number over visits in several countries is reckoned: all of them share one time."""

_FIRST, _LAST = date(2000, 1, 1), date(2100, 12, 31)


class Days(NamedTuple):
    """From one day to another, both of them counted."""

    first: date
    until: date


@dataclass(frozen=True, slots=True)
class Week:
    """How many visits stand how, and how many there are on each day from today on."""

    standings: Mapping[Standing, int]
    days: Mapping[date, int]


def week(house: House, actor: Actor, now: datetime, day: date, whose: str) -> Week:
    """The visits that are due soon, due, overdue or missed."""
    ahead = timedelta(days=house.rhythm.soon_days)  # as long as a visit counts as due soon
    given = {**_given(house, actor), "until": day + ahead + timedelta(days=1)}
    with house.doors.read() as session:
        rows = session.connection().execute(to_come.visits_by_day(whose), given).all()
    standings: dict[Standing, int] = {each: 0 for each in Standing if each is not Standing.AHEAD}
    for row in rows:
        found = how(house, row.due_on, now)
        if found in standings:
            standings[found] += row.number
    coming = {row.due_on: int(row.number) for row in rows}
    days = [day + timedelta(days=number) for number in range(ahead.days + 1)]
    return Week(standings, {each: coming.get(each, 0) for each in days})


def by_province(house: House, actor: Actor, day: date, whose: str) -> Mapping[str | None, int]:
    """How many visits there are to make in each province up to the end of the week, by the province's code;
    none stands for people of whom it is not known where they live."""
    found: dict[str | None, int] = {}
    for place, number in _by_place(house, actor, day, whose).items():
        province = _province(place)
        found[province] = found.get(province, 0) + number
    return found


def in_province(house: House, actor: Actor, day: date, whose: str, province: str | None) -> Behind:
    """The visits behind a number of `by_province`."""
    given = {**_given(house, actor), "until": day + timedelta(days=house.rhythm.soon_days)}
    if province is None:
        return Behind(to_come.visits_at(whose, known=False), given)
    places = [place for place in _by_place(house, actor, day, whose) if _province(place) == province]
    return Behind(to_come.visits_at(whose, known=True), {**given, "places": places})


def _by_place(house: House, actor: Actor, day: date, whose: str) -> Mapping[str | None, int]:
    given = {**_given(house, actor), "until": day + timedelta(days=house.rhythm.soon_days)}
    with house.doors.read() as session:
        rows = session.connection().execute(to_come.visits_by_place(whose), given).all()
    return {row.place: int(row.number) for row in rows}


def _province(place: str | None) -> str | None:
    """The province of a place; a place that the gazetteer does not know stands for itself."""
    found = province_of(place) if place else None
    return found.code if found else place


def behind(house: House, actor: Actor, whose: str, days: Days) -> Behind:
    """The visits behind a number."""
    return Behind(to_come.visits_between(whose), {**_given(house, actor), **days._asdict()})


def how(house: House, due_on: date, now: datetime) -> Standing:
    """How a visit stands."""
    return stands(house, due_on, HERE, now)


def days_of(house: House, wanted: Standing, now: datetime) -> Days:
    """On which days the visits are due that stand so. The function that decides is asked day by day, so that
    the database need not know the rule."""
    rhythm, today = house.rhythm, now.date()
    reach = rhythm.missed_days + rhythm.grace_days + rhythm.soon_days + 3
    near = [today + timedelta(days=number) for number in range(-reach, reach + 1)]
    found = [each for each in near if how(house, each, now) is wanted]
    if not found:
        return Days(_LAST, _FIRST)
    first = _FIRST if found[0] == near[0] else found[0]
    return Days(first, _LAST if found[-1] == near[-1] else found[-1])


def _given(house: House, actor: Actor) -> dict[str, Any]:
    return {
        "organisation_id": actor.organisation_id,
        "officer_id": actor.officer_id,
        "stages": open_stages(house),
    }
