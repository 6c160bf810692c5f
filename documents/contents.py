"""The first page of several papers in one file: which there are, and on which page each begins."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from documents.composing import Issuer, templates, unreviewed
from documents.kinds import KINDS
from documents.printing import Sheet
from documents.wording import Both, Said, Wording
from locales.catalogue import N_

TITLE = N_("Papers of one return")
ADVICE = N_(
    "This file is to be taken along. A copy proves nothing: "
    "each paper is checked by its own number and square."
)
HEAD = (N_("Paper"), N_("No."), N_("Version"), N_("Issued on"), N_("Page"))


class Entry(NamedTuple):
    """One paper in the file."""

    number: str
    kind: str
    version: int
    issued: datetime
    pages: int


class _Line(NamedTuple):
    kind: Both
    number: str
    version: int
    issued: Both
    page: int


def contents(
    entries: Sequence[Entry],
    languages: tuple[str, str],
    issuer: Issuer,
    reference: str,
    at: datetime,
    pages: int = 1,
    digits: frozenset[str] = frozenset(),
) -> Sheet:
    """The list of papers as a sheet. `pages`: how many pages the list itself takes."""
    wording = Wording(languages, digits)
    lines, page = [], pages + 1
    for entry in entries:
        day = wording.day(entry.issued)
        lines.append(_Line(wording.both(KINDS[entry.kind].title), entry.number, entry.version, day, page))
        page += entry.pages
    names = tuple(Said(issuer.names[each], each) for each in languages if each in issuer.names)
    html = (
        templates()
        .get_template("contents.html")
        .render(
            language=languages[0],
            reference=reference,
            issuer=names or tuple(Said(name, each) for each, name in list(issuer.names.items())[:1]),
            title=wording.both(TITLE),
            advice=wording.both(ADVICE),
            made=wording.day(at),
            head=[wording.both(words) for words in HEAD],
            lines=lines,
            bi=wording.both,
            unreviewed=lambda: unreviewed(wording),
        )
    )
    return Sheet(html, reference, languages[0], at)
