"""What all forms share: one list of what is wrong, in the order of the page, and a date in three boxes."""

import hashlib
import re
import secrets
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, NamedTuple

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, IntegerField, SelectChoice
from wtforms.validators import StopValidation

from repatriation.work.particulars import YEARS, says_something

# Thai officers write years of the Buddhist Era; no year of the common era in our papers is as high as this.
BUDDHIST_FROM = 2400


def choices(*pairs: tuple[str, Any]) -> list[SelectChoice]:
    """What RadioField, SelectField and SelectMultipleField are given: pairs of a value and its words."""
    return [SelectChoice(value, words) for value, words in pairs]


class Problem(NamedTuple):
    """One thing to put right: the id of the box it is about, and what to do."""

    anchor: str
    message: str


class PlainForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A form whose mistakes can be listed at the head of the page with links to the boxes."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """Messages of WTForms itself are not used: each validator is given its own."""

        locales = ("en",)

    def problems(self) -> tuple[Problem, ...]:
        """Everything that is wrong, in the order of the page."""
        return tuple(_problems_of(self))


def _problems_of(form: Any) -> Iterator[Problem]:
    for field in form:
        for message in field.errors:
            yield Problem(getattr(field, "anchor", None) or _first_box(field), str(message))


def _first_box(field: Any) -> str:
    """Radios and checkboxes have no box by the field's own id: a link to it would lead nowhere."""
    grouped = field.type in ("RadioField", "SelectMultipleField", "ChecksField")
    return f"{field.id}-0" if grouped else str(field.id)


class DateBoxes(Field):  # type: ignore[misc]
    """A date entered as day, month and year, in figures. A year above 2400 is read as Buddhist Era."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.data: date | None = None
        self.boxes: dict[str, str] = {"day": "", "month": "", "year": ""}

    @property
    def anchor(self) -> str:
        """The id of the first box."""
        return f"{self.id}-day"

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:  # noqa: ARG002
        """Read the three boxes of the form sent, or show `data` in them."""
        self.process_errors: list[Any] = []
        self.object_data = data
        self.data = data if isinstance(data, date) else None
        if formdata is not None and any(f"{self.name}-{box}" in formdata for box in self.boxes):
            self.data = None
            self.boxes = {box: formdata.get(f"{self.name}-{box}", "").strip() for box in self.boxes}
            self._read()
        elif self.data is not None:
            self.boxes = {
                "day": str(self.data.day),
                "month": str(self.data.month),
                "year": str(self.data.year),
            }

    def _read(self) -> None:
        """Make a date of the boxes; empty boxes are no date, for `InputRequired`-like rules to judge."""
        if not any(self.boxes.values()):
            return
        try:
            # int() reads the digits of every script, so Khmer and Thai figures may be typed as well.
            day, month, year = (int(self.boxes[box]) for box in ("day", "month", "year"))
            self.data = date(year - 543 if year > BUDDHIST_FROM else year, month, day)
        except (ValueError, OverflowError):
            self.process_errors = [_l("Enter a real date, as day, month and year in figures")]

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002
        """Stop at a date that is none."""
        if self.process_errors:
            raise StopValidation()


class DateRequired:
    """A date must be given. `message` says which one."""

    field_flags = {"required": True}  # noqa: RUF012 - WTForms looks for a plain dict

    def __init__(self, message: Any) -> None:
        self.message = message

    def __call__(self, form: Any, field: DateBoxes) -> None:  # noqa: ARG002
        """Refuse when no date was entered; StopValidation carries the message."""
        if field.data is None:
            raise StopValidation(self.message)


class NearOurTime:
    """A day of an arrival or a visit lies in a year that somebody now alive at work will see or has seen."""

    def __call__(self, form: Any, field: DateBoxes) -> None:  # noqa: ARG002
        """Raises StopValidation where a slip of the hand made another year of it."""
        if field.data is not None and field.data.year not in YEARS:
            raise StopValidation(_l("Enter a real date, as day, month and year in figures"))


OVER = _l("This day is over already. Enter one that is still to come, or today")


class NotOver:
    """A day that is still to come, or is today where the officer works."""

    def __init__(self, today: Callable[[], date]) -> None:
        self.today = today

    def __call__(self, form: Any, field: DateBoxes) -> None:  # noqa: ARG002
        """Raises StopValidation for a day that is over."""
        if field.data is not None and field.data < self.today():
            raise StopValidation(OVER)


class WholeNumber(IntegerField):  # type: ignore[misc]
    """A number without a fraction, in the figures of any script; an empty box is none."""

    @property
    def typed(self) -> str | int | None:
        """What was typed, whether or not it is a number: it stays in its box."""
        return self.raw_data[0] if self.raw_data else self.data

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed; ValueError carries the message."""
        self.data = None
        written = valuelist[0].strip() if valuelist else ""
        if not written:
            return
        try:
            self.data = int(written)
        except ValueError:
            raise ValueError(_l("Enter a whole number in figures")) from None


class SaysSomething:
    """A text must say something: blanks, and signs that nobody sees, do not."""

    def __init__(self, message: Any) -> None:
        self.message = message

    def __call__(self, form: Any, field: Any) -> None:  # noqa: ARG002
        """Raises StopValidation where it does not."""
        if isinstance(field.data, str) and not says_something(field.data):
            raise StopValidation(self.message)


def form_key() -> str:
    """The idempotency key of the form that was sent, or a new one for a form about to be shown.

    One that is not of our making is kept as its digest, so that whatever was sent can be a key.
    """
    sent = request.form.get("key", "")
    if not sent:
        return secrets.token_urlsafe(12)
    return sent if _OUR_KEY.fullmatch(sent) else hashlib.sha256(sent.encode()).hexdigest()


_OUR_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")
