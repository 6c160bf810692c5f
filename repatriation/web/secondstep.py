"""The second step of signing in, and the passkey that makes both steps one."""

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from repatriation.web.knownbrowser import known_as, mark_known
from repatriation.web.languages import safe_next
from repatriation.web.passkeys import answered, question, site
from repatriation.web.security import scripted
from repatriation.web.session import house, now, remember, remembered, start_session
from repatriation.web.stepup import CodeForm
from repatriation.work import begun
from repatriation.work.accounts import TooManyTries, stamp_of
from repatriation.work.factors import check_code, factors_of
from repatriation.work.sessions import PASSKEY, PASSWORD_AND_CODE

SECOND: Final = "second"


def ask_for_code(officer_id: str, onward: str) -> Response:
    """Lead an officer whose password was right on to the second step. They are not signed in before it."""
    kept = {"officer": officer_id, "onward": onward, "stamp": stamp_of(house(), officer_id)}
    remember(SECOND, begun.begin(house(), SECOND, kept, now()))
    return redirect(url_for("signin.second"), 303)


def add_pages(blueprint: Blueprint) -> None:
    """The page for a code, and the page for a passkey."""

    @blueprint.route("/sign-in/second", methods=["GET", "POST"])
    def second() -> Response | str | tuple[str, int]:
        kept = begun.look(house(), SECOND, remembered(SECOND), now())
        if kept is None or kept["stamp"] != stamp_of(house(), kept["officer"]):
            return redirect(url_for("signin.sign_in"), 303)
        form = CodeForm()
        if not form.validate_on_submit():
            return _second(form, kept, 400 if form.is_submitted() else 200)
        try:
            right = check_code(
                house(),
                kept["officer"],
                now(),
                form.code.data or "",
                request.remote_addr or "",
                known_as(kept["officer"]),
            )
        except TooManyTries:
            form.code.errors = [_TOO_MANY]
            return _second(form, kept, 429)
        if not right:
            form.code.errors = [_("The code is not right, or was used before")]
            return _second(form, kept, 400)
        if begun.take(house(), SECOND, remembered(SECOND), now()) is None:
            return redirect(url_for("signin.sign_in"), 303)
        mark_known(kept["officer"])
        start_session(kept["officer"], now(), PASSWORD_AND_CODE)
        return redirect(safe_next(kept["onward"], url_for("account.home")), 303)

    @blueprint.route("/sign-in/passkey", methods=["GET", "POST"])
    @scripted
    def passkey() -> Response | str | tuple[str, int]:
        if site() is None:
            abort(404)
        onward = safe_next(request.args.get("next"), url_for("account.home"))
        wrong = False
        if request.method == "POST":
            officer_id = answered()
            if officer_id is not None:
                mark_known(officer_id)
                start_session(officer_id, now(), PASSKEY)
                return redirect(onward, 303)
            wrong = True
        shown = render_template("signin/passkey.html", question=question(), wrong=wrong, onward=onward)
        return shown, 400 if wrong else 200


def _second(form: CodeForm, kept: Mapping[str, Any], status: int) -> tuple[str, int]:
    factors = factors_of(house(), kept["officer"])
    shown = render_template(
        "signin/second.html",
        form=form,
        factors=factors,
        passkeys=bool(factors.devices) and site() is not None,
        onward=kept["onward"],
    )
    return shown, status


_TOO_MANY = _l("Too many codes were tried. Use a passkey or a recovery code, or wait some minutes.")
