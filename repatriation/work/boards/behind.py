"""The list behind a number: exactly the cases that it counts, page by page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Date, Integer, Select

from repatriation.records.boards.listing import number_of, page_of
from repatriation.work.house import House
from repatriation.work.lists import Place
from sop.procedure import Procedure, Stage

PAGE: Final = 50


class Behind(NamedTuple):
    """Which cases a number counts: the question, and what it is given."""

    ids: Select[Any]
    given: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One case behind a number. `key` is that by which the list is ordered: a day, a moment or minutes."""

    reference: str
    procedure: Procedure | None
    stage: Stage | str
    child: bool
    key: Any
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of the cases behind a number; `later` is where the next one begins."""

    lines: tuple[Line, ...]
    total: int
    later: Place | None


def listed(house: House, behind: Behind, place: Place | None = None) -> Listed:
    """One page. A place that no link of ours says is the beginning."""
    key = _key(behind.ids, place) if place is not None else None
    beyond = place is not None and key is not None
    given = dict(behind.given)
    if beyond and place is not None:
        given |= {"at_key": key, "at_id": place.case_id}
    with house.doors.read() as session:
        connection = session.connection()
        rows = connection.execute(page_of(behind.ids, PAGE + 1, beyond=beyond), given).all()
        if rows or not beyond:
            total = int(rows[0].total) if rows else 0
        else:  # a place after the last of them
            total = int(connection.execute(number_of(behind.ids), behind.given).scalar_one())
    later = None
    if len(rows) > PAGE:
        last = rows[PAGE - 1]
        later = Place(last.key.isoformat() if isinstance(last.key, date) else str(last.key), last.row_id)
    return Listed(tuple(_line(house, row) for row in rows[:PAGE]), total, later)


def _line(house: House, row: Any) -> Line:
    procedure = next((each for each in house.shelf if each.route == row.route), None)
    stage = procedure.stages.get(row.stage, row.stage) if procedure else row.stage
    return Line(row.reference, procedure, stage, row.age_group != "adult", row.key, row.updated_at)


def _key(ids: Select[Any], place: Place) -> Any:
    """The sort key that an address says, or none where it is no key of this list."""
    kind = ids.selected_columns["key"].type
    try:
        if isinstance(kind, Integer):
            return int(place.key)
        if isinstance(kind, Date):
            return date.fromisoformat(place.key)
        moment = datetime.fromisoformat(place.key)
    except ValueError:
        return None
    return moment if moment.utcoffset() is not None else None
