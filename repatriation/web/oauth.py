"""The authorization server's addresses for programs: discovery, keys, tokens, and what becomes of them."""

import json
from collections.abc import Callable, Mapping

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from partners import discovery, strict
from partners.server import Answer, Server
from repatriation.web.api.problems import Problem
from repatriation.web.api.reading import body
from repatriation.web.callers import nonces, one_header
from repatriation.web.security import for_programs
from repatriation.web.session import house, now
from repatriation.work.partners.ledger import Ledger

_FORM = "application/x-www-form-urlencoded"


def make_blueprint() -> Blueprint:
    """Discovery, keys, tokens, pushed requests, introspection and revocation."""
    blueprint = Blueprint("oauth", __name__)

    @blueprint.get("/.well-known/oauth-authorization-server")
    @for_programs
    def metadata() -> Response:
        return _json(200, discovery.server(house().issuer))

    @blueprint.get("/.well-known/oauth-protected-resource/api")
    @for_programs
    def resource() -> Response:
        return _json(200, discovery.api(house().issuer))

    @blueprint.get("/oauth/jwks")
    @for_programs
    def jwks() -> Response:
        return _json(200, house().keyring.instance_keys().jwks(now()), "application/jwk-set+json")

    @blueprint.post("/oauth/token")
    @for_programs
    def token() -> ResponseReturnValue:
        return _answered(lambda form, proof: _server().token(form, proof))

    @blueprint.post("/oauth/par")
    @for_programs
    def push() -> ResponseReturnValue:
        return _answered(lambda form, proof: _server().push(form, proof))

    @blueprint.post("/oauth/introspect")
    @for_programs
    def introspect() -> ResponseReturnValue:
        return _answered(lambda form, _: _server().introspect(form))

    @blueprint.post("/oauth/revoke")
    @for_programs
    def revoke() -> ResponseReturnValue:
        return _answered(lambda form, _: _server().revoke(form))

    return blueprint


def _server() -> Server:
    here, moment = house(), now()
    ledger = Ledger(here, moment, request.remote_addr or "")
    return Server(ledger, here.issuer, here.keyring.instance_keys(), nonces(), moment)


def _answered(answer: Callable[[Mapping[str, str], str | None], Answer]) -> Response:
    """Read the form strictly, and answer. Whoever also says in another way who they are is refused."""
    try:
        if request.query_string:
            raise Problem("invalid_request", "Parameters belong into the body")
        if one_header("Authorization") is not None:
            raise Problem("invalid_request", "There is one way to say who one is: private_key_jwt")
        form = strict.read_form(body(_FORM, strict.LARGEST))
        done = answer(form, one_header("DPoP"))
    except strict.Malformed:
        return _json(400, {"error": "invalid_request"})
    except Problem as problem:
        # The endpoints of OAuth answer in their own form, not as problem documents.
        return _json(problem.status, {"error": "invalid_request", "error_description": problem.detail})
    response = _json(done.status, done.body)
    for name, value in done.headers:
        if name.lower() not in ("content-type", "cache-control", "pragma"):
            response.headers[name] = value
    return response


def _json(status: int, members: Mapping[str, object], mimetype: str = "application/json") -> Response:
    return Response(json.dumps(members), status, mimetype=mimetype)
