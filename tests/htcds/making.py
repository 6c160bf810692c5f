"""Workbooks for the tests: filled through openpyxl, or part by part where no spreadsheet program would."""

import datetime
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from repatriation.htcds.rows import HtcdsRow, Reading
from repatriation.htcds.standard import FIELDS, SHEET_COLUMNS
from repatriation.htcds.workbook import open_workbook

TODAY = datetime.date(2026, 11, 21)
COLUMNS = {name: place for place, name in enumerate(SHEET_COLUMNS, start=2)}

PERSON = {
    "prs_FirstName": "Dara",
    "prs_SecondName": "Sok",
    "con_Consent": True,
    "prs_Birthdate": datetime.date(2001, 3, 7),
}
"""A made-up row with what nearly every row has."""

NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def book(
    folder: Path,
    rows: Sequence[Mapping[str, object]] = (),
    change: Callable[[Worksheet], object] | None = None,
    name: str = "cases.xlsx",
) -> Path:
    """A workbook of the standard's shape with `rows` from row 3 on; `change` may spoil its sheet."""
    workbook = Workbook()
    sheet = workbook.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Case Sheet"
    for field, column in COLUMNS.items():
        sheet.cell(1, column, field)
        sheet.cell(2, column, FIELDS[field].label)
    sheet.row_dimensions[1].hidden = True
    for number, row in enumerate(rows, start=3):
        sheet.cell(number, 1, number - 2)
        for field, value in row.items():
            sheet.cell(number, COLUMNS[field]).value = value  # type: ignore[assignment]
    if change is not None:
        change(sheet)
    path = folder / name
    workbook.save(path)
    return path


def read(path: Path) -> list[HtcdsRow]:
    """Every row of a workbook, understood."""
    with open_workbook(path) as workbook:
        return list(Reading(workbook, TODAY).rows())


def read_one(
    folder: Path, change: Callable[[Worksheet], object] | None = None, /, **fields: object
) -> HtcdsRow:
    """One person's row with `fields` added, understood."""
    (row,) = read(book(folder, [PERSON | fields], change))
    return row


def codes(row: HtcdsRow) -> list[str]:
    """The codes of what was found in a row, in order."""
    return [finding.code for finding in row.findings]


_PARTS = {
    "[Content_Types].xml": "<Types/>",
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"'
        ' Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{NAMESPACE}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships"><workbookPr/><sheets><sheet name="Case Sheet" sheetId="1" r:id="r1"/></sheets>'
        "</workbook>"
    ),
    "xl/_rels/workbook.xml.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1"'
        ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"'
        ' Target="worksheets/sheet1.xml"/><Relationship Id="r2"'
        ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"'
        ' Target="/xl/sharedStrings.xml"/></Relationships>'
    ),
    "xl/sharedStrings.xml": f'<sst xmlns="{NAMESPACE}"><si><t>x</t></si></sst>',
}

HEADER = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>prs_FirstName</t></is></c><c r="B1" t="inlineStr"><is>'
    '<t>prs_SecondName</t></is></c><c r="C1" t="inlineStr"><is><t>con_Consent</t></is></c></row>'
)


def raw(folder: Path, rows: str, *, tail: str = "", head: str = "", **parts: str | bytes) -> Path:
    """A workbook of which every byte is chosen. `parts` replace: strings, workbook, sheet, rels."""
    sheet = f'{head}<worksheet xmlns="{NAMESPACE}"><sheetData>{HEADER}{rows}</sheetData>{tail}</worksheet>'
    names = {
        "strings": "xl/sharedStrings.xml",
        "workbook": "xl/workbook.xml",
        "sheet": "xl/worksheets/sheet1.xml",
        "rels": "_rels/.rels",
    }
    content: dict[str, str | bytes] = {**_PARTS, "xl/worksheets/sheet1.xml": sheet}
    content |= {names[name]: part for name, part in parts.items()}
    path = folder / "raw.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in content.items():
            package.writestr(name, part)
    return path
