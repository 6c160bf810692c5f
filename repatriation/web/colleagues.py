"""Who comes to work with us: invitations, and people whom the organisation's own sign-in vouches for."""

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from werkzeug.wrappers import Response
from wtforms import RadioField, StringField
from wtforms.validators import InputRequired, Length

from locales import AUTONYMS
from repatriation.web.account import DUTIES
from repatriation.web.forms import PlainForm, SaysSomething, choices
from repatriation.web.security import permission
from repatriation.web.session import actor, house, now
from repatriation.web.stepup import fresh
from repatriation.work.admission import let_in, waiting
from repatriation.work.invitations import invite, outstanding, withdraw
from repatriation.work.permissions import Permission
from repatriation.work.refusals import Invalid

SPOKEN = [
    (code, Markup('<span lang="{}">{}</span>').format(code, autonym)) for code, autonym in AUTONYMS.items()
]
PROBLEMS = {
    ("username", "malformed"): _l("Use small letters, figures, dots and hyphens, and a letter first"),
    ("username", "taken"): _l("Somebody has this name already; choose another"),
    ("number", "unknown"): _l("Nobody of your organisation waits with this number"),
}


class ColleagueForm(PlainForm):
    """A colleague: their name, what they will sign in or be known as, their duty and language."""

    display_name = StringField(
        _l("Name, as colleagues see it"),
        [InputRequired(_l("Enter the name")), SaysSomething(_l("Enter the name")), Length(max=120)],
    )
    username = StringField(
        _l("Short name to sign in with"), [InputRequired(_l("Enter a short name")), Length(max=61)]
    )
    duty = RadioField(_l("Duty"), [InputRequired(_l("Choose a duty"))], choices=choices(*DUTIES.items()))
    language = RadioField(_l("Language"), [InputRequired(_l("Choose a language"))], choices=choices(*SPOKEN))

    def entered(self) -> dict[str, Any]:
        """What was entered, as work takes it."""
        names = ("display_name", "username", "duty", "language")
        return {name: self[name].data or "" for name in names}

    def refused(self, wrong: Invalid) -> None:
        """Say what cannot be taken, at the boxes it was entered in."""
        for name, code in wrong.problems.items():
            self[name].errors = [PROBLEMS.get((name, code), _("Look at this again"))]


class NewcomerForm(ColleagueForm):
    """The same, of somebody who waits with a number."""

    number = StringField(
        _l("The number they told you"), [InputRequired(_l("Enter the number")), Length(max=20)]
    )


def make_blueprint() -> Blueprint:
    """The list, inviting, letting in."""
    blueprint = Blueprint("colleagues", __name__)

    @blueprint.get("/colleagues")
    @permission(Permission.LET_COLLEAGUES_IN)
    def index() -> str:
        return render_template(
            "colleagues/index.html",
            invited=outstanding(house(), actor(), now()),
            waiting=waiting(house(), actor()),
            duties=DUTIES,
        )

    @blueprint.route("/colleagues/invite", methods=["GET", "POST"], endpoint="invite")
    @permission(Permission.LET_COLLEAGUES_IN)
    @fresh
    def invite_page() -> str | tuple[str, int]:
        form = ColleagueForm()
        if form.validate_on_submit():
            try:
                token = invite(house(), actor(), now(), organisation=actor().organisation, **form.entered())
            except Invalid as wrong:
                form.refused(wrong)
            else:
                link = current_app.config["ISSUER"] + url_for("invitations.accept", token=token)
                return render_template("colleagues/invited.html", link=link, name=form.display_name.data)
        return render_template("colleagues/invite.html", form=form), 400 if form.is_submitted() else 200

    @blueprint.route("/colleagues/let-in", methods=["GET", "POST"], endpoint="let_in")
    @permission(Permission.LET_COLLEAGUES_IN)
    @fresh
    def let_in_page() -> Response | tuple[str, int]:
        form = NewcomerForm()
        if form.validate_on_submit():
            try:
                let_in(house(), actor(), now(), number=form.number.data or "", **form.entered())
            except Invalid as wrong:
                form.refused(wrong)
            else:
                flash(_("They may sign in now."))
                return redirect(url_for("colleagues.index"), 303)
        return render_template("colleagues/let_in.html", form=form), 400 if form.is_submitted() else 200

    @blueprint.post("/colleagues/invitations/<invitation_id>/withdraw", endpoint="withdraw")
    @permission(Permission.LET_COLLEAGUES_IN)
    @fresh(back="colleagues.index")
    def withdraw_invitation(invitation_id: str) -> Response:
        withdraw(house(), actor(), now(), invitation_id)
        flash(_("The invitation is withdrawn."))
        return redirect(url_for("colleagues.index"), 303)

    return blueprint
