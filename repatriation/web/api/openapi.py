"""The contract of the API as OpenAPI 3.1, made of what the calls are checked by, and of nothing else."""

import json
import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from importlib.metadata import version
from typing import Any, Final

from flask import Flask
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from documents.kinds import KINDS
from partners.scopes import SCOPES
from repatriation.web.api import once, problems, reading
from repatriation.web.api.calls import Call
from repatriation.web.api.problems import CODES, ProblemDocument

VERSION: Final = "3.1.0"

_AT: Final = "#/components/schemas/"

_ANY: Final = ("malformed", "invalid_request", "invalid_token", "invalid_dpop_proof", "use_dpop_nonce")
_ALWAYS: Final = (*_ANY, "insufficient_scope", "not_found", "too_fast", "failed", "unavailable")
_WITH_BODY: Final = ("too_large", "media_type", "invalid")
_WITH_KEY: Final = ("key_needed", "key_reused", "under_way")

_Schema = dict[str, Any]

_PLACE: Final = re.compile(r"<(?:(\w+):)?(\w+)>")
_KINDS: Final[Mapping[str, _Schema]] = {
    "": {"type": "string"},
    "uuid": {"type": "string", "format": "uuid"},
    "int": {"type": "integer", "minimum": 0},
}
"""What may stand in a place of a path, by the name of its converter."""


