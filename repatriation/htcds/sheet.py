"""One sheet read as a stream of rows, in memory that does not grow with the sheet.

Why no library: measured on 50,000 rows of 38 columns, openpyxl (read-only) reads 1,700 rows a second;
calamine 36,000, but holds the whole sheet (184 MB) and tells neither a formula from its last value nor a
hidden row; lxml and expat by callbacks 15,000 before a cell is made of what they tell, and half that after.
This reads 15,000, cells made, in under 50 MB, and sees `<f>`, merged cells and hidden rows. openpyxl still
tells which number formats are dates, and writes our own workbook.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from repatriation.htcds.cells import Cell, CellKind, Row, column_letter, column_number, date_cell
from repatriation.htcds.faults import BadWorkbook
from repatriation.htcds.markup import entries, local_names, text_of, unusual
from repatriation.htcds.package import Package
from repatriation.htcds.strings import LONGEST, SharedStrings, rich_text

MOST_COLUMNS = 256
MOST_ROWS = 1_048_576
MOST_MERGED_ROWS = 100_000

_MERGE_CELL = local_names("mergeCell")
_MERGE = re.compile(rb"""<mergeCell\s[^>]*?ref\s*=\s*["']([^"']{1,40})["']""")
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Z]{1,3})\$?([0-9]{1,7}))?")
_ROW = re.compile(rb"\s*<row((?:\s[^>]*?)?)(/?)>")
_ATTRIBUTE = re.compile(rb"""\s([A-Za-z]+)\s*=\s*["']([^"']*)["']""")
# Place, style and type as all known programs write them, or else whatever stands there; then the value alone,
# or the text alone, or else whatever the cell holds.
_CELL = re.compile(
    rb'<c(?: r="([A-Z]{1,3})[0-9]+"(?: s="([0-9]+)")?(?: t="([A-Za-z]+)")?|((?:\s[^>]*?)?))'
    rb"(?:/>|>(?:<v>([^<]*)</v>|<is><t>([^<]*)</t></is>|(.*?))</c>)",
    re.DOTALL,
)
_VALUE = re.compile(rb"<v(?: [^>]*)?>([^<]*)</v>")
_TEXT, _NUMBER, _FORMULA = CellKind.TEXT, CellKind.NUMBER, CellKind.FORMULA


class Survey(NamedTuple):
    """What a quick look tells before a sheet is read: about how many rows, and which rows merges touch."""

    rows: int
    merges: int
    merged: dict[int, str]


class Sheet:
    """A sheet of an open workbook. `rows()` may be called again; each call reads from the start."""

    def __init__(
        self,
        package: Package,
        part: str,
        name: str,
        hidden: bool,
        strings: SharedStrings,
        dates: tuple[bool, ...],
        from_1904: bool,
    ) -> None:
        self.name = name
        self.hidden = hidden
        self._package = package
        self._part = part
        self._strings = strings
        self._dates = dates
        self.from_1904 = from_1904
        self._survey: Survey | None = None
        self._columns: dict[bytes, int] = {}

    def survey(self) -> Survey:
        """Count rows and find merged cells, which a workbook lists only after all of its rows."""
        if self._survey is None:
            self._survey = self._look_over()
        return self._survey

    def rows(self) -> Iterator[Row]:
        """Every row with a filled cell, in order; what breaks a limit raises `BadWorkbook` with its place."""
        survey = self.survey()
        merges = number = 0

        def other(name: str, _: dict[str, str]) -> None:
            nonlocal merges
            merges += name in _MERGE_CELL

        try:
            for entry in entries(self._package, self._part, "sheetData", "row", other):
                begun, end = _ROW.match(entry), 0
                while begun is not None and begun[2]:
                    number, _ = _row_place(begun[1], number)
                    end = begun.end()
                    begun = _ROW.match(entry, end)
                if begun is None:
                    if entry[end:].strip():
                        raise unusual()
                    continue
                number, hidden = _row_place(begun[1], number)
                cells = self._cells(entry, begun.end(), number)
                if cells:
                    yield Row(number, cells, hidden, survey.merged.get(number))
        except BadWorkbook as bad:
            raise bad if bad.sheet else BadWorkbook(bad.sentence, self.name, number + 1) from bad
        if merges != survey.merges:
            raise BadWorkbook("The merged cells are listed in a way that hides them: refused.", self.name)

    def _cells(self, entry: bytes, start: int, row: int) -> list[Cell]:
        cells: list[Cell] = []
        last = seen = 0
        strings, dates, columns = self._strings, self._dates, self._columns
        try:
            for letters, style, kind, other, value, plain, inner in _CELL.findall(entry, start):
                seen += 1
                if other:
                    letters, style, kind = _attributes(other)
                column = columns.get(letters) or self._column(letters, last)
                if column <= last:
                    raise ValueError
                last = column
                if value and kind == b"s":
                    cells.append((column, _TEXT, strings[int(value)]))
                elif plain:
                    cells.append((column, _TEXT, _short(text_of(plain))))
                elif value and not kind:
                    number = _number(value)
                    shows_date = style and (place := int(style)) < len(dates) and dates[place]
                    cells.append(
                        date_cell(column, number, self.from_1904) if shows_date else (column, _NUMBER, number)
                    )
                elif value or inner:
                    cells += self._unlike(column, kind, style, value, inner)
        except (ValueError, IndexError, OverflowError) as error:
            letter = column_letter(min(max(last, 1), MOST_COLUMNS))
            raise BadWorkbook("The cell cannot be read.", self.name, row, letter) from error
        if seen != entry.count(b"<c", start) or last > MOST_COLUMNS:
            self._refuse(last, row)
        return cells

    def _refuse(self, last: int, row: int) -> None:
        if last > MOST_COLUMNS:
            sentence = f"There are more than {MOST_COLUMNS} columns."
            raise BadWorkbook(sentence, self.name, row, column_letter(last))
        raise unusual()

    def _column(self, letters: bytes, last: int) -> int:
        if not letters:
            return last + 1
        column = self._columns[letters] = column_number(letters.decode())
        return column

    def _unlike(self, column: int, kind: bytes, style: bytes, value: bytes, inner: bytes) -> list[Cell]:
        """A cell that is neither a shared text nor a plain number, or is written at greater length."""
        if b"<f" in inner:
            shown = _VALUE.search(inner)
            return [(column, _FORMULA, text_of(shown[1])[:LONGEST] if shown else "")]
        if kind == b"inlineStr":
            text = _short(rich_text(inner.removeprefix(b"<is>").removesuffix(b"</is>")))
            return [(column, _TEXT, text)] if text else []
        if inner:
            found = _VALUE.search(inner)
            return self._unlike(column, kind, style, found[1], b"") if found and found[1] else []
        if kind == b"s":
            return [(column, _TEXT, self._strings[int(value)])]
        if kind == b"b":
            return [(column, CellKind.BOOL, value.strip() in (b"1", b"true"))]
        if kind == b"e":
            return [(column, CellKind.ERROR, text_of(value)[:40])]
        if kind == b"d":
            return [(column, CellKind.MOMENT, text_of(value)[:40])]
        if kind == b"str":
            return [(column, _TEXT, _short(text_of(value)))]
        place = int(style or b"0")
        if place < len(self._dates) and self._dates[place]:
            return [date_cell(column, _number(value), self.from_1904)]
        return [(column, _NUMBER, _number(value))]

    def _look_over(self) -> Survey:
        rows, found, before = 0, list[bytes](), b""
        for chunk in self._package.chunks(self._part):
            rows += chunk.count(b"<row ")
            # A tag cut in two by the chunks is found whole; one that ended before is not found again.
            window = before + chunk
            before = window[-200:]
            if b"<mergeCell " in window:
                matches = list(_MERGE.finditer(window))
                found += [match[1] for match in matches]
                if matches and len(window) - matches[-1].end() < 200:
                    before = window[matches[-1].end() :]
        return Survey(rows, len(found), self._merged_rows(found))

    def _merged_rows(self, references: list[bytes]) -> dict[int, str]:
        merged: dict[int, str] = {}
        for reference in references:
            match = _REFERENCE.fullmatch(reference.decode())
            if match is None:
                raise BadWorkbook("A merged cell has no readable place.", self.name)
            first, last = int(match[2]), int(match[4] or match[2])
            if last - first + len(merged) > MOST_MERGED_ROWS:
                raise BadWorkbook(
                    "Merged cells cover the sheet. Unmerge them: one person, one row.", self.name
                )
            for number in range(first, last + 1):
                merged.setdefault(number, match[1])
        return merged


def _row_place(written: bytes, before: int) -> tuple[int, bool]:
    attributes = dict(_ATTRIBUTE.findall(written))
    place = attributes.get(b"r", b"")
    number = int(place) if place.isdigit() and len(place) < 9 else before + 1
    if number <= before or number > MOST_ROWS:
        raise BadWorkbook("The rows are not in order, or are more than a sheet can hold.")
    return number, attributes.get(b"hidden") in (b"1", b"true")


def _attributes(written: bytes) -> tuple[bytes, bytes, bytes]:
    attributes = dict(_ATTRIBUTE.findall(written))
    letters = attributes.get(b"r", b"").rstrip(b"0123456789")
    if not (letters.isalpha() and letters.isupper() and len(letters) <= 3) and letters:
        raise ValueError(letters)
    return letters, attributes.get(b"s", b""), attributes.get(b"t", b"").replace(b"n", b"") or b""


def _short(text: str) -> str:
    if len(text) > LONGEST:
        raise ValueError
    return text


def _number(written: bytes) -> int | float:
    if written.isdigit() and len(written) < 16:
        return int(written)
    number = float(written)
    if not -1e300 < number < 1e300:
        raise ValueError(written)
    whole = int(number)
    return whole if whole == number else number
