"""Lays a paper's fields out as headings, rows and tables: values that a template prints without deciding
anything.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple

from documents.fields import NameOnPaper, PaperFields
from documents.khmer import word_ends
from documents.shapes import Shape, shapes_of
from documents.wording import Both, Said, Wording
from locales.catalogue import N_
from locales.glossary import glossary
from locales.names import write_name

ROOM: Final[Mapping[str, int]] = {"name": 5, "text": 3, "date": 3, "day": 3}
"""How much of a table's width a column gets for what stands in it; whatever is not named has words of a list,
and gets two. Fixed, since a column that grows with what is typed presses the others to nothing."""

SCRIPTS: Final = {
    "khmr": N_("Name in Khmer letters"),
    "thai": N_("Name in Thai letters"),
    "latn": N_("Name in Latin letters, as in the travel document"),
}
SCRIPT_OF: Final = {"km": "khmr", "th": "thai", "vi": "latn", "en": "latn"}
YES, NO = N_("Yes"), N_("No")


class Option(NamedTuple):
    """One of a closed list, with a box that is ticked or left empty."""

    words: Both
    ticked: bool


class Cell(NamedTuple):
    """What stands beside a label.

    `kind` says which of the others is used: free text in `lines` (each its runs), words in `words`, boxes
    in `options`, `blank` lines to write on, or none where nothing is known.
    """

    kind: Literal["text", "name", "words", "options", "blank", "none"]
    lines: tuple[tuple[Said, ...], ...] = ()
    words: tuple[Both, ...] = ()
    options: tuple[Option, ...] = ()
    blank: int = 0


class Row(NamedTuple):
    """A label and what stands beside it. `wide`: the label stands above."""

    label: Both
    cell: Cell
    wide: bool = False


class Table(NamedTuple):
    """Several alike, one line each. `widths` are those of its columns, in hundredths of the table; the
    numbers before them take the rest."""

    head: tuple[Both, ...]
    lines: tuple[tuple[Cell, ...], ...]
    widths: tuple[int, ...]


class Block(NamedTuple):
    """What stands under one heading; the first block of a paper may have none."""

    heading: Both | None
    rows: tuple[Row, ...] = ()
    table: Table | None = None


class Layout:
    """Lays out for one paper: its words, and the language of text in Latin letters that nobody marked."""

    def __init__(self, wording: Wording) -> None:
        self.wording = wording
        self.latin = next((each for each in wording.languages if each in ("vi", "en")), "en")

    def blocks(
        self, schema: type[PaperFields], fields: PaperFields | None, leave_out: Sequence[str] = ()
    ) -> tuple[Block, ...]:
        """The blocks of a paper; without fields those of a blank form."""
        blocks: list[Block] = []
        loose: list[Row] = []
        for shape in shapes_of(schema):
            if shape.name in leave_out:
                continue
            value = getattr(fields, shape.name, None)
            if shape.what in ("section", "rows"):
                blocks += self._block(shape, value, blank=fields is None or shape.by_hand)
            else:
                loose.append(self._row(shape, value, blank=fields is None))
        return ((Block(None, tuple(loose)),) if loose else ()) + tuple(blocks)

    def _block(self, shape: Shape, value: Any, *, blank: bool) -> Iterator[Block]:
        heading = self.wording.both(shape.title)
        assert shape.inner is not None
        if shape.what == "rows":
            if value or blank:
                yield Block(heading, table=self._table(shape, value or (), blank=blank))
            return
        if not blank and not _says_anything(value):
            return
        yield Block(heading, tuple(self._rows(shape.inner, value, blank=blank)))

    def _rows(self, schema: type[PaperFields], value: Any, *, blank: bool) -> Iterator[Row]:
        for shape in shapes_of(schema):
            inner = getattr(value, shape.name, None)
            if shape.inner is NameOnPaper:
                yield from self._names(inner or (), blank=blank)
            else:
                yield self._row(shape, inner, blank=blank)

    def _row(self, shape: Shape, value: Any, *, blank: bool) -> Row:
        wide = shape.what == "long" or (blank and shape.what == "some_of")
        return Row(self.wording.both(shape.title), self.cell(shape, value, blank=blank), wide)

    def _names(self, names: Sequence[NameOnPaper], *, blank: bool) -> Iterator[Row]:
        """A row for each script: those in which a name is there, or those of the paper's languages."""
        own = [SCRIPT_OF[language] for language in self.wording.languages]
        wanted = dict.fromkeys([*own, "latn"]) if blank else [name.script for name in names if name.said()]
        for script in wanted:
            name = next((each for each in names if each.script == script), None)
            cell = self.name(name) if name else Cell("blank" if blank else "none", blank=1)
            yield Row(self.wording.both(SCRIPTS[script]), cell)
        if not wanted:
            yield Row(self.wording.both(N_("Name")), Cell("none"))

    def name(self, name: NameOnPaper) -> Cell:
        """A name exactly as it was given, in the order of its own language."""
        language = {"khmr": "km", "thai": "th"}.get(name.script, self.latin)
        written = write_name(language, family=name.family or "", given=name.given or "", full=name.full or "")
        return Cell("name", lines=((Said(written, language),),))

    def _table(self, shape: Shape, rows: Sequence[PaperFields], *, blank: bool) -> Table:
        assert shape.inner is not None
        columns = shapes_of(shape.inner)
        lines = [tuple(self.cell(column, getattr(row, column.name)) for column in columns) for row in rows]
        if blank:
            lines += [tuple(Cell("blank", blank=1) for _ in columns)] * (shape.blank - len(lines))
        rooms = [ROOM.get(column.what, 2) for column in columns]
        widths = tuple(96 * room // sum(rooms) for room in rooms)
        return Table(tuple(self.wording.both(column.title) for column in columns), tuple(lines), widths)

    def cell(self, shape: Shape, value: Any, *, blank: bool = False) -> Cell:
        """A field's value as it is printed."""
        if blank and value in (None, ()):
            return self._to_fill(shape)
        if value is None or value == ():
            return Cell("none")
        speak = self.wording
        match shape.what:
            case "name":
                return Cell("name", lines=self.text(value))
            case "date" | "day":
                return Cell(
                    "words", words=(speak.date(value.isoformat() if isinstance(value, date) else value),)
                )
            case "count":
                return Cell("words", words=(speak.number(value),))
            case "yes_no" | "one_of" | "country" | "language":
                return Cell("words", words=(self._coded(shape, value),))
            case "some_of":
                return Cell("words", words=tuple(self._coded(shape, code) for code in value))
        return Cell("text", lines=self.text(value))

    def _to_fill(self, shape: Shape) -> Cell:
        codes: tuple[Any, ...] = (True, False) if shape.what == "yes_no" else shape.codes
        if codes:
            return Cell("options", options=tuple(Option(self._coded(shape, code), False) for code in codes))
        return Cell("blank", blank=3 if shape.what == "long" else 1)

    def _coded(self, shape: Shape, code: Any) -> Both:
        speak = self.wording
        match shape.what:
            case "yes_no":
                return speak.both(YES if code else NO)
            case "country":
                return speak.country(code)
            case "language":
                return speak.language(code)
        if shape.words is None:
            return speak.language(code)
        return speak.both(shape.words.of[code])

    def text(self, text: str) -> tuple[tuple[Said, ...], ...]:
        """Free text in its lines, each cut where the script changes, so that every run knows its language."""
        return tuple(tuple(self._runs(line)) for line in text.split("\n"))

    def _runs(self, line: str) -> Iterator[Said]:
        for found in _RUNS.finditer(line):
            language = "km" if found["khmer"] else "th" if found["thai"] else self.latin
            yield Said(found[0], language)


_LATIN: Final = r"A-Za-z\u00c0-\u024f\u1e00-\u1eff"
_KHMER: Final = r"\u1780-\u17ff\u19e0-\u19ff"
_THAI: Final = r"\u0e00-\u0e7f"
_RUNS: Final = re.compile(
    f"(?P<khmer>[{_KHMER}][^{_THAI}{_LATIN}]*)|(?P<thai>[{_THAI}][^{_KHMER}{_LATIN}]*)|[^{_KHMER}{_THAI}]+"
)
"""Runs of Khmer, of Thai, and of anything else; what belongs to no script stays with what comes before."""


def printed(said: Said) -> str:
    """The text with its word ends where it is Khmer; a term of the glossary is left whole."""
    if said.language != "km":
        return said.text
    # Words of the catalogues come again and again; what tells of somebody is not kept in a table.
    return _fixed_ends(said.text) if said.fixed else _ends(said.text)


def _ends(text: str) -> str:
    return word_ends(text, glossary().whole_words())


_fixed_ends: Final = lru_cache(maxsize=2048)(_ends)


def _says_anything(value: Any) -> bool:
    if isinstance(value, PaperFields):
        return any(_says_anything(getattr(value, name)) for name in type(value).model_fields)
    return value not in (None, ())
