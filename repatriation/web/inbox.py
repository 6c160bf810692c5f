"""The inbox: what an officer was told, and how they wish to be told by mail."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response
from wtforms import RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Optional

from locales import AUTONYMS
from repatriation.web import glossary
from repatriation.web.casefile import shown_day, shown_moment
from repatriation.web.forms import PlainForm, choices
from repatriation.web.security import permission
from repatriation.web.session import actor, house, now
from repatriation.work.papers.undone import REVOKED, REVOKED_THERE
from repatriation.work.permissions import Permission
from repatriation.work.refusals import Invalid
from repatriation.work.telling.inbox import NoticeLine, notices, open_notice, read_all
from repatriation.work.telling.wishes import Wishes, keep_wishes, wishes_of

Answer = Response | str | tuple[str, int]

WORDS: Final[Mapping[tuple[str, str | None], object]] = {
    ("visit", "due_soon"): _l("A visit is due soon"),
    ("visit", "due"): _l("A visit is due"),
    ("visit", "overdue"): _l("A visit is overdue"),
    ("visit", "missed"): _l("A visit was not made"),
    ("limit", "due_soon"): _l("A time limit ends soon"),
    ("limit", "overdue"): _l("A time limit is over"),
    ("limit", "escalated"): _l("A time limit has been over for a week"),
    ("case:moved", None): _l("Somebody took a step in a case"),
    ("case:left", None): _l("Your organisation has no part in a case any more"),
    ("handoff:attention", None): _l("A handoff needs somebody"),
    ("paper:revoked", None): _l("A paper counts no more"),
    ("paper:revoked:there", None): _l(
        "A paper of the other country counts no more: check it before you use it"
    ),
}
TONES: Final[Mapping[str | None, str]] = {
    "due_soon": "going",
    "due": "waiting",
    "overdue": "late",
    "missed": "stop",
    "escalated": "stop",
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
        lines, further = notices(house(), actor(), request.args.get("before"))
        older = url_for("inbox.index", before=further) if further else None
        return render_template("inbox/index.html", rows=[_row(line) for line in lines], older=older)

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
        if line.in_sight:
            return redirect(url_for("cases.case", reference=line.detail["reference"]), 303)
        return redirect(url_for("inbox.index"), 303)

    @blueprint.post("/inbox/read", endpoint="read")
    @permission(Permission.OWN_ACCOUNT)
    def read() -> Response:
        read_all(house(), actor(), now())
        flash(_("Everything is marked as read."))
        return redirect(url_for("inbox.index"), 303)

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


def _row(line: NoticeLine) -> dict[str, Any]:
    """One notice in words. One that leads nowhere has no address: its case is out of sight."""
    leads = line.in_sight or "handoff" in line.detail
    return {
        "words": _words(line),
        "reference": line.detail.get("reference"),
        "due": _due(line),
        "late": _late(line.detail.get("late_hours")),
        "at": shown_moment(line.at),
        "href": url_for("inbox.notice", notice_id=line.id) if leads else None,
        "new": not line.read,
        "tone": TONES.get(line.standing, "plain"),
    }


def _words(line: NoticeLine) -> object:
    """What is told: of a handoff, also why it needs somebody."""
    words = WORDS.get((line.kind, line.standing), _("Something happened"))
    why = glossary.HANDOFF_ATTENTION.get(str(line.detail.get("why")))
    return words if why is None else _("%(what)s: %(why)s", what=words, why=why)


def _due(line: NoticeLine) -> str | None:
    day, at = line.detail.get("due"), line.detail.get("at")
    if day:
        return shown_day(date.fromisoformat(day))
    return shown_moment(datetime.fromisoformat(at)) if at else None


def _late(hours: int | None) -> str | None:
    """By how much it was told late, because no clock ran when it turned."""
    if not hours:
        return None
    days = hours // 24
    if days:
        return str(ngettext("Told %(num)s day late", "Told %(num)s days late", days))
    return str(ngettext("Told %(num)s hour late", "Told %(num)s hours late", hours))


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
