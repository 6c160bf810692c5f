"""Puts a form by that came from a session which has lapsed, so that its officer finds it after signing in."""

from typing import Final

from flask import current_app, request, url_for

from repatriation.web.session import browser_session, house, now, remember
from repatriation.work.unsent import keep_unsent

KIND: Final = "unsent"

AREAS: Final = frozenset({"cases", "visits", "arrivals", "services", "handoffs"})
"""Where much is typed. What proves who somebody is, a password or a code, is in none of them."""


def put_by() -> str | None:
    """Put the form of this request by; gives the address at which its officer finds it, if it was kept."""
    if request.method != "POST" or request.blueprint not in AREAS or not browser_session().lapsed:
        return None
    fields = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    cookie = request.cookies.get(current_app.config["SESSION_COOKIE_NAME"], "")
    kept = keep_unsent(house(), cookie, now(), request.full_path.rstrip("?"), fields) if fields else None
    if kept is None:
        return None
    remember(KIND, kept)
    return url_for("signin.unsent")
