"""The visits of one case: planned, made, missed, moved; what follows from them; and moving one."""

from collections.abc import Callable
from itertools import takewhile
from typing import Any, Final

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import BooleanField, RadioField
from wtforms.validators import InputRequired

from repatriation.web import glossary
from repatriation.web.desk import today
from repatriation.web.forms import DateBoxes, DateRequired, NearOurTime, PlainForm, choices
from repatriation.web.moments import shown_day, shown_moment
from repatriation.web.security import permission
from repatriation.web.session import actor, house, now
from repatriation.web.visit_form import REASONS
from repatriation.web.words import look_up
from repatriation.work.casepage import CasePage, VisitLine
from repatriation.work.followup.course import is_to_visits
from repatriation.work.followup.moving import move_visit
from repatriation.work.followup.plans import PlanLine, plan_of
from repatriation.work.permissions import Permission, may
from repatriation.work.reading import case_page
from repatriation.work.refusals import Invalid
from repatriation.work.visits import ACTION_OF
from sop.engine import NotAllowed
from sop.visiting import day_of

Answer = Response | str | tuple[str, int]
Shown = Callable[..., str]

PROBLEMS: Final = {
    ("to", "past"): _l("The new day cannot lie behind"),
    ("to", "same"): _l("This is the day for which the visit is planned already"),
    ("to", "taken"): _l("Another visit is planned for this day: choose another, or let the two become one"),
    ("visit", "over"): _l("This visit is not planned any more: it was written down, moved or cancelled"),
}
STEP_FOR: Final = {"retrafficked": "report_retrafficking", "breakdown": "report_breakdown"}
LOST: Final = "report_lost_contact"
CLOSURE: Final = "request_closure"
OFFERED: Final = {
    LOST: _l("Report that contact is lost"),
    CLOSURE: _l("Ask for the case to be closed"),
    STEP_FOR["retrafficked"]: _l("Report that the person was trafficked again"),
    STEP_FOR["breakdown"]: _l("Report that the place does not hold"),
    "": _l("Record that the person wishes no more visits"),
}


class MoveForm(PlainForm):
    """To which day, and why."""

    to = DateBoxes(_l("The new day"), [DateRequired(_l("Enter the new day of the visit")), NearOurTime()])
    because = RadioField(
        _l("Why is it moved?"), [InputRequired(_l("Choose why it is moved"))], choices=choices(*REASONS)
    )
    one = BooleanField(_l("The two visits of that day become one"))


def add_pages(blueprint: Blueprint, shown: Shown) -> None:
    """The visits of a case, and the page on which one is moved."""

    @blueprint.get("/cases/<reference>/visits")
    @permission(Permission.READ_CASE)
    def visits(reference: str) -> str:
        page = case_page(house(), actor(), now(), reference)
        plan = plan_of(house(), actor(), reference)
        return shown(
            "visits/of_case.html",
            reference,
            planned=[_planned(page, visit) for visit in page.visits if visit.state == "planned"],
            earlier=[_earlier(visit) for visit in reversed(page.visits) if visit.state != "planned"],
            offers=_offers(page),
            closing=_closing(plan),
            closing_assumed=house().schedule.assumed,
            assumed=plan is not None and plan.assumed,
            record=url_for("visits.record", reference=reference, view=_came_from())
            if _may_visit(page)
            else None,
            has_notes=any(visit.notes or visit.added for visit in page.visits),
        )

    @blueprint.route(
        "/cases/<reference>/visits/<visit_id>/move", methods=["GET", "POST"], endpoint="move_visit"
    )
    @permission(Permission.RECORD_VISIT)
    def move(reference: str, visit_id: str) -> Answer:
        page = case_page(house(), actor(), now(), reference)
        visit = next((each for each in page.visits if each.id == visit_id), None)
        if visit is None:
            abort(404)
        form = MoveForm()
        if not form.validate_on_submit():
            return _to_move(page, visit, form), 400 if form.is_submitted() else 200
        return _moved(page, visit, form)


def _moved(page: CasePage, visit: VisitLine, form: MoveForm) -> Answer:
    try:
        move_visit(
            house(),
            actor(),
            now(),
            page.reference,
            visit.id,
            form.to.data,
            form.because.data,
            one=form.one.data,
        )
    except Invalid as wrong:
        for name, code in wrong.problems.items():
            field: Any = getattr(form, name, form.to)
            field.errors = [PROBLEMS.get((name, code), _("Look at this again"))]
        return _to_move(page, visit, form, taken=wrong.problems.get("to") == "taken"), 400
    except NotAllowed:
        form.to.errors = [_("It is for others to visit this person")]
        return _to_move(page, visit, form), 409
    flash(_("The visit is moved. The old day stays on file, with the reason."))
    return redirect(url_for("cases.visits", reference=page.reference), 303)


