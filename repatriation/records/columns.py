"""How a column is declared: every one names who may see it, and each kind of value has one way of being
stored.
"""

import datetime
import os
import time
from collections.abc import Callable
from typing import Any, ClassVar, Literal, get_args

from sqlalchemy import JSON, Enum, LargeBinary, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine
from sqlmodel import Field, SQLModel
from sqlmodel.sql.sqltypes import UTCDateTime

Secrecy = Literal["open", "case", "identity"]
"""open: may appear anywhere; case: only to those with a part in the case; identity: only by opening it with a
reason.
"""

SECRECIES: tuple[str, ...] = get_args(Secrecy)

NAMES = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}
"""Without fixed names SQLite could not alter a constraint later, and the two databases would name them
differently.
"""

DOCUMENT = JSON().with_variant(JSONB(), "postgresql")
"""A JSON document. Replace the whole value to change it: changes made inside it are not noticed."""

_MISSING: Any = object()


class Row(SQLModel):
    """What all table classes share. A table class never takes a person's input: it does not validate."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMES)


def new_id() -> str:
    """An identifier (UUID version 7), made before the insert so that a sealed value can be bound to its row.

    It begins with the time, so that new rows lie side by side in the indexes; the rest is random.
    """
    at, drawn = f"{time.time_ns() // 1_000_000:012x}", os.urandom(10).hex()
    variant = "89ab"[int(drawn[3], 16) % 4]
    return f"{at[:8]}-{at[8:]}-7{drawn[:3]}-{variant}{drawn[4:7]}-{drawn[8:]}"


OWN_KEY: dict[str, Any] = {"sqlite_with_rowid": False}
"""For tables whose rows are found by their key alone: SQLite then keeps the rows in the order of the key, and
writes to one tree instead of two. Only for rows that are not long."""


def column(
    secrecy: Secrecy,
    default: Any = _MISSING,
    *,
    key: bool = False,
    refers: str | None = None,
    unique: bool = False,
    index: bool = False,
    kind: TypeEngine[Any] | None = None,
    make: Callable[[], Any] | None = None,
    **info: Any,
) -> Any:
    """A column of the given secrecy.

    `key` makes it (part of) the primary key, `refers` a foreign key to "table.column", `make` gives a default
    for each new row, `kind` the SQLAlchemy type where the annotation does not say it. Whatever else is given
    is kept in the column's `info`. ValueError when the secrecy is none of the three.
    """
    if secrecy not in SECRECIES:
        raise ValueError(f"a column must be one of {', '.join(SECRECIES)}, not {secrecy!r}")
    settings: dict[str, Any] = {"sa_column_kwargs": {"info": {"class": secrecy, **info}}}
    if default is not _MISSING:
        settings["default"] = default
    if make is not None:
        settings["default_factory"] = make
    if kind is not None:
        settings["sa_type"] = kind
    if refers is not None:
        settings["foreign_key"] = refers
    return Field(primary_key=key, unique=unique, index=index, **settings)


def identifier() -> Any:
    """The random primary key most tables have."""
    return column("open", key=True, make=new_id)


def moment(secrecy: Secrecy, default: Any = _MISSING, *, index: bool = False) -> Any:
    """A moment in time: aware on the way in (else ValueError), UTC on the way out, on both databases."""
    return column(secrecy, default, index=index, kind=UTCDateTime())


def choice(secrecy: Secrecy, name: str, *values: str, default: Any = _MISSING) -> Any:
    """Text that must be one of `values`, held by a CHECK called `name`. Never a native enum: those cannot go
    back.
    """
    kind = Enum(
        *values, name=name, native_enum=False, create_constraint=True, validate_strings=True, length=40
    )
    return column(secrecy, default, kind=kind)


def document(secrecy: Secrecy, default: Any = _MISSING, *, make: Callable[[], Any] | None = None) -> Any:
    """A JSON document."""
    return column(secrecy, default, kind=DOCUMENT, make=make)


def sealed(secrecy: Secrecy = "identity", *, htcds: str | dict[str, str] | None = None) -> Any:
    """An encrypted value, or None when nothing is known. `htcds` is its name, or its members' names, in HTCDS
    2.0.
    """
    info: dict[str, Any] = {"sealed": True}
    if htcds is not None:
        info["htcds"] = htcds
    return column(secrecy, None, kind=LargeBinary(), **info)


Moment = datetime.datetime
"""Annotate moments with this, so that the plain name stays free for column names such as `date`."""
