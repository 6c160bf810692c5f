"""The words of one paper in its two languages, counted: how many, and how many nobody has reviewed."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from babel import Locale

from locales.catalogue import N_, Catalogue, Entry
from locales.dates import day_of, write_partial
from locales.digits import own_digits

_TWO_LETTERS: Mapping[str, str] = {"KHM": "KH", "THA": "TH", "VNM": "VN"}


class Said(NamedTuple):
    """A piece of text in one language.

    `machine`: no person has reviewed it. `fixed`: it stands so in the catalogues, and tells of nobody.
    """

    text: str
    language: str
    machine: bool = False
    fixed: bool = False


Both = tuple[Said, ...]
"""The same in each language of the paper, the issuing side's first."""


class Wording:
    """Speaks for one paper. `digits` are the languages whose numbers are written in their own digits."""

    def __init__(self, languages: tuple[str, str], digits: Iterable[str] = ()) -> None:
        self.languages = languages
        self.digits = frozenset(digits)
        self._catalogues = tuple(Catalogue.load(language) for language in dict.fromkeys(languages))
        self._used: dict[tuple[str, str | None, str], str] = {}
        self._machine: set[tuple[str, str | None, str]] = set()

    @property
    def strings(self) -> int:
        """How many strings of the catalogues the paper has used so far."""
        return len(self._used)

    @property
    def unreviewed(self) -> int:
        """How many of them nobody has reviewed."""
        return len(self._machine)

    @property
    def digest(self) -> str:
        """Tells the strings used from the same ones in other words; a paper says by which it was made."""
        told = sorted(
            [language, context or "", said, text] for (language, context, said), text in self._used.items()
        )
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]

    def both(self, words: str | tuple[str, str], **values: str) -> Both:
        """Words of the catalogues, given in English or as context and English, in each language."""
        context, msgid = words if isinstance(words, tuple) else (None, words)
        said = [self._said(catalogue, msgid, context, values) for catalogue in self._catalogues]
        # What is not translated stands once, in English.
        return tuple({(piece.text, piece.language): piece for piece in said}.values())

    def one(self, words: str, language: str, **values: str) -> Said:
        """Words of the catalogue of one of the languages."""
        place = tuple(dict.fromkeys(self.languages)).index(language)
        return self._said(self._catalogues[place], words, None, values)

    def _said(self, catalogue: Catalogue, msgid: str, context: str | None, values: Mapping[str, str]) -> Said:
        entry: Entry = catalogue.entry(msgid, context)
        key = (catalogue.language, context, msgid)
        self._used[key] = entry.text
        if not entry.reviewed:
            self._machine.add(key)
        text = entry.text % values if values else entry.text
        return Said(text, entry.language, not entry.reviewed, fixed=not values)

    def date(self, text: str) -> Both:
        """A date as far as it is known, in words; beside another language Thai shows both calendars."""
        beside = len(self._catalogues) > 1
        return tuple(
            Said(
                write_partial(
                    text,
                    language,
                    native_digits=language in self.digits,
                    both_calendars=beside,
                ),
                language,
            )
            for language in dict.fromkeys(self.languages)
        )

    def day(self, moment: datetime) -> Both:
        """The day of a moment, in words, as the three countries count it."""
        return self.date(day_of(moment).isoformat())

    def number(self, number: int) -> Both:
        """A whole number; once, where all languages of the paper write it alike."""
        written = {self.figures(number, language): language for language in reversed(self.languages)}
        return tuple(Said(text, language) for text, language in reversed(written.items()))

    def figures(self, number: int, language: str) -> str:
        """A whole number in the digits that the paper uses for a language."""
        return own_digits(str(number), language) if language in self.digits else str(number)

    def country(self, code: str) -> Both:
        """A country's name, as the common locale data have it."""
        return tuple(
            Said(Locale(language).territories[_TWO_LETTERS[code]], language)
            for language in dict.fromkeys(self.languages)
        )

    def language(self, code: str) -> Both:
        """A language's name."""
        if code == "other":
            return self.both(OTHER_LANGUAGE)
        return tuple(
            Said(Locale(language).languages[code], language) for language in dict.fromkeys(self.languages)
        )


OTHER_LANGUAGE = N_("Another language")
