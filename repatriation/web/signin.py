"""Signing in and out with an account of our own, and leaving at once."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from repatriation.web import secondstep
from repatriation.web.forms import PlainForm
from repatriation.web.languages import remember_language, safe_next
from repatriation.web.organisations import doorman
from repatriation.web.passkeys import site
from repatriation.web.security import permission
from repatriation.web.session import (
    actor,
    browser_session,
    house,
    now,
    remembered,
    signed_in,
    start_session,
    stop_session,
)
from repatriation.web.unsent import KIND
from repatriation.work.accounts import TooManyTries, sign_in
from repatriation.work.factors import factors_of
from repatriation.work.permissions import Permission
from repatriation.work.unsent import unsent

# Where "leave this page" leads: a page that anybody may have open, and that says nothing about us.
ELSEWHERE = "https://www.wikipedia.org/"


class SignInForm(PlainForm):
    """Name and password."""

    username = StringField(_l("Name"), [InputRequired(_l("Enter your name")), Length(max=200)])
    password = PasswordField(_l("Password"), [InputRequired(_l("Enter your password")), Length(max=1000)])


def make_blueprint() -> Blueprint:
    """Sign-in, sign-out and the way out."""
    blueprint = Blueprint("signin", __name__)

    @blueprint.route("/sign-in", methods=["GET", "POST"], endpoint="sign_in")
    def page() -> Response | str | tuple[str, int]:
        remember_language(request.args.get("language", ""))
        onward = safe_next(request.args.get("next"), url_for("account.home"))
        if signed_in() is not None:
            return redirect(onward, 303)
        form = SignInForm()
        if not form.validate_on_submit():
            return _shown(form, 400 if form.is_submitted() else 200)
        try:
            officer = sign_in(
                house(), form.username.data or "", form.password.data or "", now(), request.remote_addr or ""
            )
        except TooManyTries:
            abort(429)
        if officer is None:
            # One sentence for every reason, so that a stranger learns nothing about which names exist.
            form.username.errors = [_("The name or the password is not right")]
            return _shown(form, 400)
        if factors_of(house(), officer.officer_id).second:
            return secondstep.ask_for_code(officer.officer_id, onward)
        start_session(officer.officer_id, now())
        return redirect(onward, 303)

    secondstep.add_pages(blueprint)

    @blueprint.get("/unsent", endpoint="unsent")
    @permission(Permission.OWN_ACCOUNT)
    def waiting() -> Response | str:
        kept = unsent(house(), actor(), remembered(KIND), now())
        if kept is None:
            return redirect(url_for("account.home"), 303)
        return render_template("signin/unsent.html", kept=kept)

    @blueprint.post("/sign-out")
    @permission(Permission.OWN_ACCOUNT)
    def sign_out() -> Response:
        stop_session()
        flash(_("You have signed out"))
        return redirect(url_for("signin.sign_in"), 303)

    @blueprint.get("/exit", endpoint="exit_page")
    def leave() -> Response:
        """Sign out and go to a neutral page, with one press and no question."""
        # A browser says where a link was pressed; one on another site must not sign anybody out.
        if request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none"):
            stop_session()
        return redirect(ELSEWHERE, 303)

    return blueprint


def _shown(form: SignInForm, status: int) -> tuple[str, int]:
    shown = render_template(
        "sign_in.html",
        form=form,
        lapsed=browser_session().lapsed and not form.is_submitted(),
        waiting=remembered(KIND) is not None,
        offers=doorman().offers(),
        passkeys=site() is not None,
    )
    return shown, status