def _to_move(page: CasePage, visit: VisitLine, form: MoveForm, *, taken: bool = False) -> str:
    due = shown_day(visit.due_on) if visit.due_on else None
    return render_template("visits/move.html", page=page, form=form, due=due, taken=taken)


def _may_visit(page: CasePage) -> bool:
    move = page.move(ACTION_OF[True])
    mine = move is not None and not any(reason.code == "role" for reason in move.reasons)
    return mine and may(actor().duty, Permission.RECORD_VISIT)


def _came_from() -> str | None:
    """The list that led here, and to which one goes back once the visit is written down."""
    return request.args.get("view")


def _planned(page: CasePage, visit: VisitLine) -> dict[str, Any]:
    """A visit that is to come."""
    assert visit.standing is not None or visit.due_on is None
    mine = _may_visit(page)
    return {
        "due": shown_day(visit.due_on) if visit.due_on else _("No day agreed"),
        "standing": look_up(glossary.STANDINGS, visit.standing or "ahead"),
        "tone": glossary.STANDING_TONES[visit.standing or "ahead"],
        "of_schedule": visit.slot is not None,
        "attempt": visit.attempt,
        "officer": visit.officer,
        "record": url_for("visits.record", reference=page.reference, visit=visit.id, view=_came_from())
        if mine
        else None,
        "move": url_for("cases.move_visit", reference=page.reference, visit_id=visit.id) if mine else None,
    }


def _earlier(visit: VisitLine) -> dict[str, Any]:
    """A visit that was made, missed, moved or cancelled."""
    answers = [
        (look_up(glossary.ASKED_ABOUT, name), look_up(glossary.ANSWERS, code))
        for name, code in visit.answers.items()
    ]
    return {
        "when": shown_moment(visit.at) if visit.at else None,
        "due": shown_day(visit.due_on) if visit.due_on else None,
        "state": look_up(glossary.VISIT_STATES, visit.state),
        "tone": {"done": "done", "missed": "late"}.get(visit.state, "plain"),
        "outcome": look_up(glossary.VISIT_OUTCOMES, visit.outcome) if visit.outcome else None,
        "mode": look_up(glossary.VISIT_MODES, visit.mode) if visit.mode else None,
        "safety": look_up(glossary.SAFETY, visit.safety) if visit.safety else None,
        "unsafe": visit.safety in ("worry", "danger"),
        "contact": visit.contact,
        "reason": look_up(glossary.VISIT_REASONS, visit.reason) if visit.reason else None,
        "finding": look_up(glossary.FINDINGS, visit.finding) if visit.finding else None,
        "answers": answers,
        "attempts": visit.attempts,
        "added": visit.added,
        "officer": visit.officer,
    }


def _closing(kept: PlanLine | None) -> str | None:
    """The day before which closing is early by the schedule, while it lies ahead."""
    months = house().schedule.closing_months
    if kept is None or kept.counted_from is None or not months:
        return None
    day = day_of(f"P{months}M", kept.counted_from)
    return shown_day(day) if day > today() else None


def _offers(page: CasePage) -> list[dict[str, Any]]:
    """What follows from the last visit and was not done yet: a step that it calls for, each where the officer
    may take it."""
    made = [visit for visit in page.visits if visit.at is not None]
    if not made:
        return []
    last, done = made[-1], _done_since(page)
    offers: list[tuple[str, str | None, bool]] = []
    if last.finding in STEP_FOR:
        offers.append((look_up(glossary.FINDINGS, last.finding), STEP_FOR[last.finding], False))
    if last.attempts >= house().schedule.attempts:
        words = _("Nobody was found at %(number)s visits in a row.", number=last.attempts)
        offers.append((words, LOST, house().schedule.assumed))
    if last.outcome == "declined":
        offers.append((look_up(glossary.VISIT_OUTCOMES, last.outcome), _no_more_visits(page), False))
    if last.outcome == "moved":
        offers.append((look_up(glossary.VISIT_OUTCOMES, last.outcome), CLOSURE, False))
    return [
        {
            "words": words,
            "assumed": assumed,
            "href": url_for("cases.act", reference=page.reference, action=name, seen=page.version),
            "step": OFFERED.get(name, OFFERED[""]),
        }
        for words, name, assumed in offers
        if name and (move := page.move(name)) is not None and move.open and name not in done
    ]


def _done_since(page: CasePage) -> frozenset[str | None]:
    """The steps taken since a visit was last written down."""
    actions = (line.action for line in page.trail)
    return frozenset(takewhile(lambda action: action not in ACTION_OF.values(), actions))


def _no_more_visits(page: CasePage) -> str | None:
    """The act by which the person takes back that they agreed to visits."""
    for name, action in page.procedure.actions.items():
        act = action.consent
        if act is not None and act.act == "withdraw" and is_to_visits(page.procedure.consents[act.consent]):
            return name
    return None
