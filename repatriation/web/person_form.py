"""The boxes in which somebody is described: names in each script, a birth date as far as known, gender."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, StringField
from wtforms.validators import Length, Optional, ValidationError

from repatriation.web import glossary
from repatriation.web.desk import today
from repatriation.web.forms import DateBoxes, choices
from repatriation.work.newcase import OLDEST, Name, PersonEntered
from sop.procedure import Procedure

LONGEST: Final = 200
SCRIPT_OF: Final = {"KHM": "khmr", "THA": "thai"}
"""The script of a country's own; Viet Nam's is Latin."""

LABELS: Final = {
    ("latn", "family"): _l("Family name, in Latin letters"),
    ("latn", "given"): _l("Given name, in Latin letters"),
    ("khmr", "family"): _l("Family name, in Khmer letters"),
    ("khmr", "given"): _l("Given name, in Khmer letters"),
    ("thai", "family"): _l("Family name, in Thai letters"),
    ("thai", "given"): _l("Given name, in Thai letters"),
}
TOO_LONG: Final = _l("This is too long: at most 200 letters")


class PartialDate(DateBoxes):
    """A date of which the year may be all that is known; then `estimated` is true.

    Of a year alone the last day is kept, so that nobody is taken for grown up before they surely are.
    """

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.estimated = False

    def _read(self) -> None:
        if self.boxes["year"] and not self.boxes["day"] and not self.boxes["month"]:
            whole = dict(self.boxes)
            self.boxes = {"day": "31", "month": "12", "year": whole["year"]}
            super()._read()
            self.boxes, self.estimated = whole, True
        else:
            super()._read()


def scripts_for(procedure: Procedure) -> tuple[str, ...]:
    """The scripts in which a name is asked for on a route: the home country's own first, then Latin."""
    own = SCRIPT_OF.get(procedure.home)
    return (own, "latn") if own else ("latn",)


def name_fields(scripts: Sequence[str]) -> dict[str, Any]:
    """Two boxes for each script."""
    rules = [Optional(), Length(max=LONGEST, message=TOO_LONG)]
    return {
        f"{script}_{part}": StringField(LABELS[script, part], rules)
        for script in scripts
        for part in ("family", "given")
    }


def about_fields() -> dict[str, Any]:
    """Date of birth, age group where there is none, and gender."""
    groups = [(code, glossary.AGES[code]) for code in ("adult", "child", "unknown")]
    return {
        "birthdate": PartialDate(_l("Date of birth, or the year alone"), [_is_of_somebody_alive]),
        "age_group": RadioField(
            _l("Grown up or child, if the date of birth is not known"),
            [Optional()],
            choices=choices(*groups),
        ),
        "gender": RadioField(_l("Gender"), [Optional()], choices=choices(*glossary.GENDERS.items())),
    }


def _is_of_somebody_alive(form: Any, field: PartialDate) -> None:  # noqa: ARG001 - WTForms passes both
    """Refuse a year of two figures or one to come: it would make a child grown up, or the other way round."""
    born, day = field.data, today()
    if born is None:
        return
    to_come = born.year > day.year if field.estimated else born > day
    if to_come or born.year < day.year - OLDEST:
        raise ValidationError(_l("Enter a real date, as day, month and year in figures"))


def names_in(form: Any, scripts: Sequence[str]) -> tuple[Name, ...]:
    """The names that were entered, one for each script in which something was."""
    found = []
    for script in scripts:
        parts = {part: _entered(form, f"{script}_{part}") for part in ("family", "given")}
        if any(parts.values()):
            found.append(Name(script=script, **parts))
    return tuple(found)


def person_in(form: Any, scripts: Sequence[str], **more: Any) -> PersonEntered:
    """The person as entered; `more` is what other boxes of the form say of them."""
    born: date | None = form.birthdate.data
    return PersonEntered(
        names=names_in(form, scripts),
        birthdate=born,
        birth_year_estimated=born is not None and form.birthdate.estimated,
        gender=form.gender.data or None,
        **more,
    )


def _entered(form: Any, name: str) -> str | None:
    return (getattr(form, name).data or "").strip() or None