def calls(app: Flask) -> Iterator[tuple[str, str, Call]]:
    """Every call of an application, with the rule of its path and its name."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        described = getattr(app.view_functions[rule.endpoint], "call", None)
        if isinstance(described, Call):
            yield rule.rule, rule.endpoint.rpartition(".")[2], described


def contract(app: Flask, issuer: str) -> _Schema:
    """The document."""
    known = tuple(calls(app))
    paths: dict[str, _Schema] = {}
    for rule, name, described in known:
        path = _PLACE.sub(r"{\2}", rule)
        paths.setdefault(path, {})[described.method.lower()] = _operation(rule, name, described)
    return {
        "openapi": VERSION,
        "info": {
            "title": "Return and reintegration",
            "version": version("repatriation"),
            "summary": "For systems of embassies, ministries, IOM and NGOs.",
            "description": f"How to get a token and a first answer stands at {issuer}/api/docs.",
        },
        "servers": [{"url": issuer}],
        "paths": paths,
        "components": {
            "schemas": _schemas(tuple(described for _, _, described in known)),
            "securitySchemes": {"partner": _security(issuer)},
        },
    }


def _security(issuer: str) -> _Schema:
    return {
        "type": "oauth2",
        "description": (
            "Access tokens are bound to a key (RFC 9449), and programs say who they are by private_key_jwt, "
            "with keys that were registered as jwks: neither jwks_uri nor client certificates are taken. "
            f"{issuer}/.well-known/oauth-authorization-server has the particulars."
        ),
        "flows": {
            "clientCredentials": {
                "tokenUrl": f"{issuer}/oauth/token",
                "scopes": {name: scope.call for name, scope in SCOPES.items()},
            }
        },
    }


def _operation(rule: str, name: str, described: Call) -> _Schema:
    summary, _, rest = described.says.partition("\n")
    operation: _Schema = {
        "operationId": name,
        "summary": summary,
        # Each alone is enough: a list of several would ask for all of them.
        "security": [{"partner": [scope]} for scope in described.scopes],
        "parameters": [*_places(rule), *_query(described), *_headers(described)],
        "responses": _responses(described),
    }
    if rest.strip():
        operation["description"] = " ".join(rest.split())
    if described.body is not None:
        operation["requestBody"] = {"required": True, "content": _content(described.body)}
    return operation


def _places(rule: str) -> Iterator[_Schema]:
    for place in _PLACE.finditer(rule):
        yield {"name": place[2], "in": "path", "required": True, "schema": _KINDS[place[1] or ""]}


def _content(what: type[BaseModel] | str) -> _Schema:
    """A model as JSON, or a file of a media type."""
    if isinstance(what, str):
        return {what: {"schema": {"type": "string", "contentMediaType": what}}}
    return {"application/json": {"schema": {"$ref": f"{_AT}{what.__name__}"}}}


def _query(described: Call) -> Iterator[_Schema]:
    if described.query is None:
        return
    schema = described.query.model_json_schema(ref_template=f"{_AT}{{model}}")
    for name, member in schema["properties"].items():
        yield {"name": name, "in": "query", "required": False, "schema": _without_null(member)}


def _headers(described: Call) -> Iterator[_Schema]:
    text = {"type": "string"}
    if described.keyed:
        says = "A name for this request of the program's own making. It is carried out once for each."
        key = {**text, "pattern": once.KEY}
        yield {"name": once.HEADER, "in": "header", "required": True, "description": says, "schema": key}
    if described.versioned is not None:
        says = "The ETag with which the case was read."
        must = described.versioned == "must"
        tag = {**text, "pattern": reading.VERSION, "examples": ['"7"']}
        yield {"name": "If-Match", "in": "header", "required": must, "description": says, "schema": tag}
    says = "The language of words for people: en, km, th or vi."
    yield {"name": "Accept-Language", "in": "header", "required": False, "description": says, "schema": text}


def _responses(described: Call) -> _Schema:
    headers: _Schema = {}
    if described.tagged:
        headers["ETag"] = {"description": "The version of the case.", "schema": {"type": "string"}}
    if described.status == HTTPStatus.CREATED:
        headers["Location"] = {"description": "Where the case is read.", "schema": {"type": "string"}}
    answered: _Schema = {"description": "As asked for." if described.method == "GET" else "It was done."}
    answered |= {"content": _content(described.answer)} | ({"headers": headers} if headers else {})
    found = {str(described.status): answered}
    for status, codes in sorted(_by_status(described).items()):
        found[str(status)] = {
            "description": " ".join(f"`{code}`: {CODES[code][1]}" for code in codes),
            "content": {problems.MEDIA_TYPE: {"schema": {"$ref": f"{_AT}{ProblemDocument.__name__}"}}},
        }
    return found


def _by_status(described: Call) -> Mapping[int, list[str]]:
    """The codes with which a call may be refused, by status."""
    codes = [*_ALWAYS, *described.problems]
    if described.query is not None:
        codes.append("invalid")
    if described.body is not None:
        codes += _WITH_BODY if isinstance(described.body, type) else _WITH_BODY[:2]
    if described.keyed:
        codes += _WITH_KEY
    if described.versioned is not None:
        codes += ["version_needed", "moved_on"]
    found: dict[int, list[str]] = {}
    for code in dict.fromkeys(codes):
        found.setdefault(CODES[code][0], []).append(code)
    return found


def _schemas(known: tuple[Call, ...]) -> _Schema:
    """Every model that a call takes or answers, and what may stand in a paper of each kind."""
    wanted: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {(ProblemDocument, "serialization"): None}
    for described in known:
        if isinstance(described.body, type):
            wanted[described.body, "validation"] = None
        if isinstance(described.answer, type):
            wanted[described.answer, "serialization"] = None
    _, found = models_json_schema(list(wanted), ref_template=f"{_AT}{{model}}")
    schemas: _Schema = found.get("$defs", {})
    for name, kind in KINDS.items():
        title = f"Paper_{name}"
        fields = kind.schema.model_json_schema(ref_template=f"{_AT}{title}_{{model}}")
        for inner, schema in fields.pop("$defs", {}).items():
            schemas[f"{title}_{inner}"] = schema
        schemas[title] = fields
    return _lean(schemas)


def _lean(schemas: _Schema) -> _Schema:
    """The schemas without titles that repeat the name of a member, and as plain values."""
    read: _Schema = json.loads(json.dumps(schemas), object_hook=_without_title)
    return read


def _without_title(members: _Schema) -> _Schema:
    if isinstance(members.get("title"), str):
        members.pop("title")
    return members


def _without_null(schema: _Schema) -> _Schema:
    """A parameter that may be left out; there is no null in an address."""
    schema = {name: value for name, value in schema.items() if name not in ("title", "default")}
    kinds = [kind for kind in schema.pop("anyOf", []) if kind.get("type") != "null"]
    return {**schema, **kinds[0]} if len(kinds) == 1 else schema
