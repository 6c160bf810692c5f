"""Cells are read as what they are, whatever program wrote them."""

import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.styles import numbers

from repatriation.htcds.cells import CellKind, column_letter, column_number, date_cell
from repatriation.htcds.strings import SharedStrings
from repatriation.htcds.workbook import open_workbook
from tests.htcds.making import NAMESPACE, raw


def cells(path: Path, row: int) -> list[tuple[str, str, object]]:
    """What stands in one row, as (column letter, kind, content)."""
    with open_workbook(path) as workbook:
        found = next(line for line in workbook.sheets[0].rows() if line.number == row)
    return [(column_letter(column), str(kind), content) for column, kind, content in found.cells]


def test_every_kind_of_cell_is_told_from_the_others(tmp_path: Path) -> None:
    rows = (
        '<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2"><v>12</v></c><c r="C2"><v>1.5</v></c>'
        '<c r="D2" t="b"><v>1</v></c><c r="E2" t="e"><v>#N/A</v></c><c r="F2"><f>A1</f><v>4</v></c>'
        '<c r="G2" t="str"><v>said</v></c><c r="H2" t="d"><v>2001-03-07T00:00:00</v></c><c r="I2" s="1"/>'
        '<c r="J2" t="n"><v>-7</v></c><c r="K2"><f>B1</f></c>'
        '<c r="L2" t="inlineStr"><is><t>a</t></is></c></row>'
    )
    assert cells(raw(tmp_path, rows), 2) == [
        ("A", "text", "x"),
        ("B", "number", 12),
        ("C", "number", 1.5),
        ("D", "bool", True),
        ("E", "error", "#N/A"),
        ("F", "formula", "4"),
        ("G", "text", "said"),
        ("H", "moment", "2001-03-07T00:00:00"),
        ("J", "number", -7),
        ("K", "formula", ""),
        ("L", "text", "a"),
    ]


def test_text_is_read_whole_from_runs_signs_and_escapes(tmp_path: Path) -> None:
    strings = (
        f'<sst xmlns="{NAMESPACE}"><si/><si><t xml:space="preserve"> a &amp; b </t></si>'
        "<si><r><rPr><b/></rPr><t>សុខ</t></r><r><t xml:space='preserve'> ដារ៉ា</t></r>"
        "<rPh sb='0' eb='1'><t>said so</t></rPh></si><si><t>line_x000D_&#10;two&#x1F642;</t></si></sst>"
    )
    shared = "".join(f'<c r="{letter}2" t="s"><v>{place}</v></c>' for place, letter in enumerate("ABCD"))
    found = cells(raw(tmp_path, f'<row r="2">{shared}</row>', strings=strings), 2)
    assert [content for _, _, content in found] == ["", " a & b ", "សុខ ដារ៉ា", "line\r\ntwo🙂"]


def test_rows_and_cells_without_places_are_counted(tmp_path: Path) -> None:
    rows = (
        '<row><c><v>1</v></c><c/><c t="b"><v>0</v></c></row><row r="7" hidden="1"/><row><c><v>2</v></c></row>'
    )
    path = raw(tmp_path, rows)
    assert cells(path, 2) == [("A", "number", 1), ("C", "bool", False)]
    assert cells(path, 8) == [("A", "number", 2)]


def test_attributes_in_another_order_are_understood(tmp_path: Path) -> None:
    rows = (
        '<row spans="1:2" r="2"><c t="s" r="A2"><v>0</v></c>'
        '<c s="0" r="B2" t="inlineStr"><is><t>b</t></is></c></row>'
    )
    assert cells(raw(tmp_path, rows), 2) == [("A", "text", "x"), ("B", "text", "b")]


@pytest.mark.parametrize(
    "form", ["dd/mm/yyyy", numbers.FORMAT_DATE_XLSX14, "[$-D07041E]d/m/yyyy", "d mmm yy"]
)
@pytest.mark.parametrize("from_1904", [False, True])
def test_a_number_shown_as_a_date_is_a_date(tmp_path: Path, form: str, from_1904: bool) -> None:
    workbook = Workbook()
    if from_1904:
        workbook.epoch = datetime.datetime(1904, 1, 1)  # noqa: DTZ001 - what openpyxl asks for
    sheet = workbook.worksheets[0]
    sheet["A1"] = datetime.date(2001, 3, 7)
    sheet["A1"].number_format = form
    sheet["B1"] = 36957
    path = tmp_path / "dates.xlsx"
    workbook.save(path)
    assert cells(path, 1) == [("A", "date", datetime.date(2001, 3, 7)), ("B", "number", 36957)]


def test_the_day_that_never_was_is_no_date() -> None:
    assert date_cell(1, 59, False)[2] == datetime.date(1900, 2, 28)
    assert date_cell(1, 61, False)[2] == datetime.date(1900, 3, 1)
    assert date_cell(1, 1, False)[2] == datetime.date(1900, 1, 1)
    assert [date_cell(1, serial, False)[1] for serial in (0, -5, 60, 3_000_000)] == [CellKind.NUMBER] * 4
    assert date_cell(1, 36957.5, False) == (1, CellKind.MOMENT, "2001-03-07T12:00")


def test_columns_are_named_as_people_see_them() -> None:
    assert [column_letter(number) for number in (1, 26, 27, 39, 256)] == ["A", "Z", "AA", "AM", "IV"]
    assert all(column_number(column_letter(number)) == number for number in range(1, 1000))


def test_shared_strings_are_found_in_any_order() -> None:
    strings = SharedStrings()
    for number in range(70_000):
        strings.add(str(number))
    assert len(strings) == 70_000
    wanted = [69_999, 0, 63, 64, 35_000, 1, 69_000]
    assert [strings[number] for number in wanted] == [str(number) for number in wanted]
    assert all(strings[number] == str(number) for number in range(0, 70_000, 61))
    for outside in (70_000, -1):
        with pytest.raises(IndexError):
            strings[outside]


def test_the_strict_dialect_is_read_too(tmp_path: Path) -> None:
    strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    sheet = (
        f'<worksheet xmlns="{strict}"><sheetData><row r="1"><c r="A1"><v>3</v></c></row></sheetData>'
        "</worksheet>"
    )
    workbook = (
        f'<workbook xmlns="{strict}" xmlns:r="http://purl.oclc.org/ooxml/officeDocument/relationships">'
        '<sheets><sheet name="Cases" sheetId="1" r:id="r1"/></sheets></workbook>'
    )
    path = raw(tmp_path, "", sheet=sheet, workbook=workbook)
    assert cells(path, 1) == [("A", "number", 3)]
