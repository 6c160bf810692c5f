"""Passages of the SOP book in two languages side by side: pairs, headings, rows, notes."""

from collections.abc import Callable, Iterable
from html import escape

from sop.articles import Articles, Row, WriteDay, in_numbers, numbered_acts
from sop.boxes import numbered
from sop.procedure import Procedure

Say = Callable[[Articles], str]
"""Says one thing, as HTML, in the language of the column it is given."""


class Columns:
    """One column for each language of a book; every passage is written once for each."""

    def __init__(
        self, procedure: Procedure, languages: Iterable[str], write_day: WriteDay = in_numbers
    ) -> None:
        self.procedure = procedure
        self.labels = numbered(procedure)
        self.numbers = numbered_acts(procedure)
        self.each = [
            Articles(procedure, language, self.labels, self.numbers, write_day) for language in languages
        ]

    def pair(self, say: Say) -> str:
        """One passage in every language, side by side."""
        cells = "".join(f'<div lang="{escape(a.language)}">{say(a)}</div>' for a in self.each)
        return f'<div class="pair">{cells}</div>'

    def heading(self, level: int, say: Say, anchor: str = "") -> str:
        """A heading in every language."""
        mark = f' id="{escape(anchor)}"' if anchor else ""
        cells = "".join(f'<span lang="{escape(a.language)}">{say(a)}</span>' for a in self.each)
        return f'<h{level} class="pair"{mark}>{cells}</h{level}>'

    def word(self, level: int, group: str, name: str) -> str:
        """A heading made of one of the fixed words."""
        return self.heading(level, lambda a: a.say(group, name))

    def rows(self, rows_of: Callable[[Articles], Iterable[Row]]) -> str:
        """Labels and what is said to each: a table, so that the languages stay level row by row."""
        columns = ([_row(a, row) for row in rows_of(a)] for a in self.each)
        lines = "".join(f"<tr>{''.join(cells)}</tr>" for cells in zip(*columns, strict=True))
        return f"<table><tbody>{lines}</tbody></table>"

    def table(self, entries: Iterable[tuple[str, Say]]) -> str:
        """Names, or nothing, in front, and what is said to each in every language, level row by row."""
        lines = []
        for name, say in entries:
            head = f'<th scope="row">{name}</th>' if name else ""
            cells = "".join(f'<td lang="{escape(a.language)}">{say(a)}</td>' for a in self.each)
            lines.append(f"<tr>{head}{cells}</tr>")
        return f'<table class="names"><tbody>{"".join(lines)}</tbody></table>'

    def note(self, note: str | None) -> str:
        """A remark of the file, which has it in English only."""
        if not note:
            return ""
        return f'<p class="note">{self.both("note")}: <span lang="en">{escape(note)}</span></p>'

    def both(self, name: str) -> str:
        """One of the book's words in every language in one line."""
        return " / ".join(a.say("book", name) for a in self.each)

    def tag(self, a: Articles) -> str:
        """Says in brackets that a language is machine wording; nothing where it is not."""
        if self.procedure.wording.get(a.language, "machine") != "machine":
            return ""
        return f' <span class="tag">({a.say("wording", "machine")})</span>'


def items(said: Iterable[str], tag: str = "ul") -> str:
    """A list in HTML."""
    return f"<{tag}>" + "".join(f"<li>{each}</li>" for each in said) + f"</{tag}>"


def _row(a: Articles, row: Row) -> str:
    said = row.items[0] if len(row.items) == 1 else items(row.items)
    label, language = a.say(row.group, row.label), escape(a.language)
    return f'<th scope="row" lang="{language}">{label}</th><td lang="{language}">{said}</td>'
