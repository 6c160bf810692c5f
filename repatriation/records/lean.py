"""The hot path: statements written in SQLAlchemy Core, compiled once, and run straight on the driver.

SQLAlchemy spends more on each statement than SQLite does, and PostgreSQL more on each round trip than on the
work. So a step is described as data (`Writes`) and run in whichever way is quick: one by one inside the
writer queue on SQLite, as one single statement on PostgreSQL. Bound values still pass through the columns'
types.
"""

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from pydantic_core import from_json, to_json
from sqlalchemy import JSON, Insert, Select, Update
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine
from sqlmodel.sql.sqltypes import UTCDateTime

from repatriation.records.combined import Part, combine
from repatriation.records.prepared import Prepared

Values = Mapping[str, Any]


class Write(NamedTuple):
    """A Core statement and its values: an Insert's by column name, an Update's by column or bindparam name.

    Keep the statement in a module constant and vary only the values: it is compiled once for each set of
    names. The names of bindparams in an Update must differ from the names of its table's columns. `same`
    names the columns of an Update that already hold their value: SQLite rewrites the indexes of every column
    that is set, and so is not told of them.
    """

    statement: Insert | Update
    values: Values
    same: frozenset[str] = frozenset()

    def changed(self) -> "Write":
        """The write without what is there already."""
        if not self.same:
            return self
        return Write(self.statement, {n: v for n, v in self.values.items() if n not in self.same})


class Writes(NamedTuple):
    """What a step writes. The guard must hit exactly one row, else nothing is written at all."""

    guard: Write | None
    rest: tuple[Write, ...] = ()
    answer: Any = None


class Shape(NamedTuple):
    """A compiled statement: its text, its parameters in order, and how a row of its answer is read.

    `presets` are the values of parameters that need not be given, `converters` stand beside the place of
    their parameter.
    """

    sql: str
    names: tuple[str, ...]
    presets: Mapping[str, Any]
    converters: tuple[tuple[int, Callable[[Any], Any]], ...]
    make_row: Callable[[Any], Any] | None = None

    def listed(self, values: Values) -> list[Any]:
        """The parameters in the order of the text. KeyError when one is missing."""
        if self.presets:
            values = {**self.presets, **values}
        listed = [values[name] for name in self.names]
        for place, convert in self.converters:
            listed[place] = convert(listed[place])
        return listed

    def each_listed(self, rows: Sequence[Values]) -> list[list[Any]]:
        """The parameters of several rows; what a row has in common with the first is converted once."""
        first, common, converters = rows[0], self.listed(rows[0]), dict(self.converters)
        every = [common]
        for row in rows[1:]:
            listed = list(common)
            for place, name in enumerate(self.names):
                value = row.get(name)
                if value is not first.get(name):
                    convert = converters.get(place)
                    listed[place] = value if convert is None else convert(value)
            every.append(listed)
        return every


_KEPT = 1000
"""Statements kept compiled. More than this means that somebody builds them anew for each call."""


