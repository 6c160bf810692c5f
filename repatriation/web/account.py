"""An officer's first page, their own account, and where they are signed in."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from repatriation.web.menu import areas
from repatriation.web.passkeys import site
from repatriation.web.security import permission
from repatriation.web.session import actor, house, now, signed_in
from repatriation.work.factors import factors_of
from repatriation.work.permissions import Permission
from repatriation.work.sessions import end_one, end_others, sessions_of

DUTIES = {
    "consular": _l("Consular officer"),
    "coordinator": _l("Coordinator"),
    "reception": _l("Border reception officer"),
    "caseworker": _l("Caseworker"),
    "protection": _l("Protection officer"),
    "police": _l("Police officer"),
    "iom": _l("Officer of the International Organization for Migration"),
    "auditor": _l("Auditor"),
    "system": _l("A partner's program"),
}
MEANS = {
    "password": _l("Password"),
    "password_and_code": _l("Password and code"),
    "passkey": _l("Passkey"),
    "organisation": _l("Sign-in of the organisation"),
}
DAY_BEGINS = {"reception": "arrivals.index", "caseworker": "visits.index"}


def make_blueprint() -> Blueprint:
    """Where everybody comes in, and the officer's own page."""
    blueprint = Blueprint("account", __name__)

    @blueprint.get("/")
    @permission(Permission.OWN_ACCOUNT)
    def home() -> Response:
        """Where the officer's day begins: the area of their duty, else the first that they may open."""
        open_to_them = [area.endpoint for area in areas()] or ["account.account"]
        begins = DAY_BEGINS.get(actor().duty)
        return redirect(url_for(begins if begins in open_to_them else open_to_them[0]), 303)

    @blueprint.get("/account")
    @permission(Permission.OWN_ACCOUNT)
    def account() -> str:
        return render_template(
            "account.html",
            duty=DUTIES[actor().duty],
            factors=factors_of(house(), actor().officer_id),
            passkeys=site() is not None,
        )

    @blueprint.get("/account/sessions")
    @permission(Permission.OWN_ACCOUNT)
    def sessions() -> str:
        officer = signed_in()
        assert officer is not None
        lines = sessions_of(house(), officer, now())
        return render_template("account/sessions.html", lines=lines, means=MEANS)

    @blueprint.post("/account/sessions/end")
    @permission(Permission.OWN_ACCOUNT)
    def end_session() -> Response:
        officer = signed_in()
        assert officer is not None
        number = request.form.get("number", "")
        if not number:
            end_others(house(), officer, now())
        elif not end_one(house(), officer.actor, now(), number):
            abort(404)
        flash(_("Ended."))
        return redirect(url_for("account.sessions"), 303)

    return blueprint
