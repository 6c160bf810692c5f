"""Taking a step: one action on a page, what it asks for, a look over it, and the words when it cannot be."""

import secrets
from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from repatriation.places.gazetteer import provinces
from repatriation.web.casefile import CaseFileShown, changes
from repatriation.web.desk import here, today
from repatriation.web.forms import PlainForm, form_key
from repatriation.web.handoffs_shown import summary_rows
from repatriation.web.paperwork import HERE, at_the_desk, carried, errand_of, not_made
from repatriation.web.particulars_form import NEEDED, PROBLEMS, entered, form_for, particulars
from repatriation.web.security import permission
from repatriation.web.session import actor, house, now
from repatriation.web.words import Wording, grounding, stage_name, text
from repatriation.work.casepage import CasePage, Kind, Move
from repatriation.work.choices import gates, to_choose
from repatriation.work.followup.course import PLAN_AGREED
from repatriation.work.followup.plans import plan_of
from repatriation.work.papers.filing import Prepared
from repatriation.work.papers.onfile import both_names
from repatriation.work.papers.rules import is_made_with
from repatriation.work.particulars import Particulars, asked
from repatriation.work.permissions import Permission, may
from repatriation.work.reading import case_page, may_see
from repatriation.work.refusals import Invalid, KeyReused, MovedOn, NoPaper
from repatriation.work.reopening import entries
from repatriation.work.services.asking import country_of_place, offers_for
from repatriation.work.steps import take_step
from repatriation.work.summaries.composing import attached, preview, sends
from repatriation.work.visits import ACTION_OF
from sop.engine import NotAllowed, Reason
from sop.vocabulary import ON_THE_ROAD

Answer = Response | str | tuple[str, int]

FOUND = ("offer", "service", "organisation")


def add_pages(blueprint: Blueprint) -> None:
    """The page of each action of a case."""

    @blueprint.route("/cases/<reference>/do/<action>", methods=["GET", "POST"])
    @permission(Permission.TAKE_STEP)
    def act(reference: str, action: str) -> Answer:
        page = case_page(house(), actor(), now(), reference)
        if action not in page.procedure.actions:
            abort(404)
        if action in ACTION_OF.values():
            return _visit(page, action)
        posted = request.method == "POST"
        # A form that does not say which version it was made for was made for none.
        seen = request.form.get("version", -1, int) if posted else request.args.get("seen", page.version, int)
        # Where a paper belongs to the act, nobody can be sure before it was written.
        ready = HERE in request.form or not is_made_with(page.procedure.actions[action])
        sure = posted and ready and "sure" in request.form
        # A form that was sent twice must reach work, which knows its key and gives the first answer again.
        if seen != page.version and not sure:
            return moved_on(page, seen, action)
        move = page.move(action)
        if move is None and not sure:
            return not_allowed(page, action, (Reason("stage", page.stage.name),))
        move = move or _out_of_place(page, action)
        form = _form(page, move)
        if move.open and _cannot_make(move):
            return not_made(url_for("cases.case", reference=reference), NoPaper("not_ready"))
        if not posted or "change" in request.form:
            return _asked(page, move, form)
        if not form.validate():
            return _asked(page, move, form), 400
        if is_made_with(move.action):
            return _with_its_paper(page, move, form, seen)
        if not sure and _is_checked(page, move):
            return _checked(page, move, form)
        return _taken(page, move, form, seen)


def _visit(page: CasePage, name: str) -> Answer:
    """A visit is written down on its own page: as a step alone it would leave the planned one waiting."""
    if may(actor().duty, Permission.RECORD_VISIT):
        return redirect(url_for("visits.record", reference=page.reference), 303)
    by = page.procedure.actions[name].by
    return not_allowed(page, name, tuple(Reason("role", role) for role in by))


def _out_of_place(page: CasePage, name: str) -> Move:
    """An action of another stage, for a form that was sent before the case moved on."""
    action = page.procedure.actions[name]
    expected = asked(page.procedure, action, child=page.view.child)
    reasons = (Reason("stage", page.stage.name),)
    return Move(action, Kind.ON, reasons, expected, done=False, mine=False, overturns=False)


