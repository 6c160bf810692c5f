"""The board of who has how much to do."""

from collections.abc import Mapping
from typing import Any

from flask import abort, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from repatriation.web.boards.shown import Shown
from repatriation.web.moments import shown_day
from repatriation.web.session import actor, house, now
from repatriation.work.boards import load

WHATS: Mapping[str, object] = {
    "cases": _l("Cases with a visit to make"),
    "due": _l("Visits due within a week"),
    "late": _l("Visits overdue or missed"),
}


def board() -> dict[str, Any]:
    """What the page shows."""
    rows = [
        {
            "name": line.name or _("Nobody is named"),
            "numbers": [
                (words, getattr(line, what), url_for("boards.load_list", officer=line.officer_id, what=what))
                for what, words in WHATS.items()
            ],
        }
        for line in load.load(house(), actor(), now())
    ]
    return {"rows": rows, "headings": list(WHATS.values()), "organisation": actor().organisation}


def behind() -> Shown:
    """The cases behind one of its numbers."""
    officer_id, what = request.args.get("officer", ""), request.args.get("what", "")
    lines = {line.officer_id: line for line in load.load(house(), actor(), now())}
    if officer_id not in lines or what not in WHATS:
        abort(404)
    found = load.behind(house(), actor(), now(), officer_id, what)
    about = lines[officer_id].name or _("Nobody is named")
    return Shown(found, WHATS[what], about, _("Day of the visit"), shown_day)
