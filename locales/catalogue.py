"""The wording of one language, which knows of every string whether a person has read it.

A string written by machine is marked in the catalogue as fuzzy, with the comment `origin: machine <date>`.
Whoever reviews it takes the mark away and adds `reviewed: <role>, <date>, <basis>`; both are needed before it
counts as read. English is what the others are made from, and is in use as it stands.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, Self

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

_FOLDER = Path(__file__).resolve().parent
SOURCE = "en"

_REVIEWED = re.compile(r"\breviewed: [^,]+, \d{4}-\d{2}-\d{2}, \S")
_MACHINE = re.compile(r"\borigin: machine \d{4}-\d{2}-\d{2}\b")


class Entry(NamedTuple):
    """One string as it is to be printed, the language it came out in, and whether a person has read it."""

    text: str
    reviewed: bool
    language: str


class Coverage(NamedTuple):
    """How far the wording of one language has come, in numbers of strings."""

    strings: int
    reviewed: int
    machine: int
    missing: int


class Catalogue:
    """The wording of one domain in one language. What is missing comes out in English, unreviewed."""

    def __init__(self, language: str, entries: dict[tuple[str | None, str], Entry]) -> None:
        self.language = language
        self._entries = entries

    @classmethod
    def load(cls, language: str, domain: str = "documents") -> Self:
        """The catalogue of `language`, read once in a process: a few milliseconds, then none."""
        return cls(language, _read(language, domain))

    def entry(self, msgid: str, context: str | None = None) -> Entry:
        """The wording for `msgid`, the English sentence that a template or schema names."""
        found = self._entries.get((context, msgid))
        return found or Entry(msgid, self.language == SOURCE, SOURCE)


def N_(msgid: str) -> str:  # noqa: N802
    """Marks a string for the catalogues where it stands in code; it is looked up when a paper is made."""
    return msgid


def NC_(context: str, msgid: str) -> tuple[str, str]:  # noqa: N802
    """Marks a string whose translation depends on where it is said, such as a title before a name."""
    return context, msgid


def coverage(language: str, domain: str = "documents") -> Coverage:
    """How many strings the domain has, and how many of them are reviewed, by machine, or missing."""
    wanted = {(message.context, str(message.id)) for message in messages(_FOLDER / f"{domain}.pot")}
    catalogue = Catalogue.load(language, domain)
    found = [catalogue.entry(msgid, context) for context, msgid in wanted]
    reviewed = sum(entry.reviewed for entry in found)
    missing = sum(entry.language != language for entry in found)
    return Coverage(len(found), reviewed, len(found) - reviewed - missing, missing)


def messages(file: Path) -> Iterator[Message]:
    """The messages of a catalogue file in the standard format, without its head."""
    return (message for message in _open(file) if message.id)


def is_reviewed(message: Message) -> bool:
    """Whether a person has read this translation: no fuzzy mark, but who, when and on what basis."""
    return not message.fuzzy and bool(_REVIEWED.search(_comments(message)))


def is_marked_machine(message: Message) -> bool:
    """Whether this translation says of itself that a machine wrote it."""
    return bool(message.fuzzy and _MACHINE.search(_comments(message)))


def file_of(language: str, domain: str) -> Path:
    """Where the catalogue of a language and domain stands."""
    return _FOLDER / language / "LC_MESSAGES" / f"{domain}.po"


def _comments(message: Message) -> str:
    """A translator's comments on a message, as one line: tools wrap them where they like."""
    return " ".join(message.user_comments)


@lru_cache(maxsize=16)
def _read(language: str, domain: str) -> dict[tuple[str | None, str], Entry]:
    """The translations of a catalogue as entries. A language without a file has none yet."""
    file = file_of(language, domain)
    if language == SOURCE or not file.exists():
        return {}
    return {
        (message.context, str(message.id)): Entry(str(message.string), is_reviewed(message), language)
        for message in messages(file)
        if message.string
    }


def _open(file: Path) -> Catalog:
    with file.open("rb") as opened:
        return read_po(opened, ignore_obsolete=True, abort_invalid=True)
