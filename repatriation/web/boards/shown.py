"""What boards share: the list behind a number, and how numbers are told."""

from collections.abc import Callable
from typing import Any, NamedTuple

from flask import abort, request
from flask_babel import gettext as _
from markupsafe import Markup, escape

from repatriation.places.gazetteer import get
from repatriation.web.desk import today
from repatriation.web.languages import language
from repatriation.web.session import house
from repatriation.work.boards.behind import Behind
from repatriation.work.boards.small import Told
from sop.procedure import Procedure


class Shown(NamedTuple):
    """The list behind a number: which cases, what is said above them, and what stands beside each.

    Where it is about visits, a line leads `to_visits` of its case, and from there back to the board.
    """

    behind: Behind
    heading: object
    about: object
    key: object
    show: Callable[[Any], str]
    to_visits: bool = False


def told_words(number: Told) -> str:
    """A number as it may be told."""
    if number.exact:
        return str(number.least)
    if (number.least, number.most) == (1, 4):
        return str(_("fewer than 5"))
    return str(_("%(least)s to %(most)s", least=number.least, most=number.most))


def province_name(code: str) -> Markup:
    """A province as it is called in the reader's own script, where it is of that country; else in Latin."""
    place = get(code)
    if place is None:
        return escape(code)
    if SPOKEN_IN.get(place.country) == language():
        return escape(place.local)
    return escape(place.spoken)


SPOKEN_IN = {"KHM": "km", "THA": "th", "VNM": "vi"}


def route_asked() -> Procedure:
    """The route that an address names, by its newest edition."""
    route = request.args.get("route", "")
    found = next((each for each in house().shelf.routes(today()) if each.route == route), None)
    return found or abort(404)
