"""The pages of the boards, and the lists behind their numbers."""

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response

from repatriation.web.board import place_of
from repatriation.web.boards import contact, load, needs, stages, stuck, week
from repatriation.web.boards.shown import Shown
from repatriation.web.moments import shown_day
from repatriation.web.recording import WEEK
from repatriation.web.security import permission
from repatriation.web.session import actor, house
from repatriation.web.words import route_words, stage_name
from repatriation.work.boards.behind import Line, listed
from repatriation.work.permissions import Permission, may

BOARDS: Mapping[str, tuple[ModuleType, object, Permission]] = {
    "week": (week, _l("My week"), Permission.LIST_VISITS),
    "load": (load, _l("Team load"), Permission.READ_STATISTICS),
    "stuck": (stuck, _l("Stuck cases"), Permission.READ_STATISTICS),
    "stages": (stages, _l("Time at each stage"), Permission.READ_STATISTICS),
    "needs": (needs, _l("Unmet needs"), Permission.READ_STATISTICS),
    "contact": (contact, _l("Still in contact"), Permission.READ_STATISTICS),
}
"""Each board by the name of its page, in the order in which they are offered: how it is made, its name, and
who may open it."""


def make_blueprint() -> Blueprint:
    """Every board has a page, and a page of lists."""
    blueprint = Blueprint("boards", __name__, url_prefix="/boards")

    @blueprint.get("")
    @permission(Permission.READ_BOARDS)
    def index() -> Response:
        return redirect(_offered()[0][2], 303)

    for name in BOARDS:
        blueprint.add_url_rule(f"/{name}", name, _board_page(name))
        blueprint.add_url_rule(f"/{name}/list", f"{name}_list", _list_page(name))
    return blueprint


def _offered() -> list[tuple[str, object, str]]:
    """The boards that the officer at the other end may open."""
    return [
        (name, words, url_for(f"boards.{name}"))
        for name, (_module, words, needed) in BOARDS.items()
        if may(actor().duty, needed)
    ]


def _board_page(name: str) -> Callable[[], str]:
    module, heading, needed = BOARDS[name]

    @permission(needed)
    def page() -> str:
        shown = module.board()
        return render_template(f"boards/{name}.html", board=name, heading=heading, tabs=_offered(), **shown)

    return page


def _list_page(name: str) -> Callable[[], str]:
    module, words, needed = BOARDS[name]

    @permission(needed)
    def page() -> str:
        shown: Shown = module.behind()
        found = listed(house(), shown.behind, place_of(request.args))
        further = None
        if found.later is not None:
            kept: dict[str, Any] = {each: said for each, said in request.args.items() if each != "after"}
            further = url_for(f"boards.{name}_list", **kept, after=f"{found.later.key}~{found.later.case_id}")
        return render_template(
            "boards/list.html",
            back=url_for(f"boards.{name}"),
            back_words=words,
            shown=shown,
            count=ngettext("%(num)d row", "%(num)d rows", found.total),
            rows=[_row(line, shown) for line in found.lines],
            further=further,
        )

    return page


def _row(line: Line, shown: Shown) -> dict[str, Any]:
    return {
        "reference": line.reference,
        "href": url_for("cases.visits", reference=line.reference, view=WEEK)
        if shown.to_visits
        else url_for("cases.case", reference=line.reference),
        "route": route_words(line.procedure) if line.procedure else "",
        "stage": stage_name(line.stage),
        "child": line.child,
        "key": shown.show(line.key),
        "updated": shown_day(line.updated_at.date()),
    }
