"""A place with its official code, and how codes are read from what somebody wrote.

A code is text, always: a figure would lose the zero at its head, and with it the province. Here it begins
with the country, for "01" is a province in two of the three: KHM-0110 is Poipet municipality.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

COUNTRIES: Final = ("KHM", "THA", "VNM")


class Level(IntEnum):
    """How large a place is, the largest first. A commune stands for a subdistrict and a ward as well."""

    PROVINCE = 1
    DISTRICT = 2
    COMMUNE = 3
    VILLAGE = 4


@dataclass(frozen=True, slots=True)
class Place:
    """One place. `latin` is its official spelling; `also` is one that people use instead."""

    code: str
    country: str
    level: Level
    local: str
    latin: str
    parent: str | None = None
    also: str = ""

    @property
    def official(self) -> str:
        """The code as the country itself writes it."""
        return self.code.partition("-")[2]

    @property
    def spoken(self) -> str:
        """The name in Latin letters, with the one in use beside it where that is another."""
        return f"{self.latin} ({self.also})" if self.also else self.latin


def full_code(country: str, official: str) -> str:
    """A code as it stands here, from the country's own, in the figures of any script; Cambodian codes that
    lost the zero at their head get it back. Empty when it can be no code.

    Every Cambodian level has two figures, so a code of odd length lacks one.
    """
    written = official.strip()
    if not written.isdecimal():
        return ""
    figures = written if written.isascii() else "".join(str(int(figure)) for figure in written)
    if country == "KHM" and len(figures) % 2:
        figures = f"0{figures}"
    return f"{country}-{figures}"


def read_code(text: str, country: str | None = None) -> str:
    """The code in what somebody wrote, with the country before it or not; empty when there is none."""
    head, dash, tail = text.strip().upper().partition("-")
    if dash and head in COUNTRIES:
        # The mended codes of villages that share one have a dash of their own.
        return full_code(head, tail) or f"{head}-{tail}"
    return full_code(country, text) if country else ""
