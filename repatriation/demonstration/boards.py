"""What fills the boards of the demonstration: more that is lacking, and summaries that were read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from repatriation.demonstration.services import COMMUNITY, SHELTER
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.reading import may_see
from repatriation.work.services.matching import Person
from repatriation.work.services.needs import record
from repatriation.work.summaries.keeping import acknowledge, summaries

_TRAUMA, _INCOME, _SCHOOL = (
    "counselling_trauma",
    "financial_development_income_generation",
    "training_education_school_support",
)

LACKING: Final = (
    ("not at home", Person("man", "KHM-02", _INCOME), "nobody_offers"),
    ("family broke down", Person("woman", "KHM-01", SHELTER), "full"),
    ("visited three times", Person("man", "KHM-01", _TRAUMA), "sex"),
    ("closure asked for", Person("woman", "KHM-17", _INCOME), "nobody_offers"),
    ("back at school", Person("child", "KHM-14", _SCHOOL, age=14), "nobody_offers"),
    ("visited in Svay Rieng", Person("woman", "KHM-20", _TRAUMA), "nobody_offers"),
    ("in the shelter in Poipet", Person("trans", "KHM-01", COMMUNITY), "sex"),
)
"""What somebody needs and nobody gives: the story, who needs which service where, and why there is none."""

UNREAD: Final = "visited three times"
"""The story whose summary nobody has acknowledged yet."""


def fill_boards(house: House, actors: Mapping[str, Actor], now: datetime, cases: Mapping[str, str]) -> None:
    """Enters what is lacking, and has the sending country read what came. A second time changes nothing."""
    mosvy = actors["mosvy"]
    for story, person, why in LACKING:
        reference = cases.get(story)
        if reference is not None and may_see(house, mosvy, reference):
            record(house, mosvy, now, reference, person, why)
    for story, reference in cases.items():
        for code in ("datip", "mosvy", "mps-immigration"):
            if story != UNREAD and may_see(house, actors[code], reference):
                _read(house, actors[code], now, reference)


def _read(house: House, actor: Actor, now: datetime, reference: str) -> None:
    known = summaries(house, actor, now, reference)
    for line in known.lines if known is not None else ():
        if line.to_acknowledge:
            acknowledge(house, actor, now, reference, line.id)