def _form(page: CasePage, move: Move) -> PlainForm:
    procedure = page.procedure
    kind = form_for(
        move,
        to_choose(house(), procedure, move.action, page.held),
        # The gate is that of the side which receives: its people look there for who is expected.
        gates(house(), frozenset({procedure.home})) if "gate" in move.asked else (),
        entries(procedure, actor().country) if "entry" in move.asked else (),
        offers_for(house(), procedure, move.action, today()) if "offer" in move.asked else (),
        _provinces(country_of_place(procedure, move.action)) if "province" in move.asked else (),
    )
    # The search for a service leads here with what was found in it.
    chosen = {name: request.args[name] for name in FOUND if name in request.args}
    own = [part.body for part in page.parts if part.body.id == actor().organisation_id]
    if "authority" in move.asked and own:
        chosen["authority"] = both_names(own[0])  # it seldom is another, and twenty people may wait
    form: PlainForm = kind(data=chosen)
    return form


def _provinces(country: str) -> list[tuple[str, str]]:
    """The provinces of a country, by name."""
    return sorted(((place.code, place.spoken) for place in provinces(country)), key=lambda each: each[1])


def _is_checked(page: CasePage, move: Move) -> bool:
    """Whether what was entered is looked over once more: not where a note or a province at most was."""
    return (
        _ends(page, move)
        or sends(move.action)
        or any(name not in ("note", "province") for name in move.asked)
    )


def _ends(page: CasePage, move: Move) -> bool:
    """Whether the case ends with this."""
    return move.action.to is not None and page.procedure.stages[move.action.to].end


def _is_warned_of(page: CasePage, move: Move) -> bool:
    """Whether it ends the case otherwise than by its closing."""
    return _ends(page, move) and move.kind in (Kind.EXIT, Kind.PERSON)


def _cannot_make(move: Move) -> bool:
    """Whether the act names a paper, and none can be made here."""
    workshop = house().papers
    return is_made_with(move.action) and (workshop is None or workshop.fault is not None)


def _with_its_paper(page: CasePage, move: Move, form: PlainForm, seen: int) -> Answer:
    """An act that is taken only together with its paper: the paper is written, looked at and issued first."""
    if move.reasons and "sure" not in request.form:
        return not_allowed(page, move.action.name, move.reasons)
    try:
        given = particulars(form, here())
    except Invalid as wrong:
        _mark(form, wrong)
        return _asked(page, move, form), 400

    def take(paper: Prepared) -> Answer:
        return _taken(page, move, form, seen, paper)

    return at_the_desk(
        errand_of(
            page,
            move.action,
            seen,
            take,
            given,
            back=url_for("cases.case", reference=page.reference),
            rows=[row for row in entered(form) if row[1]],
            warning=_is_warned_of(page, move),
        )
    )


def _asked(page: CasePage, move: Move, form: PlainForm) -> str:
    """The action with what it asks for; where it is closed, the reasons and no button."""
    return render_template(
        "cases/act.html",
        form=form,
        **_about(page, move),
        checked=_is_checked(page, move) or is_made_with(move.action),
        carried=[pair for pair in carried() if pair[0].startswith("paper-")],
        paper_here="paper-here" in request.form,
    )


def _checked(page: CasePage, move: Move, form: PlainForm) -> str:
    agreed = form.on.data if "on" in form else None
    return render_template(
        "cases/check.html",
        rows=entered(form),
        carried=carried(),
        warning=_is_warned_of(page, move),
        over_by=CaseFileShown(page, now(), today()).over_by(agreed) if agreed else [],
        **_about(page, move),
    )


def _about(page: CasePage, move: Move) -> dict[str, Any]:
    action = move.action
    words = Wording(page.procedure, today())
    leads = action.to if action.to != page.stage.name else None
    told = action.discloses.to if action.discloses else ()
    return {
        **_leaving(page, move),
        "page": page,
        "move": move,
        "words": words.consent_act(action) if action.consent else text(action.text),
        "reasons": words.reasons(move.reasons, page.stage.name),
        "leads": stage_name(leads, page.procedure) if leads else None,
        "told": words.roles(told) if told else None,
        "consent": words.consent(action.consent.consent) if action.consent else None,
        "grounding": grounding(action.grounding),
        "source": words.source(action.basis),
        "note": action.note,
        "agreed_for": _another_day(page, move),
        "cancelled": _visits_cancelled(page, move),
        "unwritten": move.open and _plan_is_empty(page, move),
        "version": request.form.get("version", page.version),
        "key": form_key(),
    }


