"""The directory as a spreadsheet: what was written out is read in again exactly, and every cell that cannot
be taken gets a sentence that names it and its rule. Formulas are neither read nor written.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from pydantic import ValidationError

from repatriation.htcds.faults import BadWorkbook
from repatriation.htcds.package import Package
from repatriation.places.gazetteer import get, within
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.refusals import Invalid, NotFound, ReadOnly
from repatriation.work.services.offers import Offer, OfferEntered, offers, put

SHEET: Final = "services"
LARGEST: Final = 20 * 1024 * 1024
MOST_UNPACKED: Final = 10 * LARGEST
MOST_ROWS: Final = 20_000
_UNREADABLE: Final = (BadZipFile, InvalidFileException, SyntaxError, KeyError, ValueError, TypeError, OSError)
"""What the library raises on a broken workbook. Whatever reads its XML, a broken one is a SyntaxError."""

YES: Final = {"yes": True, "no": False}

RULES: Final[Mapping[str, str]] = {
    "name": "a name, with at least one letter or figure, of at most 200 letters",
    "organisation": "the code of an organisation that you speak for; nothing, if you keep the directory",
    "services": "codes of services with a semicolon between them, at least one",
    "place": "a code of the gazetteer with its country, such as KHM-011002",
    "languages": "codes of languages (km, th, vi, en, other) with a semicolon between them, or nothing",
    "min_age": "a whole number from 0 to 120, or nothing",
    "max_age": "a whole number from 0 to 120, or nothing",
    "capacity": "a whole number from 0 to 10000, or nothing where no places are counted",
    "taken": "a whole number from 0 to 10000",
    "registered_until": "a day of this century, or nothing",
    "checked_on": "a day of this century that does not lie ahead, or nothing",
    "id": "the id of an entry of the directory that you may change, or nothing for a new one",
    "twice": "an id once: a row above has it already, and a new entry has none",
    "whom": "“yes” in at least one of women, men, trans and children",
    "ages": "no youngest age above the oldest",
    "more_taken": "no more places taken than there are",
}
FLAG: Final = "“yes” or “no”"

_FLAGS: Final = ("women", "men", "trans", "children", "accessible")
_LISTS: Final = ("services", "languages")
_NUMBERS: Final = ("min_age", "max_age", "capacity", "taken")
_DAYS: Final = ("registered_until", "checked_on")

COLUMNS: Final = ("id", *OfferEntered.model_fields, "where")
"""`where` is the place in words, for people: it is written and not read."""


class NoSheet(Exception):
    """The file is none that could be read; the message is a sentence that says why."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell that cannot be taken, and the rule that it breaks. What stands in it is not repeated."""

    row: int
    column: str
    rule: str

    def __str__(self) -> str:
        letter = get_column_letter(COLUMNS.index(self.column) + 1)
        return f"Sheet {SHEET}, row {self.row}, column {letter} ({self.column}): it takes {self.rule}."


@dataclass(frozen=True, slots=True)
class Read:
    """What a file would do: which rows are new, changed or as they were, and which cells cannot be taken."""

    new: tuple[OfferEntered, ...]
    changed: tuple[tuple[str, OfferEntered], ...]
    same: int
    faults: tuple[Fault, ...]


def write(house: House, on: date, file: Path) -> int:
    """Writes the open directory into a new file; gives how many rows. Raises FileExistsError."""
    listed = offers(house, on)
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = SHEET
    sheet.append(COLUMNS)
    for row, each in enumerate(listed, start=2):
        for number, value in enumerate(_cells(each), start=1):
            cell = sheet.cell(row, number, value)
            if isinstance(value, str):
                cell.data_type = "s"  # a name that begins with "=" is a name
    with file.open("xb") as content:
        book.save(content)
    return len(listed)


def read(house: House, actor: Actor, now: datetime, file: Path) -> Read:
    """Reads a file and compares it with the directory, without changing anything.

    Raises:
        NoSheet: it is no workbook with the sheet and the columns that are written out.
    """
    there = {each.id: each for each in offers(house, actor.day(now))}
    new: list[OfferEntered] = []
    changed: list[tuple[str, OfferEntered]] = []
    faults: list[Fault] = []
    seen: set[str | None] = set()
    same = 0
    for row, cells in _rows(file):
        offer_id, entered, wrong = _row(row, cells)
        if offer_id is not None and offer_id not in there:
            wrong.append(Fault(row, "id", RULES["id"]))
        elif offer_id in seen:
            wrong.append(Fault(row, "id", RULES["twice"]))
        seen |= {offer_id} - {None}
        known = there.get(offer_id or "")
        if entered is not None and not wrong and (known is None or known.entered != entered):
            wrong = _refused(house, actor, now, row, entered, offer_id)
        faults += wrong
        if wrong or entered is None:
            continue
        if known is None or offer_id is None:
            new.append(entered)
        elif known.entered == entered:
            same += 1
        else:
            changed.append((offer_id, entered))
    return Read(tuple(new), tuple(changed), same, tuple(faults))


def apply(house: House, actor: Actor, now: datetime, read: Read) -> None:
    """Enters what was read, all of it or, when one row is refused, nothing. Raises what `put` raises."""
    with house.doors.act() as session:
        for entered in read.new:
            put(session, house, actor, now, entered, None)
        for offer_id, entered in read.changed:
            put(session, house, actor, now, entered, offer_id)


class _Undone(Exception):
    """Nothing of a trial is kept."""


