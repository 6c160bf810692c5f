"""The API about itself: the contract for programs, and the guide for those who write them."""

import json

from flask import Blueprint, Response, current_app

from repatriation.web.api.openapi import contract
from repatriation.web.security import for_programs
from repatriation.web.session import house


def make_blueprint() -> Blueprint:
    """Both are for anybody: they hold nothing but the rules."""
    blueprint = Blueprint("api_about", __name__)

    @blueprint.get("/api/openapi.json")
    @for_programs
    def openapi() -> Response:
        kept: str | None = current_app.extensions.get("contract")
        if kept is None:
            kept = json.dumps(contract(current_app, house().issuer), ensure_ascii=False)
            current_app.extensions["contract"] = kept
        return Response(kept, mimetype="application/json")

    return blueprint
