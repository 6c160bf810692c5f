"""Numbers, with the digits of the language's own script where papers ask for them."""

from collections.abc import Mapping

from babel.numbers import format_decimal

_OWN_DIGITS: Mapping[str, dict[int, int]] = {
    "km": str.maketrans("0123456789", "០១២៣៤៥៦៧៨៩"),
    "th": str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙"),
}


def own_digits(text: str, language: str) -> str:
    """`text` with the digits of the language's own script, where it has its own; papers use them."""
    return text.translate(_OWN_DIGITS.get(language, {}))


def write_number(number: int, language: str, *, native_digits: bool = False) -> str:
    """A whole number with the language's mark between thousands."""
    written = format_decimal(number, locale=language)
    return own_digits(written, language) if native_digits else written
