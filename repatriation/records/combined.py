"""Many writes as one PostgreSQL statement that does nothing unless its guard hit a row."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    Insert,
    Select,
    TableValuedAlias,
    Update,
    bindparam,
    cast,
    exists,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy import column as table_column
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.sql.visitors import cloned_traverse


class Part(NamedTuple):
    """A statement, and the names of the values it will be given.

    An insert of many rows has `differing`: the names whose values come as lists of one value for each row.
    """

    statement: Insert | Update
    names: tuple[str, ...]
    differing: tuple[str, ...] = ()


def combine(guard: Part | None, rest: Sequence[Part]) -> Select[Any]:
    """One SELECT that carries all parts as common table expressions and counts the rows the guard hit.

    The value called `name` of part number n (the guard is number 0) becomes the parameter `wn_name`.
    """
    one: ColumnElement[int] = literal_column("1").label("one")
    if guard is None:
        held = select(one).cte("held")
    else:
        assert isinstance(guard.statement, Update)
        held = _set(guard.statement, guard.names, 0).returning(one).cte("held")
    parts = [_hang_on(held, part, number) for number, part in enumerate(rest, start=1)]
    return select(func.count()).select_from(held).add_cte(*parts)


def _hang_on(held: CTE, part: Part, number: int) -> CTE:
    name, statement = f"w{number}", part.statement
    if isinstance(statement, Update):
        return (
            _set(statement, part.names, number)
            .where(exists(select(held.c.one)))
            .returning(literal_column("1"))
            .cte(name)
        )
    columns = [statement.table.c[column] for column in part.names]
    rows = _rows(statement, part.differing, name)
    # PostgreSQL does not look at the target of INSERT … SELECT to learn a parameter's type, hence the casts.
    values = [
        rows.c[column.name]
        if column.name in part.differing
        else cast(bindparam(f"{name}_{column.name}", type_=column.type), column.type).label(column.name)
        for column in columns
    ]
    chosen = select(*values).select_from(held)
    if part.differing:
        chosen = chosen.join(rows, true())
    filled = statement.from_select(columns, chosen, include_defaults=False)
    return filled.returning(literal_column("1")).cte(name)


def _rows(statement: Insert, differing: tuple[str, ...], name: str) -> TableValuedAlias:
    """The lists of differing values side by side, as a table."""
    lists = []
    for column in differing:
        kind = ARRAY(statement.table.c[column].type)
        lists.append(cast(bindparam(f"{name}_{column}", type_=kind), kind))
    columns = [table_column(column, statement.table.c[column].type) for column in differing]
    return func.unnest(*lists).table_valued(*columns, name=f"{name}_rows").render_derived()


def _set(statement: Update, names: tuple[str, ...], number: int) -> Update:
    """The update with its own bindparams renamed and a bindparam for each further column that
    is to be set."""

    columns = statement.table.c
    new = {n: bindparam(f"w{number}_{n}", type_=columns[n].type) for n in names if n in columns}
    ours = {bind.key for bind in new.values()}

    def rename(bind: BindParameter[Any]) -> None:
        if not bind.unique and bind.key not in ours:
            bind.key = f"w{number}_{bind.key}"

    # The new values go in first: a statement that has values of its own takes none after it was copied.
    renamed: Update = cloned_traverse(statement.values(new) if new else statement, {}, {"bindparam": rename})
    return renamed
