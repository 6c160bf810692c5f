"""The two halves of asking a device for a passkey: what the page holds, and what the browser sends back."""

from typing import cast

from flask import abort, current_app, request

from repatriation.web.session import house, now, remember, remembered
from repatriation.work import begun
from repatriation.work.passkeys import Challenge, Site, ask_for_known, check_passkey
from repatriation.work.throttling import TooManyTries

KIND = "passkey"


def site() -> Site | None:
    """Where we are, as browsers know it; None where passkeys cannot be used."""
    return cast(Site | None, current_app.extensions["site"])


def the_site() -> Site:
    """The same, on pages that need it; others are not there."""
    found = site()
    if found is None:
        abort(404)
    return found


def question() -> str:
    """The question to whatever device is there, for the page to hold. Its answer counts once."""
    try:
        return pose(ask_for_known(house(), the_site(), now(), request.remote_addr or ""))
    except TooManyTries:
        abort(429)


def pose(challenge: Challenge) -> str:
    """Keep what is expected, and give what the page is to hold."""
    remember(KIND, begun.begin(house(), KIND, {"expected": challenge.expected}, now()))
    return challenge.options


def expected() -> str | None:
    """What the answer must be to; None when nothing was asked, or too long ago. Good for one answer."""
    kept = begun.take(house(), KIND, remembered(KIND), now())
    return None if kept is None else str(kept["expected"])


def answered() -> str | None:
    """The officer whose device answered the question; None when none did."""
    wanted = expected()
    if wanted is None:
        return None
    try:
        return check_passkey(
            house(), the_site(), now(), request.form.get("answer", ""), wanted, request.remote_addr or ""
        )
    except TooManyTries:
        abort(429)
