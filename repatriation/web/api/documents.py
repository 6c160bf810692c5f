"""Papers for partners' programs, by the number that stands on them."""

from hashlib import sha256

from flask import Blueprint, Response

from repatriation.web.api.calls import PDF, call
from repatriation.web.callers import caller
from repatriation.web.session import house, now
from repatriation.work.papers.archive import fetch_numbered


def make_blueprint() -> Blueprint:
    """The call."""
    blueprint = Blueprint("api_documents", __name__)

    @call(blueprint, "GET", "/api/documents/<number>", scopes=("documents:read",), answer=PDF)
    def fetch_paper(number: str) -> Response:
        """Fetch a paper by its number

        The very file that was issued, as a PDF, if it stands in a case shared with the caller's organisation
        and a role that it holds there may open papers of the kind. It is written to the case's trail.
        """
        file = fetch_numbered(house(), caller().actor, now(), number)
        response = Response(file.content, mimetype=PDF)
        response.headers["Content-Disposition"] = f'attachment; filename="{file.number}.pdf"'
        response.headers["ETag"] = f'"{sha256(file.content).hexdigest()}"'
        return response

    return blueprint
