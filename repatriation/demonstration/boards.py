"""What fills the boards of the demonstration: more that is lacking, and summaries that were read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from repatriation.demonstration.services import COMMUNITY, SHELTER, enter_need
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.reading import may_see
from repatriation.work.services.matching import Person
from repatriation.work.summaries.keeping import acknowledge, summaries

_TRAUMA, _INCOME, _SCHOOL = (
    "counselling_trauma",
    "financial_development_income_generation",
    "training_education_school_support",
)

LACKING: Final = (
    ("not at home", Person("man", "KHM-02", _INCOME)),
    ("family broke down", Person("woman", "KHM-01", SHELTER)),
    ("visited three times", Person("man", "KHM-01", _TRAUMA)),
    ("closure asked for", Person("woman", "KHM-17", _INCOME)),
    ("back at school", Person("child", "KHM-14", _SCHOOL, age=14)),
    ("visited in Svay Rieng", Person("woman", "KHM-20", _TRAUMA)),
    ("in the shelter in Poipet", Person("trans", "KHM-01", COMMUNITY)),
)
"""What somebody needs and nobody nearby gives: the story, and who needs which service where."""

UNREAD: Final = "visited three times"
"""The story whose summary nobody has acknowledged yet."""


def fill_boards(house: House, actors: Mapping[str, Actor], now: datetime, cases: Mapping[str, str]) -> None:
    """Enters what is lacking, and has the sending country read what came. A second time changes nothing."""
    mosvy = actors["mosvy"]
    for story, person in LACKING:
        enter_need(house, mosvy, now, cases.get(story), person)
    for story, reference in cases.items():
        for code in ("datip", "mosvy", "mps-immigration"):
            if story != UNREAD and may_see(house, actors[code], reference):
                _read(house, actors[code], now, reference)


def _read(house: House, actor: Actor, now: datetime, reference: str) -> None:
    known = summaries(house, actor, now, reference)
    for line in known.lines if known is not None else ():
        if line.to_acknowledge:
            acknowledge(house, actor, now, reference, line.id)
