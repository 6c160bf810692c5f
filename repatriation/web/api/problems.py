"""What a program is told when something cannot be done: a problem document (RFC 9457) with a stable code."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from types import MappingProxyType
from typing import Annotated, Final, Literal

from flask import Response
from pydantic import BaseModel, ConfigDict
from werkzeug.exceptions import HTTPException

from repatriation.web.api.lists import OneOf

MEDIA_TYPE: Final = "application/problem+json"

CODES: Final[Mapping[str, tuple[int, str]]] = MappingProxyType(
    {
        "malformed": (400, "The request cannot be read."),
        "invalid_request": (400, "The request is not one that can be made here."),
        "key_needed": (400, "Send an Idempotency-Key, so that nothing is done twice."),
        "invalid_token": (401, "An access token is needed, and this one does not do."),
        "invalid_dpop_proof": (401, "The proof of possession does not fit the request."),
        "use_dpop_nonce": (401, "Make the proof again with the nonce that is sent along."),
        "insufficient_scope": (403, "The token does not open this call."),
        "not_yours": (403, "This is for others to do in this case."),
        "not_agreed": (403, "The person has not agreed to this purpose, or not for your organisation."),
        "not_found": (404, "There is no such thing, or it is not shared with you."),
        "method_not_allowed": (405, "This address does not take that method."),
        "conflict": (409, "It has changed meanwhile, or the same key came with something else."),
        "not_allowed": (409, "The procedure does not allow this now; the errors say why."),
        "under_way": (409, "The same request is being carried out just now. Ask again in a moment."),
        "moved_on": (412, "The case has moved on since you read it. Read it again, and decide anew."),
        "too_large": (413, "More was sent than is taken."),
        "media_type": (415, "The content type is not the one that is taken here."),
        "invalid": (422, "What was sent can be read, and cannot be taken."),
        "envelope_refused": (422, "The envelope, or the receipt, cannot be taken."),
        "key_reused": (422, "The Idempotency-Key came before with another request."),
        "paper_needed": (422, "This is done only together with its paper: send the paper's fields along."),
        "paper_unfit": (422, "The paper cannot be made of what was sent."),
        "version_needed": (428, "Say in If-Match which version of the case you have read."),
        "too_fast": (429, "Too many calls in a short time."),
        "failed": (500, "Something went wrong on our side. Nothing was kept."),
        "unavailable": (503, "Not available just now. Nothing was lost."),
    }
)
"""Every code, its status, and what it says. A code never changes its meaning. Of several codes of one status
the first is the one that says no more than the status.
"""


class Fault(BaseModel):
    """One thing that stands in the way. A field is named by a JSON pointer into the body, a parameter by its
    name. `about` is the fact, consent, role or safeguard that a reason speaks of.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str
    pointer: str | None = None
    parameter: str | None = None
    about: str | None = None
    detail: str | None = None


class ProblemDocument(BaseModel):
    """What is answered instead of what was asked for (RFC 9457). `code` is what a program goes by."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal["about:blank"] = "about:blank"
    title: str
    status: int
    code: Annotated[str, OneOf(CODES)]
    detail: str
    errors: tuple[Fault, ...] | None = None


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
    document = ProblemDocument(
        title=HTTPStatus(problem.status).phrase,
        status=problem.status,
        code=problem.code,
        detail=problem.detail,
        errors=tuple(Fault.model_validate(dict(error)) for error in problem.errors) or None,
    )
    response = Response(document.model_dump_json(exclude_none=True), problem.status, mimetype=MEDIA_TYPE)
    response.headers.extend(problem.headers)
    return response


_PLAIN: Final = {status: code for code, (status, _) in reversed(tuple(CODES.items()))}
"""For each status the code that says no more."""


def of_http(error: HTTPException) -> Problem:
    """The problem that says the same as an error of HTTP."""
    status = error.code or 500
    code = _PLAIN.get(status, "failed" if status >= 500 else "invalid_request")
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    return Problem(code, headers=kept)
