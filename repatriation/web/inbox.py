"""The inbox: what an officer was told, and how they wish to be told by mail."""

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Optional

from locales import AUTONYMS
from repatriation.web.forms import PlainForm, choices
from repatriation.web.inbox_shown import entry_row
from repatriation.web.security import permission
from repatriation.web.session import actor, house, now
from repatriation.work.papers.undone import REVOKED, REVOKED_THERE
from repatriation.work.permissions import Permission
from repatriation.work.refusals import Invalid
from repatriation.work.summaries.points import DUE
from repatriation.work.telling.inbox import (
    ALL,
    KINDS,
    WHICH,
    Wanted,
    notices,
    open_notice,
    read_all,
)
from repatriation.work.telling.trouble import TROUBLE
from repatriation.work.telling.wishes import Wishes, keep_wishes, wishes_of

Answer = Response | str | tuple[str, int]

WHICH_WORDS: Final[Mapping[str, object]] = {
    "all": _l("Everything"),
    "needs": _l("Needs you"),
    "news": _l("For information"),
}
ABOUT_WORDS: Final[Mapping[str, object]] = {
    "visits": _l("Visits"),
    "deadlines": _l("Time limits"),
    "steps": _l("Steps"),
    "handoffs": _l("Handoffs"),
    "papers": _l("Papers"),
    "clock": _l("Trouble with the clock"),
}
PROBLEMS: Final[Mapping[tuple[str, str], object]] = {
    ("mail", "malformed"): _l("Enter an address such as name@example.org"),
    ("quiet_from", "needed"): _l("Choose both hours, or neither"),
}
HOURS: Final = [("", _l("None")), *((str(hour), f"{hour:02}:00") for hour in range(24))]


class WishesForm(PlainForm):
    """How an officer wishes to be told by mail."""

    mail = StringField(_l("Mail address"), [Optional()])
    rhythm = RadioField(
        _l("How often?"),
        [InputRequired(_l("Choose how often"))],
        choices=choices(
            ("digest", _l("Once a day, in the morning")),
            ("at_once", _l("Within ten minutes")),
            ("none", _l("No mail")),
        ),
    )
    quiet_from = SelectField(_l("No mail from"), choices=choices(*HOURS))
    quiet_until = SelectField(_l("No mail until"), choices=choices(*HOURS))
    language = RadioField(
        _l("Language of the mail"), choices=choices(("", _l("That of your account")), *AUTONYMS.items())
    )

    @property
    def wishes(self) -> Wishes:
        """What was entered."""
        return Wishes(
            (self.mail.data or "").strip() or None,
            self.rhythm.data or "",
            _hour(self.quiet_from.data),
            _hour(self.quiet_until.data),
            self.language.data or None,
        )


def make_blueprint() -> Blueprint:
    """The inbox, one notice, and the wishes."""
    blueprint = Blueprint("inbox", __name__)

    @blueprint.get("/inbox")
    @permission(Permission.OWN_ACCOUNT)
    def index() -> str:
        wanted = _wanted()
        found, further = notices(house(), actor(), now(), wanted, request.args.get("before"))
        return render_template(
            "inbox/index.html",
            needs=[entry_row(entry) for entry in found if entry.needs],
            news=[entry_row(entry) for entry in found if not entry.needs],
            older=_address(wanted, before=further) if further else None,
            which=[
                (words, _address(wanted._replace(which=name)), wanted.which == name)
                for name, words in WHICH_WORDS.items()
            ],
            about=[
                (words, _address(wanted._replace(about=name)), wanted.about == name)
                for name, words in ((None, _("Whatever it is about")), *ABOUT_WORDS.items())
            ],
            kind=wanted.about,
            mark=_mark(wanted.about),
            nothing=_("You have been told nothing yet.") if wanted == ALL else _("There is nothing here."),
        )

    @blueprint.get("/inbox/<notice_id>", endpoint="notice")
    @permission(Permission.OWN_ACCOUNT)
    def one(notice_id: str) -> Response:
        line = open_notice(house(), actor(), now(), notice_id)
        if "handoff" in line.detail:
            return redirect(url_for("handoffs.handoff", handoff_id=line.detail["handoff"]), 303)
        if line.in_sight and line.kind == REVOKED:
            return redirect(url_for("cases.papers", reference=line.detail["reference"]), 303)
        if line.in_sight and line.kind == REVOKED_THERE:
            return redirect(url_for("cases.elsewhere", reference=line.detail["reference"]), 303)
        if line.kind == TROUBLE:
            return redirect(url_for("clock.index"), 303)
        if line.in_sight:
            part = "summaries" if line.kind == DUE else None
            return redirect(url_for("cases.case", reference=line.detail["reference"], _anchor=part), 303)
        return redirect(url_for("inbox.index"), 303)

    @blueprint.post("/inbox/read", endpoint="read")
    @permission(Permission.OWN_ACCOUNT)
    def read() -> Response:
        about = _about(request.form)
        read_all(house(), actor(), now(), about)
        flash(_("Everything is marked as read.") if about is None else _("All of these are marked as read."))
        return redirect(_address(Wanted(about=about)), 303)

    @blueprint.route("/inbox/wishes", methods=["GET", "POST"], endpoint="wishes")
    @permission(Permission.OWN_ACCOUNT)
    def wishes_page() -> Answer:
        form = WishesForm(data=_shown(wishes_of(house(), actor())))
        if form.validate_on_submit():
            try:
                keep_wishes(house(), actor(), now(), form.wishes)
            except Invalid as wrong:
                for name, code in wrong.problems.items():
                    form[name].errors = [PROBLEMS.get((name, code), _("Look at this again"))]
            else:
                flash(_("Kept."))
                return redirect(url_for("inbox.wishes"), 303)
        sends = house().relay is not None
        page = render_template("inbox/wishes.html", form=form, sends=sends)
        return page, 400 if form.is_submitted() else 200

    return blueprint


def _wanted() -> Wanted:
    which = request.args.get("which", "")
    return Wanted(which if which in WHICH else "all", _about(request.args))


def _about(given: Mapping[str, str]) -> str | None:
    about = given.get("about")
    return about if about in KINDS else None


def _address(wanted: Wanted, before: str | None = None) -> str:
    which = None if wanted.which == "all" else wanted.which
    return url_for("inbox.index", which=which, about=wanted.about, before=before)


def _mark(about: str | None) -> str:
    """The words of the button that takes what is shown for read."""
    if about is None:
        return str(_("Mark everything as read"))
    return str(_("Mark these as read: %(what)s", what=ABOUT_WORDS[about]))


def _shown(wishes: Wishes) -> dict[str, str]:
    return {
        "mail": wishes.mail or "",
        "rhythm": wishes.rhythm,
        "quiet_from": "" if wishes.quiet_from is None else str(wishes.quiet_from),
        "quiet_until": "" if wishes.quiet_until is None else str(wishes.quiet_until),
        "language": wishes.language or "",
    }


def _hour(said: str | None) -> int | None:
    return int(said) if said else None
