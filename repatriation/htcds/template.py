"""An empty workbook of the standard's shape, to be filled by hand, with the faults of the known ones mended.

Names and values are those of the standard (IOM, CC BY 4.0). The mailing columns carry the name of what their
label says, every column has a name, dates are checked as dates, and a sheet says how to write several.
"""

from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from repatriation.htcds.countries import NAMES
from repatriation.htcds.standard import FIELDS, SHEET_COLUMNS, Field, Kind

CASES = "Case Sheet"
ROWS = 1_000
_FIRST_ROW = 3
_ABOUT = (
    "Cases in the shape of the Human Trafficking Case Data Standard 2.0 of the International Organization for"
    " Migration (CC BY 4.0). IOM has not made or endorsed this workbook.",
    "One person, one row. No case is opened for a row whose Consent is not TRUE.",
    "Several values in one cell: part them with a semicolon.",
    "Dates: cells that are dates, or year-month-day (2001-12-31) of the common era.",
    "No formulas and no merged cells.",
)


def write_template(path: Path) -> None:
    """Write the empty workbook to `path`, over whatever is there."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = CASES
    lists = book.create_sheet("validation")
    for place, name in enumerate(SHEET_COLUMNS):
        _column(sheet, lists, place + 2, FIELDS[name])
    for row in range(_FIRST_ROW, _FIRST_ROW + ROWS):
        sheet.cell(row, 1, row - _FIRST_ROW + 1)
    sheet.row_dimensions[1].hidden = True
    sheet.row_dimensions[2].height = 45
    sheet.freeze_panes = "B3"
    about = book.create_sheet("about", 1)
    about.column_dimensions["A"].width = 100
    for line in _ABOUT:
        about.append([line])
    book.save(path)


def _column(sheet: Worksheet, lists: Worksheet, column: int, field: Field) -> None:
    letter = get_column_letter(column)
    sheet.cell(1, column, field.name)
    label = sheet.cell(2, column, field.label)
    label.font = Font(bold=True)
    label.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions[letter].width = 18
    rule = _rule(lists, column, field)
    if rule is not None:
        rule.add(f"{letter}{_FIRST_ROW}:{letter}{_FIRST_ROW + ROWS - 1}")
        sheet.add_data_validation(rule)
    if field.kind in (Kind.TEXT, Kind.DATE):
        # As text, telephone numbers keep their zeros; ISO dates cannot be taken for anything else.
        form = "@" if field.kind is Kind.TEXT else "yyyy-mm-dd"
        for row in range(_FIRST_ROW, _FIRST_ROW + ROWS):
            sheet.cell(row, column).number_format = form


def _rule(lists: Worksheet, column: int, field: Field) -> DataValidation | None:
    if field.kind is Kind.DATE:
        return DataValidation(
            type="date",
            operator="between",
            formula1="1",
            formula2="73415",
            allow_blank=True,
            showErrorMessage=True,
        )
    if field.kind is Kind.CHECKBOX:
        return DataValidation(type="list", formula1='"TRUE,FALSE"', allow_blank=True, showErrorMessage=True)
    labels = (
        list(NAMES.values())
        if field.kind in (Kind.COUNTRY, Kind.COUNTRIES)
        else [label for _, label in field.values]
    )
    if not labels:
        return None
    letter = get_column_letter(column)
    lists.cell(1, column, field.label)
    for place, label in enumerate(labels):
        lists.cell(place + 2, column, label)
    # Several values in a cell are not in the list: there a list may only offer, not insist.
    several = field.kind in (Kind.CHOICES, Kind.COUNTRIES)
    return DataValidation(
        type="list",
        formula1=f"validation!${letter}$2:${letter}${len(labels) + 1}",
        allow_blank=True,
        showErrorMessage=not several,
    )
