"""The form of a paper, made from its schema: boxes that keep what was typed, and what was typed as fields."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from documents.fields import PaperFields
from documents.shapes import Shape, shapes_of
from locales.catalogue import Catalogue
from repatriation.web import glossary
from repatriation.web.forms import BUDDHIST_FROM, Problem
from repatriation.web.languages import language
from repatriation.web.words import look_up

PREFIX: Final = "paper"
EMPTY_ROWS: Final = 2
"""Lines of a list that stand open for more; whoever needs others gets them when the form is shown again."""

MESSAGES: Final[Mapping[str, object]] = {
    "missing": _l("Enter this"),
    "string_too_short": _l("Enter this"),
    "string_too_long": _l("This is too long"),
    "too_long": _l("These are too many"),
    "too_short": _l("Enter at least one"),
    "bool_parsing": _l("Choose yes or no"),
    "bool_type": _l("Choose yes or no"),
    "literal_error": _l("Choose one of the list"),
    "int_parsing": _l("Enter a number, in figures"),
    "not_yet": _l("This day is still to come"),
    "latin_name_needed": _l("A travel document needs the name in Latin letters, as the person writes it"),
    "whole_date_needed": _l("Enter the whole date, such as 1998-04-13"),
    "said_otherwise": _l(
        "This says something else than the step that you take. Put it right here, or change that first"
    ),
    "reading_zone": _l("This cannot stand in the lines that machines read. Look at it again"),
}
_DATES: Final = frozenset({"date", "day"})
_DAY_FIRST: Final = re.compile(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})", re.ASCII)
"""A whole date as it is written by hand in these countries: 13/4/1998."""

SCRIPTS: Final[Mapping[str, object]] = {
    "latn": _l("Latin letters"),
    "khmr": _l("Khmer letters"),
    "thai": _l("Thai letters"),
}


class Label(NamedTuple):
    """What a box is called; the parts of forms ask for `label.text`."""

    text: str


@dataclass(slots=True)
class Box:
    """One box of the form, as the parts of forms want it."""

    name: str
    what: str
    label: Label
    hint: str
    data: str
    errors: list[str]
    choices: tuple[tuple[str, str], ...] = ()
    chosen: tuple[str, ...] = ()
    type: str = "PaperBox"

    @property
    def id(self) -> str:
        """The box's id; those of a list have one each."""
        return self.name

    @property
    def anchor(self) -> str:
        """Where a link from the list of mistakes leads."""
        return f"{self.name}-0" if self.what == "some_of" else self.name

    def iter_choices(self) -> Iterator[tuple[str, str, bool, dict[str, str]]]:
        """Value, words, whether chosen."""
        return ((value, words, value in self.chosen, {}) for value, words in self.choices)


@dataclass(slots=True)
class Group:
    """Boxes under a heading, and groups within. `depth` 0 is the form itself."""

    title: str
    depth: int
    boxes: list[Box]
    groups: list["Group"]


