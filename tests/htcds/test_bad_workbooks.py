"""Files that are no workbook, or are meant to do harm, are refused with a sentence and read no further."""

import zipfile
from pathlib import Path

import pytest

from repatriation.htcds import package, sheet, strings
from repatriation.htcds.faults import BadWorkbook
from tests.htcds.making import HEADER, NAMESPACE, PERSON, book, raw, read


def sentence(path: Path) -> str:
    """What is said of a bad file."""
    with pytest.raises(BadWorkbook) as told:
        read(path)
    return str(told.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not an .xlsx"),
        (b"name,consent\nx,TRUE\n", "not an .xlsx"),
        (b"<html></html>", "not an .xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "password"),
        (b"PK\x03\x04 and then nothing", "cannot be unpacked"),
    ],
)
def test_a_file_that_is_no_workbook_is_told_from_one(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "file.xlsx"
    path.write_bytes(content)
    assert said in sentence(path)


def test_a_file_that_is_not_there_gets_a_sentence(tmp_path: Path) -> None:
    assert "cannot be opened" in sentence(tmp_path / "none.xlsx")


def test_another_kind_of_office_document_is_named_as_such(tmp_path: Path) -> None:
    path = tmp_path / "letter.docx"
    relation = raw(tmp_path, "").read_bytes()
    path.write_bytes(relation)
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("_rels/.rels", "<Relationships/>")
    assert "another kind of office document" in sentence(path)
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("readme.txt", "nothing")
    assert "not an .xlsx" in sentence(path)


def test_an_opendocument_sheet_is_asked_for_as_xlsx(tmp_path: Path) -> None:
    path = tmp_path / "cases.ods"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    assert "OpenDocument" in sentence(path)


def test_a_binary_workbook_is_asked_for_as_xlsx(tmp_path: Path) -> None:
    rels = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"'
        ' Target="xl/workbook.bin"/></Relationships>'
    )
    assert ".xlsb" in sentence(raw(tmp_path, "", rels=rels))


def test_a_workbook_that_lacks_a_part_is_not_whole(tmp_path: Path) -> None:
    whole = book(tmp_path, [PERSON])
    part = tmp_path / "part.xlsx"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(part, "w") as target:
        for name in source.namelist():
            if "sheet1" not in name:
                target.writestr(name, source.read(name))
    assert "missing" in sentence(part)


def test_a_damaged_workbook_is_told_to_be_damaged(tmp_path: Path) -> None:
    path = book(tmp_path, [PERSON] * 3)
    content = bytearray(path.read_bytes())
    start = content.index(b"xl/worksheets/sheet1.xml") + 60
    content[start : start + 40] = bytes(40)
    path.write_bytes(bytes(content))
    assert "damaged" in sentence(path)


def test_a_workbook_cut_short_is_refused(tmp_path: Path) -> None:
    path = book(tmp_path, [PERSON])
    path.write_bytes(path.read_bytes()[:-200])
    assert "cannot be unpacked" in sentence(path)


def test_broken_xml_is_told_to_be_damaged(tmp_path: Path) -> None:
    assert "well-formed" in sentence(raw(tmp_path, '<row r="2"><c r="A2"></row>'))


def test_a_zip_bomb_is_refused_by_what_it_declares(tmp_path: Path) -> None:
    path = raw(tmp_path, "<!-- -->" + " " * (20 << 20))
    assert "zip bomb" in sentence(path)


def test_a_zip_bomb_is_refused_by_what_it_unpacks_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "_weigh", lambda _: None)
    assert "zip bomb" in sentence(raw(tmp_path, " " * (20 << 20)))


def test_too_large_a_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = book(tmp_path, [PERSON])
    monkeypatch.setattr(package, "MOST_PACKED", 100)
    assert "256 MB" in sentence(path)
    monkeypatch.undo()
    monkeypatch.setattr(package, "MOST_BYTES", 5_000)
    assert "1 GB" in sentence(path)
    monkeypatch.undo()
    monkeypatch.setattr(package, "MOST_PARTS", 3)
    assert "parts" in sentence(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_parts_of_one_name_are_refused(tmp_path: Path) -> None:
    path = raw(tmp_path, "")
    with zipfile.ZipFile(path, "a") as file:
        file.writestr("xl/workbook.xml", "<other/>")
    assert "same name" in sentence(path)


def test_a_part_under_a_password_is_refused(tmp_path: Path) -> None:
    path = raw(tmp_path, "")
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(content))
    assert "password" in sentence(path)


DOCTYPE = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize("doctype", [DOCTYPE, OUTSIDE, "<!DOCTYPE x>"])
def test_a_document_type_is_refused_in_every_part(tmp_path: Path, doctype: str) -> None:
    assert "document type" in sentence(raw(tmp_path, "", head=doctype))
    strings_part = f'{doctype}<sst xmlns="{NAMESPACE}"><si><t>x</t></si></sst>'
    assert "document type" in sentence(raw(tmp_path, "", strings=strings_part))
    assert "document type" in sentence(raw(tmp_path, "", workbook=f"{doctype}<workbook/>"))


