"""The plan of one case, written with the person: goals, wishes, visits, and looking at it again."""

from collections.abc import Callable
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from pydantic import ValidationError
from werkzeug.wrappers import Response
from wtforms import RadioField, SelectChoice, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from repatriation.web import glossary
from repatriation.web.desk import today
from repatriation.web.forms import DateBoxes, NearOurTime, PlainForm, SaysSomething, choices
from repatriation.web.identity import ReasonForm
from repatriation.web.moments import shown_day
from repatriation.web.security import permission
from repatriation.web.session import actor, house, now
from repatriation.web.stepup import fresh
from repatriation.web.words import look_up
from repatriation.work.casepage import CasePage
from repatriation.work.followup.plans import (
    DOMAINS,
    LIVING,
    SERVICES,
    GoalEntered,
    PlanLine,
    WishesEntered,
    add_goal,
    choose_visits,
    ended_plans,
    plan_of,
    read_plan,
    review,
    settle_goal,
    write_wishes,
)
from repatriation.work.followup.rights import PLAN
from repatriation.work.permissions import Permission, may
from repatriation.work.reading import case_page
from repatriation.work.refusals import Changed, Invalid
from sop.engine import NotAllowed
from sop.visiting import day_of

Answer = Response | str | tuple[str, int]
Shown = Callable[..., str]

PROBLEMS: Final = {
    "own": _l("Choose when this person is to be visited"),
    "again_on": _l("The next look at the plan must lie ahead"),
}


USUAL: Final = (
    *("P1W", "P2W", "P3W"),
    *(f"P{months}M" for months in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 18, 21, 24, 30, 36)),
)
"""The times offered for the visits of one case alone."""


class GoalForm(PlainForm):
    """One goal."""

    domain = SelectField(
        _l("What is it about?"),
        [InputRequired(_l("Choose what the goal is about"))],
        choices=choices(("", _l("Choose")), *((name, glossary.DOMAINS[name]) for name in DOMAINS)),
    )
    text = StringField(
        _l("The goal, in the person's words if you can (sealed)"),
        [
            InputRequired(_l("Enter the goal")),
            SaysSomething(_l("Enter the goal")),
            Length(max=200, message=_l("The goal is too long: at most 200 letters")),
        ],
    )
    service = SelectField(
        _l("Which service would help?"),
        [Optional()],
        choices=choices(("", _l("None, or not known yet")), *((s, glossary.SERVICES[s]) for s in SERVICES)),
    )
    who = StringField(
        _l("Who helps (sealed)"),
        [Optional(), Length(max=200, message=_l("The name is too long: at most 200 letters"))],
    )
    by_on = DateBoxes(_l("By when, if you agreed on a day"), [NearOurTime()])
    chosen = RadioField(
        _l("Is it the person's own choice?"),
        [InputRequired(_l("Choose whether it is the person's own choice"))],
        choices=choices(("yes", _l("Yes, the person named it")), ("no", _l("No, it was proposed"))),
    )


class WishesForm(PlainForm):
    """What the person wishes."""

    wishes = TextAreaField(
        _l("What the person wishes, in their own words (sealed)"),
        [Optional(), Length(max=2000, message=_l("The words are too long: at most 2,000 letters"))],
    )
    living = SelectField(
        _l("Where the person lives"),
        [Optional()],
        choices=choices(("", _l("Not said")), *((name, glossary.LIVING[name]) for name in LIVING)),
    )
    review_on = DateBoxes(_l("The plan is looked at again on"), [NearOurTime()])


class VisitsForm(PlainForm):
    """Which visits there are in this case."""

    which = RadioField(
        _l("Which visits?"),
        [InputRequired(_l("Choose the visits of this case"))],
        choices=choices(
            ("adults", _l("Those of grown-ups")),
            ("children", _l("Those of children")),
            ("own", _l("Others, for this case alone")),
        ),
    )
    own = SelectMultipleField(
        _l("If others: how long after the beginning of follow-up"), [Optional()], choices=[]
    )


class ReviewForm(PlainForm):
    """The plan was looked at again."""

    again_on = DateBoxes(_l("The plan is looked at again on"), [NearOurTime()])