class Compiler:
    """Compiles each statement once for one kind of database."""

    def __init__(self, dialect: Dialect) -> None:
        # With numbered parameters psycopg hands the text on as it is, and need not take it apart each time.
        numbered = {"paramstyle": "numeric_dollar"} if dialect.name == "postgresql" else {}
        self.dialect = type(dialect)(**numbered)
        self._shapes: dict[Any, Shape] = {}

    def select(self, statement: Select[Any]) -> Shape:
        """The shape of a SELECT, with rows read into named tuples."""
        shape = self._shapes.get(statement)
        if shape is None:
            shape = self._keep(
                statement, self._shape(statement, None)._replace(make_row=self._reader(statement))
            )
        return shape

    def write(self, statement: Insert | Update, names: tuple[str, ...]) -> Shape:
        """The shape of one write that is given the values called `names`."""
        shape = self._shapes.get((statement, names))
        if shape is None:
            shape = self._keep((statement, names), self._shape(statement, names))
        return shape

    def combined(self, guard: Part | None, rest: tuple[Part, ...]) -> Shape:
        """The shape of all writes in one; its parameters are named as `combine` says."""
        shape = self._shapes.get((guard, rest))
        if shape is None:
            shape = self._keep((guard, rest), self._shape(combine(guard, rest), None))
        return shape

    def _keep(self, key: Any, shape: Shape) -> Shape:
        if len(self._shapes) >= _KEPT:
            self._shapes.clear()
        self._shapes[key] = shape
        return shape

    def _shape(self, statement: Any, names: tuple[str, ...] | None) -> Shape:
        columns = None if names is None else [name for name in names if name in statement.table.c]
        compiled: SQLCompiler = statement.compile(dialect=self.dialect, column_keys=columns)
        required = {name for name, bind in compiled.binds.items() if bind.required}
        if (
            compiled.post_compile_params or compiled.literal_execute_params
        ):  # a separator or a list that must stand in the text itself
            compiled = statement.params(dict.fromkeys(required)).compile(
                dialect=self.dialect, column_keys=columns, compile_kwargs={"render_postcompile": True}
            )
        order = compiled.positiontup if compiled.positiontup is not None else list(compiled.binds)
        presets, converters = {}, []
        for place, name in enumerate(order):
            bind = compiled.binds[name]
            if name not in required:
                presets[name] = bind.effective_value
            convert = self._binder(bind.type)
            if convert is not None:
                converters.append((place, convert))
        return Shape(compiled.string, tuple(order), presets, tuple(converters))

    def _binder(self, kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
        if self._writes_moments(kind):
            return _moment_text
        if isinstance(kind, JSON):
            return _document_text
        return kind.dialect_impl(self.dialect).bind_processor(self.dialect)

    def _loader(self, kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
        if self._writes_moments(kind):
            return _moment_of
        if isinstance(kind, JSON) and self.dialect.name == "sqlite":
            return _document_of  # psycopg reads it by itself
        return kind.dialect_impl(self.dialect).result_processor(self.dialect, None)

    def _writes_moments(self, kind: TypeEngine[Any]) -> bool:
        return isinstance(kind, UTCDateTime) and self.dialect.name == "sqlite"

    def _reader(self, statement: Select[Any]) -> Callable[[Any], Any]:
        columns = statement.selected_columns
        row = namedtuple("Row", [column.key for column in columns])  # type: ignore[misc]
        converters = [
            (n, convert) for n, column in enumerate(columns) if (convert := self._loader(column.type))
        ]
        make: Callable[[Any], Any] = row._make
        if not converters:
            return make

        def read(plain: Any) -> Any:
            values = list(plain)
            for n, convert in converters:
                values[n] = convert(values[n])
            return make(values)

        return read


class Lean:
    """A connection to read through in a step."""

    def __init__(self, driver: sqlite3.Cursor | Prepared, compiler: Compiler) -> None:
        self._driver = driver
        self._compiler = compiler

    def all(self, statement: Select[Any], values: Values) -> list[Any]:
        """All rows as named tuples; `values` are the statement's bindparams by name."""
        (rows,) = self.each(((statement, values),))
        return rows

    def each(self, asked: Sequence[tuple[Select[Any], Values]]) -> list[list[Any]]:
        """As `all`, of several questions: on PostgreSQL in one breath, though each sees its own moment."""
        shapes = [self._compiler.select(statement) for statement, _ in asked]
        given = [(shape.sql, shape.listed(values)) for shape, (_, values) in zip(shapes, asked, strict=True)]
        return [
            [shape.make_row(row) for row in rows]  # type: ignore[misc]
            for shape, rows in zip(shapes, self._found(given), strict=True)
        ]

    def _found(self, given: Sequence[tuple[str, list[Any]]]) -> Iterable[Iterable[Any]]:
        driver = self._driver
        if not isinstance(driver, Prepared):
            return [driver.execute(*each).fetchall() for each in given]
        return [driver.run(*given[0])] if len(given) == 1 else driver.run_each(given)

    def one(self, statement: Select[Any], values: Values) -> Any | None:
        """The only row, or None when there is none. ValueError when there are more."""
        rows = self.all(statement, values)
        if len(rows) > 1:
            raise ValueError(f"one row was expected, {len(rows)} came")
        return rows[0] if rows else None

    def write_each(self, writes: Writes) -> bool:
        """Write one by one, on SQLite; False when the guard missed, in which case the caller rolls back."""
        cursor = self._driver
        assert isinstance(cursor, sqlite3.Cursor)
        if writes.guard is not None:
            statement, values, _ = writes.guard.changed()
            shape = self._compiler.write(statement, tuple(values))
            if cursor.execute(shape.sql, shape.listed(values)).rowcount != 1:
                return False
        for statement, rows in gathered(write.changed() for write in writes.rest):
            shape = self._compiler.write(statement, tuple(rows[0]))
            if len(rows) == 1:
                cursor.execute(shape.sql, shape.listed(rows[0]))
            else:
                cursor.executemany(shape.sql, shape.each_listed(rows))
        return True

    def write_combined(self, writes: Writes) -> bool:
        """Write all in one statement, on PostgreSQL; False when the guard missed and nothing was written."""
        return self._prepared().run(*self._combined(writes)) == [(1,)]

    def write_and_look(self, writes: Writes, statement: Select[Any], values: Values) -> list[Any] | None:
        """As `write_combined`, and in the same breath as `all`; None when the guard missed."""
        shape = self._compiler.select(statement)
        asked = [(shape.sql, shape.listed(values)), self._combined(writes)]
        found, written = self._prepared().run_each(asked)
        return [shape.make_row(row) for row in found] if written == [(1,)] else None  # type: ignore[misc]

    def _prepared(self) -> Prepared:
        assert isinstance(self._driver, Prepared)
        return self._driver

    def _combined(self, writes: Writes) -> tuple[str, list[Any]]:
        """All writes as one statement, with its values."""
        guard, named = None, {}
        if writes.guard is not None:
            guard = Part(writes.guard.statement, tuple(writes.guard.values))
            named = {f"w0_{name}": value for name, value in writes.guard.values.items()}
        rest = []
        for number, (statement, rows) in enumerate(gathered(writes.rest), start=1):
            first, others = rows[0], rows[1:]
            differing = (
                tuple(n for n in first if any(row[n] is not first[n] for row in others)) if others else ()
            )
            rest.append(Part(statement, tuple(first), differing))
            for name, value in first.items():
                named[f"w{number}_{name}"] = value
            for name in differing:
                named[f"w{number}_{name}"] = [row[name] for row in rows]
        shape = self._compiler.combined(guard, tuple(rest))
        return shape.sql, shape.listed(named)


def gathered(writes: Iterable[Write]) -> list[tuple[Insert | Update, list[Values]]]:
    """Writes in their order, with inserts of one kind that follow each other gathered into one
    of many rows."""
    gathered: list[tuple[Insert | Update, list[Values]]] = []
    for statement, values, _ in writes:
        if gathered and isinstance(statement, Insert):
            last, rows = gathered[-1]
            if last is statement and rows[0].keys() == values.keys():
                rows.append(values)
                continue
        gathered.append((statement, [values]))
    return gathered


def _document_text(value: Any) -> str:
    """A document as both databases take it, at a third of the time."""
    return to_json(value).decode()


def _document_of(kept: str | float | None) -> Any:
    """SQLite keeps a document that is a number as that number."""
    return from_json(kept) if isinstance(kept, str) else kept


def _moment_text(value: datetime | None) -> str | None:
    """A moment as SQLAlchemy writes it for SQLite, at a fifth of the time. ValueError when it
    knows no zone."""
    if value is None:
        return None
    if value.tzinfo is UTC:
        return _utc_text(value)
    if value.utcoffset() is None:
        raise ValueError("a moment must know its time zone")
    return _utc_text(value.astimezone(UTC))


@lru_cache(maxsize=256)
def _utc_text(value: datetime) -> str:
    return value.isoformat(" ", "microseconds")[:26]


def _moment_of(text: str | None) -> datetime | None:
    """The moment that SQLAlchemy or the function above has written."""
    return None if text is None else datetime.fromisoformat(text + "+00:00")
