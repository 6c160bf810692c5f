"""The board of who is still in contact after coming home."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import abort, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from repatriation.web import plots
from repatriation.web.boards.shown import Shown
from repatriation.web.moments import shown_day
from repatriation.web.session import actor, house, now
from repatriation.work.boards import retention

HOWS: Mapping[str, object] = {
    "met": _l("Met then or later"),
    "lost": _l("Not met"),
    "ended": _l("Ended before"),
}


def board() -> dict[str, Any]:
    """What the page shows."""
    board = retention.retention(house(), actor(), now())
    rows = [
        {
            "after": ngettext("After %(num)d month", "After %(num)d months", line.months),
            "plot": plots.share(line.met, line.of),
            "share": _("%(part)s of %(whole)s", part=line.met, whole=line.of) if line.of else None,
            "numbers": [
                (HOWS[how], getattr(line, how), url_for("boards.contact_list", months=line.months, how=how))
                for how in retention.HOWS
            ],
        }
        for line in board.lines
    ]
    return {"rows": rows, "headings": list(HOWS.values()), "since": shown_day(board.since.date())}


def behind() -> Shown:
    """The cases behind one of its numbers."""
    months, how = request.args.get("months", 0, int), request.args.get("how", "")
    if months not in retention.MONTHS or how not in HOWS:
        abort(404)
    found = retention.behind(house(), actor(), now(), months, how)
    after = ngettext("After %(num)d month", "After %(num)d months", months)
    return Shown(found, HOWS[how], after, _("Came home"), _day_of)


def _day_of(at: datetime) -> str:
    return shown_day(at.date())