def add_pages(blueprint: Blueprint, shown: Shown) -> None:
    """The plan, its words, and each thing that may be changed in it."""

    @blueprint.get("/cases/<reference>/plan")
    @permission(Permission.READ_CASE)
    def plan(reference: str) -> str:
        page = case_page(house(), actor(), now(), reference)
        kept = plan_of(house(), actor(), reference)
        ended = [_plan(each) for each in ended_plans(house(), actor(), reference)]
        return shown("plans/plan.html", reference, ended=ended, **_about(page, kept))

    @blueprint.route("/cases/<reference>/plan/goal", methods=["GET", "POST"])
    @permission(Permission.TAKE_STEP)
    def add_goal_to_plan(reference: str) -> Answer:
        form = GoalForm()

        def act() -> str:
            add_goal(
                house(),
                actor(),
                now(),
                reference,
                GoalEntered(
                    domain=form.domain.data,
                    text=form.text.data,
                    service=form.service.data or None,
                    who=(form.who.data or "").strip() or None,
                    by_on=form.by_on.data,
                    chosen=form.chosen.data == "yes",
                ),
            )
            return str(_("The goal is written down."))

        return _written(reference, form, _("Write down a goal"), act)

    @blueprint.route("/cases/<reference>/plan/wishes", methods=["GET", "POST"])
    @permission(Permission.TAKE_STEP)
    def plan_wishes(reference: str) -> Answer:
        kept = plan_of(house(), actor(), reference)
        form = WishesForm(
            data={"living": kept.living or "", "review_on": kept.review_on} if kept else {"living": ""}
        )

        def act() -> str:
            told = WishesEntered(
                wishes=(form.wishes.data or "").strip() or None,
                living=form.living.data or None,
                review_on=form.review_on.data,
            )
            write_wishes(house(), actor(), now(), reference, told, _seen())
            return str(_("The person's wishes are written down."))

        hint = _("Words written down earlier stay as they are, unless you write new ones here.")
        return _written(reference, form, _("What the person wishes"), act, hint)

    @blueprint.route("/cases/<reference>/plan/visits", methods=["GET", "POST"])
    @permission(Permission.TAKE_STEP)
    def plan_visits(reference: str) -> Answer:
        kept = plan_of(house(), actor(), reference)
        form = VisitsForm(data=_chosen(kept))
        form.own.choices = _to_choose(kept)

        def act() -> str:
            own = tuple(form.own.data or ())
            changed = choose_visits(house(), actor(), now(), reference, form.which.data, own, _seen())
            return str(_("The visits are chosen. Visits changed: %(number)s", number=changed))

        hint = _("Visits that lie ahead are made anew. Those that took place or were moved stay as they are.")
        return _written(reference, form, _("The visits of this case"), act, hint)

    @blueprint.route("/cases/<reference>/plan/review", methods=["GET", "POST"])
    @permission(Permission.TAKE_STEP)
    def review_plan(reference: str) -> Answer:
        form = ReviewForm()

        def act() -> str:
            review(house(), actor(), now(), reference, form.again_on.data, _seen())
            return str(_("It is written down that the plan was looked at again."))

        hint = _("Write this down once you have looked at the plan together with the person.")
        return _written(reference, form, _("The plan was looked at again"), act, hint)

    @blueprint.post("/cases/<reference>/plan/goals/<goal_id>")
    @permission(Permission.TAKE_STEP)
    def settle(reference: str, goal_id: str) -> Answer:
        try:
            settle_goal(house(), actor(), now(), reference, goal_id, request.form.get("to", ""))
        except (Invalid, NotAllowed):
            flash(_("This goal cannot be changed now."))
        return redirect(url_for("cases.plan", reference=reference), 303)

    @blueprint.route("/cases/<reference>/plan/words", methods=["GET", "POST"])
    @permission(Permission.READ_IDENTITY)
    @fresh
    def plan_words(reference: str) -> str | tuple[str, int]:
        page = case_page(house(), actor(), now(), reference)
        form = ReasonForm()
        if not form.validate_on_submit():
            asked = render_template("plans/reason.html", form=form, page=page)
            return asked, 400 if form.is_submitted() else 200
        plans = read_plan(house(), actor(), now(), reference, form.reason.data)
        return render_template("plans/words.html", page=page, plans=plans, glossary=glossary)


def _written(
    reference: str, form: PlainForm, heading: str, act: Callable[[], str], hint: str | None = None
) -> Answer:
    """A form of the plan: shown, put right with all that was typed, or carried out."""
    page = case_page(house(), actor(), now(), reference)
    kept = plan_of(house(), actor(), reference)
    status, version, stands = 200, kept.version if kept else 0, None
    if form.is_submitted():
        status, seen = 400, _seen()
        if form.validate():
            try:
                flash(act())
                return redirect(url_for("cases.plan", reference=reference), 303)
            except Invalid as wrong:
                _mark(form, wrong)
            except ValidationError:
                _mark(form, Invalid({"": "unfit"}))
            except Changed:
                status, seen = 409, version
                stands = _stands(kept)
            except NotAllowed:
                status = 409
                _mark(
                    form, Invalid({"": "others"}), _("The plan is for others to write, or not at this stage")
                )
        version = seen
    shown = render_template(
        "plans/write.html", page=page, form=form, heading=heading, hint=hint, version=version, stands=stands
    )
    return shown, status


