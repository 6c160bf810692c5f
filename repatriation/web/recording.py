"""Writing a visit down: its form, its paper, and what a second visitor wrote at the same time."""

from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from pydantic import ValidationError
from werkzeug.wrappers import Response

from repatriation.web.acting import moved_on
from repatriation.web.casefile import CaseFileShown, changes
from repatriation.web.desk import today
from repatriation.web.forms import form_key
from repatriation.web.paper_form import PREFIX
from repatriation.web.paperwork import HERE, at_the_desk, carried, errand_of
from repatriation.web.security import permission
from repatriation.web.session import actor, house, now, signed_in
from repatriation.web.visit_form import PROBLEMS, VisitForm, entered
from repatriation.web.words import Wording
from repatriation.work.casepage import CasePage
from repatriation.work.followup.entered import ASKED_ABOUT, VisitEntered, look_over, on_paper
from repatriation.work.followup.moving import add_to_visit, is_written
from repatriation.work.papers.filing import Prepared
from repatriation.work.papers.rules import is_made_with
from repatriation.work.permissions import Permission
from repatriation.work.reading import case_page
from repatriation.work.refusals import Invalid, KeyReused, MovedOn
from repatriation.work.visits import ACTION_OF, MADE, AlreadyWritten, record_visit
from sop.engine import NotAllowed, Reason

Answer = Response | str | tuple[str, int]

VIEWS: Final = {
    "mine": _l("My visits"),
    "all": _l("Visits in all our cases"),
    "people": _l("Everybody in follow-up"),
}
"""The lists from which a visit is written down."""

WEEK: Final = "week"
"""The board of the week, from which one comes by way of the visits of a case."""


def add_pages(blueprint: Blueprint) -> None:
    """The page on which a visit is written down."""

    @blueprint.route("/cases/<reference>/visit", methods=["GET", "POST"])
    @permission(Permission.RECORD_VISIT)
    def record(reference: str) -> Answer:
        page = case_page(house(), actor(), now(), reference)
        form = VisitForm(data={"on": today(), "visit": request.args.get("visit", ""), "finding": ""})
        if not form.is_submitted():
            return _barred(page, form) or _shown(form, page)
        if not form.validate():
            return _barred(page, form) or (_shown(form, page), 400)
        if "change" in request.form:
            return _shown(form, page)
        try:
            visit = entered(form)
            look_over(now(), visit)
        except Invalid as wrong:
            return _put_right(form, page, wrong)
        except ValidationError:
            return _put_right(form, page, Invalid({"visit": "unknown"}))
        return _taken(form, page, visit)


def _taken(form: VisitForm, page: CasePage, visit: VisitEntered) -> Answer:
    """The visit goes on to its paper, where it has one, and is written down."""
    version = request.form.get("version", -1, int)
    sure = "sure" in request.form
    action = page.procedure.actions[ACTION_OF[visit.outcome == MADE]]
    if not is_made_with(action):
        # The same form sent twice must reach work, which knows its key and gives the first answer again.
        return _kept(form, page, visit, version)
    if visit.visit and not sure and is_written(house(), actor(), page.reference, visit.visit):
        return _added(page, visit)
    if version != page.version and not sure and HERE not in request.form:
        return _changed_meanwhile(form, page, version)
    move = page.move(action.name)
    if not sure and (move is None or move.reasons):
        return _refused(form, page, move.reasons if move else (Reason("stage", page.stage.name),))

    def keep(paper: Prepared) -> Answer:
        return _kept(form, page, visit, version, paper)

    officer = signed_in()
    known = on_paper(visit, officer.name if officer else None)
    back = url_for("cases.case", reference=page.reference)
    return at_the_desk(errand_of(page, action, version, keep, known=known, back=back))


def _kept(
    form: VisitForm, page: CasePage, visit: VisitEntered, version: int, paper: Prepared | None = None
) -> Answer:
    """The visit, written down with its step and its paper."""
    try:
        record_visit(house(), actor(), now(), page.reference, version, visit, form_key(), paper)
    except (MovedOn, KeyReused, AlreadyWritten):
        if visit.visit and is_written(house(), actor(), page.reference, visit.visit):
            return _added(page, visit)
        present = case_page(house(), actor(), now(), page.reference)
        if HERE in request.form:
            return moved_on(present, version)
        return _changed_meanwhile(form, present, version)
    except NotAllowed as refused:
        return _refused(form, page, refused.reasons)
    except Invalid as wrong:
        return _put_right(form, page, wrong)
    flash(_("The visit is written down."))
    return redirect(_onward(page, visit), 303)


def _onward(page: CasePage, visit: VisitEntered) -> str:
    """The visits of the case where something follows from it, else the list that led here, or the case."""
    view = request.args.get("view", "")
    if visit.finding is not None or visit.outcome != MADE:
        return url_for("cases.visits", reference=page.reference)
    if view == WEEK:
        return url_for("boards.week")
    if view in VIEWS:
        return url_for("visits.index", view=view)
    return url_for("cases.case", reference=page.reference)


def _added(page: CasePage, visit: VisitEntered) -> Answer:
    """Somebody else was first: what was written here is kept beside it, and shown."""
    typed = {name: value for name, value in carried() if name.startswith(f"{PREFIX}-") and value.strip()}
    add_to_visit(house(), actor(), now(), page.reference, visit, form_key(), typed)
    return render_template("visits/added.html", page=page, visit=visit)


def _changed_meanwhile(form: VisitForm, page: CasePage, version: int) -> Answer:
    """The case has moved on: what happened, and the form as it was filled in, ready to be sent again."""
    happened = changes(CaseFileShown(page, now(), today()), version)
    return _shown(form, page, happened=happened), 409


def _refused(form: VisitForm, page: CasePage, reasons: tuple[Reason, ...]) -> Answer:
    """The procedure does not allow it now: every reason, and the form as it was filled in."""
    told = Wording(page.procedure, today()).reasons(reasons, page.stage.name)
    return _shown(form, page, reasons=told), 409


def _barred(page: CasePage, form: VisitForm) -> Answer | None:
    """Where it is others' to visit, neither a visit made nor one missed can be written down."""
    move = page.move(ACTION_OF[True])
    if move is None or any(reason.code == "role" for reason in move.reasons):
        return _refused(form, page, move.reasons if move else (Reason("stage", page.stage.name),))
    return None


def _put_right(form: VisitForm, page: CasePage, wrong: Invalid) -> Answer:
    for name, code in wrong.problems.items():
        field: Any = getattr(form, name, form.on)
        field = form.on if field is form.visit else field
        field.errors = [PROBLEMS.get((name, code), _("Look at this again"))]
    return _shown(form, page), 400


def _shown(form: VisitForm, page: CasePage, **more: Any) -> str:
    move = page.move(ACTION_OF[True])
    planned = [visit for visit in page.visits if visit.id == form.visit.data]
    return render_template(
        "visits/record.html",
        form=form,
        page=page,
        version=page.version,
        key=form_key(),
        planned=planned[0] if planned else None,
        asked_about=ASKED_ABOUT,
        talked_about=any(form[name].data or form[name].errors for name in ASKED_ABOUT),
        not_agreed=move is not None and not move.open and not more,
        paper=[pair for pair in carried() if pair[0].startswith(f"{PREFIX}-")],
        **{"reasons": None, "happened": None, **more},
    )
