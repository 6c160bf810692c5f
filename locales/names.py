"""Names in the order each language has them, words for a person's sex, and titles before a name.

A name is printed exactly as it was given, in its own script. Nothing here spells one script in another.
"""

from collections.abc import Mapping

from locales.catalogue import NC_

SEXES: Mapping[str, tuple[str, str]] = {
    "female": NC_("sex", "Female"),
    "male": NC_("sex", "Male"),
    "other": NC_("sex", "Other"),
    "unknown": NC_("sex", "Not stated"),
}

TITLES: Mapping[str, tuple[str, str]] = {
    "mr": NC_("title before a name", "Mr"),
    "mrs": NC_("title before a name", "Mrs"),
    "miss": NC_("title before a name", "Miss"),
    "boy": NC_("title before a boy's name", "Master"),
    "girl": NC_("title before a girl's name", "Miss"),
    "excellency": NC_("title before a name", "H.E."),
}

_UNTIL_FIFTEEN: Mapping[str, str] = {"mr": "boy", "mrs": "girl", "miss": "girl"}


def title_for(title: str, age: int | None) -> tuple[str, str]:
    """Context and English of a title for the catalogue. A child's follows age: Thai law changes it at 15."""
    young = age is not None and age < 15
    return TITLES[_UNTIL_FIFTEEN.get(title, title) if young else title]


def write_name(language: str, *, family: str = "", given: str = "", full: str = "", title: str = "") -> str:
    """A name in the order of the language it is given in, its letters as they came; `full` alone stays whole.

    Khmer and Vietnamese put the family name first, Thai the given name with the title joined to it, English
    the given name and then the family name in capitals.
    """
    if not family or not given:
        parts = [family or given or full]
    elif language in ("km", "vi"):
        parts = [family, given]
    elif language == "en":
        parts = [given, family.upper()]
    else:
        parts = [given, family]
    if title and language == "th":
        return title + " ".join(parts)
    return " ".join([title, *parts] if title else parts)
