"""The clock, as coordinators and auditors see it: which clocks run, mails that never went, changed days."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response
from wtforms import RadioField, StringField
from wtforms.validators import InputRequired, Length

from repatriation.web import glossary
from repatriation.web.forms import DateBoxes, DateRequired, PlainForm, SaysSomething, choices
from repatriation.web.security import permission
from repatriation.web.session import actor, house, now
from repatriation.work.decrees import LONGEST, Replanned, decrees, enter_day, take_back_day
from repatriation.work.permissions import Permission, may
from repatriation.work.refusals import Invalid
from repatriation.work.telling.beats import pulses
from repatriation.work.telling.undelivered import try_again, undelivered

Answer = Response | str | tuple[str, int]

BECAUSE: Final[Mapping[str, object]] = {
    "unreachable": _l("The mail server could not be reached"),
    "too_slow": _l("The mail server did not answer in time"),
    "not_trusted": _l("The mail server could not prove who it is"),
    "not_let_in": _l("The mail server did not let this installation in"),
}
PROBLEMS: Final[Mapping[tuple[str, str], object]] = {
    ("day", "out_of_range"): _l("No calendar speaks of that day"),
    ("source", "needed"): _l("Say on whose word"),
}


class DayForm(PlainForm):
    """A day that is not as the calendar says."""

    day = DateBoxes(_l("Which day?"), [DateRequired(_l("Enter the day"))])
    works = RadioField(
        _l("What holds on that day?"),
        [InputRequired(_l("Choose what holds"))],
        choices=choices(("no", _l("Offices are closed")), ("yes", _l("Offices work"))),
    )
    source = StringField(
        _l("On whose word?"),
        [
            InputRequired(_l("Say on whose word")),
            SaysSomething(_l("Say on whose word")),
            Length(max=LONGEST, message=_l("This is too long: at most 200 letters")),
        ],
    )


def make_blueprint() -> Blueprint:
    """The board of the clock, and the days that a decree changed."""
    blueprint = Blueprint("clock", __name__)

    @blueprint.get("/clock", endpoint="index")
    @permission(Permission.WATCH_CLOCK)
    def index() -> str:
        return render_template(
            "clock/index.html",
            pulses=pulses(house()),
            mails=[(mail, _because(mail.because)) for mail in undelivered(house(), actor())],
            may_retry=may(actor().duty, Permission.RETRY_MAIL),
        )

    @blueprint.post("/clock/mails/<mail_id>/try", endpoint="retry")
    @permission(Permission.RETRY_MAIL)
    def retry(mail_id: str) -> Response:
        try_again(house(), actor(), now(), mail_id)
        flash(_("It is tried again within a minute."))
        return redirect(url_for("clock.index"), 303)

    @blueprint.get("/clock/days", endpoint="days")
    @permission(Permission.WATCH_CLOCK)
    def days() -> str:
        return render_template(
            "clock/days.html",
            days=[(each, glossary.COUNTRIES.get(each.country, each.country)) for each in decrees(house())],
            own=actor().country,
            may_enter=_may_enter(),
        )

    @blueprint.route("/clock/days/enter", methods=["GET", "POST"], endpoint="enter")
    @permission(Permission.ENTER_DAYS)
    def enter() -> Answer:
        if not _may_enter():
            abort(404)
        form = DayForm()
        if form.validate_on_submit():
            assert form.day.data is not None
            try:
                done = enter_day(
                    house(),
                    actor(),
                    now(),
                    country=actor().country,
                    day=form.day.data,
                    works=form.works.data == "yes",
                    source=form.source.data or "",
                )
            except Invalid as wrong:
                for name, code in wrong.problems.items():
                    form[name].errors = [PROBLEMS.get((name, code), _("Look at this again"))]
            else:
                flash(_moved(done))
                return redirect(url_for("clock.days"), 303)
        country = glossary.COUNTRIES.get(actor().country, actor().country)
        page = render_template("clock/enter.html", form=form, country=country)
        return page, 400 if form.is_submitted() else 200

    @blueprint.post("/clock/days/<country>/<day>/take-back", endpoint="take_back")
    @permission(Permission.ENTER_DAYS)
    def take_back(country: str, day: str) -> Response:
        try:
            which = date.fromisoformat(day)
        except ValueError:
            abort(404)
        flash(_moved(take_back_day(house(), actor(), now(), country=country, day=which)))
        return redirect(url_for("clock.days"), 303)

    return blueprint


def _may_enter() -> bool:
    """Whether there is a calendar of the officer's own country for them to change."""
    return may(actor().duty, Permission.ENTER_DAYS) and actor().country in house().calendars


def _moved(done: Replanned) -> str:
    said = ngettext("Kept. %(num)s time limit moved.", "Kept. %(num)s time limits moved.", done.moved)
    return str(said)


def _because(code: str) -> str:
    """Why a mail was given up, in words; a server's own refusal by its number."""
    if code.startswith("status_"):
        number = code.removeprefix("status_")
        return str(_("The mail server refused it (%(number)s)", number=number))
    return str(BECAUSE.get(code, _("Not known")))
