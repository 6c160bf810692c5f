"""Writes sop/calendars/*.toml from the `holidays` package: `python tests/sop/make_calendars.py`, once per
edition.

The files are data that the program reads without that package; this is how they came to be, so that they
can be made again when the package knows more. Corrections do not belong here but in an override file that
names its source.
"""

from datetime import date
from importlib.metadata import version
from pathlib import Path
from textwrap import wrap
from typing import Final, NamedTuple

import holidays

CALENDARS: Final = Path(__file__).parents[2] / "sop" / "calendars"
FIRST, LAST = date(2019, 1, 1), date(2036, 12, 31)


OVERRIDES: Final = (
    "So this is a forecast for years not yet announced. Correct it by an override file of the same shape in "
    "the folder that REPATRIATION_CALENDARS names; it says where its days come from, and it wins."
)


class Country(NamedTuple):
    """One country: its codes, its language, the kinds of days its offices are closed, and what is
    uncertain."""

    code: str
    short: str
    name: str
    language: str
    kinds: tuple[str, ...]
    caution: str


COUNTRIES: Final = (
    Country(
        "KHM",
        "KH",
        "Cambodia",
        "km",
        ("public",),
        "The coming year's public holidays are set by sub-decree each year; single days are added or "
        "moved by decree. Days that follow the moon (Visaka Bochea, Royal Ploughing, Pchum Ben, Water "
        "Festival) and Khmer New Year are reckoned ahead by the package and may be a day off.",
    ),
    Country(
        "THA",
        "TH",
        "Thailand",
        "th",
        ("public", "government"),
        "The coming year's holidays are announced each year in the Royal Gazette; the cabinet adds "
        "bridging days. Days that follow the moon are reckoned ahead. The Royal Ploughing Ceremony, "
        "on which government offices are closed, is dated by the palace each year: it is here only as "
        "far as it was announced.",
    ),
    Country(
        "VNM",
        "VN",
        "Viet Nam",
        "vi",
        ("public",),
        "The days off at the Lunar New Year and National Day, and Saturdays worked in exchange for "
        "bridging days, are set each year by decision; swaps are here only as far as they were "
        "decided.",
    ),
)


def calendar_text(country: Country) -> str:
    """The whole text of one country's calendar file."""
    years = range(FIRST.year, LAST.year + 1)

    def days(language: str) -> holidays.HolidayBase:
        return holidays.country_holidays(
            country.short, years=years, language=language, categories=country.kinds
        )

    english, local = days("en_US"), days(country.language)
    edition = f"holidays {version('holidays')}"
    lines = [
        f"# Days on which the public offices of {country.name} are closed, {FIRST.year} to {LAST.year}.",
        f"# Source: Python package {edition} (MIT), kinds: {', '.join(country.kinds)}.",
        *(f"# {line}" for line in wrap(f"{country.caution} {OVERRIDES}", 104)),
        "# Made by tests/sop/make_calendars.py; do not edit by hand.",
        "",
        f'country = "{country.code}"',
        f'edition = "{edition}"',
        f'source = "Python package {edition}; forecast for years not yet announced"',
        f"first = {FIRST.isoformat()}",
        f"last = {LAST.isoformat()}",
        "",
        "[days_off]",
        *(_row(day, english[day], country.language, local[day]) for day in sorted(english)),
    ]
    swapped = sorted(day for day in english.weekend_workdays if FIRST <= day <= LAST)
    if swapped:
        name = "Working Saturday, in exchange for a bridging day"
        lines += ["", "[working]", *(_row(day, name, "vi", "Ngày làm việc bù") for day in swapped)]
    return "\n".join(lines) + "\n"


def _row(day: date, english: str, language: str, local: str) -> str:
    quoted = [text.replace("\\", "\\\\").replace('"', '\\"') for text in (english, local)]
    return f'{day.isoformat()} = {{ en = "{quoted[0]}", {language} = "{quoted[1]}" }}'


if __name__ == "__main__":
    CALENDARS.mkdir(exist_ok=True)
    for each in COUNTRIES:
        CALENDARS.joinpath(f"{each.code.lower()}.toml").write_text(calendar_text(each), encoding="utf-8")
