"""Many writes as one PostgreSQL statement that does nothing unless its guard hit a row."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Insert,
    Select,
    Update,
    bindparam,
    cast,
    exists,
    func,
    literal_column,
    select,
)
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.sql.visitors import cloned_traverse

Part = tuple[Insert | Update, tuple[str, ...]]
"""A statement, and the names of the values it will be given."""


def combine(guard: Part | None, rest: Sequence[Part]) -> Select[Any]:
    """One SELECT that carries all parts as common table expressions and counts the rows the guard hit.

    The value called `name` of part number n (the guard is number 0) becomes the parameter `wn_name`.
    """
    one: ColumnElement[int] = literal_column("1").label("one")
    if guard is None:
        held = select(one).cte("held")
    else:
        statement, names = guard
        assert isinstance(statement, Update)
        held = _set(statement, names, 0).returning(one).cte("held")
    parts = [_hang_on(held, statement, names, n) for n, (statement, names) in enumerate(rest, start=1)]
    return select(func.count()).select_from(held).add_cte(*parts)


def _hang_on(held: CTE, statement: Insert | Update, names: tuple[str, ...], number: int) -> CTE:
    name = f"w{number}"
    if isinstance(statement, Update):
        return (
            _set(statement, names, number)
            .where(exists(select(held.c.one)))
            .returning(literal_column("1"))
            .cte(name)
        )
    columns = [statement.table.c[column] for column in names]
    # PostgreSQL does not look at the target of INSERT … SELECT to learn a parameter's type, hence the casts.
    values = [
        cast(bindparam(f"{name}_{column.name}", type_=column.type), column.type).label(column.name)
        for column in columns
    ]
    filled = statement.from_select(columns, select(*values).select_from(held), include_defaults=False)
    return filled.returning(literal_column("1")).cte(name)


def _set(statement: Update, names: tuple[str, ...], number: int) -> Update:
    """The update with its own bindparams renamed and a bindparam for each further column that
    is to be set."""

    def rename(bind: BindParameter[Any]) -> None:
        if not bind.unique:
            bind.key = f"w{number}_{bind.key}"

    columns = statement.table.c
    renamed: Update = cloned_traverse(statement, {}, {"bindparam": rename})
    new = {n: bindparam(f"w{number}_{n}", type_=columns[n].type) for n in names if n in columns}
    return renamed.values(new) if new else renamed
