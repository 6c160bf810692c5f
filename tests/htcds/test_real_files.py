"""The workbooks that IOM hands out, where this machine has them."""

from pathlib import Path

import pytest

from repatriation.htcds.rows import Reading
from repatriation.htcds.workbook import open_workbook
from tests.htcds.conftest import FOLDER
from tests.htcds.making import TODAY

FILES = sorted(Path(FOLDER).glob("*.xls[xm]")) if FOLDER else []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.suffix)
def test_a_workbook_as_handed_out_holds_nobody_and_its_faults_are_told(path: Path) -> None:
    with open_workbook(path) as workbook:
        reading = Reading(workbook, TODAY)
        assert list(reading.rows()) == []
    assert reading.expected == 1_000
    assert [(found.column, found.code) for found in reading.findings] == [
        ("N", "name_and_label_differ"),
        ("O", "name_and_label_differ"),
        ("Q", "name_and_label_differ"),
        ("R", "name_and_label_differ"),
        ("T", "misspelt_name"),
        ("AJ", "no_name"),
    ]


def test_the_folder_that_was_named_holds_workbooks() -> None:
    assert FILES
