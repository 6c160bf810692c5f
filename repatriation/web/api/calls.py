"""The calls of the API. What a call says of itself here is what it is checked by, and what the contract is
made of: the scopes that open it, what it takes, and what it answers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from inspect import cleandoc
from typing import Any, Final, Literal, NamedTuple

from flask import Blueprint, Response
from pydantic import BaseModel

from repatriation.web.api import reading
from repatriation.web.api.once import once
from repatriation.web.callers import machine

View = Callable[..., "Said | Response"]

PDF: Final = "application/pdf"


class Said(NamedTuple):
    """What a call answers: a model, the version of the case if it is about one, and where it is found."""

    model: BaseModel
    version: int | None = None
    location: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `answer` is a model, or the media type of a file; `problems` are the codes that come beside
    those which any call may answer with. `versioned` says whether If-Match must, or may, name a version.
    `body` is a model, or the media type of what the view reads by itself; then the view also knows by itself
    what came before, and no key is asked for.
    """

    method: str
    scopes: tuple[str, ...]
    answer: type[BaseModel] | str
    says: str
    status: int = 200
    query: type[BaseModel] | None = None
    body: type[BaseModel] | str | None = None
    versioned: Literal["must", "may"] | None = None
    tagged: bool = False
    problems: tuple[str, ...] = ()

    @property
    def keyed(self) -> bool:
        """Whether it is carried out once for each Idempotency-Key."""
        return self.method == "POST" and not isinstance(self.body, str)


def call(
    blueprint: Blueprint,
    method: str,
    path: str,
    *,
    scopes: tuple[str, ...],
    answer: type[BaseModel] | str,
    **further: Any,
) -> Callable[[View], View]:
    """Make a view a call of the API. It is given, by name, what its path, `query`, `body` and `versioned` ask
    for; its docstring is what the contract says of it. A POST is carried out once for each key.
    """

    def add(view: View) -> View:
        described = Call(method, scopes, answer, cleandoc(view.__doc__ or ""), **further)

        def read_and_answer(**given: Any) -> Response:
            if described.query is not None:
                given["query"] = reading.query(described.query)
            if isinstance(described.body, type):
                given["body"] = reading.json_body(described.body)
            if described.versioned is not None:
                given["version"] = reading.version(must=described.versioned == "must")
            return _response(described, view(**given))

        checked = machine(*scopes)(once(read_and_answer) if described.keyed else read_and_answer)
        checked.__dict__["call"] = described
        blueprint.add_url_rule(path, view.__name__, checked, methods=[method])
        return view

    return add


def _response(described: Call, said: "Said | Response") -> Response:
    if isinstance(said, Response):
        return said
    assert isinstance(said.model, described.answer if isinstance(described.answer, type) else BaseModel)
    response = Response(
        said.model.model_dump_json(exclude_none=True), described.status, mimetype="application/json"
    )
    if said.version is not None:
        response.headers["ETag"] = reading.tag(said.version)
    if said.location is not None:
        response.headers["Location"] = said.location
    response.headers["Vary"] = "Accept-Language"
    return response
