"""From the rows of a workbook to cases that could be opened, with everything there is to say about each."""

import datetime
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from repatriation.htcds import values
from repatriation.htcds.cells import Cell, CellKind, Content, Row, column_letter
from repatriation.htcds.faults import BadWorkbook
from repatriation.htcds.findings import Finding, Problem, Severity, noted, refused
from repatriation.htcds.header import Header, find_header
from repatriation.htcds.sheet import Sheet
from repatriation.htcds.standard import Kind
from repatriation.htcds.values import Reader, Value
from repatriation.htcds.workbook import Workbook

MOST_CASES = 250_000
CONSENT = "con_Consent"

_NO_CONSENT = refused("no_consent", "No consent is on file for this person. The row is not read further.")
_MERGED = refused("merged", "A merged cell touches this row. Unmerge it: one person, one row.")
_HIDDEN = noted("hidden_row", "This row is hidden in the sheet. It was read all the same.")
_HIDDEN_SHEET = noted("hidden_sheet", "This sheet is hidden and was not read. Show it to import it.")
_NO_CONSENT_COLUMN = noted("no_consent_column", "This sheet has no column for consent and was not read.")
_KEPT_CELL = Problem(
    Severity.KEPT, "unknown_column", "The column is not in the standard. The cell is kept as written."
)
_NEVER_CASES = {"about", "validation"}
_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str).encode


@dataclass(frozen=True, slots=True)
class HtcdsRow:
    """One filled row. A refused row carries no values: nothing of it goes any further than its findings.

    `key` is a digest of all that the row says, whatever the order of columns: the same row twice has the same
    key. It is of personal data, so it must not be stored as it is (a keyed digest of it may).
    """

    sheet: str
    number: int
    values: Mapping[str, Value]
    unrecognised: Mapping[str, str]
    findings: tuple[Finding, ...]
    key: str

    @property
    def refused(self) -> bool:
        """Whether this row opens no case."""
        return not self.key


class Reading:
    """A workbook being understood: its sheets of cases, what there is to say of them, and their rows."""

    def __init__(self, workbook: Workbook, today: datetime.date) -> None:
        self._today = today
        self._sheets: list[tuple[Sheet, Header]] = []
        findings: list[Finding] = []
        without_consent: list[str] = []
        for sheet in workbook.sheets:
            header = find_header(sheet)
            if header is None or sheet.name.strip().casefold() in _NEVER_CASES:
                continue
            if sheet.hidden:
                findings.append(_about_sheet(sheet.name, _HIDDEN_SHEET))
            elif not any(column.field and column.field.name == CONSENT for column in header.columns.values()):
                without_consent.append(sheet.name)
                findings.append(_about_sheet(sheet.name, _NO_CONSENT_COLUMN))
            else:
                self._sheets.append((sheet, header))
                findings += header.findings
        if not self._sheets:
            raise _no_cases(without_consent)
        self.findings = tuple(findings)
        self.expected = sum(max(0, sheet.survey().rows - header.last_row) for sheet, header in self._sheets)

    def rows(self) -> Iterator[HtcdsRow]:
        """Every filled row of every sheet of cases, in order; rows with only their number are passed over."""
        seen: dict[bytes, tuple[str, int]] = {}
        for sheet, header in self._sheets:
            understand = _Understanding(sheet, header, self._today, seen)
            for row in sheet.rows():
                if row.number > header.last_row and (understood := understand.row(row)) is not None:
                    if len(seen) > MOST_CASES:
                        raise BadWorkbook(
                            f"There are more than {MOST_CASES:,} cases. Divide the file into several."
                        )
                    yield understood


def _about_sheet(sheet: str, problem: Problem) -> Finding:
    return Finding(problem.severity, sheet, None, None, None, problem.code, problem.sentence)


def _no_cases(without_consent: list[str]) -> BadWorkbook:
    if without_consent:
        sentence = "There is no column for consent, and without consent no case is opened."
        return BadWorkbook(sentence, without_consent[0])
    return BadWorkbook(
        "No sheet has the columns of the Human Trafficking Case Data Standard"
        " (such as First Name, Birthdate, Consent) in its first rows."
    )


