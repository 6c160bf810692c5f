"""Very many cases, made quickly: some real ones told again and again, under other references and days.

Nearly all are closed and old, as after years of work. One organisation knows of all of them, one of every
tenth, and one of five; and one has handed on nearly all that it had. Of the open cases every third waits at
the same stage of the same route, so that the narrowest list is full, and too long to be counted, from 100,000
cases on: a page that shows more costs more, and is no measure of what the number of cases does.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any, Final

import psycopg
from psycopg.types.json import Jsonb
from sqlalchemy import make_url
from sqlmodel import select

from repatriation.bench.place import Place
from repatriation.bench.postgres import plain
from repatriation.bench.world import World, populate, ways
from repatriation.records.cases import LETTERS, CaseFile
from repatriation.records.columns import new_id
from repatriation.records.scope import every_case
from repatriation.records.stays import Stay
from repatriation.records.visits import Visit
from repatriation.work.clocks import first_due
from repatriation.work.house import House
from repatriation.work.views import view_of

BUSY: Final = "mosvy"
MIDDLING: Final = "poipet-transit-centre"
RARE: Final = "ngo-bavet"
RARELY: Final = 5
PASSING: Final = "tha-police"
"""Has a part in every third case, and hands it on, so that it still has one in few."""

CROWDED: Final = ("khm-tha", "return_decided")
"""The route and the stage at which every third open case waits."""

YEARS: Final = timedelta(days=3650)
_AT_ONCE: Final = 20_000

_COLUMNS: Final = {
    name: tuple(CaseFile.metadata.tables[name].c.keys()) for name in ("case_file", "party", "stay", "visit")
}

Row = tuple[str, Sequence[Any]]
"""The name of a table, and values for all of its columns."""


def fill(place: Place, count: int, *, past: bool = False) -> World:
    """A new world with so many cases in it; with their past, also what they went through and their visits."""
    world = populate(place)
    models = _models(place, world)
    url = make_url(world.apart.ground.url)
    rows = _rows(world, models, count, past=past)
    if place.kind == "sqlite":
        _into_sqlite(str(url.database), rows)
    else:
        _into_postgresql(plain(url), rows)
    return world


def moment(number: int, count: int, now: datetime) -> datetime:
    """When the case of a number was last touched: evenly over the years, the last one just now."""
    return now - YEARS * (1 - (number + 1) / count)


def _models(place: Place, world: World) -> list[CaseFile]:
    """Real cases, each at another point of its way; the last is one of the crowd."""
    route, stage = CROWDED
    walks = world.open(ways(place.shelf), place.size(80, 16))
    for number, walk in enumerate(walks):
        strides = len(walk.way.strides) * (number % 10 + 1) // 10
        for _ in range(strides):
            world.take(walk)
    (last,) = world.open([next(way for way in ways(place.shelf) if way.new.route == route)], 1)
    while world.take(last).stage != stage:
        pass
    with world.house.doors.read() as session:
        models = {model.reference: model for model in session.exec(every_case())}
    return [*(models[walk.reference] for walk in walks), models[last.reference]]


def _rows(world: World, models: Sequence[CaseFile], count: int, *, past: bool) -> Iterator[Row]:
    """The rows of every case: its own, and those of the organisations that have a part in it."""
    stays = _stays(world) if past else {}
    ends = {name for procedure in world.house.shelf for name, s in procedure.stages.items() if s.end}
    closed = [model for model in models if model.stage in ends]
    going = [model for model in models if model.stage not in ends]
    bodies = {code: world.actors[code].organisation_id for code in _ROLES}
    now = datetime.now(UTC)
    for number in range(count):
        young = number > count * 0.95
        still = number % 5 > 0 if young else number % 500 == 0
        at = moment(number, count, now)
        if still:
            model = models[-1] if number % 3 == 0 else going[number % len(going)]
        else:
            model = closed[number % len(closed)]
        case_id, told = new_id(), _told(model, at)
        said = told | {
            "id": case_id,
            "reference": _reference(number),
            "updated_at": at,
            "opened_at": at - timedelta(days=200),
            "closed_at": None if still else at,
            "expected_on": at.date() + timedelta(days=number % 60) if still and number % 3 == 0 else None,
            "holder_id": bodies[BUSY],
            "sealed_seq": model.trail_seq,
            "unsealed": False,
        }
        yield "case_file", [said.get(name, getattr(model, name)) for name in _COLUMNS["case_file"]]
        due_on = _due(world.house, model, told, at) if still else None
        for code in _known(number, count):
            part: dict[str, Any] = {"id": new_id(), "case_id": case_id, "role": _ROLES[code]}
            part |= {"organisation_id": bodies[code], "since": at, "until": None, "updated_at": at}
            part |= {"stage": model.stage, "due_on": due_on, "route": model.route}
            if code == PASSING and not (still and number % 4):
                part |= {"until": at, "stage": None}
            yield "party", [part[name] for name in _COLUMNS["party"]]
        if past:
            yield from _past(stays.get(model.id, ()), case_id, at - model.updated_at, number)
            yield from _visits(case_id, bodies[BUSY], at, now, still=still)


def _stays(world: World) -> dict[str, list[Stay]]:
    """The stays of the real cases."""
    found: dict[str, list[Stay]] = {}
    with world.house.doors.read() as session:
        for stay in session.exec(select(Stay)):
            found.setdefault(stay.case_id, []).append(stay)
    return found


def _past(stays: Sequence[Stay], case_id: str, later: timedelta, number: int) -> Iterator[Row]:
    """The stages that a case went through, each for another while."""
    at = min((stay.entered_at for stay in stays), default=datetime.now(UTC)) + later
    for place, stay in enumerate(stays):
        minutes = (number * 7919 + place * 104_729) % 60_000
        left = at + timedelta(minutes=minutes / len(stays))
        values = {"case_id": case_id, "seq": stay.seq, "route": stay.route, "stage": stay.stage}
        values |= {"entered_at": at, "left_at": left, "minutes": minutes}
        yield "stay", [values[name] for name in _COLUMNS["stay"]]
        at = left


def _visits(case_id: str, organisation_id: str, at: datetime, now: datetime, *, still: bool) -> Iterator[Row]:
    """A visit every month: those made, and where the case is open one that was not, and those to come."""
    kept = Visit.metadata.tables["visit"].c
    for number in range(4):
        day = at + timedelta(days=30 * (number - 1))
        made = day <= now and number != 2
        values: dict[str, Any] = {column.name: None for column in kept}
        for name, field in Visit.model_fields.items():
            if not field.is_required():
                values[name] = field.get_default(call_default_factory=True)
        values |= {"id": new_id(), "case_id": case_id, "organisation_id": organisation_id}
        values["due_on"] = day.date()
        if made:
            values |= {"at": day, "outcome": "seen", "state": "done"}
        if made or still:
            yield "visit", [values[name] for name in _COLUMNS["visit"]]


def _told(model: CaseFile, at: datetime) -> dict[str, Any]:
    """What happened in a case, as if its last step had been at another time."""
    later = at - model.updated_at

    def moved(value: str | None) -> str | None:
        if value is None:
            return None
        if len(value) == len("2000-01-01"):
            return (date.fromisoformat(value) + later).isoformat()
        return (datetime.fromisoformat(value) + later).isoformat()

    facts = {name: [moved(value) for value in row] for name, row in model.state["facts"].items()}
    return {"entered_at": model.entered_at + later, "state": {**model.state, "facts": facts}}


def _due(house: House, model: CaseFile, told: dict[str, Any], at: datetime) -> date | None:
    """When the first clock of a case ends, as the step that led there would have kept it."""
    view = view_of(
        model.digest, model.stage, told["entered_at"], model.age_group, model.version, told["state"]
    )
    return first_due(house, house.shelf.pinned(model.digest), view, at)


def _known(number: int, count: int) -> Iterator[str]:
    """The organisations that have, or had, a part in the case of a number."""
    yield BUSY
    if number % 10 == 0:
        yield MIDDLING
    if number % max(1, count // RARELY) == count // RARELY - 1:
        yield RARE
    if number % 3 == 0:
        yield PASSING


_ROLES: Final = {
    BUSY: "home.coordination",
    MIDDLING: "home.reception",
    RARE: "home.caseworker",
    PASSING: "host.police",
}


def _reference(number: int) -> str:
    """Another reference for every number, and none that tells it."""
    scattered = (number * 2_654_435_761 + 97) % 2**40
    drawn = "".join(LETTERS[scattered >> shift & 31] for shift in range(0, 40, 5))
    return f"BE-{drawn[:4]}-{drawn[4:]}"


def _batches(rows: Iterator[Row]) -> Iterator[dict[str, list[Sequence[Any]]]]:
    """Rows by table, cases before the parts in them."""
    while some := list(islice(rows, _AT_ONCE)):
        yield {table: [row for of, row in some if of == table] for table in _COLUMNS}


def _into_sqlite(file: str, rows: Iterator[Row]) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")  # nothing here needs to outlive anything
        for batch in _batches(rows):
            connection.execute("BEGIN IMMEDIATE")
            for table, many in batch.items():
                marks = ", ".join("?" * len(_COLUMNS[table]))
                connection.executemany(
                    f"INSERT INTO {table} ({', '.join(_COLUMNS[table])}) VALUES ({marks})",  # noqa: S608
                    ([_as_sqlite(value) for value in row] for row in many),
                )
            connection.execute("COMMIT")


def _as_sqlite(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(" ", "microseconds")[:26]
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value) if isinstance(value, dict) else value


def _into_postgresql(url: str, rows: Iterator[Row]) -> None:
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        for batch in _batches(rows):
            for table, many in batch.items():
                into = f"COPY {table} ({', '.join(_COLUMNS[table])}) FROM STDIN"
                with cursor.copy(into.encode()) as copy:
                    for row in many:
                        copy.write_row([Jsonb(value) if isinstance(value, dict) else value for value in row])
            connection.commit()
        connection.autocommit = True
        cursor.execute("ANALYZE")  # which the server does by itself, only later
