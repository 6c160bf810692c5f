"""The board of stuck cases."""

from collections.abc import Mapping
from typing import Any

from flask import abort, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from repatriation.web.boards.shown import Shown, route_asked
from repatriation.web.desk import today
from repatriation.web.moments import shown_moment
from repatriation.web.session import actor, house, now
from repatriation.web.words import route_words
from repatriation.work.boards import stuck

WHYS: Mapping[str, object] = {
    "untouched": _l("No step for 30 days"),
    "overdue": _l("A time limit ran out"),
    "unmanned": _l("Nobody is there to act"),
    "any": _l("Any of these"),
}


def board() -> dict[str, Any]:
    """What the page shows."""
    lines = stuck.stuck(house(), actor(), now(), today())
    rows = [
        {
            "route": route_words(line.procedure),
            "numbers": [
                (WHYS[why], number, url_for("boards.stuck_list", route=line.procedure.route, why=why))
                for why, number in line.numbers.items()
            ],
        }
        for line in lines
    ]
    return {"rows": rows, "headings": list(WHYS.values())}


def behind() -> Shown:
    """The cases behind one of its numbers."""
    procedure, why = route_asked(), request.args.get("why", "")
    if why not in WHYS:
        abort(404)
    found = stuck.behind(house(), actor(), now(), today(), procedure.route, why)
    return Shown(found, WHYS[why], route_words(procedure), _("Last step"), shown_moment)