class _Understanding:
    """The readers of one sheet's columns."""

    def __init__(
        self, sheet: Sheet, header: Header, today: datetime.date, seen: dict[bytes, tuple[str, int]]
    ) -> None:
        self._sheet = sheet.name
        self._seen = seen
        self._last_header_row = header.last_row
        self._readers: dict[int, tuple[str, bool, Reader]] = {
            number: (
                column.field.name,
                column.field.kind is Kind.TEXT,
                values.reader_for(column.field, today, sheet.from_1904),
            )
            for number, column in header.columns.items()
            if column.field
        }
        self._titles = {number: column.title for number, column in header.columns.items() if not column.field}

    def row(self, row: Row) -> HtcdsRow | None:
        """What the row says; nothing if it is blank."""
        found: dict[str, Value] = {}
        rest: dict[str, str] = {}
        findings: list[Finding] = []
        readers = self._readers
        for cell in row.cells:
            column, kind, content = cell
            known = readers.get(column)
            if known is None:
                self._keep(row.number, cell, rest, findings)
                continue
            name, is_text, read = known
            if is_text and kind is CellKind.TEXT:
                # Most cells: text for text, with nothing to say about it.
                text = values.clean(content)  # type: ignore[arg-type]
                if text:
                    found[name] = text
                continue
            if kind is CellKind.FORMULA or kind is CellKind.ERROR:
                problem = values.FORMULA if kind is CellKind.FORMULA else values.ERROR
                findings.append(self._finding(row.number, column, name, problem))
                continue
            value, left, problems = read(kind, content)
            if value is not None:
                found[name] = value
            if left:
                rest[name] = left
            if problems:
                findings += [self._finding(row.number, column, name, problem) for problem in problems]
        if not (findings or rest or found) or (not rest and not findings and found == {CONSENT: False}):
            return None
        return self._judge(row, found, rest, findings)

    def _judge(
        self, row: Row, found: dict[str, Value], rest: dict[str, str], findings: list[Finding]
    ) -> HtcdsRow:
        if row.merged is not None:
            findings.append(self._finding(row.number, None, None, _MERGED, row.merged))
        if found.get(CONSENT) is not True:
            consent = next((number for number, (name, *_) in self._readers.items() if name == CONSENT), None)
            formula = any(said.field == CONSENT and said.severity is Severity.REFUSED for said in findings)
            findings = findings if formula else [self._finding(row.number, consent, CONSENT, _NO_CONSENT)]
        if row.hidden:
            findings.append(self._finding(row.number, None, None, _HIDDEN))
        if any(said.severity is Severity.REFUSED for said in findings):
            return HtcdsRow(self._sheet, row.number, {}, {}, tuple(findings), "")
        digest = _digest(found, rest)
        before = self._seen.setdefault(digest[:16], (self._sheet, row.number))
        if before != (self._sheet, row.number):
            findings.append(self._finding(row.number, None, None, _same_as(*before)))
            return HtcdsRow(self._sheet, row.number, {}, {}, tuple(findings), "")
        return HtcdsRow(self._sheet, row.number, found, rest, tuple(findings), digest.hex())

    def _keep(self, row: int, cell: Cell, rest: dict[str, str], findings: list[Finding]) -> None:
        """A cell of a column that is not the standard's."""
        column, kind, content = cell
        title = self._titles.get(column)
        if title is None and column == 1 and self._is_row_number(row, kind, content):
            return
        text = values.written(kind, content)
        if text:
            rest[title or f"column {column_letter(column)}"] = text
            findings.append(self._finding(row, column, None, _KEPT_CELL))

    def _is_row_number(self, row: int, kind: CellKind, content: Content) -> bool:
        """Column A of the standard's workbooks counts the rows, 1 to 1,000, and is no field."""
        if kind is CellKind.FORMULA:
            return True
        return kind is CellKind.NUMBER and (
            content == row - self._last_header_row or content in range(1, 1001)
        )

    def _finding(
        self, row: int, column: int | None, field: str | None, problem: Problem, letter: str | None = None
    ) -> Finding:
        place = letter or (column_letter(column) if column else None)
        return Finding(problem.severity, self._sheet, row, place, field, problem.code, problem.sentence)


def _same_as(sheet: str, row: int) -> Problem:
    sentence = (
        f"This row says exactly what row {row} of sheet “{sheet}” says."
        " If it is another person, write what tells them apart."
    )
    return refused("same_row", sentence)


def _digest(found: Mapping[str, Value], rest: Mapping[str, str]) -> bytes:
    return hashlib.sha256(_encode([found, rest]).encode()).digest()
