"""Reads what a program sends: strictly, and into a model that says what may stand in it."""

from typing import TypeVar

from flask import request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import RequestEntityTooLarge

from partners import strict
from repatriation.web.api.problems import Problem

M = TypeVar("M", bound=BaseModel)


def json_body(model: type[M], largest: int = strict.LARGEST) -> M:
    """The body of this request as a model. Raises Problem; nothing of what was sent is repeated in it."""
    data = body("application/json", largest)
    try:
        strict.read_object(data, largest)
        return model.model_validate_json(data)
    except strict.Malformed as problem:
        code = "too_large" if problem.code == "too_large" else "malformed"
        raise Problem(code, errors=[{"pointer": "", "code": problem.code}]) from None
    except ValidationError as problem:
        found = problem.errors(include_url=False, include_context=False, include_input=False)
        raise Problem(
            "invalid",
            errors=[{"pointer": _pointer(one["loc"]), "code": str(one["type"])} for one in found[:20]],
        ) from None


def body(media_type: str, largest: int) -> bytes:
    """The bytes of this request, when they are of this type and not too many. Raises Problem."""
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if request.mimetype != media_type or charset != "utf-8" or request.mimetype_params.keys() - {"charset"}:
        raise Problem("media_type")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Problem("media_type")
    request.max_content_length = largest
    try:
        return request.get_data(cache=True)
    except RequestEntityTooLarge:
        raise Problem("too_large") from None


def _pointer(place: tuple[int | str, ...]) -> str:
    """A JSON pointer to a place (RFC 6901), so long as we named it and not the sender."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in place)
