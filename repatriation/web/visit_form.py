"""The form of a visit: safety first, then how the person lives, then what comes next."""

from typing import Any, Final

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from repatriation.web import glossary
from repatriation.web.forms import DateBoxes, DateRequired, NearOurTime, PlainForm, choices
from repatriation.work.followup.entered import ASKED_ABOUT, BECAUSE, VisitEntered
from repatriation.work.visits import MADE, PUT_OFF

LONGEST: Final = 8000
PROBLEMS: Final = {
    ("on", "future"): _l("The day of the visit cannot lie ahead"),
    ("next_on", "past"): _l("The next visit must come after this one"),
    ("next_on", "needed"): _l("Enter the new day of the visit"),
    ("reason", "needed"): _l("Choose why the visit was put off"),
}
"""What is wrong, for what work found wanting."""

_YES_NO: Final = (("yes", _l("Yes")), ("no", _l("No")))
_TOO_LONG: Final = Length(max=LONGEST, message=_l("The notes are too long: at most 8,000 letters"))
REASONS: Final = [(code, glossary.VISIT_REASONS[code]) for code in BECAUSE]


def _answer(name: str) -> Any:
    pairs = [("", _l("Not talked about")), *glossary.ANSWERS.items()]
    return SelectField(glossary.ASKED_ABOUT[name], [Optional()], choices=choices(*pairs))


class VisitForm(PlainForm):
    """What came of a visit."""

    visit = HiddenField()
    on = DateBoxes(_l("Day of the visit"), [DateRequired(_l("Enter the day of the visit")), NearOurTime()])
    outcome = RadioField(
        _l("What came of it?"),
        [InputRequired(_l("Choose what came of it"))],
        choices=choices(*glossary.VISIT_OUTCOMES.items()),
    )
    safety = RadioField(_l("Is the person safe?"), [Optional()], choices=choices(*glossary.SAFETY.items()))
    contact = RadioField(
        _l("Have those who trafficked the person been in touch?"), [Optional()], choices=choices(*_YES_NO)
    )
    finding = RadioField(
        _l("Did you learn of one of these?"),
        [Optional()],
        choices=choices(("", _l("No")), *glossary.FINDINGS.items()),
        default="",
    )
    seen_alone = RadioField(
        _l("Could you speak with the person alone?"), [Optional()], choices=choices(*_YES_NO)
    )
    mode = RadioField(
        _l("Where was it, or how?"), [Optional()], choices=choices(*glossary.VISIT_MODES.items())
    )
    health = _answer("health")
    housing = _answer("housing")
    income = _answer("income")
    school = _answer("school")
    debt = _answer("debt")
    legal = _answer("legal")
    notes = TextAreaField(
        _l("Notes (sealed: opened only with a reason)"),
        [Optional(), _TOO_LONG],
    )
    needs = TextAreaField(_l("What the person needs (sealed)"), [Optional(), _TOO_LONG])
    steps = TextAreaField(_l("What will be done, by whom (sealed)"), [Optional(), _TOO_LONG])
    reason = SelectField(
        _l("If it was put off: why?"),
        [Optional()],
        choices=choices(("", _l("It was not put off")), *REASONS),
    )
    next_on = DateBoxes(
        _l("Day of the next visit, if you agreed on one, or to which this one was put off"), [NearOurTime()]
    )


def entered(form: VisitForm) -> VisitEntered:
    """The visit that a valid form tells of. Where and how somebody was met is said only of those who were."""
    met = form.outcome.data == MADE
    yes = {"yes": True, "no": False}
    words = {name: (getattr(form, name).data or "").strip() or None for name in ("notes", "needs", "steps")}
    return VisitEntered(
        on=form.on.data,
        outcome=form.outcome.data,
        mode=(form.mode.data or None) if met else None,
        seen_alone=yes.get(form.seen_alone.data or "") if met else None,
        safety=form.safety.data or None,
        contact=yes.get(form.contact.data or ""),
        finding=form.finding.data or None,
        next_on=form.next_on.data,
        reason=(form.reason.data or None) if form.outcome.data == PUT_OFF else None,
        visit=form.visit.data or None,
        **{name: getattr(form, name).data or None for name in ASKED_ABOUT},
        **words,
    )
