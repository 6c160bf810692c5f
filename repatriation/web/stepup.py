"""Asks officers once more who they are, before an act that matters, when they last proved it a while ago."""

from collections.abc import Callable
from typing import Any, TypeVar, overload

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from repatriation.web.forms import PlainForm
from repatriation.web.knownbrowser import known_as, mark_known
from repatriation.web.languages import safe_next
from repatriation.web.passkeys import answered, question, site
from repatriation.web.security import permission, scripted
from repatriation.web.session import actor, house, now, prove_session, signed_in
from repatriation.work.accounts import TooManyTries, sign_in
from repatriation.work.factors import Factors, check_code, factors_of
from repatriation.work.permissions import Permission

View = TypeVar("View", bound=Callable[..., Any])


@overload
def fresh(view: View) -> View: ...
@overload
def fresh(*, back: str) -> Callable[[View], View]: ...
def fresh(view: View | None = None, *, back: str = "account.account") -> View | Callable[[View], View]:
    """Open the page only to officers who proved a short while ago who they are; others are asked first.

    `@fresh` under the route's own decorator, beside `@permission`. A page that is only sent to, and never
    opened, says with `@fresh(back="cases.index")` where officers go after being asked.
    """

    def mark(marked: View) -> View:
        marked.__dict__["fresh"] = back
        return marked

    return mark if view is None else mark(view)


def ask_where_needed() -> Response | None:
    """Before every request: ask first where the page wants it."""
    view = current_app.view_functions.get(request.endpoint or "")
    back = getattr(view, "fresh", None)
    return None if back is None else ask_again(back)


def ask_again(back: str = "account.account") -> Response | None:
    """The way to the question, for a view to return; None where the officer need not be asked."""
    officer = signed_in()
    if officer is None or officer.is_fresh(now()):
        return None
    opens = request.url_rule is not None and "GET" in (request.url_rule.methods or ())
    onward = request.full_path.rstrip("?") if opens else url_for(back)
    return redirect(url_for("stepup.confirm", next=onward), 303)


class PasswordForm(PlainForm):
    """The password once more."""

    password = PasswordField(_l("Password"), [InputRequired(_l("Enter your password")), Length(max=1000)])


class CodeForm(PlainForm):
    """A code of the app, or a recovery code."""

    code = StringField(_l("Code"), [InputRequired(_l("Enter the code")), Length(max=100)])


def make_blueprint() -> Blueprint:
    """The question, by password, by code or by passkey."""
    blueprint = Blueprint("stepup", __name__)

    @blueprint.route("/confirm", methods=["GET", "POST"])
    @permission(Permission.OWN_ACCOUNT)
    def confirm() -> Response | str | tuple[str, int]:
        factors = factors_of(house(), actor().officer_id)
        form = CodeForm() if factors.second else PasswordForm()
        if not form.validate_on_submit():
            return _shown(form, factors, 400 if form.is_submitted() else 200)
        try:
            right = _proves(form)
        except TooManyTries:
            abort(429)
        if not right:
            return _shown(form, factors, 400)
        return _go_on()

    @blueprint.route("/confirm/passkey", methods=["GET", "POST"])
    @permission(Permission.OWN_ACCOUNT)
    @scripted
    def passkey() -> Response | str | tuple[str, int]:
        if site() is None:
            abort(404)
        wrong = False
        if request.method == "POST":
            if answered() == actor().officer_id:
                return _go_on()
            wrong = True
        shown = render_template(
            "signin/confirm_passkey.html", question=question(), wrong=wrong, onward=_onward()
        )
        return shown, 400 if wrong else 200

    return blueprint


def _onward() -> str:
    return safe_next(request.args.get("next"), url_for("account.home"))


def _go_on() -> Response:
    prove_session(now())
    return redirect(_onward(), 303)


def _proves(form: PlainForm) -> bool:
    address = request.remote_addr or ""
    if isinstance(form, CodeForm):
        me = actor().officer_id
        if check_code(house(), me, now(), form.code.data or "", address, known_as(me)):
            mark_known(me)
            return True
        form.code.errors = [_("The code is not right, or was used before")]
        return False
    found = sign_in(house(), actor().username, form.password.data or "", now(), address)
    if found is not None and found.officer_id == actor().officer_id:
        return True
    form.password.errors = [_("The password is not right")]
    return False


def _shown(form: PlainForm, factors: Factors, status: int) -> tuple[str, int]:
    shown = render_template(
        "signin/confirm.html",
        form=form,
        factors=factors,
        passkeys=bool(factors.devices) and site() is not None,
        onward=_onward(),
    )
    return shown, status