def _refused(
    house: House, actor: Actor, now: datetime, row: int, entered: OfferEntered, offer_id: str | None
) -> list[Fault]:
    """What the directory itself would refuse, found by trying it and keeping nothing."""
    if actor.reads_only:
        raise ReadOnly
    try:
        with house.doors.act() as session:
            put(session, house, actor, now, entered, offer_id)
            raise _Undone
    except _Undone:
        return []
    except Invalid as wrong:
        return [Fault(row, name, RULES[name]) for name in wrong.problems]
    except NotFound:
        return [Fault(row, "id", RULES["id"])]


def _cells(each: Offer) -> Iterable[Any]:
    entered = each.entered
    place = get(entered.place)
    values: dict[str, Any] = {**entered.model_dump(), "id": each.id}
    values["where"] = ", ".join(part.spoken for part in within(place)) if place else None
    for name in _FLAGS:
        values[name] = "yes" if values[name] else "no"
    for name in _LISTS:
        values[name] = ";".join(values[name]) or None
    return (values[name] for name in COLUMNS)


def _rows(file: Path) -> Iterable[tuple[int, Mapping[str, Any]]]:
    """The filled rows with their cells by column."""
    if not file.is_file():
        raise NoSheet("There is no such file.")
    if file.stat().st_size > LARGEST:
        raise NoSheet("The file is too large: at most 20 MB.")
    try:
        with Package(file) as package:
            if sum(part.file_size for part in package.parts.values()) > MOST_UNPACKED:
                raise NoSheet("Unpacked, the file is far larger than a directory: it is refused unread.")
    except BadWorkbook as wrong:
        raise NoSheet(str(wrong)) from None
    with file.open("rb") as stream:
        try:
            yield from _lines(load_workbook(stream, read_only=True, data_only=False))
        except _UNREADABLE:
            raise NoSheet("The file is not a whole .xlsx workbook: it cannot be read.") from None


def _lines(book: Workbook) -> Iterable[tuple[int, Mapping[str, Any]]]:
    try:
        if SHEET not in book.sheetnames:
            raise NoSheet(f"The workbook has no sheet called “{SHEET}”.")
        lines = iter(book[SHEET].iter_rows(max_col=len(COLUMNS)))
        heads = tuple(cell.value for cell in next(lines, ()))
        if heads != COLUMNS:
            wanted = ", ".join(COLUMNS)
            raise NoSheet(f"The first row of sheet {SHEET} must hold these words, in this order: {wanted}.")
        for number, line in enumerate(lines, start=2):
            if number > MOST_ROWS + 1:
                raise NoSheet(f"There are more than {MOST_ROWS:,} rows.")
            cells = dict(zip(COLUMNS, line, strict=False))
            if any(cell.value is not None for cell in cells.values()):
                yield number, cells
    finally:
        book.close()


def _row(row: int, cells: Mapping[str, Any]) -> tuple[str | None, OfferEntered | None, list[Fault]]:
    """One row: the id in it, the offer, or what is wrong with it."""
    given: dict[str, Any] = {}
    faults: list[Fault] = []
    for name in COLUMNS[:-1]:
        cell = cells.get(name)
        value = cell.value if cell is not None else None
        rule = FLAG if name in _FLAGS else RULES[name]
        if cell is not None and getattr(cell, "data_type", "") == "f":
            faults.append(Fault(row, name, f"{rule}; it holds a formula, and formulas are not read"))
            continue
        try:
            given[name] = _READERS[name](value)
        except ValueError:
            faults.append(Fault(row, name, rule))
    offer_id = given.pop("id", None)
    told = {fault.column for fault in faults}
    try:
        entered = OfferEntered.model_validate(given)
    except ValidationError as problem:
        return offer_id, None, faults + list(_broken(row, problem, told))
    return offer_id, None if faults else entered, faults


def _broken(row: int, problem: ValidationError, told: set[str]) -> Iterable[Fault]:
    """What is wrong beside what was told already; how cells fit each other is asked once each is right."""
    for each in problem.errors(include_input=False):
        name = str(each["loc"][0]) if each["loc"] else ""
        if name in told or (told and not name):
            continue
        if name:
            yield Fault(row, name, RULES.get(name, FLAG))
        elif "whom" in each["msg"]:
            yield Fault(row, "women", RULES["whom"])
        elif "ages" in each["msg"]:
            yield Fault(row, "min_age", RULES["ages"])
        else:
            yield Fault(row, "taken", RULES["more_taken"])


def _text(value: Any) -> str | None:
    """Text; a number is refused, for a code that became one has lost its zeros."""
    if value is None or isinstance(value, str):
        return (value or "").strip() or None
    raise ValueError


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().casefold() in YES:
        return YES[value.strip().casefold()]
    raise ValueError


def _list(value: Any) -> tuple[str, ...]:
    return tuple(part.strip() for part in (_text(value) or "").split(";") if part.strip())


def _number(value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise ValueError
    return int(value)


def _day(value: Any) -> date | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, str):
        return date.fromisoformat(value.strip())
    raise ValueError


def _or_none(value: Any) -> int:
    return _number(value) or 0


_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    **dict.fromkeys(("id", "organisation", "name", "place"), _text),
    **dict.fromkeys(_FLAGS, _flag),
    **dict.fromkeys(_LISTS, _list),
    **dict.fromkeys(_NUMBERS, _number),
    **dict.fromkeys(_DAYS, _day),
    "taken": _or_none,
}
