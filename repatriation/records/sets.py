"""Many rows at once: added, or set by their id, in one statement on PostgreSQL.

SQLite is in the same process and takes rows one by one as quickly; to PostgreSQL each would be a question of
its own, so there the columns go over as lists.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    FromClause,
    Insert,
    Table,
    Text,
    Update,
    bindparam,
    cast,
    func,
    select,
    update,
)
from sqlalchemy import column as table_column
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

from repatriation.records.lean import Compiler

Rows = Sequence[Mapping[str, Any]]


def add_rows(connection: Connection, table: Table, rows: Rows) -> None:
    """Add rows that all name the same columns. Raises IntegrityError when the key of one is there already."""
    if not rows:
        return
    names = tuple(rows[0])
    if connection.dialect.name == "sqlite":
        _each(connection, _adding_on_sqlite(table, names), rows)
    else:
        connection.execute(_adding_on_postgresql(table, names), _columns(names, rows))


def add_missing(connection: Connection, table: Table, rows: Rows) -> None:
    """Add rows that all name the same columns; those whose key is there already are passed over."""
    if not rows:
        return
    names = tuple(rows[0])
    if connection.dialect.name == "sqlite":
        _each(connection, _adding_missing_on_sqlite(table, names), rows)
    else:
        adding = _adding_on_postgresql(table, names).on_conflict_do_nothing()
        connection.execute(adding, _columns(names, rows))


def set_rows(connection: Connection, table: Table, rows: Rows) -> None:
    """Set columns of rows by their `id`, all rows naming the same columns."""
    if not rows:
        return
    names = tuple(rows[0])
    if connection.dialect.name == "sqlite":
        given = [{f"to_{name}": value for name, value in row.items()} for row in rows]
        _each(connection, _setting_on_sqlite(table, names), given)
    else:
        connection.execute(_setting_on_postgresql(table, names), _columns(names, rows))


def _each(connection: Connection, statement: Insert | Update, rows: Rows) -> None:
    """Run a statement for each row on the driver's own connection, in the transaction that is under way:
    SQLAlchemy spends more on a row than SQLite does.
    """
    shape = _compiler(connection.dialect).write(statement, tuple(rows[0]))
    plain = connection.connection.driver_connection
    assert isinstance(plain, sqlite3.Connection)
    plain.executemany(shape.sql, shape.each_listed(rows))


@lru_cache(maxsize=4)
def _compiler(dialect: Dialect) -> Compiler:
    return Compiler(dialect)


def among(connection: Connection, column: ColumnElement[Any], values: Iterable[str]) -> ColumnElement[bool]:
    """Whether a column holds one of some texts. PostgreSQL is given them as one list, so that the statement
    stays the same however many they are.
    """
    wanted = list(dict.fromkeys(values))
    if connection.dialect.name == "postgresql":
        return column == func.any(bindparam(None, wanted, type_=ARRAY(Text), unique=True))
    return column.in_(wanted)


def _columns(names: Sequence[str], rows: Rows) -> dict[str, list[Any]]:
    return {f"to_{name}": [row[name] for row in rows] for name in names}


@lru_cache(maxsize=64)
def _adding_on_sqlite(table: Table, names: tuple[str, ...]) -> sqlite.Insert:
    return sqlite.insert(table).values({n: bindparam(n) for n in names})


@lru_cache(maxsize=64)
def _adding_missing_on_sqlite(table: Table, names: tuple[str, ...]) -> sqlite.Insert:
    return _adding_on_sqlite(table, names).on_conflict_do_nothing()


@lru_cache(maxsize=64)
def _adding_on_postgresql(table: Table, names: tuple[str, ...]) -> postgresql.Insert:
    given = _given(table, names)
    chosen = select(*(given.c[name] for name in names))
    return postgresql.insert(table).from_select(list(names), chosen, include_defaults=False)


@lru_cache(maxsize=64)
def _setting_on_sqlite(table: Table, names: tuple[str, ...]) -> Update:
    values: dict[str, Any] = {name: bindparam(f"to_{name}") for name in names if name != "id"}
    return update(table).where(table.c.id == bindparam("to_id")).values(values)


@lru_cache(maxsize=64)
def _setting_on_postgresql(table: Table, names: tuple[str, ...]) -> Update:
    given = _given(table, names)
    values: dict[str, Any] = {name: given.c[name] for name in names if name != "id"}
    return update(table).where(table.c.id == given.c.id).values(values)


def _given(table: Table, names: tuple[str, ...]) -> FromClause:
    """The lists of values side by side, as a table."""
    lists = []
    for name in names:
        kind = ARRAY(table.c[name].type)
        lists.append(cast(bindparam(f"to_{name}", type_=kind), kind))
    columns = [table_column(name, table.c[name].type) for name in names]
    return func.unnest(*lists).table_valued(*columns, name="given").render_derived()
