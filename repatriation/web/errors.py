"""What is said when something cannot be shown or done: plain words, what to do next, a number to quote."""

import logging
import traceback
from typing import Any, NamedTuple

from flask import Flask, Response, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import BadRequest, HTTPException, SecurityError

from repatriation.web.api import problems
from repatriation.web.session import for_machines
from repatriation.work.refusals import NotFound

log = logging.getLogger("repatriation.errors")


class Words(NamedTuple):
    """What one kind of failure says."""

    title: str
    advice: str


class Discreet(Flask):
    """Flask, but a failure is logged without the address that was asked for and without what was typed."""

    def log_exception(self, exc_info: Any) -> None:
        """Called by Flask for every failure of ours."""
        _write(exc_info[1], g.get("request_id", ""))


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
    def form_out_of_date(error: CSRFError) -> ResponseReturnValue:  # noqa: ARG001 - Flask passes it
        words = Words(
            _("This page was open too long"),
            _("A form can only be sent from the session it was opened in. Go back and open it again."),
        )
        return _page(400, words)

    @app.errorhandler(NotFound)
    def not_found(error: NotFound) -> ResponseReturnValue:  # noqa: ARG001 - what was not found is not for the page
        if for_machines(request.path):
            return problems.answer(problems.Problem("not_found"))
        return _page(404, words_for(404))

    @app.errorhandler(problems.Problem)
    def problem(error: problems.Problem) -> ResponseReturnValue:
        return problems.answer(error)

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> ResponseReturnValue:
        status = error.code or 500
        if error.response is not None or status < 400:
            return error.get_response(request.environ)
        if for_machines(request.path):
            return problems.answer(problems.of_http(error))
        response = make_response(_page(status, words_for(status)))
        response.headers.extend(_kept_headers(error))
        return response

    @app.errorhandler(ParseException)
    def garbled(error: ParseException) -> ResponseReturnValue:  # noqa: ARG001 - Flask passes it
        # Gunicorn reads a body in chunks only when somebody asks for it, and finds only then that it is none.
        return refused(BadRequest())


def _page(status: int, words: Words) -> ResponseReturnValue:
    """The page, or its words alone when no page can be made: the host is not ours, the database is away."""
    number = g.get("request_id", "")
    if request.routing_exception is not None and isinstance(request.routing_exception, SecurityError):
        return Response("This service does not answer to that name.\n", status, mimetype="text/plain")
    try:
        return render_template("error.html", status=status, words=words, request_id=number), status
    except Exception as second:
        _write(second, number)
        return Response(f"{words.title}. {words.advice} ({number})\n", status, mimetype="text/plain")


def _write(error: BaseException | None, number: str) -> None:
    """The line about a failure of ours. A message may quote what somebody typed: so only kind and places."""
    places = traceback.extract_tb(error.__traceback__) if error is not None else []
    fields = {
        "request_id": number,
        "kind": type(error).__name__,
        "rule": str(request.url_rule or ""),
        "places": [f"{place.filename}:{place.lineno}" for place in places][-12:],
    }
    log.error("failed", extra={"fields": fields})


def _kept_headers(error: HTTPException) -> list[tuple[str, str]]:
    return [(name, value) for name, value in error.get_headers() if name in ("Allow", "Retry-After")]
