"""Signing in with one's own organisation: the way there, and the way back."""

from typing import cast

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from repatriation.web.languages import safe_next
from repatriation.web.session import (
    house,
    now,
    prove_session,
    remember,
    remembered,
    signed_in,
    start_session,
)
from repatriation.work import begun
from repatriation.work.admission import LetIn, Purpose, Waiting
from repatriation.work.sessions import ORGANISATION
from repatriation.work.throttling import TooManyTries
from repatriation.work.vouching import KIND, Doorman, NotVouched

Answer = Response | str | tuple[str, int]
INVITED = "invited"


def doorman() -> Doorman:
    """Who asks the providers."""
    return cast(Doorman, current_app.extensions["doorman"])


def make_blueprint() -> Blueprint:
    """To a provider, and back from it."""
    blueprint = Blueprint("organisations", __name__)

    @blueprint.get("/sign-in/with/<code>")
    def begin(code: str) -> Answer:
        # A page elsewhere may not send people off to sign in; only a link of ours does.
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            abort(400)
        try:
            token, target = doorman().ask(code, now(), request.remote_addr or "", _purpose())
        except TooManyTries:
            abort(429)
        except NotVouched:
            return _refused()
        remember(KIND, token)
        return redirect(target, 303)

    @blueprint.get("/sign-in/with/<code>/back")
    def back(code: str) -> Answer:
        try:
            found = doorman().answer(code, remembered(KIND), request.args.to_dict(flat=False), now())
        except NotVouched:
            return _refused()
        if isinstance(found, Waiting):
            return render_template("signin/waiting.html", waiting=found)
        return _let_in(found)

    return blueprint


def _purpose() -> Purpose:
    """An officer who is signed in proves anew who they are; a stranger comes in, perhaps by invitation."""
    onward = safe_next(request.args.get("next"), url_for("account.home"))
    officer = signed_in()
    if officer is not None:
        return Purpose(onward, officer=officer.actor.officer_id)
    if "invited" not in request.args:
        return Purpose(onward)
    kept = begun.look(house(), INVITED, remembered(INVITED), now())
    return Purpose(onward, invitation=kept["invitation"] if kept else None)


def _let_in(found: LetIn) -> Answer:
    """Begin a session, or go on with the one there is; it must still be the same officer's."""
    officer = signed_in()
    if found.confirmed:
        if officer is None or officer.actor.officer_id != found.officer_id:
            return _refused()
        prove_session(now())
    else:
        start_session(found.officer_id, now(), ORGANISATION)
    return redirect(safe_next(found.onward, url_for("account.home")), 303)


def _refused() -> tuple[str, int]:
    return render_template("signin/not_vouched.html"), 400
