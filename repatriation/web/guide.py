"""The guide for those who write a partner's program: from nothing to a first receipt, and what comes after.

It is in English alone, as the contract of the API is; the program in it is a file that the tests run.
"""

from pathlib import Path
from typing import Final

from flask import Blueprint, Response, render_template

from partners import envelope, files
from partners.scopes import SCOPES
from repatriation.web.api import example as example_program
from repatriation.web.api.problems import CODES
from repatriation.web.session import house

STEP: Final = {
    "key": "names the step for ever: 8-4-4-4-12 hexadecimal figures in small letters",
    "seq": "counts the steps of the side that took it, from 1",
    "number": "its place in the order; absent until whoever keeps the order has given it one",
    "seen": "how many steps of the order its sender has",
    "procedure": "SHA-256 of the procedure file, in hexadecimal",
    "stage": "where the case stood with its sender before it",
    "view": "what the case held there before it, as a digest (below)",
    "action": "the action of the procedure",
    "by": "the role that took it",
    "organisation": "the code of the organisation that took it, where it may be told",
    "at": "when it was taken, in millionths of a second since 1970",
    "on": "the day that it speaks of, such as 2026-11-25, where the action asks for one",
    "until": "until when it holds, as `at`, where the action asks for that",
    "guardian": "a guardian spoke for a child",
    "own_view": "the child's own view was heard",
    "gate": "the border gate, where one was agreed",
    "language": "the language in which the person was asked",
    "how": "how the person said it",
    "recorded": "the facts that it puts on file",
    "cleared": "the facts that it takes off the file",
    "joined": "who comes to know of the case with it, each as role:organisation",
    "void": "it was overtaken and only takes up its number",
}
"""The members of a step that travels, in words."""

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
            step=STEP,
            largest=envelope.LARGEST,
            largest_file=files.LARGEST,
            most_files=envelope.MOST_FILES,
            days=envelope.LIFETIME.days,
            rate=house().partner_rate,
        )

    @blueprint.get("/api/docs/example.py")
    def example() -> Response:
        return Response(_PROGRAM.read_text(encoding="utf-8"), mimetype="text/x-python")

    return blueprint
