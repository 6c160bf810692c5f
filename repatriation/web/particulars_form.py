"""The form of one action: just the particulars that it asks for, and what was entered as work wants it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from pydantic import ValidationError
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from repatriation.web import glossary, services_glossary
from repatriation.web.desk import today
from repatriation.web.forms import OVER, DateBoxes, DateRequired, NotOver, PlainForm, SaysSomething, choices
from repatriation.web.moments import place
from repatriation.web.words import stage_name
from repatriation.work.casepage import Body, Move
from repatriation.work.particulars import Particulars, problems_of, says_something
from repatriation.work.refusals import Invalid

ORDER = (
    "language",
    "how",
    "interpreter",
    "guardian",
    "own_view",
    "on",
    "gate",
    "until",
    "offer",
    "service",
    "organisation",
    "reason",
    "custody",
    "province",
    "authority",
    "form_version",
    "entry",
    "note",
)
LONGEST_LINE = 200
LONGEST_NOTE = 4000
GATE = Regexp(r"^[A-Za-z0-9_.\-]{1,60}$", message=_l("Write the gate in Latin letters, as one word"))

LABELS: Mapping[str, object] = {
    "language": _l("In which language did you speak?"),
    "how": _l("How did the person say it?"),
    "interpreter": _l("Who interpreted, if anybody did"),
    "guardian": _l("The guardian who spoke for the child"),
    "own_view": _l("The child's own view was heard"),
    "on": _l("Day of the handover"),
    "gate": _l("Gate"),
    "until": _l("Last day on which it is valid"),
    "offer": _l("Which offer of the directory is it?"),
    "service": _l("Which service is asked for?"),
    "organisation": _l("Which organisation is it?"),
    "reason": _l("What stands in the way?"),
    "custody": _l("Who has custody of the child, and by what?"),
    "province": _l("In which province will the person live?"),
    "authority": _l("Body that decided"),
    "form_version": _l("Form that was used"),
    "entry": _l("Where does the new case begin?"),
    "note": _l("Note for all who have a part in the case"),
}
NEEDED: Mapping[str, object] = {
    "language": _l("Choose the language you spoke in"),
    "how": _l("Choose how the person said it"),
    "guardian": _l("Enter who spoke for the child as guardian"),
    "own_view": _l("Hear the child's own view first"),
    "on": _l("Enter the day of the handover"),
    "gate": _l("Enter the gate"),
    "until": _l("Enter the last day on which it is valid"),
    "offer": _l("This offer cannot be asked; choose another"),
    "service": _l("Choose the service"),
    "organisation": _l("Choose the organisation"),
    "custody": _l("Choose on what the custody of the child rests"),
    "authority": _l("Enter the body that decided"),
    "entry": _l("Choose where the new case begins"),
    "note": _l("Write down why"),
}
PROBLEMS: Mapping[tuple[str, str], object] = {
    ("on", "past"): OVER,
    ("gate", "unknown"): _l("Nobody works at this gate; choose another"),
}
"""What is wrong with something that was entered, as work found it."""


def form_for(
    move: Move,
    to_choose: tuple[Sequence[Body], bool] = ((), False),
    gates: Sequence[str] = (),
    entries: Sequence[str] = (),
    offers: Sequence[tuple[str, str]] = (),
    provinces: Sequence[tuple[str, str]] = (),
) -> type[PlainForm]:
    """A form class with the fields of one action; the rest is what may be chosen from."""
    organisations, must_choose = to_choose
    fields: dict[str, Any] = {}
    for name in ORDER:
        if name not in move.asked or (name == "organisation" and not organisations):
            continue
        if name == "offer" and not offers:
            continue
        must = move.asked[name] or (name == "organisation" and must_choose)
        if name == "province":
            named = choices(("", _l("Not said")), *provinces)
            fields[name] = SelectField(_label(name, must, move), [Optional()], choices=named)
        elif name in _FROM_LISTS:
            fields[name] = _listed(name, must, move, offers)
        else:
            fields[name] = _field(name, must, move, organisations, gates, entries)
    return type("ParticularsForm", (PlainForm,), fields)


def _field(
    name: str,
    must: bool,
    move: Move,
    organisations: Sequence[Body],
    gates: Sequence[str],
    entries: Sequence[str],
) -> Any:
    label = _label(name, must, move)
    needed = NEEDED.get(name, _l("Enter this"))
    rules: list[Any] = [InputRequired(needed), SaysSomething(needed)] if must else [Optional()]
    match name:
        case "language":
            return RadioField(label, rules, choices=choices(*glossary.SPOKEN.items()))
        case "how":
            spoken = [(code, words) for code, words in glossary.HOW.items() if code != "imported"]
            return RadioField(label, rules, choices=choices(*spoken))
        case "own_view":
            return BooleanField(label)
        case "on" | "until":
            return DateBoxes(label, [*([DateRequired(NEEDED[name])] if must else []), NotOver(today)])
        case "organisation":
            return RadioField(
                label, rules, choices=choices(*((body.code, body.name) for body in organisations))
            )
        case "entry":
            return RadioField(label, rules, choices=choices(*((code, stage_name(code)) for code in entries)))
        case "gate" if gates:
            named = [(gate, place(gate)) for gate in gates]
            return SelectField(label, rules, choices=choices(("", _l("Choose")), *named))
        case "gate":
            return StringField(label, [*rules, GATE])
        case "note":
            too_long = Length(max=LONGEST_NOTE, message=_l("The note is too long: at most 4,000 letters"))
            return TextAreaField(label, [*rules, too_long])
    too_long = Length(max=LONGEST_LINE, message=_l("This is too long: at most 200 letters"))
    return StringField(label, [*rules, too_long])


_FROM_LISTS: Final = frozenset({"offer", "service", "reason", "custody"})


def _listed(name: str, must: bool, move: Move, offers: Sequence[tuple[str, str]]) -> Any:
    """One out of the closed lists of the directory of services."""
    label = _label(name, must, move)
    rules: list[Any] = [InputRequired(NEEDED.get(name, _l("Enter this")))] if must else [Optional()]
    if name == "offer":
        return SelectField(label, rules, choices=choices(("", _l("None of the directory")), *offers))
    if name == "service":
        words = services_glossary.SERVICES.items()
        return SelectField(label, rules, choices=choices(("", _l("Not said")), *words))
    listed = services_glossary.DECLINED if name == "reason" else services_glossary.CUSTODY
    return RadioField(label, rules, choices=choices(*listed.items()))


def _label(name: str, must: bool, move: Move) -> object:
    if name == "note" and must:
        return _l("Why? Everybody with a part in the case can read this")
    if name == "until" and move.action.consent is not None:
        return _l("Last day on which the agreement holds (leave empty: until taken back)")
    if must or name == "own_view":
        return LABELS[name]
    return _optional(name)


def _optional(name: str) -> object:
    """The label of what may be left empty."""
    optional: Mapping[str, object] = {
        "interpreter": _l("Who interpreted, if anybody did (may be left empty)"),
        "guardian": _l("The guardian who spoke for the child (may be left empty)"),
        "form_version": _l("Form that was used (may be left empty)"),
        "note": _l("Note for all who have a part in the case (may be left empty)"),
        "organisation": _l("Which organisation is told? (may be left empty)"),
        "offer": _l("Which offer of the directory is it? (may be left empty)"),
        "service": _l("Which service is asked for? (may be left empty)"),
        "reason": _l("What stands in the way? (may be left empty)"),
        "province": _l("In which province will the person live? (may be left empty)"),
    }
    return optional.get(name, LABELS[name])


def particulars(form: Any, zone: tzinfo) -> Particulars:
    """What was entered, as a step takes it; a last day holds to its end in `zone`, a blank is nothing.

    Raises:
        Invalid: with each field that cannot be taken.
    """
    given: dict[str, Any] = {}
    for name in ORDER:
        field = getattr(form, name, None)
        if field is None or field.data is None:
            continue
        if isinstance(field.data, str) and not says_something(field.data):
            continue
        given[name] = _end_of(field.data, zone) if name == "until" else field.data
    try:
        return Particulars(**given)
    except ValidationError as problem:
        wrong = problems_of(problem)
    raise Invalid(wrong)


def entered(form: Any) -> list[tuple[object, object]]:
    """What was entered, for looking over it once more: label and words."""
    rows = []
    for name in ORDER:
        field = getattr(form, name, None)
        if field is not None:
            rows.append((field.label.text, _in_words(field)))
    return rows


def _in_words(field: Any) -> object:
    if isinstance(field.data, bool):
        return _("Yes") if field.data else _("No")
    if field.type in ("RadioField", "SelectField"):
        chosen = {value: words for value, words, *_rest in field.iter_choices()}
        return chosen.get(field.data) if field.data else None
    return field.data or None


def _end_of(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(min(day, _LAST) + timedelta(days=1), time.min, zone)


_LAST: Final = date.max - timedelta(days=2)
"""The last day that has an end in every time zone."""
