"""Invented shelters and services of the demonstration, and the need that none of them meets."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.reading import may_see
from repatriation.work.services.matching import Person, lacking, matches
from repatriation.work.services.needs import record
from repatriation.work.services.offers import OfferEntered, enter, offers
from repatriation.work.services.referrals import declined_for
from sop.procedure import Procedure

SHELTER: Final = "anti_trafficking_transitional_accomodation"
COMMUNITY: Final = "anti_trafficking_community_reintegration"

UNMET: Final = "no shelter takes him"
"""The story of somebody for whom no place is found."""

ASKED: Final = {"tha-khm": "ngo-poipet", "vnm-khm": "ngo-bavet", "khm-vnm": "womens-union"}
"""Whom a story asks to take somebody on, where it says nothing else."""

_FOR_WOMEN: Final[Mapping[str, Any]] = {"women": True, "children": True}

OFFERS: Final[tuple[tuple[str, Mapping[str, Any]], ...]] = (
    (
        "mosvy",
        {
            "organisation": "ngo-poipet",
            "name": "Rose House, Poipet (invented)",
            "services": (SHELTER, COMMUNITY),
            "place": "KHM-011002",
            **_FOR_WOMEN,
            "min_age": 6,
            "languages": ("km",),
            "accessible": True,
            "capacity": 12,
            "taken": 4,
        },
    ),
    (
        "ngo-poipet",
        {
            "organisation": "ngo-poipet",
            "name": "Men's House, Serei Saophoan (invented)",
            "services": (SHELTER,),
            "place": "KHM-0106",
            "men": True,
            "min_age": 18,
            "languages": ("km",),
            "capacity": 4,
            "taken": 3,
        },
    ),
    (
        "ngo-bavet",
        {
            "organisation": "ngo-bavet",
            "name": "Lotus House, Bavet (invented)",
            "services": (SHELTER,),
            "place": "KHM-200802",
            "women": True,
            "men": True,
            "min_age": 18,
            "languages": ("km", "vi"),
            "capacity": 8,
            "taken": 2,
        },
    ),
    (
        "mosvy",
        {
            "organisation": "ngo-shelter-phnom-penh",
            "name": "Open Door Shelter, Phnom Penh (invented)",
            "services": (SHELTER, "counselling_trauma"),
            "place": "KHM-12",
            **_FOR_WOMEN,
            "languages": ("km", "vi", "en"),
            "capacity": 30,
            "taken": 21,
        },
    ),
    (
        "ngo-poipet",
        {
            "organisation": "ngo-poipet",
            "name": "Sewing workshop, Poipet (invented)",
            "services": ("training_education_vocational", "financial_development_income_generation"),
            "place": "KHM-0110",
            "women": True,
            "men": True,
            "trans": True,
            "min_age": 15,
            "languages": ("km",),
        },
    ),
    (
        "womens-union",
        {
            "organisation": "womens-union",
            "name": "Peace House, Tay Ninh (invented)",
            "services": (SHELTER, COMMUNITY),
            "place": "VNM-80",
            **_FOR_WOMEN,
            "languages": ("vi",),
            "capacity": 10,
        },
    ),
)
"""Who enters what. One was checked long ago, and one's registration has run out, so that marks are seen."""


def make_offers(house: House, actors: Mapping[str, Actor], now: datetime) -> dict[str, str]:
    """Enters the directory, once; gives the first offer of each organisation by its code."""
    there = offers(house, now.date(), withdrawn=True)
    if not there:
        for number, (who, values) in enumerate(OFFERS):
            dates = {
                "checked_on": (now - timedelta(days=300 if number == 1 else 20 + number)).date(),
                "registered_until": (now + timedelta(days=-30 if number == 3 else 400)).date(),
            }
            enter(house, actors[who], now, OfferEntered.model_validate({**values, **dates}))
        there = offers(house, now.date())
    first: dict[str, str] = {}
    for _, values in OFFERS:
        named = next((each for each in there if each.entered.name == values["name"]), None)
        if named is not None and named.open:
            first.setdefault(values["organisation"], named.id)
    return first


def make_need(house: House, actors: Mapping[str, Actor], now: datetime, cases: Mapping[str, str]) -> None:
    """Enters the need of the one for whom no place was found; a second time it changes nothing."""
    yesterday = now - timedelta(days=1)  # what is told lies in the past
    enter_need(house, actors["mosvy"], yesterday, cases.get(UNMET), Person("trans", "KHM-01100407", SHELTER))


def enter_need(house: House, actor: Actor, now: datetime, reference: str | None, person: Person) -> None:
    """Looks in the directory, as an officer would, and enters the need where nobody nearby can."""
    if reference is None or not may_see(house, actor, reference):
        return
    there = [each for each in offers(house, now.date()) if each.country == person.village[:3]]
    why = lacking(matches(person, there, declined_for(house, actor, reference)))
    if why is not None:
        record(house, actor, now, reference, person, why)


def asked(procedure: Procedure, chosen: str | None) -> str | None:
    """The organisation that a story asks to take somebody on."""
    return chosen or ASKED.get(procedure.route)