class PaperForm:
    """The form of one paper. `values` are what its boxes hold, `problems` codes by place (person.birth)."""

    def __init__(
        self,
        schema: type[PaperFields],
        values: Mapping[str, Any],
        problems: Mapping[str, str] | None = None,
    ) -> None:
        self._words = Catalogue.load(language())
        self._problems = dict(problems or {})
        self._wrong: list[Problem] = []
        self.whole = self._group(schema, values, "", (), 0)
        # A problem of something that has no box of its own is told all the same.
        self._wrong += [Problem(f"{PREFIX}-start", _message(code)) for code in self._problems.values()]

    @property
    def errors(self) -> list[Problem]:
        """Everything that is wrong, for the title of the page."""
        return self._wrong

    def problems(self) -> tuple[Problem, ...]:
        """Everything that is wrong, in the order of the page, for the list at its head."""
        return tuple(self._wrong)

    def _say(self, words: str | tuple[str, str]) -> str:
        context, english = words if isinstance(words, tuple) else (None, words)
        return self._words.entry(english, context).text

    def _group(
        self,
        schema: type[PaperFields],
        values: Mapping[str, Any],
        title: str,
        place: tuple[str, ...],
        depth: int,
    ) -> Group:
        group = Group(title, depth, [], [])
        for shape in shapes_of(schema):
            if shape.by_hand:
                continue
            here, value = (*place, shape.name), values.get(shape.name)
            if shape.what == "section":
                assert shape.inner is not None
                inner = value if isinstance(value, Mapping) else {}
                group.groups.append(self._group(shape.inner, inner, self._say(shape.title), here, depth + 1))
            elif shape.what == "rows":
                group.groups.append(self._rows(shape, value, here, depth + 1))
            else:
                group.boxes.append(self._box(shape, value, here))
        return group

    def _rows(self, shape: Shape, value: Any, place: tuple[str, ...], depth: int) -> Group:
        """The lines of a list that are filled, and a few open ones."""
        assert shape.inner is not None
        filled = list(value) if isinstance(value, list | tuple) else []
        lines = min(len(filled) + EMPTY_ROWS, shape.longest or len(filled) + EMPTY_ROWS)
        group = Group(self._say(shape.title), depth, [], [])
        code = self._problems.pop(".".join(place), None)
        if code:
            self._wrong.append(Problem(f"{PREFIX}-start", f"{group.title}: {_message(code)}"))
        for number in range(max(lines, len(filled))):
            inner = filled[number] if number < len(filled) else {}
            words = f"{group.title} {number + 1}"
            group.groups.append(self._group(shape.inner, inner, words, (*place, str(number)), depth + 1))
        return group

    def _box(self, shape: Shape, value: Any, place: tuple[str, ...]) -> Box:
        name = "-".join((PREFIX, *place))
        code = self._take(".".join(place))
        wrong = _message(code, shape.what) if code else ""
        label = self._say(shape.title) or str(_("Letters in which the name is written"))
        if shape.needed:
            label = str(_("%(what)s (must be given)", what=label))
        box = Box(
            name=name,
            what=shape.what,
            label=Label(label),
            hint=self._hint(shape),
            data=_shown(value),
            errors=[wrong] if wrong else [],
            choices=self._choices(shape),
            chosen=tuple(_shown(each) for each in value)
            if isinstance(value, list | tuple)
            else (_shown(value),),
        )
        if wrong:
            self._wrong.append(Problem(box.anchor, f"{self._say(shape.title)}: {wrong}"))
        return box

    def _take(self, place: str) -> str | None:
        """The problem of a place, which is then no longer looked for elsewhere."""
        code = self._problems.pop(place, None)
        # Of a list of codes each may be wrong: they have one box together.
        of_codes = [key for key in self._problems if key.rpartition(".")[0] == place and key[-1].isdigit()]
        return code or next((self._problems.pop(key) for key in of_codes), None)

    def _hint(self, shape: Shape) -> str:
        if shape.hint:
            return self._say(shape.hint)
        if shape.what == "date":
            return str(_("As far as it is known: 1998, 1998-04 or 1998-04-13"))
        if shape.what == "day":
            return str(_("The whole date, such as 1998-04-13"))
        return ""

    def _choices(self, shape: Shape) -> tuple[tuple[str, str], ...]:
        if shape.what == "yes_no":
            codes: tuple[tuple[str, str], ...] = (("true", str(_("Yes"))), ("false", str(_("No"))))
        elif shape.what in ("one_of", "some_of", "country", "language"):
            codes = tuple((code, self._word(shape, code)) for code in shape.codes)
        else:
            return ()
        return codes if shape.what == "some_of" else (("", str(_("Not filled in"))), *codes)

    def _word(self, shape: Shape, code: str) -> str:
        if shape.words is not None:
            return self._say(shape.words.of[code])
        return look_up({**SCRIPTS, **glossary.COUNTRIES, **glossary.SPOKEN}, code)


def entered(schema: type[PaperFields], sent: Any) -> dict[str, Any]:
    """What was typed, as fields: without what was left empty, lists closed up, figures and years made plain.

    `sent` is the form as the browser sent it.
    """
    found = _entered(schema, sent, PREFIX)
    return found if isinstance(found, dict) else {}


def _entered(schema: type[PaperFields], sent: Any, prefix: str) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for shape in shapes_of(schema):
        name = f"{prefix}-{shape.name}"
        value: Any
        if shape.by_hand:
            continue
        if shape.what == "section":
            assert shape.inner is not None
            value = _entered(shape.inner, sent, name)
            if not value and shape.needed:
                value = {}  # so that each thing it must say is asked for at its own box
                fields[shape.name] = value
        elif shape.what == "rows":
            assert shape.inner is not None
            lines = (_entered(shape.inner, sent, f"{name}-{number}") for number in range(shape.longest or 0))
            value = [line for line in lines if line and set(line) != {"script"}]
        elif shape.what == "some_of":
            value = sent.getlist(name)
        else:
            value = _plain(shape, sent.get(name, ""))
        if value not in ("", [], {}):
            fields[shape.name] = value
    return fields


def _plain(shape: Shape, typed: str) -> str:
    """What was typed; in dates and numbers figures of every script count, in dates also the day first, and
    years of the Buddhist Era."""
    if shape.what not in _DATES and shape.what != "count":
        return typed.strip()
    text = "".join(str(unicodedata.decimal(sign, sign)) for sign in typed.strip())
    if shape.what in _DATES and (day_first := _DAY_FIRST.fullmatch(text)):
        text = "{2}-{1:0>2}-{0:0>2}".format(*day_first.groups())
    year, dash, rest = text.partition("-")
    if shape.what in _DATES and year.isdecimal() and int(year) > BUDDHIST_FROM and len(year) == 4:
        return f"{int(year) - 543}{dash}{rest}"
    return text


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None or isinstance(value, list | tuple | dict) else str(value)


def _message(code: str, what: str = "") -> str:
    if what in _DATES and code not in MESSAGES:
        return str(_("There is no such day. Enter year, month and day, such as 1998-04-13"))
    return str(MESSAGES.get(code, _("This cannot be taken. Look at it again")))
