"""The words of the program and how each language writes a date, a time and a number."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from locales.dates import write_date, write_pair, write_partial, write_time
from locales.digits import own_digits, write_number

__all__ = [
    "AUTONYMS",
    "FOLDER",
    "choose_language",
    "own_digits",
    "write_date",
    "write_number",
    "write_pair",
    "write_partial",
    "write_time",
]

FOLDER = Path(__file__).resolve().parent

# What each language calls itself: a person who cannot read the page can still find their own.
AUTONYMS: Mapping[str, str] = {"en": "English", "km": "ភាសាខ្មែរ", "th": "ภาษาไทย", "vi": "Tiếng Việt"}


def choose_language(wanted: Iterable[str], offered: Iterable[str]) -> str:
    """The first wanted language that is offered ("km-KH" counts as "km"), else the first offered."""
    at_hand = tuple(offered)
    for tag in wanted:
        plain = tag.replace("_", "-").split("-")[0].lower()
        if plain in at_hand:
            return plain
    return at_hand[0]
