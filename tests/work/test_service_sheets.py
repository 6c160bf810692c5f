"""The directory as a spreadsheet: the same again, and a sentence for each cell that cannot be taken."""

from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook, load_workbook

from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.services.offers import OfferEntered, enter, offers
from repatriation.work.services.sheets import COLUMNS, NoSheet, Read, apply, read, write

Officers = dict[str, Actor]

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)

GOOD = {
    "name": "House in Poipet",
    "organisation": "ngo",
    "services": "anti_trafficking_transitional_accomodation",
    "place": "KHM-011002",
    "women": "yes",
    "men": "no",
    "trans": "no",
    "children": "yes",
    "accessible": "no",
    "taken": 0,
}


def entered(**changes: Any) -> OfferEntered:
    whole = {
        "organisation": "ngo",
        "name": "House in Poipet",
        "services": ("anti_trafficking_transitional_accomodation", "counselling_trauma"),
        "place": "KHM-011002",
        "women": True,
        "children": True,
        "min_age": 6,
        "languages": ("km", "vi"),
        "accessible": True,
        "capacity": 12,
        "taken": 3,
        "registered_until": date(2030, 1, 1),
        "checked_on": date(2026, 3, 1),
    }
    return OfferEntered.model_validate({**whole, **changes})


def sheet_of(path: Path, *rows: dict[str, Any], heads: tuple[str, ...] = COLUMNS) -> Path:
    """A workbook with these rows."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "services"
    sheet.append(heads)
    for row in rows:
        sheet.append([row.get(name) for name in COLUMNS])
    book.save(path)
    return path


def test_what_was_written_out_is_read_in_again_exactly(
    house: House, officers: Officers, now: datetime, tmp_path: Path
) -> None:
    for changes in (
        {},
        {"name": "=1+1", "capacity": None, "taken": 0, "languages": ()},
        {"name": "មណ្ឌល ០១", "registered_until": None, "checked_on": None, "min_age": None},
        {"name": "In a village without an official code", "place": "KHM-050614-3"},
    ):
        enter(house, officers["ngo"], now, entered(**changes))
    before = offers(house, now.date())
    file = tmp_path / "out.xlsx"
    assert write(house, now.date(), file) == 4
    assert read(house, officers["mosvy"], now, file) == Read((), (), 4, ())
    with pytest.raises(FileExistsError):
        write(house, now.date(), file)
    book = load_workbook(file)
    kept = book["services"]
    assert not [cell for row in kept.iter_rows() for cell in row if cell.data_type == "f"]

    for each in kept.iter_rows(min_row=2):
        each[0].value = None
    again = tmp_path / "again.xlsx"
    book.save(again)
    new = read(house, officers["mosvy"], now, again)
    apply(house, officers["mosvy"], now, new)
    after = offers(house, now.date())
    assert sorted(repr(each.entered) for each in after) == sorted(repr(e.entered) for e in before * 2)


def test_a_changed_row_changes_its_entry_and_a_trial_changes_nothing(
    house: House, officers: Officers, now: datetime, tmp_path: Path
) -> None:
    offer_id = enter(house, officers["ngo"], now, entered(registered_until=None, checked_on=None))
    file = sheet_of(tmp_path / "in.xlsx", {**GOOD, "id": offer_id, "capacity": 20}, {**GOOD, "name": "New"})
    told = read(house, officers["ngo"], now, file)
    assert [len(told.new), len(told.changed), told.same, told.faults] == [1, 1, 0, ()]
    assert [each.entered.capacity for each in offers(house, now.date())] == [12]
    apply(house, officers["ngo"], now, told)
    assert {each.entered.name: each.entered.capacity for each in offers(house, now.date())} == {
        "House in Poipet": 20,
        "New": None,
    }


@pytest.mark.parametrize(
    ("changes", "column", "letter", "rule"),
    [
        ({"place": 11002}, "place", "E", "a code of the gazetteer with its country, such as KHM-011002"),
        ({"place": "Poipet"}, "place", "E", "a code of the gazetteer"),
        ({"services": "beds"}, "services", "D", "codes of services with a semicolon between them"),
        ({"women": "maybe"}, "women", "F", "“yes” or “no”"),
        ({"women": "no", "children": "no"}, "women", "F", "“yes” in at least one of"),
        ({"min_age": 1.5}, "min_age", "J", "a whole number from 0 to 120"),
        ({"min_age": 9, "max_age": 8}, "min_age", "J", "no youngest age above the oldest"),
        ({"taken": 4, "capacity": 3}, "taken", "O", "no more places taken than there are"),
        ({"capacity": -1}, "capacity", "N", "a whole number from 0 to 10000"),
        ({"checked_on": "soon"}, "checked_on", "Q", "a day of this century"),
        ({"checked_on": date(2099, 1, 1)}, "checked_on", "Q", "that does not lie ahead"),
        ({"organisation": "datip"}, "organisation", "B", "an organisation that you speak for"),
        ({"id": "nobody"}, "id", "A", "an entry of the directory that you may change"),
        ({"name": None}, "name", "C", "a name, with at least one letter"),
        ({"name": "=HYPERLINK(1)"}, "name", "C", "formulas are not read"),
        ({"languages": "km;xx"}, "languages", "L", "codes of languages"),
    ],
)
def test_each_bad_cell_is_named_with_its_rule(
    house: House,
    officers: Officers,
    now: datetime,
    tmp_path: Path,
    changes: dict[str, Any],
    column: str,
    letter: str,
    rule: str,
) -> None:
    file = sheet_of(tmp_path / "in.xlsx", GOOD, {**GOOD, **changes})
    (fault,) = read(house, officers["ngo"], now, file).faults
    assert str(fault).startswith(f"Sheet services, row 3, column {letter} ({column}): it takes ")
    assert rule in str(fault)


def test_what_is_no_such_workbook_is_said_in_a_sentence(
    house: House, officers: Officers, now: datetime, tmp_path: Path
) -> None:
    text = tmp_path / "text.xlsx"
    text.write_text("name")
    other = tmp_path / "other.xlsx"
    Workbook().save(other)
    wrong = sheet_of(tmp_path / "wrong.xlsx", heads=COLUMNS[::-1])
    for file, said in (
        (tmp_path / "none.xlsx", "no such file"),
        (text, "not an .xlsx workbook"),
        (other, "no sheet called “services”"),
        (wrong, "in this order: id, organisation, name"),
    ):
        with pytest.raises(NoSheet, match=said):
            read(house, officers["ngo"], now, file)


def with_part(file: Path, whole: Path, part: str, written: bytes) -> Path:
    """The same workbook with another part in the place of one of its own."""
    with ZipFile(whole) as good, ZipFile(file, "w", ZIP_DEFLATED) as bad:
        for name in good.namelist():
            bad.writestr(name, written if name == part else good.read(name))
    return file


def test_a_hostile_workbook_is_refused_in_a_sentence_and_not_unpacked(
    house: House, officers: Officers, now: datetime, tmp_path: Path
) -> None:
    good = sheet_of(tmp_path / "good.xlsx", GOOD)
    sheet = "xl/worksheets/sheet1.xml"
    for name, written, said in (
        ("bomb", b"<worksheet>" + b" " * (16 << 20), "zip bomb"),
        ("cut", ZipFile(good).read(sheet)[:-30], "not a whole"),
        ("laughs", LAUGHS, "not a whole"),
    ):
        file = with_part(tmp_path / f"{name}.xlsx", good, sheet, written)
        with pytest.raises(NoSheet, match=said):
            read(house, officers["ngo"], now, file)
    no_book = with_part(tmp_path / "book.xlsx", good, "xl/workbook.xml", b"<workbook")
    with pytest.raises(NoSheet, match="not a whole"):
        read(house, officers["ngo"], now, no_book)


LAUGHS = (
    b'<!DOCTYPE x [<!ENTITY a "ha">'
    + b"".join(
        b'<!ENTITY %c "%s">' % (letter, b"&%c;" % (letter - 1) * 20) for letter in range(ord("b"), ord("k"))
    )
    + b"]><worksheet><sheetData><row><c><v>&j;</v></c></row></sheetData></worksheet>"
)
"""A few hundred letters that stand for very many, if a reader lets them."""


def test_every_bad_cell_of_a_row_is_named_at_once_and_the_row_counts_for_nothing(
    house: House, officers: Officers, now: datetime, tmp_path: Path
) -> None:
    wrong = {"name": None, "services": "sewing", "women": "maybe", "capacity": -3, "taken": 5, "min_age": 20}
    elsewhere = {"organisation": "nobody", "checked_on": date(2030, 1, 1)}
    book = sheet_of(tmp_path / "in.xlsx", {**GOOD, **wrong}, {**GOOD, **elsewhere}, GOOD)
    found = read(house, officers["mosvy"], now, book)
    told = [(fault.row, fault.column) for fault in found.faults]
    assert sorted(told) == sorted(
        [
            *((2, name) for name in ("capacity", "name", "services", "women")),
            *((3, name) for name in ("checked_on", "organisation")),
        ]
    )
    assert (len(found.new), found.changed) == (1, ())


def test_a_row_that_was_copied_with_its_id_overwrites_no_entry(
    house: House, officers: Officers, now: datetime, tmp_path: Path
) -> None:
    known = enter(house, officers["ngo"], now, entered(checked_on=None))
    rows = ({**GOOD, "id": known, "name": name} for name in ("House in Poipet", "House in Bavet"))
    found = read(house, officers["mosvy"], now, sheet_of(tmp_path / "in.xlsx", *rows))
    assert [str(fault)[:40] for fault in found.faults] == ["Sheet services, row 3, column A (id): it"]
