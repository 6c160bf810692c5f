"""Which officers have signed in with this browser by a second factor before: it has tries of its own, so that
whoever guesses codes elsewhere, from however many addresses, keeps them out of nothing.

The cookie says nothing about anybody: a number of the browser's own, and for each officer a signature over
it, over who they are, and over what changes with their password.
"""

import hmac
import secrets
from datetime import timedelta
from hashlib import sha256
from typing import Final

from flask import Response, after_this_request, current_app, request

from repatriation.web.session import house, now
from repatriation.work.accounts import stamp_of

LASTS: Final = timedelta(days=180)
_MOST: Final = 8
"""Officers who share one browser, at a gate for example; of more, those who came last."""


def known_as(officer_id: str) -> str | None:
    """The number of this browser, where this officer has signed in with it before; None where not."""
    number, signatures = _read()
    if number is None or not signatures:
        return None
    ours = _sign(number, officer_id)
    return number if any(hmac.compare_digest(each.encode(), ours.encode()) for each in signatures) else None


def mark_known(officer_id: str) -> None:
    """Let the browser be known as one with which this officer proved by a second factor who they are."""
    number, signatures = _read()
    if number is None:
        number, signatures = f"{int(now().timestamp())}-{secrets.token_urlsafe(16)}", []
    ours = _sign(number, officer_id)
    kept = [*(each for each in signatures if each != ours), ours][-_MOST:]
    after_this_request(lambda response: _set(response, ".".join((number, *kept))))


def _cookie() -> str:
    return "__Host-known" if current_app.config["SESSION_COOKIE_SECURE"] else "known"


def _read() -> tuple[str | None, list[str]]:
    number, *signatures = request.cookies.get(_cookie(), "").split(".")
    began = number.partition("-")[0]
    if not (began.isascii() and began.isdigit() and len(began) < 12) or len(signatures) > _MOST:
        return None, []
    age = now().timestamp() - int(began)
    return (number, signatures) if 0 <= age < LASTS.total_seconds() else (None, [])


def _sign(number: str, officer_id: str) -> str:
    told = "\0".join((number, officer_id, stamp_of(house(), officer_id)))
    return hmac.new(house().keyring.digest_key("known-browser"), told.encode(), sha256).hexdigest()


def _set(response: Response, value: str) -> Response:
    response.set_cookie(
        _cookie(),
        value,
        max_age=LASTS,
        path="/",
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        httponly=True,
        samesite="Lax",
    )
    return response
