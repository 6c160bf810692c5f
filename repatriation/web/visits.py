"""Visits after the return: which are to be made, writing one down, and opening the notes of earlier ones."""

import re
from datetime import date, timedelta
from typing import Any, Final

from flask import Blueprint, render_template, request, url_for

from repatriation.web import glossary, recording
from repatriation.web.board import address_of, place_of, row
from repatriation.web.desk import today
from repatriation.web.identity import ReasonForm
from repatriation.web.moments import shown_day, shown_moment
from repatriation.web.recording import VIEWS
from repatriation.web.security import permission
from repatriation.web.session import actor, house, now
from repatriation.web.stepup import fresh
from repatriation.web.words import look_up, stage_name
from repatriation.work.followup.kept import Visited, open_notes, visited
from repatriation.work.followup.mine import VisitToMake, pressing, to_make
from repatriation.work.lists import CaseLine, Order, Wanted, cases
from repatriation.work.permissions import Permission, may
from repatriation.work.reading import case_page
from repatriation.work.visits import ACTION_OF
from sop.followup import Standing

_AN_ID: Final = re.compile(r"[0-9a-f-]{36}")
COUNTED: Final = (Standing.MISSED, Standing.OVERDUE, Standing.DUE, Standing.DUE_SOON)


def make_blueprint() -> Blueprint:
    """Whom to visit, the visit, and the notes."""
    blueprint = Blueprint("visits", __name__)

    @blueprint.get("/visits")
    @permission(Permission.LIST_VISITS)
    def index() -> str:
        view = request.args.get("view", "mine")
        return _people() if view == "people" else _visits(view if view in VIEWS else "mine")

    @blueprint.route("/cases/<reference>/visit-notes", methods=["GET", "POST"])
    @permission(Permission.READ_IDENTITY)
    @fresh
    def notes(reference: str) -> str | tuple[str, int]:
        page = case_page(house(), actor(), now(), reference)
        form = ReasonForm()
        if not form.validate_on_submit():
            shown = render_template("visits/notes_reason.html", form=form, page=page)
            return shown, 400 if form.is_submitted() else 200
        opened = open_notes(house(), actor(), now(), reference, form.reason.data)
        return render_template("visits/notes.html", page=page, opened=opened, glossary=glossary)

    recording.add_pages(blueprint)
    return blueprint


def _visits(view: str) -> str:
    """The planned visits, the earliest first."""
    own = view == "mine"
    later = request.args.get("until") == "all"
    until = None if later else today() + timedelta(days=house().rhythm.soon_days)
    found, onward = to_make(house(), actor(), now(), own=own, until=until, after=_place())
    count = pressing(house(), actor(), now(), today(), own=own)
    return render_template(
        "visits/index.html",
        **_views(view),
        visits=[_visit(each, view) for each in found],
        counts=[(look_up(glossary.STANDINGS, each), count[each]) for each in COUNTED if count.get(each)],
        later=later,
        every=url_for("visits.index", view=view, until="all"),
        pressing=url_for("visits.index", view=view),
        onward=url_for("visits.index", view=view, until="all" if later else None, after=_said(onward)),
        more=onward is not None,
    )


def _people() -> str:
    """Everybody who may be visited, with the last visit and the next."""
    wanted = Wanted(Order.VISIT, stages=_stages())
    listed = cases(house(), actor(), now(), today(), wanted, place_of(request.args))
    cases_listed = [(line.case_id, line.procedure, line.stage.name) for line in listed.lines]
    known = visited(house(), actor(), now(), cases_listed)
    rows = [_row(line, known[line.case_id]) for line in listed.lines]
    return render_template(
        "visits/people.html",
        **_views("people"),
        rows=rows,
        pages=address_of("visits.index", listed),
    )


def _views(view: str) -> dict[str, Any]:
    named = [(name, words, url_for("visits.index", view=name)) for name, words in VIEWS.items()]
    return {"view": view, "views": named, "assumed": house().schedule.assumed}


def _place() -> tuple[date, str] | None:
    """Where the page before has ended; an address that nobody made begins at the beginning."""
    day, _mark, last = request.args.get("after", "").partition("_")
    if not _AN_ID.fullmatch(last):
        return None
    try:
        return date.fromisoformat(day), last
    except ValueError:
        return None


def _said(place: tuple[date, str] | None) -> str | None:
    return f"{place[0].isoformat()}_{place[1]}" if place else None


def _stages() -> frozenset[str]:
    """The stages, on any route, in which a visit may be recorded."""
    found: set[str] = set()
    for procedure in house().shelf:
        action = procedure.actions.get(ACTION_OF[True])
        found |= action.frm if action else set()
    return frozenset(found)


def _visit(visit: VisitToMake, view: str) -> dict[str, Any]:
    """One visit as the list shows it; with what is to do about it for those whose it is to do."""
    ours = visit.ours and may(actor().duty, Permission.RECORD_VISIT)
    return {
        "reference": visit.reference,
        "href": url_for("cases.visits", reference=visit.reference),
        "child": visit.child,
        "stage": stage_name(visit.stage),
        "due": shown_day(visit.due_on),
        "standing": look_up(glossary.STANDINGS, visit.standing),
        "tone": glossary.STANDING_TONES[visit.standing],
        "record": url_for("visits.record", reference=visit.reference, visit=visit.id, view=view)
        if ours
        else None,
        "move": url_for("cases.move_visit", reference=visit.reference, visit_id=visit.id) if ours else None,
    }


def _row(line: CaseLine, known: Visited) -> dict[str, Any]:
    """One person as the list of everybody shows them."""
    ours = known.ours and may(actor().duty, Permission.RECORD_VISIT)
    return {
        **row(line),
        "last": shown_moment(known.last_at) if known.last_at else None,
        "outcome": look_up(glossary.VISIT_OUTCOMES, known.last_outcome) if known.last_outcome else None,
        "unsafe": known.safety in ("worry", "danger"),
        "safety": look_up(glossary.SAFETY, known.safety),
        "next": shown_day(known.next_on) if known.next_on else None,
        "standing": look_up(glossary.STANDINGS, known.standing) if known.standing else None,
        "tone": glossary.STANDING_TONES[known.standing or Standing.AHEAD],
        "record": url_for("visits.record", reference=line.reference, view="people") if ours else None,
    }
