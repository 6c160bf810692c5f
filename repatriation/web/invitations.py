"""Taking up an invitation: a password and an app, or the sign-in of one's own organisation."""

import segno
from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from repatriation.web.account import DUTIES
from repatriation.web.forms import PlainForm
from repatriation.web.organisations import INVITED, doorman
from repatriation.web.session import house, now, remember, remembered, signed_in, start_session
from repatriation.work import begun
from repatriation.work.accounts import SHORTEST_PASSWORD, WeakPassword
from repatriation.work.factors import Secret, new_secret, secret_for
from repatriation.work.invitations import Invited, accept, look
from repatriation.work.refusals import Invalid, NotFound
from repatriation.work.sessions import PASSWORD_AND_CODE


class NewPasswordForm(PlainForm):
    """A new password, twice."""

    password = PasswordField(_l("New password"), [InputRequired(_l("Enter a password")), Length(max=1000)])
    again = PasswordField(
        _l("The same password again"), [InputRequired(_l("Enter the password a second time"))]
    )

    def agrees(self) -> bool:
        """Whether both are the same; says so at the second box when not."""
        if self.password.data == self.again.data:
            return True
        self.again.errors = [_("The two passwords are not the same")]
        return False

    def too_weak(self) -> None:
        """Say that the password cannot be used."""
        self.password.errors = [_("Use a password of %(least)s characters or more", least=SHORTEST_PASSWORD)]


class AcceptForm(NewPasswordForm):
    """A password, and the first code of the app."""

    code = StringField(_l("Code that the app shows"), [InputRequired(_l("Enter the code")), Length(max=100)])


def make_blueprint() -> Blueprint:
    """The page that an invitation's link opens."""
    blueprint = Blueprint("invitations", __name__)

    @blueprint.route("/invitation/<token>", methods=["GET", "POST"], endpoint="accept")
    def page(token: str) -> str | tuple[str, int]:
        invited = look(house(), token, now())
        if invited is None or signed_in() is not None:
            return render_template("invitations/over.html"), 404
        secret = _secret(token, invited)
        form = AcceptForm()
        if not form.validate_on_submit() or not form.agrees():
            return _shown(form, invited, secret, 400 if form.is_submitted() else 200)
        try:
            officer_id, codes = accept(
                house(), token, now(), form.password.data or "", secret.text, form.code.data or ""
            )
        except WeakPassword:
            form.too_weak()
            return _shown(form, invited, secret, 400)
        except Invalid as wrong:
            if "code" not in wrong.problems:
                return render_template("invitations/over.html"), 404
            form.code.errors = [_("The code is not right. Enter the one that the app shows now")]
            return _shown(form, invited, secret, 400)
        except NotFound:
            return render_template("invitations/over.html"), 404
        start_session(officer_id, now(), PASSWORD_AND_CODE)
        return render_template("account/codes.html", codes=codes, onward=url_for("account.home"))

    return blueprint


def picture_of(secret: Secret) -> str:
    """The secret as a square that an app reads with the camera, as an address of a picture."""
    return str(segno.make(secret.address, error="m").svg_data_uri(scale=5, border=4))


def _secret(token: str, invited: Invited) -> Secret:
    """The secret of this invitation for this browser; the same while the form is sent again and again."""
    kept = begun.look(house(), INVITED, remembered(INVITED), now())
    if kept is None or kept["invitation"] != token:
        kept = {"invitation": token, "secret": new_secret(invited.username).text}
        remember(INVITED, begun.begin(house(), INVITED, kept, now()))
    return secret_for(invited.username, kept["secret"])


def _shown(form: AcceptForm, invited: Invited, secret: Secret, status: int) -> tuple[str, int]:
    shown = render_template(
        "invitations/accept.html",
        form=form,
        invited=invited,
        duty=DUTIES[invited.duty],
        secret=secret,
        picture=picture_of(secret),
        offers=doorman().offers_for(invited.organisation_id),
    )
    return shown, status
