"""Names in the order each language has them, and words for a person's sex.

A name is printed exactly as it was given, in its own script. Nothing here spells one script in another.
"""

from collections.abc import Mapping

from locales.catalogue import NC_

SEXES: Mapping[str, tuple[str, str]] = {
    "female": NC_("sex", "Female"),
    "male": NC_("sex", "Male"),
    "other": NC_("sex", "Other"),
}


def write_name(language: str, *, family: str = "", given: str = "", full: str = "") -> str:
    """A name in the order of the language it is given in, its letters as they came. One line stays whole.

    Khmer and Vietnamese put the family name first, Thai the given name, English the given name and then the
    family name in capitals.
    """
    if not family or not given:
        return full or family or given
    match language:
        case "km" | "vi":
            return f"{family} {given}"
        case "en":
            return f"{given} {family.upper()}"
        case _:
            return f"{given} {family}"
