"""An .xlsx or .xlsm workbook opened safely: its sheets, each a stream of rows. Macros are never looked at."""

import posixpath
from pathlib import Path
from typing import Self

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

from repatriation.htcds.faults import BadWorkbook
from repatriation.htcds.markup import local_names, parse
from repatriation.htcds.package import Package
from repatriation.htcds.sheet import Sheet
from repatriation.htcds.strings import read_strings

MOST_SHEETS = 100
_MOST_STYLES = 70_000
_RELATION = "http://schemas.openxmlformats.org/package/2006/relationships Relationship"
_ID_SPACES = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships id",
    "http://purl.oclc.org/ooxml/officeDocument/relationships id",
)
_TAGS = local_names("sheet", "workbookPr", "numFmt", "cellXfs", "xf")


class Workbook:
    """An open workbook; use as a context manager. `sheets` are in the order of their tabs."""

    def __init__(self, package: Package, sheets: tuple[Sheet, ...]) -> None:
        self.sheets = sheets
        self._package = package

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._package.close()


def open_workbook(path: Path) -> Workbook:
    """Open `path` for reading; whatever makes it unsafe or unreadable raises `BadWorkbook`."""
    package = Package(path)
    try:
        return Workbook(package, _sheets(package))
    except BadWorkbook:
        package.close()
        raise


def _sheets(package: Package) -> tuple[Sheet, ...]:
    main = _main_part(package)
    related = _relations(package, main)
    found: list[tuple[str, bool, str]] = []
    from_1904 = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal from_1904
        tag = _TAGS.get(name)
        if tag == "sheet":
            identity = next((attributes[key] for key in _ID_SPACES if key in attributes), "")
            hidden = attributes.get("state", "visible") != "visible"
            found.append((attributes.get("name", "")[:100], hidden, identity))
        elif tag == "workbookPr":
            from_1904 = attributes.get("date1904") in ("1", "true")

    parse(package, main, start)
    if len(found) > MOST_SHEETS:
        raise BadWorkbook(f"This workbook has more than {MOST_SHEETS} sheets.")
    by_kind = dict(related.values())
    strings = read_strings(package, by_kind.get("sharedStrings"))
    dates = _date_styles(package, by_kind.get("styles"))
    sheets = []
    for name, hidden, identity in found:
        kind, part = related.get(identity, ("", ""))
        if kind == "worksheet":
            sheets.append(Sheet(package, part, name, hidden, strings, dates, from_1904))
    if not sheets:
        raise BadWorkbook("This workbook has no sheet of cells.")
    return tuple(sheets)


def _main_part(package: Package) -> str:
    if "_rels/.rels" not in package.parts:
        raise BadWorkbook("This zip file is not an .xlsx workbook.")
    for kind, part in _relations(package, "").values():
        if kind == "officeDocument":
            if part.endswith(".bin"):
                raise BadWorkbook("This workbook is of the binary .xlsb kind. Save it as .xlsx.")
            if part.endswith(".xml") and "workbook" in part:
                return part
    raise BadWorkbook("This file is not an .xlsx workbook (perhaps another kind of office document).")


def _relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Identity to (kind, part name) of what `part` refers to in this file; what lies outside is left out."""
    folder, name = posixpath.split(part)
    found: dict[str, tuple[str, str]] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == _RELATION and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", "")))
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[attributes.get("Id", "")] = (kind, target.lstrip("/"))

    relations = posixpath.join(folder, "_rels", f"{name}.rels")
    if relations in package.parts:
        parse(package, relations, start)
    return found


def _date_styles(package: Package, part: str | None) -> tuple[bool, ...]:
    """For each cell style by number: is what it shows a date?"""
    formats: dict[str, bool] = {str(number): is_date_format(code) for number, code in BUILTIN_FORMATS.items()}
    # Built-in formats that Excel keeps for East Asian and Thai calendars, which have no code in the file.
    formats |= {str(number): True for number in (*range(27, 37), *range(50, 59), *range(71, 82))}
    styles: list[bool] = []
    within = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal within
        tag = _TAGS.get(name)
        if tag == "numFmt":
            formats[attributes.get("numFmtId", "")] = is_date_format(attributes.get("formatCode", "")[:200])
        elif tag == "cellXfs":
            within = True
        elif tag == "xf" and within and len(styles) < _MOST_STYLES:
            styles.append(formats.get(attributes.get("numFmtId", ""), False))

    def end(name: str) -> None:
        nonlocal within
        if _TAGS.get(name) == "cellXfs":
            within = False

    if part is not None:
        parse(package, part, start, end)
    return tuple(styles)
