"""What is said when something cannot be shown or done: plain words, what to do next, a number to quote."""

import logging
import traceback
from typing import NamedTuple

from flask import Flask, g, render_template, request
from flask_babel import gettext as _
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from repatriation.work.refusals import NotFound

log = logging.getLogger("repatriation.errors")


class Words(NamedTuple):
    """What one kind of failure says."""

    title: str
    advice: str


def words_for(status: int) -> Words:
    """The words for an HTTP status, in the language of the reader."""
    match status:
        case 404:
            return Words(
                _("Page not found"),
                _("There is no such page, or you have no part in what it shows. Check the address."),
            )
        case 405:
            return Words(_("This cannot be done here"), _("Go back and use the buttons of the page."))
        case 409:
            return Words(
                _("This case has moved on"),
                _("Somebody else changed it since you opened it. Open it again and look before you go on."),
            )
        case 413:
            return Words(_("Too much was sent"), _("Send a smaller file, or fewer entries at a time."))
        case 429:
            return Words(_("Too many tries"), _("Wait a few minutes, then try again."))
        case 503:
            return Words(_("Not available just now"), _("Try again in a few minutes. Nothing was lost."))
        case _ if status >= 500:
            return Words(
                _("Something went wrong on our side"),
                _("Your last action was not saved. Try again; if it fails again, tell your administrator."),
            )
        case _:
            return Words(
                _("This could not be understood"),
                _("Go back, open the page again and repeat what you did."),
            )


def show_errors(app: Flask) -> None:
    """Give every failure a page, and every failure of ours a line in the log that names no person."""

    @app.errorhandler(CSRFError)
    def form_out_of_date(error: CSRFError) -> tuple[str, int]:  # noqa: ARG001 - Flask passes it
        words = Words(
            _("This page was open too long"),
            _("A form can only be sent from the session it was opened in. Go back and open it again."),
        )
        return _page(400, words), 400

    @app.errorhandler(NotFound)
    def not_found(error: NotFound) -> tuple[str, int]:  # noqa: ARG001 - what was not found is not for the page
        return _page(404, words_for(404)), 404

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> ResponseReturnValue:
        status = error.code or 500
        if error.response is not None or status < 400:
            return error.get_response(request.environ)
        return _page(status, words_for(status)), status, _kept_headers(error)

    @app.errorhandler(Exception)
    def failed(error: Exception) -> tuple[str, int]:
        # The message of an exception may quote what somebody typed, so the log has its kind and its places.
        places = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
        log.error(
            "failed",
            extra={
                "fields": {
                    "request_id": g.get("request_id"),
                    "kind": type(error).__name__,
                    "rule": str(request.url_rule or ""),
                    "places": places[-12:],
                }
            },
        )
        return _page(500, words_for(500)), 500


def _page(status: int, words: Words) -> str:
    return render_template("error.html", status=status, words=words, request_id=g.get("request_id", ""))


def _kept_headers(error: HTTPException) -> list[tuple[str, str]]:
    return [(name, value) for name, value in error.get_headers() if name in ("Allow", "Retry-After")]
