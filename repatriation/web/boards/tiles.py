"""A map of provinces in tiles of one size: where each lies to its neighbours, and how many there are.

The tiles were laid by hand, and show no border. Thailand is drawn where it touches Cambodia, and Bangkok.
"""

from collections.abc import Mapping
from typing import Final

from flask import url_for
from markupsafe import Markup

Where = Mapping[str, tuple[int, int, str]]

_SIDE: Final = 64

TILES: Final[Mapping[str, Where]] = {
    "KHM": {
        "KHM-22": (1, 0, "OMC"),
        "KHM-13": (2, 0, "PVH"),
        "KHM-19": (3, 0, "STG"),
        "KHM-16": (4, 0, "RTK"),
        "KHM-01": (0, 1, "BMC"),
        "KHM-17": (1, 1, "SRP"),
        "KHM-06": (2, 1, "KTM"),
        "KHM-10": (3, 1, "KRT"),
        "KHM-11": (4, 1, "MDK"),
        "KHM-24": (0, 2, "PLN"),
        "KHM-02": (1, 2, "BTB"),
        "KHM-04": (2, 2, "KCN"),
        "KHM-03": (3, 2, "KCM"),
        "KHM-25": (4, 2, "TBK"),
        "KHM-15": (1, 3, "PST"),
        "KHM-12": (2, 3, "PNP"),
        "KHM-08": (3, 3, "KDL"),
        "KHM-14": (4, 3, "PVG"),
        "KHM-09": (0, 4, "KKG"),
        "KHM-05": (1, 4, "KSP"),
        "KHM-21": (2, 4, "TKO"),
        "KHM-20": (4, 4, "SVR"),
        "KHM-18": (0, 5, "SHV"),
        "KHM-07": (1, 5, "KPT"),
        "KHM-23": (2, 5, "KEP"),
    },
    "VNM": {
        "VNM-12": (0, 0, "LCH"),
        "VNM-15": (1, 0, "LCI"),
        "VNM-08": (2, 0, "TQG"),
        "VNM-04": (3, 0, "CBG"),
        "VNM-11": (0, 1, "DBN"),
        "VNM-14": (1, 1, "SLA"),
        "VNM-19": (2, 1, "TNG"),
        "VNM-20": (3, 1, "LSN"),
        "VNM-25": (1, 2, "PTO"),
        "VNM-01": (2, 2, "HNI"),
        "VNM-24": (3, 2, "BNH"),
        "VNM-22": (4, 2, "QNH"),
        "VNM-37": (2, 3, "NBH"),
        "VNM-33": (3, 3, "HYN"),
        "VNM-31": (4, 3, "HPG"),
        "VNM-40": (1, 4, "NAN"),
        "VNM-38": (2, 4, "THA"),
        "VNM-42": (2, 5, "HTH"),
        "VNM-44": (3, 5, "QTI"),
        "VNM-46": (3, 6, "HUE"),
        "VNM-48": (4, 6, "DNG"),
        "VNM-52": (3, 7, "GLI"),
        "VNM-51": (4, 7, "QNI"),
        "VNM-66": (3, 8, "DLK"),
        "VNM-56": (4, 8, "KHA"),
        "VNM-80": (1, 9, "TNH"),
        "VNM-75": (2, 9, "DNI"),
        "VNM-68": (3, 9, "LDG"),
        "VNM-82": (1, 10, "DTP"),
        "VNM-79": (2, 10, "HCM"),
        "VNM-91": (0, 11, "AGG"),
        "VNM-92": (1, 11, "CTO"),
        "VNM-86": (2, 11, "VLG"),
        "VNM-96": (0, 12, "CMU"),
    },
    "THA": {
        "THA-31": (1, 0, "BRM"),
        "THA-32": (2, 0, "SRN"),
        "THA-33": (3, 0, "SSK"),
        "THA-34": (4, 0, "UBN"),
        "THA-10": (0, 1, "BKK"),
        "THA-27": (1, 1, "SKW"),
        "THA-22": (1, 2, "CTI"),
        "THA-23": (2, 2, "TRT"),
    },
}


def drawing(country: str, numbers: Mapping[str, tuple[int, str, str]], most: int) -> Markup:
    """The map of a country. `numbers`: by code, how many, what is said of it, and the list behind the number;
    `most` is the largest number of all countries, which is the darkest.

    It is for the eye and the finger; whoever hears the page or goes by keys has the table beside it.
    """
    tiles = TILES[country]
    wide = (max(x for x, _, _ in tiles.values()) + 1) * _SIDE
    high = (max(y for _, y, _ in tiles.values()) + 1) * _SIDE
    drawn = [_tile(where, numbers.get(code), most) for code, where in tiles.items()]
    return Markup(
        '<svg class="tiles" viewBox="-2 -2 {} {}" aria-hidden="true" focusable="false">{}</svg>'
    ).format(wide + 4, high + 4, Markup("").join(drawn))


def _tile(where: tuple[int, int, str], known: tuple[int, str, str] | None, most: int) -> Markup:
    x, y, short = where[0] * _SIDE, where[1] * _SIDE, where[2]
    number = known[0] if known else 0
    shade = 0 if not number else 1 + (2 * number > most) + (5 * number > 4 * most)
    square = Markup('<rect class="tile tile-{}" x="{}" y="{}" width="60" height="60" rx="4"/>').format(
        shade, x, y
    )
    words = Markup('<text class="tile-name tile-on-{}" x="{}" y="{}">{}</text>').format(
        shade, x + 30, y + 22, short
    )
    if known is None or not number:
        return square + words
    figure = Markup('<text class="tile-number tile-on-{}" x="{}" y="{}">{}</text>').format(
        shade, x + 30, y + 46, number
    )
    link = Markup('<a href="{}" tabindex="-1"><title>{}</title>{}</a>')
    return link.format(known[2], known[1], square + words + figure)


def behind_week(whose: str, province: str | None) -> str:
    """The list of the visits in a province, or of people of whom it is not known where they live."""
    return url_for("boards.week_list", whose=whose, province=province or "unknown")
