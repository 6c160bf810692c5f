"""An officer's first page and their own account."""

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from repatriation.web.menu import areas
from repatriation.web.security import permission
from repatriation.web.session import actor
from repatriation.work.permissions import Permission

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
        return render_template("account.html", duty=DUTIES[actor().duty])

    return blueprint
