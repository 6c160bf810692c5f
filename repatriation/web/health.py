"""Whether this process lives, and whether it can serve: for whoever watches over the machine."""

from flask import Blueprint, jsonify
from werkzeug.wrappers import Response

from repatriation.web.session import house
from repatriation.work.readiness import TOLD_ONLY, readiness


def make_blueprint() -> Blueprint:
    """/healthz says that the process answers; /readyz that it can serve, and what fails if not."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok")

    @blueprint.get("/readyz")
    def readyz() -> tuple[Response, int]:
        checks = readiness(house())
        ready = all(well for name, well in checks.items() if name not in TOLD_ONLY)
        told = {name: "ok" if well else "failed" for name, well in checks.items()}
        return jsonify(status="ready" if ready else "not ready", checks=told), 200 if ready else 503

    return blueprint
