"""Reads what a program sends: strictly, and into a model that says what may stand in it."""

import re
from collections.abc import Callable, Container, Iterable, Mapping
from functools import cache
from itertools import takewhile
from typing import Final, TypeVar

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
        return model.model_validate_json(data, strict=True)
    except strict.Malformed as problem:
        code = "too_large" if problem.code == "too_large" else "malformed"
        raise Problem(code, errors=[{"pointer": "", "code": problem.code}]) from None
    except ValidationError as problem:
        ours = names(model)
        raise Problem("invalid", errors=_faults(problem, lambda at: {"pointer": pointer(at, ours)})) from None


def query(model: type[M]) -> M:
    """The parameters in the address of this request as a model. Raises Problem."""
    sent = list(request.args.items(multi=True))
    given = dict(sent)
    if len(given) != len(sent):
        raise Problem("invalid_request", "A parameter came more than once.")
    try:
        return model.model_validate(given)
    except ValidationError as problem:
        # What a program calls a parameter that is not known here may be a name.
        known = model.model_fields
        raise Problem(
            "invalid",
            errors=_faults(problem, lambda at: {"parameter": str(at[0])} if at and at[0] in known else {}),
        ) from None


def version(*, must: bool) -> int | None:
    """The version of a case that the request says it was read at, in If-Match. Raises Problem."""
    sent = request.headers.getlist("If-Match")
    if not sent and not must:
        return None
    if len(sent) != 1 or sent[0].strip() == "*":
        raise Problem("version_needed")
    found = re.fullmatch(VERSION, sent[0].strip())
    if found is None:
        raise Problem("invalid_request", "If-Match takes one ETag, as it was sent with the case.")
    return int(found[1])


def tag(number: int) -> str:
    """A version as it stands in ETag and If-Match."""
    return f'"{number}"'


VERSION: Final = r'^"(0|[1-9][0-9]{0,8})"$'
"""What an ETag of a case looks like."""


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


def _faults(
    problem: ValidationError, where: Callable[[tuple[int | str, ...]], Mapping[str, str]]
) -> list[dict[str, str]]:
    """What is wrong, and where; nothing of what was sent is repeated."""
    found = problem.errors(include_url=False, include_context=False, include_input=False)
    return [{**where(one["loc"]), "code": str(one["type"])} for one in found[:20]]


def pointer(place: Iterable[int | str], ours: Container[str]) -> str:
    """A JSON pointer (RFC 6901) to a place, as far as we named it: what the sender calls a member may be a
    name.
    """
    known = takewhile(lambda part: isinstance(part, int) or part in ours, place)
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in known)


@cache
def names(model: type[BaseModel]) -> frozenset[str]:
    """What the members of a model are called, and those of every model inside it."""
    schema = model.model_json_schema()
    return frozenset(
        name for each in (schema, *schema.get("$defs", {}).values()) for name in each.get("properties", ())
    )