def _seen() -> int:
    """The version of the plan that the officer was looking at, as the form says it."""
    return request.form.get("version", -1, int)


def _stands(kept: PlanLine | None) -> list[tuple[object, object]]:
    """The plan as it stands now, in a few lines."""
    if kept is None:
        return []
    shown = _plan(kept)
    goals = "; ".join(f"{goal['domain']} ({goal['state']})" for goal in shown["goals"])
    return [*shown["rows"], (_("Goals"), goals), (_("Visits agreed"), "; ".join(shown["slots"]))]


def _mark(form: PlainForm, wrong: Invalid, words: str | None = None) -> None:
    first = next(iter(form))
    for name in wrong.problems:
        field: Any = getattr(form, name, first) if name else first
        field.errors = [words or PROBLEMS.get(name, _("Look at this again"))]


def _chosen(kept: PlanLine | None) -> dict[str, Any]:
    if kept is None:
        return {}
    which = "own" if kept.own else "children" if kept.children else "adults"
    return {"which": which, "own": list(kept.slots)}


def _to_choose(kept: PlanLine | None) -> list[SelectChoice]:
    """The times at which somebody may be visited, the earliest first: the usual ones and the plan's."""
    slots = {*USUAL, *(kept.slots if kept else ())}
    return choices(
        *((slot, slot_words(slot)) for slot in sorted(slots, key=lambda slot: day_of(slot, today())))
    )


def _about(page: CasePage, kept: PlanLine | None) -> dict[str, Any]:
    act = page.procedure.actions.get(PLAN)
    mine = (
        act is not None
        and page.stage.name in act.frm
        and not page.roles.isdisjoint(act.by)
        and may(actor().duty, Permission.TAKE_STEP)
    )
    move = page.move(PLAN)
    return {
        "plan": _plan(kept) if kept else None,
        "may_write": mine,
        "agree": url_for("cases.act", reference=page.reference, action=PLAN, seen=page.version)
        if move is not None and move.open
        else None,
        "may_open": may(actor().duty, Permission.READ_IDENTITY),
        "after_return": page.stage.phase == "reintegration",
    }


def _plan(kept: PlanLine) -> dict[str, Any]:
    def day(of: Any) -> str | None:
        return shown_day(of) if of else None

    return {
        "state": look_up(glossary.PLAN_STATES, kept.state),
        "tone": "done" if kept.state == "agreed" else "going",
        "agreed": kept.state == "agreed",
        "rows": [
            (_("Agreed on"), day(kept.agreed_on)),
            (_("Last looked at again on"), day(kept.reviewed_on)),
            (_("The plan is looked at again on"), day(kept.review_on)),
            (_("Where the person lives"), look_up(glossary.LIVING, kept.living) if kept.living else None),
            (_("Wishes in their own words"), _("Written down, and sealed") if kept.wishes else None),
        ],
        "goals": [
            {
                "id": goal.id,
                "domain": look_up(glossary.DOMAINS, goal.domain),
                "service": look_up(glossary.SERVICES, goal.service) if goal.service else None,
                "chosen": goal.chosen,
                "by": day(goal.by_on),
                "open": goal.state == "open",
                "state": look_up(glossary.GOAL_STATES, goal.state),
                "tone": {"met": "done", "dropped": "plain"}.get(goal.state, "going"),
                "settled": day(goal.settled_on),
            }
            for goal in kept.goals
        ],
        "slots": [slot_words(slot) for slot in kept.slots],
        "children": kept.children,
        "own": kept.own,
        "assumed": kept.assumed,
        "counted_from": day(kept.counted_from),
    }


def slot_words(slot: str) -> str:
    """How long after the beginning of follow-up a visit is due, in words."""
    number, unit = int(slot[1:-1]), slot[-1]
    sentences = {
        "D": _("After %(number)s days", number=number),
        "W": _("After %(number)s weeks", number=number),
        "M": _("After %(number)s months", number=number),
    }
    one = {"D": _("After 1 day"), "W": _("After 1 week"), "M": _("After 1 month")}
    return str(one[unit] if number == 1 else sentences[unit])