def _another_day(page: CasePage, move: Move) -> date | None:
    """The day of the handover, where somebody is to set out for it on another day."""
    to = page.procedure.stages.get(str(move.action.to))
    leaves = move.open and to is not None and to.phase == ON_THE_ROAD and page.stage.phase != ON_THE_ROAD
    return page.expected_on if leaves and page.expected_on != today() else None


def _visits_cancelled(page: CasePage, move: Move) -> int:
    """How many visits would not be made any more because the case ends."""
    ends = move.open and _ends(page, move)
    return sum(visit.state == "planned" for visit in page.visits) if ends else 0


def _plan_is_empty(page: CasePage, move: Move) -> bool:
    """Whether a plan is to be agreed in which nothing is written: its paper alone is not the plan."""
    if PLAN_AGREED not in move.action.records:
        return False
    kept = plan_of(house(), actor(), page.reference)
    return kept is None or not (kept.goals or kept.wishes)


def _leaving(page: CasePage, move: Move) -> dict[str, Any]:
    """Exactly what is sent with a step, where a summary leaves with it."""
    if not sends(move.action) or not move.open:
        return {}
    chosen = request.form.get("organisation") or None
    seen = preview(house(), actor(), now(), page.reference, move.action, chosen)
    if seen is None:
        return {"leaving_to": None, "leaving": []}
    return {
        "leaving_to": seen.recipient,
        "leaving_far": seen.partner_id is not None,
        "leaving": summary_rows(seen.told),
        "leaving_shown": seen.shown,
    }


def _taken(
    page: CasePage, move: Move, form: PlainForm, version: int, paper: Prepared | None = None
) -> Answer:
    name = move.action.name
    try:
        given: Particulars = particulars(form, here())
        also = None
        if sends(move.action):
            also = attached(house(), actor(), now(), name, given, request.form.get("shown", ""))
        taken = take_step(
            house(), actor(), now(), page.reference, name, version, given, form_key(), also, paper
        )
    except (MovedOn, KeyReused):
        return moved_on(case_page(house(), actor(), now(), page.reference), version, name)
    except NotAllowed as refused:
        return not_allowed(page, name, refused.reasons)
    except Invalid as wrong:
        if "summary" in wrong.problems:
            flash(_("What would be sent has changed since it was shown. Look at it again."))
            return _checked(page, move, form), 409
        _mark(form, wrong)
        return _asked(page, move, form), 400
    flash(
        _("Done, and written down. The paper is %(number)s.", number=paper.number)
        if paper
        else _("Done, and written down.")
    )
    return redirect(_onward(taken.opened or taken.reference), 303)


def _onward(reference: str) -> str:
    """The case again, or the list where the step ended the officer's own part in it."""
    if may_see(house(), actor(), reference):
        return url_for("cases.case", reference=reference)
    return url_for("cases.index")


def _mark(form: PlainForm, wrong: Invalid) -> None:
    """Say at each field what work found wanting."""
    for name, code in wrong.problems.items():
        field = getattr(form, name, None)
        if field is not None:
            field.errors = [PROBLEMS.get((name, code)) or NEEDED.get(name, _("Enter this"))]


def moved_on(page: CasePage, version: int, action: str | None = None) -> tuple[str, int]:
    """Somebody else was there first: what they did, and a way to go on: with what was entered, too, where the
    act is still open.
    """
    move = page.move(action) if action else None
    entered_stays = request.method == "POST" and move is not None and move.open
    file = CaseFileShown(page, now(), today())
    happened = changes(file, version)
    shown = render_template(
        "cases/moved_on.html",
        page=page,
        changes=happened,
        carried=carried() if HERE in request.form or entered_stays else [],
        paper=HERE in request.form,
        key=secrets.token_urlsafe(12),
    )
    return shown, 409


def not_allowed(page: CasePage, action: str, reasons: tuple[Reason, ...]) -> tuple[str, int]:
    """The procedure does not allow it now: every reason, in words."""
    words = Wording(page.procedure, today())
    told = words.reasons(reasons, page.stage.name)
    return render_template("cases/not_allowed.html", page=page, words=words.action(action), reasons=told), 409
