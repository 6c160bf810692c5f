"""An officer's own proofs: password, app, passkeys and recovery codes; changed only after a fresh proof."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from repatriation.web.forms import PlainForm
from repatriation.web.invitations import NewPasswordForm, picture_of
from repatriation.web.passkeys import expected, pose, the_site
from repatriation.web.security import permission, scripted
from repatriation.web.session import (
    actor,
    house,
    now,
    remember,
    remembered,
    signed_in,
    start_session,
)
from repatriation.web.stepup import CodeForm, fresh
from repatriation.work import begun
from repatriation.work.accounts import WeakPassword, set_password
from repatriation.work.factors import (
    Secret,
    add_authenticator,
    factors_of,
    new_recovery_codes,
    new_secret,
    remove_authenticator,
    secret_for,
)
from repatriation.work.passkeys import add_passkey, ask_for_new, remove_passkey
from repatriation.work.permissions import Permission
from repatriation.work.refusals import Invalid
from repatriation.work.sessions import PASSWORD, PASSWORD_AND_CODE

APP = "app"
Answer = Response | str | tuple[str, int]


class DeviceForm(PlainForm):
    """What the officer calls the device."""

    name = StringField(
        _l("What do you call this device?"),
        [InputRequired(_l("Enter a name for the device")), Length(max=60)],
    )


def make_blueprint() -> Blueprint:
    """The pages of an officer's own proofs, beneath that of the account."""
    blueprint = Blueprint("proofs", __name__)
    _add_password(blueprint)
    _add_app(blueprint)
    _add_passkeys(blueprint)
    return blueprint


def _add_password(blueprint: Blueprint) -> None:
    @blueprint.route("/account/password", methods=["GET", "POST"])
    @permission(Permission.OWN_ACCOUNT)
    @fresh
    def password() -> Answer:
        factors = _with_password()
        form = NewPasswordForm()
        if form.validate_on_submit() and form.agrees():
            officer = actor()
            try:
                set_password(house(), officer, now(), officer.officer_id, form.password.data or "")
            except WeakPassword:
                form.too_weak()
            else:
                means = PASSWORD_AND_CODE if factors else PASSWORD
                start_session(officer.officer_id, now(), means)
                flash(_("Your password is changed. You are signed out everywhere else."))
                return redirect(url_for("account.account"), 303)
        return render_template("account/password.html", form=form), 400 if form.is_submitted() else 200


def _add_app(blueprint: Blueprint) -> None:
    @blueprint.route("/account/app", methods=["GET", "POST"])
    @permission(Permission.OWN_ACCOUNT)
    @fresh
    def app() -> Answer:
        _with_password()
        secret = _secret()
        form = CodeForm()
        if form.validate_on_submit():
            try:
                codes = add_authenticator(house(), actor(), now(), secret.text, form.code.data or "")
            except Invalid:
                form.code.errors = [_("The code is not right. Enter the one that the app shows now")]
            else:
                begun.take(house(), APP, remembered(APP), now())
                return _codes(codes)
        shown = render_template("account/app.html", form=form, secret=secret, picture=picture_of(secret))
        return shown, 400 if form.is_submitted() else 200

    @blueprint.post("/account/app/remove")
    @permission(Permission.OWN_ACCOUNT)
    @fresh
    def remove_app() -> Answer:
        remove_authenticator(house(), actor(), now())
        flash(_("The app is asked for no more."))
        return redirect(url_for("account.account"), 303)

    @blueprint.post("/account/recovery-codes")
    @permission(Permission.OWN_ACCOUNT)
    @fresh
    def recovery_codes() -> Answer:
        if not factors_of(house(), actor().officer_id).second:
            abort(404)
        return _codes(new_recovery_codes(house(), actor(), now()))


def _add_passkeys(blueprint: Blueprint) -> None:
    @blueprint.route("/account/passkeys/new", methods=["GET", "POST"])
    @permission(Permission.OWN_ACCOUNT)
    @fresh
    @scripted
    def new_passkey() -> Answer:
        _with_password()
        form = DeviceForm()
        if form.validate_on_submit():
            answer, wanted = request.form.get("answer", ""), expected()
            try:
                if wanted is None:
                    raise Invalid({"answer": "late"})
                codes = add_passkey(house(), the_site(), actor(), now(), answer, wanted, form.name.data or "")
            except Invalid:
                form.name.errors = [_("The device did not answer as it should. Try again")]
            else:
                flash(_("The passkey is added."))
                return _codes(codes) if codes else redirect(url_for("account.account"), 303)
        return _asks_for_new(form)

    @blueprint.post("/account/passkeys/<passkey_id>/remove")
    @permission(Permission.OWN_ACCOUNT)
    @fresh
    def remove(passkey_id: str) -> Answer:
        if not remove_passkey(house(), actor(), now(), passkey_id):
            abort(404)
        flash(_("The passkey is removed."))
        return redirect(url_for("account.account"), 303)


def _asks_for_new(form: DeviceForm) -> Answer:
    officer = signed_in()
    assert officer is not None
    try:
        options = pose(ask_for_new(house(), the_site(), officer.actor, officer.name))
    except Invalid:
        flash(_("You have as many passkeys as you may have. Remove one first."))
        return redirect(url_for("account.account"), 303)
    shown = render_template("account/passkey.html", form=form, question=options)
    return shown, 400 if form.is_submitted() else 200


def _with_password() -> bool:
    """Whether the officer has a second factor. Accounts that an organisation vouches for have none here."""
    factors = factors_of(house(), actor().officer_id)
    if not factors.password:
        abort(404)
    return factors.second


def _secret() -> Secret:
    """The secret about to be put into an app; the same while the form is sent again and again."""
    kept = begun.look(house(), APP, remembered(APP), now())
    if kept is None:
        kept = {"secret": new_secret(actor().username).text}
        remember(APP, begun.begin(house(), APP, kept, now()))
    return secret_for(actor().username, kept["secret"])


def _codes(codes: tuple[str, ...]) -> str:
    return render_template("account/codes.html", codes=codes, onward=url_for("account.account"))
