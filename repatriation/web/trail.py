"""Who opened whose identity, and why: for the coordinator who answers for it and the auditor who asks."""

from datetime import UTC, datetime

from flask import Blueprint, render_template, request, url_for

from repatriation.web import glossary
from repatriation.web.security import permission
from repatriation.web.session import actor, house
from repatriation.web.words import look_up
from repatriation.work.looks import Since, looks
from repatriation.work.permissions import Permission


def make_blueprint() -> Blueprint:
    """The one page of what was looked at."""
    blueprint = Blueprint("trail", __name__)

    @blueprint.get("/trail")
    @permission(Permission.READ_TRAIL)
    def index() -> str:
        seen, further = looks(house(), actor(), _since(request.args.get("before", "")))
        rows = [
            (look, look_up(glossary.TAGS, look.tag), look_up(glossary.REASONS, look.reason)) for look in seen
        ]
        older = (
            url_for("trail.index", before=f"{further.at.isoformat()}~{further.chain}") if further else None
        )
        return render_template("trail/index.html", rows=rows, older=older)

    return blueprint


def _since(said: str) -> Since | None:
    """Where a page begins, as the link to it says; what no link of ours says is the beginning."""
    at, _, chain = said.partition("~")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    return Since(moment.astimezone(UTC), chain) if moment.utcoffset() is not None and chain else None
