"""A large workbook is read fast and in memory that does not grow with it."""

import datetime
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import Workbook

from repatriation.htcds.standard import FIELDS, SHEET_COLUMNS, Kind
from tests.htcds.making import PERSON

_READ = """
import datetime, resource, sys, time
from pathlib import Path
from repatriation.htcds.rows import Reading
from repatriation.htcds.workbook import open_workbook
begun, rows = time.perf_counter(), 0
with open_workbook(Path(sys.argv[1])) as workbook:
    for row in Reading(workbook, datetime.date(2026, 11, 21)).rows():
        rows += not row.refused
size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(rows, int(rows / (time.perf_counter() - begun)), size)
"""


def _filling(name: str, number: int) -> object:
    field = FIELDS[name]
    if field.kind is Kind.DATE:
        return datetime.date(1980, 1, 1) + datetime.timedelta(days=number)
    return PERSON.get(name) or (field.values[0][1] if field.values else f"{name} of {number}")


def large(path: Path, rows: int) -> Path:
    """A workbook of `rows` people, every column filled."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("Case Sheet")
    sheet.append([None, *SHEET_COLUMNS])
    sheet.append([None, *(FIELDS[name].label for name in SHEET_COLUMNS)])
    for number in range(rows):
        sheet.append(
            [
                number + 1,
                *(_filling(name, number) for name in SHEET_COLUMNS),
            ]
        )
    workbook.save(path)
    return path


def measure(path: Path) -> tuple[int, int, int]:
    """Rows read, rows a second, and the most memory used in kB, by a program of its own."""
    done = subprocess.run(
        [sys.executable, "-c", _READ, str(path)], capture_output=True, text=True, check=True
    )
    rows, speed, size = done.stdout.split()
    return int(rows), int(speed), int(size)


@pytest.mark.slow
def test_ten_times_the_rows_take_about_the_same_memory(tmp_path: Path) -> None:
    _, _, small = measure(large(tmp_path / "small.xlsx", 1_500))
    rows, speed, big = measure(large(tmp_path / "large.xlsx", 15_000))
    assert rows == 15_000
    assert big - small < 12_000
    # On two idle cores this is 9,000; the rest is for busy ones.
    assert speed > 1_500
