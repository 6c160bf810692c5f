"""The fixed words of the diagram and the book in every language, and the choice of a text in a wanted
language."""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from sop.procedure import Procedure

WORDS: Final = Path(__file__).parent / "words.toml"
FALLBACK: Final = "en"


class Run(NamedTuple):
    """Some words and the language that they are in, which is not always the one that was wanted."""

    text: str
    language: str


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


def pick(texts: Mapping[str, str], language: str) -> Run:
    """The text in a language; else in English, else in whatever there is."""
    for wanted in (language, FALLBACK, *texts):
        if wanted in texts:
            return Run(texts[wanted], wanted)
    raise KeyError(language)


def word(group: str, name: str, language: str) -> Run:
    """One of the fixed words.

    Raises:
        KeyError: when there is no such word.
    """
    return pick(_table()[group][name], language)


def spoken(group: str, name: str, sentence: str, language: str) -> Run:
    """A sentence of the program in a language.

    A translation of an older English sentence is not used, since it would promise something else.
    """
    texts = _table().get(group, {}).get(name, {})
    return pick(texts, language) if texts.get(FALLBACK) == sentence else Run(sentence, FALLBACK)


def body(name: str, language: str) -> Run:
    """The plain word for the kind of body that a role belongs to."""
    return word("role", name.rpartition(".")[2], language)


def role(procedure: Procedure, name: str, language: str) -> Run:
    """The body that holds a role, as the procedure names it last; else the plain word for the role."""
    country = procedure.country_of(name)
    named = procedure.agencies.get(country, {}).get(name.rpartition(".")[2], ()) if country else ()
    if named:
        return pick(sorted(named, key=lambda agency: agency.valid_from or date.min)[-1].text, language)
    plain = body(name, language)
    if country is None:
        return plain
    return Run(f"{plain.text}, {word('country', country, plain.language).text}", plain.language)