@pytest.mark.parametrize(
    "trick",
    [
        '<!-- <row r="2"> -->',
        "<?look here?>",
        '<row r="2"><c r="A2" t="inlineStr"><is><t><![CDATA[</t></is></c></row>]]></t></is></c></row>',
        "<other/>",
        '<row r="2"><x/></row><other><row r="3"></row></other>',
        '<row r="2"><c r="A2"><c r="B2"><v>1</v></c></c></row>',
        '<row r="2"><c\nr="A2"><v>1</v></c ></row>',
    ],
)
def test_xml_that_no_spreadsheet_writes_is_refused_rather_than_misread(tmp_path: Path, trick: str) -> None:
    assert "not written as spreadsheet programs write" in sentence(raw(tmp_path, trick))


def test_another_encoding_than_utf8_is_refused(tmp_path: Path) -> None:
    text = f'<worksheet xmlns="{NAMESPACE}"><sheetData>{HEADER}</sheetData></worksheet>'
    assert "not written as" in sentence(raw(tmp_path, "", sheet=text.encode("utf-16")))
    declared = f'<?xml version="1.0" encoding="iso-8859-1"?>{text}'
    assert "not written as" in sentence(raw(tmp_path, "", sheet=declared))


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    assert "deeper" in sentence(raw(tmp_path, "", tail="<a>" * 100 + "</a>" * 100))


def test_an_endless_row_is_refused(tmp_path: Path) -> None:
    filling = "".join(f"<x{number}/>" for number in range(700_000))
    assert "longer than any" in sentence(raw(tmp_path, f'<row r="2">{filling}</row>'))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ('<row r="3"></row><row r="2"></row>', "not in order"),
        ('<row r="2"></row><row r="2"></row>', "not in order"),
        ('<row r="9999999"></row>', "not in order"),
        ('<row r="2"><c r="B2"><v>1</v></c><c r="A2"><v>1</v></c></row>', "row 2, column B"),
        ('<row r="2"><c r="A2" t="s"><v>7</v></c></row>', "row 2, column A"),
        ('<row r="2"><c r="A2" t="s"><v>-1</v></c></row>', "row 2, column A"),
        ('<row r="2"><c r="A2"><v>1e400</v></c></row>', "row 2, column A"),
        ('<row r="2"><c r="A2"><v>text</v></c></row>', "row 2, column A"),
        ('<row r="2"><c r="XFD2"><v>1</v></c></row>', "256 columns"),
    ],
)
def test_cells_out_of_bounds_are_named_by_their_place(tmp_path: Path, rows: str, said: str) -> None:
    assert said in sentence(raw(tmp_path, rows))


def test_a_text_longer_than_a_cell_can_hold_is_refused(tmp_path: Path) -> None:
    long = "a1b2" * 8_192
    row = f'<row r="2"><c r="A2" t="inlineStr"><is><t>{long}</t></is></c></row>'
    assert "row 2, column A" in sentence(raw(tmp_path, row))
    shared = f'<sst xmlns="{NAMESPACE}"><si><t>{long}</t></si></sst>'
    assert "32,767" in sentence(raw(tmp_path, "", strings=shared))


def test_too_many_strings_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strings, "MOST_STRINGS", 10)
    shared = f'<sst xmlns="{NAMESPACE}">{"<si><t>x</t></si>" * 11}</sst>'
    assert "too much text" in sentence(raw(tmp_path, "", strings=shared))


def test_merged_cells_cannot_hide(tmp_path: Path) -> None:
    hidden = "<mergeCells><mergeCell\nref='A2:B2'/><mergeCell  other='x'></mergeCell></mergeCells>"
    assert "merged" in sentence(raw(tmp_path, "", tail=hidden))
    assert "Unmerge" in sentence(raw(tmp_path, "", tail='<mergeCell ref="A1:B900000"/>'))
    assert "readable" in sentence(raw(tmp_path, "", tail='<mergeCell ref="nowhere"/>'))


def test_a_sheet_without_the_columns_of_the_standard_is_refused(tmp_path: Path) -> None:
    def other(sheet: object) -> None:
        for row in sheet["A1:AM2"]:  # type: ignore[index]
            for cell in row:
                cell.value = "Something"

    assert "Human Trafficking Case Data Standard" in sentence(book(tmp_path, [], other))


def test_a_sheet_without_a_column_for_consent_is_refused(tmp_path: Path) -> None:
    path = book(tmp_path, [PERSON], lambda sheet: sheet.delete_cols(6))
    assert "no column for consent" in sentence(path)


def test_too_many_cases_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("repatriation.htcds.rows.MOST_CASES", 2)
    people = [PERSON | {"prs_FirstName": name} for name in ("Dara", "Bopha", "Vanna")]
    assert "more than 2 cases" in sentence(book(tmp_path, people))
    assert sheet.MOST_ROWS == 1_048_576


def test_no_sentence_repeats_what_a_cell_says(tmp_path: Path) -> None:
    row = '<row r="2"><c r="A2"><v>Chanthou</v></c></row>'
    assert "Chanthou" not in sentence(raw(tmp_path, row))
