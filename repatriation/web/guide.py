"""The guide for those who write a partner's program: from nothing to a first receipt, and what comes after.

It is in English alone, as the contract of the API is; the program in it is a file that the tests run.
"""

from pathlib import Path
from typing import Final

from flask import Blueprint, Response, render_template

from partners import envelope
from partners.scopes import SCOPES
from repatriation.web.api import example as example_program
from repatriation.web.api.problems import CODES
from repatriation.web.session import house

_PROGRAM: Final = Path(example_program.__file__)


def make_blueprint() -> Blueprint:
    """The guide and its program. Both are for anybody: they hold nothing but the rules."""
    blueprint = Blueprint("guide", __name__)

    @blueprint.get("/api/docs")
    def guide() -> str:
        return render_template(
            "api/guide.html",
            issuer=house().issuer,
            program=_PROGRAM.read_text(encoding="utf-8"),
            scopes=SCOPES,
            problems=CODES,
            largest=envelope.LARGEST,
            days=envelope.LIFETIME.days,
            rate=house().partner_rate,
        )

    @blueprint.get("/api/docs/example.py")
    def example() -> Response:
        return Response(_PROGRAM.read_text(encoding="utf-8"), mimetype="text/x-python")

    return blueprint
