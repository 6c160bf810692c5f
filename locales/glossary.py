"""The glossary: the terms of return and reintegration, each with one rendering in each language.

It is read strictly, so that a slip of the pen is a sentence with a line number and not a wrong word on a
paper; and it holds translations to its renderings.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, cast, get_args

FILE: Final = Path(__file__).resolve().parent / "glossary.toml"
LANGUAGES: Final = ("km", "th", "vi")
WORD_END: Final = "\u200b"

Status = Literal["official", "in use", "machine"]

_TERM: Final = {"en", "means", *LANGUAGES}
_RENDERING: Final = {"text", "status", "source", "stem", "never", "ends"}


class GlossaryError(ValueError):
    """A glossary that may not be used; the message names the line, the term and what is wrong."""


class Rendering(NamedTuple):
    """How one language says a term, and on whose word.

    `stem` is what every form of it keeps, `never` are wordings that may not be used for it, and `ends` is the
    Khmer text with the places where a line may break.
    """

    text: str
    status: Status
    source: str
    stem: str
    never: tuple[str, ...]
    ends: str


class Term(NamedTuple):
    """One term: its key, the English, what it means here, and its rendering by language."""

    key: str
    en: str
    means: str
    renderings: Mapping[str, Rendering]


class Breach(NamedTuple):
    """A translation that does not keep to the glossary: which one, and why."""

    msgid: str
    why: str


class Glossary:
    """All terms, and what they ask of a translation."""

    def __init__(self, terms: tuple[Term, ...]) -> None:
        self.terms = terms
        self._by_english = {term.en.casefold(): term for term in terms}
        # The longest first, so that "family name" is not taken for "family".
        spellings = sorted(map(re.escape, self._by_english), key=len, reverse=True)
        self._pattern = re.compile(rf"\b({'|'.join(spellings)})(?:s|es)?\b")

    def terms_in(self, english: str) -> tuple[Term, ...]:
        """The terms that an English sentence uses, each once; one inside a longer term is not counted."""
        found = dict.fromkeys(self._pattern.findall(english.casefold()))
        return tuple(self._by_english[spelling] for spelling in found)

    def breaches(self, language: str, msgid: str, text: str) -> Iterator[Breach]:
        """Where a translation misses a term's rendering, or uses a wording that is not to be used."""
        said = plain(text).casefold()
        for term in self.terms_in(msgid):
            wanted = term.renderings[language].stem
            if wanted.casefold() not in said:
                yield Breach(msgid, f"“{term.en}” is not rendered as “{wanted}”")
        for term in self.terms:
            for wrong in term.renderings[language].never:
                if wrong.casefold() in said:
                    yield Breach(msgid, f"“{wrong}” may not be used for “{term.en}”")

    def whole_words(self) -> tuple[str, ...]:
        """The Khmer terms, cut where a line may break: no line is to break inside one of these."""
        pieces = (piece for term in self.terms for piece in term.renderings["km"].ends.split(WORD_END))
        return tuple(sorted(set(pieces)))


def plain(text: str) -> str:
    """Text without the marks at which a line may break."""
    return text.replace(WORD_END, "")


@lru_cache(maxsize=1)
def glossary() -> Glossary:
    """The glossary of this program, read once."""
    return read(FILE.read_text(encoding="utf-8"))


def read(text: str) -> Glossary:
    """The glossary written in `text`.

    Raises:
        GlossaryError: naming the line, the term and what is wrong.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise GlossaryError(f"The glossary cannot be read: {problem}") from None
    terms = tuple(_term(_Place(text, key), written) for key, written in table.items())
    _refuse_repeats(text, terms)
    return Glossary(terms)


class _Place:
    """Where in the glossary something stands, so that a complaint can say it."""

    def __init__(self, text: str, key: str, part: str = "") -> None:
        self.text, self.key, self.part = text, key, part

    def wrong(self, rule: str) -> GlossaryError:
        lines = self.text.split("\n")
        line = lines.index(f"[{self.key}]") if f"[{self.key}]" in lines else -1
        for number in range(line + 1, len(lines)):
            if not self.part or lines[number].startswith("["):
                break
            if re.match(rf"{re.escape(self.part)}\s*=", lines[number]):
                line = number
                break
        at = f"line {line + 1}: " if line >= 0 else ""
        return GlossaryError(f"{at}{'.'.join(filter(None, (self.key, self.part)))}: {rule}")

    def text_of(self, table: Mapping[str, Any], key: str) -> str:
        """A text that must be there, in composed form and without blanks around it."""
        value = table.get(key)
        if not isinstance(value, str) or not value:
            raise self.wrong(f"“{key}” must be a text")
        if value != value.strip() or not unicodedata.is_normalized("NFC", value):
            raise self.wrong(f"“{key}” must be in composed form (NFC), without blanks around it")
        return value

    def keys_of(self, table: object, allowed: set[str]) -> Mapping[str, Any]:
        if not isinstance(table, dict):
            raise self.wrong("must be a table")
        for key in table:
            if key not in allowed:
                raise self.wrong(f"“{key}” is not a key that may stand here")
        return table


def _term(place: _Place, written: object) -> Term:
    table = place.keys_of(written, _TERM)
    renderings = {
        language: _rendering(_Place(place.text, place.key, language), language, table.get(language))
        for language in LANGUAGES
    }
    return Term(place.key, place.text_of(table, "en"), place.text_of(table, "means"), renderings)


def _rendering(place: _Place, language: str, written: object) -> Rendering:
    table = place.keys_of(written, _RENDERING)
    text, status = place.text_of(table, "text"), table.get("status")
    if status not in get_args(Status):
        raise place.wrong("“status” must be “official”, “in use” or “machine”")
    if (status == "machine") == ("source" in table):
        raise place.wrong("a source stands with “official” and “in use”, and with nothing else")
    source = place.text_of(table, "source") if "source" in table else ""
    stem = place.text_of(table, "stem") if "stem" in table else text
    if stem not in text:
        raise place.wrong("“stem” must be a part of “text”")
    ends = place.text_of(table, "ends") if "ends" in table else text
    if plain(ends) != text or ("ends" in table and language != "km"):
        raise place.wrong("“ends” is for Khmer, and must be “text” with U+200B between its words")
    never = table.get("never", [])
    if not isinstance(never, list) or not all(isinstance(wrong, str) and wrong for wrong in never):
        raise place.wrong("“never” must be a list of texts")
    return Rendering(text, cast(Status, status), source, stem, tuple(never), ends)


def _refuse_repeats(text: str, terms: tuple[Term, ...]) -> None:
    """No English twice, and no rendering that holds what another term forbids."""
    seen: dict[str, str] = {}
    for term in terms:
        first = seen.setdefault(term.en.casefold(), term.key)
        if first != term.key:
            raise _Place(text, term.key, "en").wrong(f"“{term.en}” stands already under {first}")
    for language in LANGUAGES:
        forbidden = [wrong for term in terms for wrong in term.renderings[language].never]
        for term in terms:
            for wrong in forbidden:
                if wrong in term.renderings[language].text:
                    raise _Place(text, term.key, language).wrong(f"“{wrong}” may not be used")
