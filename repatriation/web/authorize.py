"""The page on which an officer decides whether a partner's program may act in their place."""

from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse
from wtforms import RadioField
from wtforms.validators import InputRequired

from repatriation.web import glossary
from repatriation.web.forms import PlainForm, choices
from repatriation.web.security import permission, policy
from repatriation.web.session import actor, house, now, signed_in
from repatriation.web.stepup import fresh
from repatriation.work.partners.lending import Question, agree, decline, question
from repatriation.work.permissions import Permission

_LONGEST = 300


class ConsentForm(PlainForm):
    """Yes or no."""

    decision = RadioField(
        _l("May this program do this in your place?"),
        [InputRequired(_l("Choose yes or no"))],
        choices=choices(("yes", _l("Yes, for the next five minutes")), ("no", _l("No"))),
    )


def make_blueprint() -> Blueprint:
    """The one page."""
    blueprint = Blueprint("authorize", __name__)

    @blueprint.route("/oauth/authorize", methods=["GET", "POST"], endpoint="decide")
    @permission(Permission.LEND_TO_PROGRAM)
    @fresh
    def decide() -> AnyResponse | tuple[AnyResponse, int]:
        client_id, uri = _asked()
        form = ConsentForm()
        if form.validate_on_submit():
            answer = _decided(client_id, uri, form.decision.data == "yes")
            return _sendable(make_response(redirect(answer, 303)), answer)
        found = question(house(), actor(), now(), client_id, uri)
        status = 400 if form.is_submitted() else 200
        return _sendable(_page(form, found, status), found.asked.redirect_uri)

    return blueprint


def _asked() -> tuple[str, str]:
    """What the address names. Anything but the two parameters of a pushed request has no place in it."""
    sent = request.args
    if set(sent) != {"client_id", "request_uri"} or any(len(sent.getlist(name)) != 1 for name in sent):
        abort(400)
    if any(len(value) > _LONGEST for value in sent.values()):
        abort(400)
    return sent["client_id"], sent["request_uri"]


def _decided(client_id: str, uri: str, yes: bool) -> str:
    present = signed_in()
    assert present is not None
    if not yes:
        return decline(house(), actor(), now(), client_id, uri)
    return agree(house(), actor(), now(), client_id, uri, int((present.proved_at or now()).timestamp()))


def _page(form: ConsentForm, found: Question, status: int) -> Response:
    calls = [glossary.SCOPES[scope] for scope in found.asked.scopes]
    where = urlsplit(found.asked.redirect_uri).netloc
    page = render_template("partners/consent.html", form=form, question=found, calls=calls, where=where)
    return make_response(page, status)


def _sendable(response: Response, onward: str) -> Response:
    """Browsers hold the answer to a form to the page's policy, so it must name where the answer leads."""
    parts = urlsplit(onward)
    response.headers["Content-Security-Policy"] = policy(f"'self' {parts.scheme}://{parts.netloc}")
    return response
