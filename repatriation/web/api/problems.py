"""What a program is told when something cannot be done: a problem document (RFC 9457) with a stable code."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from flask import Response
from werkzeug.exceptions import HTTPException

MEDIA_TYPE: Final = "application/problem+json"

CODES: Final[Mapping[str, tuple[int, str]]] = MappingProxyType(
    {
        "malformed": (400, "The request cannot be read."),
        "invalid_request": (400, "The request is not one that can be made here."),
        "invalid_token": (401, "An access token is needed, and this one does not do."),
        "invalid_dpop_proof": (401, "The proof of possession does not fit the request."),
        "use_dpop_nonce": (401, "Make the proof again with the nonce that is sent along."),
        "insufficient_scope": (403, "The token does not open this call."),
        "not_found": (404, "There is no such thing, or it is not shared with you."),
        "method_not_allowed": (405, "This address does not take that method."),
        "conflict": (409, "It has changed meanwhile, or the same key came with something else."),
        "too_large": (413, "More was sent than is taken."),
        "media_type": (415, "The content type is not the one that is taken here."),
        "envelope_refused": (422, "The envelope, or the receipt, cannot be taken."),
        "invalid": (422, "What was sent can be read, and cannot be taken."),
        "too_fast": (429, "Too many calls in a short time."),
        "failed": (500, "Something went wrong on our side. Nothing was kept."),
        "unavailable": (503, "Not available just now. Nothing was lost."),
    }
)
"""Every code, its status, and what it says. A code never changes its meaning."""


class Problem(Exception):
    """A call is answered with a problem document. KeyError when there is no such code."""

    def __init__(
        self,
        code: str,
        detail: str | None = None,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.code = code
        self.status, words = CODES[code]
        self.detail = detail or words
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        super().__init__(code)


def answer(problem: Problem) -> Response:
    """The document as a response."""
    document: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "code": problem.code,
        "detail": problem.detail,
    }
    if problem.errors:
        document["errors"] = [dict(error) for error in problem.errors]
    response = Response(json.dumps(document), problem.status, mimetype=MEDIA_TYPE)
    response.headers.extend(problem.headers)
    return response


def of_http(error: HTTPException) -> Problem:
    """The problem that says the same as an error of HTTP."""
    status = error.code or 500
    by_status = {400: "malformed", **{number: code for code, (number, _) in CODES.items() if number > 403}}
    code = by_status.get(status, "failed" if status >= 500 else "invalid_request")
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    return Problem(code, headers=kept)
