"""Visits after the return: whom to visit, writing a visit down, and opening the notes of earlier ones."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from repatriation.web import glossary
from repatriation.web.acting import moved_on, not_allowed
from repatriation.web.board import address_of, place_of, row
from repatriation.web.casefile import shown_day, shown_moment
from repatriation.web.desk import today
from repatriation.web.forms import DateBoxes, DateRequired, NearOurTime, PlainForm, choices, form_key
from repatriation.web.identity import ReasonForm
from repatriation.web.paperwork import at_the_desk, errand_of
from repatriation.web.security import permission
from repatriation.web.session import actor, house, now, signed_in
from repatriation.web.stepup import fresh
from repatriation.web.words import look_up
from repatriation.work.casepage import CasePage
from repatriation.work.followup.entered import VisitEntered, look_over, on_paper
from repatriation.work.followup.kept import Visited, open_notes, visited
from repatriation.work.lists import CaseLine, Order, Wanted, cases
from repatriation.work.papers.filing import Prepared
from repatriation.work.papers.rules import is_made_with
from repatriation.work.permissions import Permission
from repatriation.work.reading import case_page
from repatriation.work.refusals import Invalid, KeyReused, MovedOn
from repatriation.work.visits import ACTION_OF, MADE, record_visit
from sop.engine import NotAllowed, Reason

LONGEST = 8000
PROBLEMS = {
    "on": _l("The day of the visit cannot lie ahead"),
    "next_on": _l("The next visit must come after this one"),
}
Answer = Response | str | tuple[str, int]


class VisitForm(PlainForm):
    """A visit: safety first."""

    on = DateBoxes(_l("Day of the visit"), [DateRequired(_l("Enter the day of the visit")), NearOurTime()])
    outcome = RadioField(
        _l("What came of it?"),
        [InputRequired(_l("Choose what came of it"))],
        choices=choices(*glossary.VISIT_OUTCOMES.items()),
    )
    safety = RadioField(_l("Is the person safe?"), [Optional()], choices=choices(*glossary.SAFETY.items()))
    seen_alone = RadioField(
        _l("Could you speak with the person alone?"),
        [Optional()],
        choices=choices(("yes", _l("Yes")), ("no", _l("No"))),
    )
    mode = RadioField(_l("Where was it?"), [Optional()], choices=choices(*glossary.VISIT_MODES.items()))
    notes = TextAreaField(
        _l("Notes (sealed: opened only with a reason)"),
        [Optional(), Length(max=LONGEST, message=_l("The notes are too long: at most 8,000 letters"))],
    )
    next_on = DateBoxes(_l("Day of the next visit, if you agreed on one"), [NearOurTime()])


def make_blueprint() -> Blueprint:
    """Whom to visit, the visit, and the notes."""
    blueprint = Blueprint("visits", __name__)

    @blueprint.get("/visits")
    @permission(Permission.LIST_VISITS)
    def index() -> str:
        wanted = Wanted(Order.DUE, stages=_stages())
        listed = cases(house(), actor(), now(), today(), wanted, place_of(request.args))
        known = visited(house(), actor(), [line.case_id for line in listed.lines])
        rows = [_row(line, known.get(line.case_id, Visited())) for line in listed.lines]
        rows.sort(key=lambda each: str(each["next_key"]))
        return render_template("visits/index.html", rows=rows, pages=address_of("visits.index", listed))

    @blueprint.route("/cases/<reference>/visit", methods=["GET", "POST"])
    @permission(Permission.RECORD_VISIT)
    def record(reference: str) -> Answer:
        page = case_page(house(), actor(), now(), reference)
        form = VisitForm(data={"on": today()})
        version = request.form.get("version", -1, int) if form.is_submitted() else page.version
        if not form.validate_on_submit():
            move = page.move(ACTION_OF[True])
            barred = not_allowed(page, ACTION_OF[True], move.reasons) if move and _is_stopped(move) else None
            return barred or (_shown(form, page, version), 400 if form.is_submitted() else 200)
        if "change" in request.form:
            return _shown(form, page, version)
        try:
            look_over(now(), _entered(form))
        except Invalid as wrong:
            return _put_right(form, page, version, wrong)
        action = page.procedure.actions[ACTION_OF[form.outcome.data == MADE]]
        if not is_made_with(action):
            return _kept(form, page, version)

        move = page.move(action.name)
        if "sure" not in request.form and (move is None or move.reasons):
            return not_allowed(
                page, action.name, move.reasons if move else (Reason("stage", page.stage.name),)
            )

        def keep(paper: Prepared) -> Answer:
            return _kept(form, page, version, paper)

        back = url_for("cases.case", reference=reference)
        officer = signed_in()
        known = on_paper(_entered(form), officer.name if officer else None)
        return at_the_desk(errand_of(page, action, version, keep, known=known, back=back))

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
        return render_template("visits/notes.html", page=page, opened=opened)

    return blueprint


def _kept(form: VisitForm, page: CasePage, version: int, paper: Prepared | None = None) -> Answer:
    """The visit, written down with its step and its paper."""
    try:
        record_visit(house(), actor(), now(), page.reference, version, _entered(form), form_key(), paper)
    except (MovedOn, KeyReused):
        return moved_on(case_page(house(), actor(), now(), page.reference), version)
    except NotAllowed as refused:
        return not_allowed(page, refused.action, refused.reasons)
    except Invalid as wrong:
        return _put_right(form, page, version, wrong)
    flash(_("The visit is written down."))
    return redirect(url_for("cases.case", reference=page.reference), 303)


def _put_right(form: VisitForm, page: CasePage, version: int, wrong: Invalid) -> Answer:
    for name in wrong.problems:
        field: Any = getattr(form, name, form.on)
        field.errors = [PROBLEMS.get(name, _("Look at this again"))]
    return _shown(form, page, version), 400


def _stages() -> frozenset[str]:
    """The stages, on any route, in which a visit may be recorded."""
    found: set[str] = set()
    for procedure in house().shelf:
        action = procedure.actions.get(ACTION_OF[True])
        found |= action.frm if action else set()
    return frozenset(found)


def _row(line: CaseLine, known: Visited) -> dict[str, Any]:
    """One case as the list of visits shows it."""
    late = known.next_on is not None and known.next_on < today()
    return {
        **row(line),
        "last": shown_moment(known.last_at) if known.last_at else None,
        "outcome": look_up(glossary.VISIT_OUTCOMES, known.last_outcome) if known.last_outcome else None,
        "unsafe": known.safety in ("worry", "danger"),
        "safety": look_up(glossary.SAFETY, known.safety),
        "next": shown_day(known.next_on) if known.next_on else None,
        "next_key": known.next_on.isoformat() if known.next_on else "none",
        "late": late,
        "record": url_for("visits.record", reference=line.reference),
    }


def _is_stopped(move: Any) -> bool:
    """Whether neither a visit made nor one missed could be written down: it is others' to visit."""
    return any(reason.code == "role" for reason in move.reasons)


def _shown(form: VisitForm, page: Any, version: int) -> str:
    move = page.move(ACTION_OF[True])
    asked_first = move is not None and not move.open
    return render_template(
        "visits/record.html", form=form, page=page, version=version, key=form_key(), not_agreed=asked_first
    )


def _entered(form: VisitForm) -> VisitEntered:
    alone = {"yes": True, "no": False}.get(form.seen_alone.data or "")
    met = form.outcome.data == MADE
    return VisitEntered(
        on=form.on.data,
        outcome=form.outcome.data,
        mode=(form.mode.data or None) if met else None,
        seen_alone=alone if met else None,
        safety=form.safety.data or None,
        notes=(form.notes.data or "").strip() or None,
        next_on=form.next_on.data,
    )
