"""The empty workbook that we hand out is read by our own import, and mends the faults of the known ones."""

from pathlib import Path

import openpyxl
import pytest

from repatriation.htcds.rows import Reading
from repatriation.htcds.standard import FIELDS, SHEET_COLUMNS
from repatriation.htcds.template import write_template
from repatriation.htcds.workbook import open_workbook
from tests.htcds.making import COLUMNS, PERSON, TODAY, read


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "cases.xlsx"
    write_template(path)
    return path


def test_the_empty_workbook_is_understood_without_a_remark_and_holds_nobody(template: Path) -> None:
    with open_workbook(template) as workbook:
        reading = Reading(workbook, TODAY)
        assert [sheet.name for sheet in workbook.sheets] == ["Case Sheet", "about", "validation"]
        assert (reading.findings, list(reading.rows())) == ((), [])


def test_a_filled_one_is_read(template: Path) -> None:
    workbook = openpyxl.load_workbook(template)
    for name, value in PERSON.items():
        workbook["Case Sheet"].cell(3, COLUMNS[name]).value = value  # type: ignore[assignment]
    workbook.save(template)
    (row,) = read(template)
    assert row.values == PERSON


def test_every_column_has_its_name_its_label_and_its_list(template: Path) -> None:
    workbook = openpyxl.load_workbook(template)
    sheet = workbook["Case Sheet"]
    assert [cell.value for cell in sheet[1]][1:] == list(SHEET_COLUMNS)
    assert [cell.value for cell in sheet[2]][1:] == [FIELDS[name].label for name in SHEET_COLUMNS]
    assert sheet.row_dimensions[1].hidden
    assert (sheet["A3"].value, sheet["A1002"].value) == (1, 1000)
    with_list = {str(rule.sqref).split(":")[0] for rule in sheet.data_validations.dataValidation}
    assert {"F3", "G3", "H3", "I3", "S3", "W3", "Y3", "AD3", "AJ3"} <= with_list
    listed = [cell.value for cell in workbook["validation"]["W"] if cell.value]
    assert listed == ["Methods of Control", *(label for _, label in FIELDS["vic_MethodsOfControl"].values)]
