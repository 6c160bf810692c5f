"""A procedure's book as a paper: set by the press of all papers, with the very file of the route in it.

What a ministry signs is then whole in itself: the pages to be read, and what the program goes by.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Final

from documents.khmer import word_ends
from documents.printing import Sheet
from locales.dates import write_partial
from locales.glossary import glossary
from sop.articles import WriteDay
from sop.book import book_pages
from sop.procedure import Procedure, Texts

_TAG: Final = re.compile(r"(<[^>]*>)")
_NOT_SET: Final = ("<title", "<desc")
"""What is read aloud and never set in lines."""


class FileChanged(Exception):
    """The route file is not the one any more that was read and proved."""


def book_sheet(procedure: Procedure, languages: Sequence[str]) -> Sheet:
    """The book in one or two languages, dated as its file is, so that the same file gives the same bytes.

    Raises:
        FileChanged: the file was changed since it was read.
    """
    content = procedure.path.read_bytes()
    if hashlib.sha256(content).hexdigest() != procedure.digest:
        raise FileChanged(f"{procedure.path.name} was changed since it was read")
    return Sheet(
        html="".join(
            _with_word_ends(book_pages(_for_drawing(procedure), languages, write_day=in_words(languages)))
        ),
        title=f"SOP {procedure.key}",
        language=languages[0],
        created=datetime.combine(procedure.in_force, time.min, UTC),
        data=content,
        of="book",
    )


def in_words(languages: Sequence[str]) -> WriteDay:
    """Writes the days of a book in the way of each language; Thai beside another shows both calendars."""
    beside = len(set(languages)) > 1

    def written(day: date, language: str) -> str:
        return write_partial(day.isoformat(), language, both_calendars=beside)

    return written


def _for_drawing(procedure: Procedure) -> Procedure:
    """The procedure with word ends in the Khmer texts of its drawing, whose lines are broken before they
    are set."""
    actions = {name: replace(each, text=_marked(each.text)) for name, each in procedure.actions.items()}
    return replace(
        procedure,
        actions=actions,
        by_stage={
            stage: tuple(actions[act.name] for act in acts) for stage, acts in procedure.by_stage.items()
        },
        stages={name: replace(each, text=_marked(each.text)) for name, each in procedure.stages.items()},
        consents={name: replace(each, text=_marked(each.text)) for name, each in procedure.consents.items()},
        agencies={
            country: {
                function: tuple(replace(body, text=_marked(body.text)) for body in bodies)
                for function, bodies in functions.items()
            }
            for country, functions in procedure.agencies.items()
        },
    )


def _marked(texts: Texts) -> Texts:
    whole = glossary().whole_words()
    return {
        language: word_ends(text, whole) if language == "km" else text for language, text in texts.items()
    }


def _with_word_ends(markup: str) -> Iterator[str]:
    """The markup with marks where Khmer words end, in what is set in lines and nowhere else."""
    whole, inside = glossary().whole_words(), ""
    for piece in _TAG.split(markup):
        if piece.startswith("<"):
            inside = piece
            yield piece
        else:
            yield piece if inside.startswith(_NOT_SET) else word_ends(piece, whole)
