"""The board of the visits to come."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import abort, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from repatriation.web import glossary
from repatriation.web.boards import tiles
from repatriation.web.boards.shown import Shown, province_name
from repatriation.web.desk import today
from repatriation.web.moments import shown_day
from repatriation.web.session import actor, house, now
from repatriation.web.words import look_up
from repatriation.work.boards import week
from repatriation.work.boards.week import Days
from sop.followup import Standing

STANDINGS: Mapping[Standing, object] = {
    Standing.MISSED: _l("Missed"),
    Standing.OVERDUE: _l("Overdue"),
    Standing.DUE: _l("Due today"),
    Standing.DUE_SOON: _l("Due within a week"),
}
TONES: Mapping[Standing, str] = {
    Standing.MISSED: "stop",
    Standing.OVERDUE: "late",
    Standing.DUE: "waiting",
    Standing.DUE_SOON: "plain",
}
WHOSE: Mapping[str, object] = {
    "mine": _l("Mine"),
    "ours": _l("Our organisation's"),
    "all": _l("All in our cases"),
}
FIRST: Mapping[str, str] = {"coordinator": "all"}
"""Whose visits a duty sees first; where none is named, those of the organisation."""


def board() -> dict[str, Any]:
    """What the page shows."""
    whose = _whose()
    found = week.week(house(), actor(), now(), today(), whose)
    return {
        **_places(whose),
        "ways": [(words, url_for("boards.week", whose=name), name == whose) for name, words in WHOSE.items()],
        "numbers": [
            {
                "words": words,
                "count": found.standings[stands],
                "tone": TONES[stands] if found.standings[stands] else "plain",
                "href": url_for("boards.week_list", whose=whose, stands=stands.value),
            }
            for stands, words in STANDINGS.items()
        ],
        "days": [
            {
                "day": _("Today, %(day)s", day=shown_day(day)) if day == today() else shown_day(day),
                "count": number,
                "href": url_for("boards.week_list", whose=whose, day=day.isoformat()),
            }
            for day, number in found.days.items()
        ],
    }


def _places(whose: str) -> dict[str, Any]:
    """Where the visits are, on a map of each country that has any, and in a table."""
    found = week.by_province(house(), actor(), today(), whose)
    names = {code: province_name(code) for code in found if code is not None}
    rows = [
        (
            names[code] if code else _("Not known where the person lives"),
            number,
            tiles.behind_week(whose, code),
        )
        for code, number in sorted(found.items(), key=lambda each: (each[0] is None, -each[1], each[0] or ""))
    ]
    maps = []
    for country, places in tiles.TILES.items():
        here = {
            code: (number, f"{names[code]}: {number}", tiles.behind_week(whose, code))
            for code, number in found.items()
            if code is not None and code in places
        }
        if here:
            maps.append(
                (look_up(glossary.COUNTRIES, country), tiles.drawing(country, here, max(found.values())))
            )
    return {"places": rows, "maps": maps}


def behind() -> Shown:
    """The cases behind one of its numbers."""
    whose = _whose()
    if "province" in request.args:
        return _of_province(whose, request.args["province"])
    heading, days = _asked()
    found = week.behind(house(), actor(), whose, days)
    return Shown(found, heading, WHOSE[whose], _("Day of the visit"), shown_day, to_visits=True)


def _of_province(whose: str, asked: str) -> Shown:
    province = None if asked == "unknown" else asked
    found = week.in_province(house(), actor(), today(), whose, province)
    heading = province_name(province) if province else _("Not known where the person lives")
    return Shown(found, heading, WHOSE[whose], _("Day of the visit"), shown_day, to_visits=True)


def _asked() -> tuple[object, Days]:
    """Which visits an address asks for: those of a day, or those that stand in one way."""
    if "day" in request.args:
        try:
            day = date.fromisoformat(request.args["day"])
        except ValueError:
            abort(404)
        return _("Visits on %(day)s", day=shown_day(day)), Days(day, day)
    try:
        stands = Standing(request.args.get("stands", ""))
        return STANDINGS[stands], week.days_of(house(), stands, now())
    except (ValueError, KeyError):
        abort(404)


def _whose() -> str:
    chosen = request.args.get("whose", "")
    return chosen if chosen in WHOSE else FIRST.get(actor().duty, "ours")
