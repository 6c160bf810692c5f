"""The shape of a schema: what each field is, read once, for the page on paper and for the form on screen."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Literal, get_args, get_origin

from annotated_types import MaxLen
from pydantic import BaseModel, StringConstraints
from pydantic.fields import FieldInfo

from documents.fields import Mark, PaperFields, Words

What = Literal[
    "text", "long", "name", "date", "day", "count", "yes_no", "one_of", "some_of", "country", "language",
    "section", "rows",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shape:
    """One field.

    Attributes:
        title, hint: its words in English, found again in the catalogues.
        what: "date" may be partial, "day" is whole; "section" and "rows" have fields of their own (`inner`).
        codes: the closed list of "one_of" and "some_of", "country" and "language".
        words: the words of those codes, where they are not the names of countries or languages.
        longest: the most letters, or for "rows" the most lines.
        blank: lines that a blank form leaves for "rows".
        by_hand: left to whoever receives the paper.
    """

    name: str
    title: str
    hint: str | None
    what: What
    needed: bool
    longest: int | None = None
    codes: tuple[str, ...] = ()
    words: Words | None = None
    inner: type[PaperFields] | None = None
    blank: int = 0
    by_hand: bool = False


@lru_cache(maxsize=128)
def shapes_of(schema: type[PaperFields]) -> tuple[Shape, ...]:
    """Every field of a schema in its order."""
    return tuple(_shape(name, field) for name, field in schema.model_fields.items())


def _shape(name: str, field: FieldInfo) -> Shape:
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    told = [*_told(field.annotation), *field.metadata]
    words = next((each for each in told if isinstance(each, Words)), None)
    inner = next((each for each in told if isinstance(each, type) and issubclass(each, PaperFields)), None)
    codes = tuple(code for each in told if get_origin(each) is Literal for code in get_args(each))
    return Shape(
        name=name,
        title=field.title or "",
        hint=field.description,
        what=_what(field.annotation, told, many=_is_many(field.annotation), long=bool(extra.get("long"))),
        needed=field.is_required(),
        longest=_longest(field, told),
        codes=codes,
        words=words,
        inner=inner,
        blank=int(str(extra.get("rows", 0))),
        by_hand=bool(extra.get("by_hand")),
    )


def _what(annotation: Any, told: list[Any], *, many: bool, long: bool) -> What:
    marks = [each for each in told if isinstance(each, Mark)]
    if any(isinstance(each, type) and issubclass(each, BaseModel) for each in told):
        return "rows" if many else "section"
    if many:
        return "some_of"
    if marks:
        plain: dict[Mark, What] = {
            Mark.NAME: "name", Mark.DATE: "date", Mark.COUNTRY: "country", Mark.LANGUAGE: "language",
        }  # fmt: skip
        return plain[marks[0]]
    if any(get_origin(each) is Literal for each in told):
        return "one_of"
    types: dict[type, What] = {bool: "yes_no", int: "count", date: "day", str: "long" if long else "text"}
    return next(what for kind, what in types.items() if kind in told or kind is annotation)


def _told(annotation: Any) -> Iterator[Any]:
    """An annotation and everything within it: types, closed lists, marks."""
    yield annotation
    if get_origin(annotation) is Literal:
        return
    for part in (*get_args(annotation), *getattr(annotation, "__metadata__", ())):
        yield from _told(part)


def _is_many(annotation: Any) -> bool:
    return any(get_origin(each) is tuple for each in _told(annotation))


def _longest(field: FieldInfo, told: list[Any]) -> int | None:
    own = [each.max_length for each in field.metadata if isinstance(each, MaxLen)]
    text = [each.max_length for each in told if isinstance(each, StringConstraints) and each.max_length]
    return next(iter([*own, *text]), None)
