"""Finding places by name or code, and how near one lies to another. Each country is read when it is first
asked for.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import IntEnum
from functools import cache
from typing import Final, NamedTuple

from repatriation.places import cambodia, thailand, viet_nam
from repatriation.places.place import COUNTRIES, Level, Place, read_code
from repatriation.places.spelling import fold, sound

MOST: Final = 20

_READERS: Final[Mapping[str, Callable[[], Iterator[Place]]]] = {
    "KHM": cambodia.places,
    "THA": thailand.places,
    "VNM": viet_nam.places,
}


class Nearness(IntEnum):
    """How near one place is to another, the nearest first. Neighbours are provinces that touch."""

    COMMUNE = 0
    DISTRICT = 1
    PROVINCE = 2
    NEIGHBOUR = 3
    ELSEWHERE = 4


class _Country(NamedTuple):
    """The places of one country by code, by folded name, and by how the name sounds."""

    by_code: dict[str, Place]
    by_name: dict[str, list[Place]]
    by_sound: dict[str, list[Place]]


def get(code: str) -> Place | None:
    """The place of a code, with its country before it; zeros lost at the head are no hindrance."""
    full = read_code(code)
    return _country(full[:3]).by_code.get(full) if full else None


def find(text: str, country: str | None = None, most: int = MOST) -> tuple[Place, ...]:
    """Places that are called so, or bear that code, the likeliest first and the larger before the smaller.

    More may be said after a comma ("Poipet, Banteay Meanchey"): the places around.
    """
    first, *around = (part.strip() for part in text.split(","))
    found = [
        place
        for each in ([country] if country else COUNTRIES)
        for place in _found_in(each, first)
        if all(_lies_in(place, part) for part in around if part)
    ]
    return tuple(dict.fromkeys(found))[:most]


def around(place: Place) -> tuple[Place, ...]:
    """The places that a place lies in, the nearest first."""
    known, larger = _country(place.country).by_code, []
    while place.parent is not None and place.parent in known:
        place = known[place.parent]
        larger.append(place)
    return tuple(larger)


def within(place: Place) -> tuple[Place, ...]:
    """The place and all that it lies in, the nearest first."""
    return (place, *around(place))


def province_of(code: str) -> Place | None:
    """The province of a place."""
    place = get(code)
    return within(place)[-1] if place else None


def provinces(country: str) -> tuple[Place, ...]:
    """The provinces of a country, by code."""
    return tuple(p for p in _country(country).by_code.values() if p.level is Level.PROVINCE)


def near(code: str) -> tuple[Place, ...]:
    """The provinces that touch the province of a place. Known for Cambodia alone."""
    province = province_of(code)
    if province is None or province.country != "KHM":
        return ()
    known = _country("KHM").by_code
    return tuple(known[f"KHM-{other}"] for other in cambodia.NEIGHBOURS[province.official].split())


def nearness(here: str, there: str) -> Nearness:
    """How near two places lie, as far as both are known. What one does not say is not taken for the same."""
    one, other = get(here), get(there)
    if one is None or other is None:
        return Nearness.ELSEWHERE
    shared = {place.level for place in within(one)} & {
        place.level for place in within(other) if place in within(one)
    }
    if Level.COMMUNE in shared:
        return Nearness.COMMUNE
    if Level.DISTRICT in shared:
        return Nearness.DISTRICT
    if Level.PROVINCE in shared:
        return Nearness.PROVINCE
    theirs = province_of(there)
    return Nearness.NEIGHBOUR if theirs in near(here) else Nearness.ELSEWHERE


def _found_in(country: str, text: str) -> Iterable[Place]:
    known = _country(country)
    code = read_code(text, country)
    if code in known.by_code:
        return [known.by_code[code]]
    name = fold(text)
    if not name:
        return []
    found = list(known.by_name.get(name, ()))
    begun = [place for key, places in known.by_name.items() if key.startswith(name) for place in places]
    found += sorted(begun, key=_by_size)
    return found + sorted(known.by_sound.get(sound(name), ()), key=_by_size)


def _by_size(place: Place) -> tuple[int, str]:
    return (place.level, place.code)


def _lies_in(place: Place, text: str) -> bool:
    name = fold(text)
    return any(name in _keys(larger) or sound(name) in _sounds(larger) for larger in around(place))


def _keys(place: Place) -> set[str]:
    return {fold(place.local), fold(place.latin), fold(place.also)} - {""}


def _sounds(place: Place) -> set[str]:
    return {sound(key) for key in _keys(place)} - {""}


@cache
def _country(country: str) -> _Country:
    if country not in _READERS:
        return _Country({}, {}, {})
    known = _Country({}, {}, {})
    for place in _READERS[country]():
        known.by_code[place.code] = place
        for key in _keys(place):
            known.by_name.setdefault(key, []).append(place)
            if sounded := sound(key):
                known.by_sound.setdefault(sounded, []).append(place)
    return known
