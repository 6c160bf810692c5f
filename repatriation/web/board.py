"""The list of cases, as each duty wants it: whose turn, which clock, what is stuck; and finding one."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from werkzeug.wrappers import Response

from repatriation.web import glossary
from repatriation.web.desk import today
from repatriation.web.moments import shown_day, shown_moment
from repatriation.web.security import permission
from repatriation.web.session import actor, house, now
from repatriation.web.steps_shown import held
from repatriation.web.words import Wording, route_words, said, stage_name
from repatriation.work.choices import entries
from repatriation.work.lists import MOST_COUNTED, CaseLine, Listed, Order, Place, Wanted, cases
from repatriation.work.permissions import Permission, may

VIEWS: Mapping[str, Wanted] = {
    "ours": Wanted(Order.DUE, ours=True),
    "all": Wanted(Order.DUE),
    "overdue": Wanted(Order.DUE, overdue=True),
    "stuck": Wanted(Order.OLDEST, stuck=True),
    "ended": Wanted(Order.LATEST, ended=True),
}
WORDS: Mapping[str, object] = {
    "ours": _l("Your move"),
    "all": _l("All that are open"),
    "overdue": _l("Overdue"),
    "stuck": _l("No step for 30 days"),
    "ended": _l("Closed and ended"),
}
HEADINGS: Mapping[str, object] = {
    "consular": _l("Returns you have a part in"),
    "coordinator": _l("All cases"),
    "caseworker": _l("People you accompany"),
}
FIRST: Mapping[str, str] = {"coordinator": "all", "consular": "all", "auditor": "all"}
"""The view in which a duty's day begins; where none is named, it is what is theirs to do."""


def add_pages(blueprint: Blueprint) -> None:
    """The list of cases and the search by reference."""

    @blueprint.get("/cases")
    @permission(Permission.LIST_CASES)
    def index() -> str:
        view = request.args.get("view", "")
        if view not in VIEWS:
            view = FIRST.get(actor().duty, "ours")
        wanted = _wanted(VIEWS[view])
        listed = cases(house(), actor(), now(), today(), wanted, place_of(request.args))
        return render_template(
            "cases/index.html",
            heading=HEADINGS.get(actor().duty, _("Cases")),
            views=[
                (name, WORDS[name], url_for("cases.index", view=name))
                for name in VIEWS
                if name != "ours" or not actor().reads_only
            ],
            view=view,
            rows=[row(line) for line in listed.lines],
            count=_count(listed),
            pages=address_of("cases.index", listed),
            routes=_routes(),
            stages=_stages(),
            wanted=wanted,
            may_open=_may_open(),
            may_search=may(actor().duty, Permission.READ_IDENTITY),
        )

    @blueprint.get("/cases/find")
    @permission(Permission.READ_CASE)
    def find() -> Response | tuple[str, int]:
        reference = _tidied(request.args.get("reference", ""))
        if reference is not None and reference[:2] in _beginnings():
            return redirect(url_for("cases.case", reference=reference), 303)
        return render_template("cases/not_found.html"), 404


def _wanted(chosen: Wanted) -> Wanted:
    """The view, narrowed by what was chosen beside it."""
    stage = request.args.get("stage", "")
    route = request.args.get("route")
    known = {p.route for p in house().shelf}
    return Wanted(
        chosen.order,
        route if route in known else None,
        frozenset({stage} if stage else ()),
        chosen.ended,
        chosen.ours,
        chosen.overdue,
        chosen.stuck,
    )


def place_of(args: Mapping[str, str]) -> Place | None:
    """Where the page begins, out of the address; nonsense begins at the beginning."""
    for name, back in (("after", False), ("before", True)):
        key, found, case_id = args.get(name, "").partition("~")
        if found:
            return Place(key, case_id, back)
    return None


def address_of(endpoint: str, listed: Listed) -> dict[str, str | None]:
    """The addresses of the page before and the page after."""
    kept = {name: value for name, value in request.args.items() if name not in ("after", "before")}

    def address(name: str, place: Place | None) -> str | None:
        if place is None:
            return None
        values: dict[str, Any] = {**kept, name: f"{place.key}~{place.case_id}"}
        return url_for(endpoint, **values)

    return {"earlier": address("before", listed.earlier), "later": address("after", listed.later)}


def _count(listed: Listed) -> str | None:
    if listed.total is None:
        return None
    if listed.total > MOST_COUNTED:
        return str(_("More than 1,000 cases"))
    return str(_("Number of cases: %(number)s", number=listed.total))


def row(line: CaseLine) -> dict[str, Any]:
    """One case as a list shows it."""
    words = Wording(line.procedure, today())
    deadline = line.deadline
    ends = None
    if deadline is not None:
        ends = shown_day(deadline.on) if deadline.on else shown_moment(deadline.at)
    return {
        "reference": line.reference,
        "href": url_for("cases.case", reference=line.reference),
        "route": route_words(line.procedure),
        "stage": stage_name(line.stage),
        "child": line.age_group != "adult",
        "my_move": line.my_move,
        "held": held(words, line.holds),
        "who": None if line.stage.end and not line.turn.waiting_for else _awaited(words, line),
        "ends": ends,
        "overdue": deadline is not None and deadline.overdue,
        "stuck": line.stuck,
        "updated": shown_day(line.updated_at.date()),
        "day": _handover(line),
        "gate": line.gate,
    }


def _handover(line: CaseLine) -> str | None:
    """The day of the handover, while it is still to come or just over."""
    if line.expected_on is None or line.stage.phase not in ("preparation", "return"):
        return None
    return str(_("Handover on %(day)s", day=shown_day(line.expected_on)))


def _awaited(words: Wording, line: CaseLine) -> Markup:
    """Of whom a move is awaited, in few words: the agency that answers for the case, if it is one of them."""
    waiting, responsible = line.turn.waiting_for, line.turn.responsible
    if not waiting:
        return words.role(responsible)
    if len(waiting) <= 2:
        return words.roles(waiting)
    first = responsible if responsible in waiting else waiting[0]
    return said(_("%(who)s, and others"), who=words.role(first))


def _routes() -> list[tuple[str, Markup]]:
    return [(procedure.route, route_words(procedure)) for procedure in house().shelf.routes(today())]


def _stages() -> list[tuple[str, str]]:
    on_the_shelf = {name for procedure in house().shelf for name in procedure.stages}
    return [(name, str(words)) for name, words in glossary.STAGES.items() if name in on_the_shelf]


def _may_open() -> bool:
    return may(actor().duty, Permission.OPEN_CASE) and bool(entries(house(), actor(), today()))


def _beginnings() -> set[str]:
    """The two letters with which the references of each route begin."""
    return {f"{procedure.host[0]}{procedure.home[0]}" for procedure in house().shelf}


def _tidied(typed: str) -> str | None:
    """A reference as it is kept: people leave out the dashes, or type small letters.

    Nothing where it can be none: what was typed may be a name, and must stand in no further address.
    """
    letters = "".join(letter for letter in typed.upper() if letter.isascii() and letter.isalnum())
    if len(letters) != 10 or not _NEVER_IN_ONE.isdisjoint(letters[2:]):
        return None
    return f"{letters[:2]}-{letters[2:6]}-{letters[6:]}"


_NEVER_IN_ONE = frozenset("01IO")
"""What no reference has, since it is read out over a telephone."""
