"""A case that another installation has as well: where that stands, and the ways on where no machine can."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from repatriation.web import glossary
from repatriation.web.desk import today
from repatriation.web.moments import shown_moment
from repatriation.web.security import permission
from repatriation.web.session import actor, house, now
from repatriation.web.words import Wording, look_up
from repatriation.work.federation import showing
from repatriation.work.federation.showing import Elsewhere, StepLine
from repatriation.work.permissions import Permission
from repatriation.work.reading import case_page
from repatriation.work.refusals import Invalid
from sop.engine import Reason

STATES: Mapping[str, object] = {
    "offered": _l("It is offered to them. Until they accept, you go on alone, in your own part of it"),
    "live": _l("Carried on together"),
    "stuck": _l("The two installations do not agree about a step. People must find the way on"),
    "ended": _l("Nothing more of it passes between the two"),
    "suspended": _l("The partner is suspended here: nothing passes until that is lifted"),
}

STANDS: Mapping[str, object] = {
    "counted": _l("Counts on both sides"),
    "waiting": _l("Waiting for the other side"),
    "on_its_way": _l("On its way"),
    "refused": _l("Does not count"),
    "stuck": _l("Not agreed"),
    "unanswered": _l("Not answered in time"),
}

TONES: Mapping[str, str] = {
    "counted": "done",
    "waiting": "waiting",
    "on_its_way": "going",
    "refused": "stop",
    "stuck": "late",
    "unanswered": "late",
}

ANSWERING: Mapping[str, object] = {
    "ours": _l("An office of our country answers for the person"),
    "theirs": _l("An office of theirs answers for the person"),
    "both": _l("You answer for the person until they have confirmed that they do"),
}


def add_pages(blueprint: Blueprint) -> None:
    """The page of a case that says how it stands elsewhere."""

    @blueprint.get("/cases/<reference>/elsewhere")
    @permission(Permission.READ_CASE)
    def elsewhere(reference: str) -> str:
        found = showing.elsewhere(house(), actor(), now(), reference)
        if found is None:
            abort(404)
        words = Wording(case_page(house(), actor(), now(), reference).procedure, today())
        return render_template(
            "cases/elsewhere.html",
            reference=reference,
            elsewhere=found,
            told=told(found, words),
            steps=[step_of(step, words) for step in found.steps],
        )

    @blueprint.post("/cases/<reference>/elsewhere/again")
    @permission(Permission.HAND_OVER)
    def send_again(reference: str) -> Response:
        try:
            showing.send_again(house(), actor(), now(), reference)
            flash(_("It is sent again. You see here what they answer."))
        except Invalid:
            flash(_("It is too late for that: look at how it stands now."))
        return redirect(url_for("cases.elsewhere", reference=reference), 303)

    @blueprint.post("/cases/<reference>/elsewhere/part")
    @permission(Permission.HAND_OVER)
    def part(reference: str) -> Response:
        try:
            showing.part(house(), actor(), now(), reference)
            flash(_("From now on the case goes on here alone. They are told."))
        except Invalid:
            flash(_("It is too late for that: look at how it stands now."))
        return redirect(url_for("cases.elsewhere", reference=reference), 303)


def head(reference: str, words: Wording) -> dict[str, Any]:
    """What the head of every page of a case needs to know of it."""
    found = showing.elsewhere(house(), actor(), now(), reference)
    return {"elsewhere": found, "told_elsewhere": told(found, words) if found else None}


def told(found: Elsewhere, words: Wording) -> dict[str, Any]:
    """How the other installation stands, in a few words: for the head of the case and for its own page."""
    waiting, refused = len(found.waiting), len(found.refused)
    if found.held_up and found.state != "ended":
        line = _("Held up: they took something back or stopped the case, and its turn has not come yet")
    elif found.state != "live":
        line = str(look_up(STATES, found.state))
    elif waiting:
        line = _("Steps that wait for the other side: %(number)s", number=waiting)
    else:
        line = _("Both sides have the same")
    last = found.last_counted
    return {
        "line": line,
        "warning": found.held_up or found.state in ("stuck", "suspended"),
        "answering": look_up(ANSWERING, found.answering),
        "state": look_up(STATES, found.state),
        "refused": refused,
        "heard": shown_moment(found.heard_at) if found.heard_at else None,
        "last": words.action(last.action) if last else None,
    }


def step_of(step: StepLine, words: Wording) -> dict[str, Any]:
    """One step as it is listed."""
    return {
        "words": words.action(step.action),
        "whose": _("taken here") if step.ours else _("taken there"),
        "at": shown_moment(step.at),
        "number": step.number,
        "tag": look_up(STANDS, step.stands),
        "tone": TONES.get(step.stands, "plain"),
        "revoked": ", ".join(step.revoked),
        "paper_there": step.paper_there,
        "reasons": [
            look_up(glossary.ELSEWHERE_REASONS, code)
            if code in glossary.ELSEWHERE_REASONS
            else words.reason(Reason(code, what), "")
            for code, what in step.reasons
        ],
    }
