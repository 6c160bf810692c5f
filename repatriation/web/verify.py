"""Checking a paper: anybody who holds one may ask whether it counts. The answer is one word and no more."""

from typing import Any, Final

from flask import Blueprint, abort, jsonify, render_template, request
from flask.blueprints import BlueprintSetupState
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from documents.keys import published
from repatriation.web.forms import Problem
from repatriation.web.languages import remember_language
from repatriation.web.session import house, now
from repatriation.work.papers.proof import Standing, TooOften, by_file, by_number, by_token, counted

LARGEST: Final = 4 * 1024 * 1024
"""No paper of ours is nearly as large."""

ANSWERS: Final = {
    Standing.VALID: (_l("This paper is valid"), "done"),
    Standing.REVOKED: (_l("This paper no longer counts"), "stop"),
    Standing.UNKNOWN: (_l("This is not known here as a paper"), "late"),
}
MEANING: Final = {
    Standing.VALID: _l(
        "It was issued by this service, says what it said then, and was not revoked. This does not make it "
        "valid in law: only whoever issued it can say so. Compare what stands on the paper before you."
    ),
    Standing.REVOKED: _l(
        "It was issued by this service and has been revoked, has been replaced, or has run out. Ask whoever "
        "issued it."
    ),
    Standing.UNKNOWN: _l(
        "Either it was not issued by this service, or it was changed, or something was typed wrongly. Look "
        "at the number and the code again."
    ),
}


def make_blueprint() -> Blueprint:
    """The check, and the keys by which anybody can check without asking."""
    blueprint = Blueprint("verify", __name__)
    # Nothing is changed here and nobody is signed in, so there is nothing that a forged form could do.
    blueprint.record_once(_without_a_token)

    @blueprint.route("/verify", methods=["GET", "POST"])
    def check() -> str | tuple[str, int]:
        remember_language(request.args.get("language", ""))
        if request.method == "GET":
            return _page()
        request.max_content_length = LARGEST
        try:
            counted(house(), now(), request.remote_addr or "")
        except TooOften:
            abort(429)
        answer = _answer()
        if answer is None:
            return _page(wrong=True), 400
        words, tone = ANSWERS[answer]
        return _page(answer=answer, words=words, tone=tone, meaning=MEANING[answer])

    @blueprint.get("/verify/keys.json")
    def keys() -> Response:
        workshop = house().papers
        if workshop is None:
            abort(404)
        return jsonify(published(workshop.keys))

    return blueprint


def _without_a_token(state: BlueprintSetupState) -> None:
    state.app.extensions["csrf"].exempt(state.blueprint)


def _answer() -> Standing | None:
    """How the paper stands that is asked about, by whichever part of the form was filled in."""
    file = request.files.get("file")
    if file is not None and file.filename:
        return by_file(house(), now(), file.read(LARGEST + 1))
    token = request.form.get("token", "")
    if token.strip():
        return by_token(house(), now(), token)
    number = request.form.get("number", "")
    if number.strip():
        return by_number(house(), now(), number, request.form.get("code", ""))
    return None


class _Wrong:
    """What the head of the page lists, when nothing was filled in."""

    def __init__(self, *, wrong: bool) -> None:
        self.errors = [Problem("number", str(_l("Enter the number and the code, or choose a file")))]
        if not wrong:
            self.errors = []

    def problems(self) -> list[Problem]:
        """The one thing to put right, if there is one."""
        return self.errors


def _page(*, wrong: bool = False, **shown: Any) -> str:
    told = {"answer": None, "words": "", "tone": "", "meaning": "", **shown}
    return render_template("verify.html", form=_Wrong(wrong=wrong), **told)
