"""The words of the program and how each language writes a date, a time and a number."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, tzinfo
from pathlib import Path

from babel.dates import get_month_names

FOLDER = Path(__file__).resolve().parent

# What each language calls itself: a person who cannot read the page can still find their own.
AUTONYMS: Mapping[str, str] = {"en": "English", "km": "ភាសាខ្មែរ", "th": "ภาษาไทย", "vi": "Tiếng Việt"}

_OWN_DIGITS: Mapping[str, dict[int, int]] = {
    "km": str.maketrans("0123456789", "០១២៣៤៥៦៧៨៩"),
    "th": str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙"),
}


def choose_language(wanted: Iterable[str], offered: Iterable[str]) -> str:
    """The first wanted language that is offered ("km-KH" counts as "km"), else the first offered."""
    at_hand = tuple(offered)
    for tag in wanted:
        plain = tag.replace("_", "-").split("-")[0].lower()
        if plain in at_hand:
            return plain
    return at_hand[0]


def own_digits(text: str, language: str) -> str:
    """`text` with the digits of the language's own script, where it has its own; papers use them."""
    return text.translate(_OWN_DIGITS.get(language, {}))


def write_date(day: date, language: str, *, native_digits: bool = False) -> str:
    """A date in words, never all in numbers, the way official paper in the language has it.

    Thai dates are of the Buddhist Era and always say so. Before 1941 the Thai civil year began in April, so
    year + 543 would be wrong for part of it: such a date is given in the common era, and says so.
    Vietnamese puts a zero before days 1-9 and months 1-2 (Decree 30/2020).
    """
    month = get_month_names("wide", locale=language)[day.month]
    match language:
        case "km":
            written = f"ថ្ងៃទី{day.day:02d} ខែ{month} ឆ្នាំ{day.year}"
        case "th" if day.year > 1940:
            written = f"{day.day} {month} พ.ศ. {day.year + 543}"
        case "th":
            written = f"{day.day} {month} ค.ศ. {day.year}"
        case "vi":
            of_month = f"{day.month:02d}" if day.month < 3 else str(day.month)
            written = f"ngày {day.day:02d} tháng {of_month} năm {day.year}"
        case _:
            written = f"{day.day} {month} {day.year}"
    return own_digits(written, language) if native_digits else written


def write_time(moment: datetime, language: str, zone: tzinfo, *, native_digits: bool = False) -> str:
    """A moment as date and 24-hour time in `zone`. `moment` must know its own zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be shown")
    local = moment.astimezone(zone)
    clock = f"{local:%H:%M}"
    written = f"{write_date(local.date(), language)}, {clock}"
    return own_digits(written, language) if native_digits else written
