"""Arrivals at a gate: who is expected, the roll with its names opened once, those who come unannounced."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from werkzeug.wrappers import Response
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from documents.kinds import KINDS
from repatriation.web import gate
from repatriation.web.arrivals_shown import asked_day, asked_gate, here, person_row, result, what_was_done
from repatriation.web.desk import today
from repatriation.web.forms import DateBoxes, DateRequired, NearOurTime, PlainForm, choices, form_key
from repatriation.web.identity import ReasonForm, born, names_of
from repatriation.web.moments import place, shown_day
from repatriation.web.paperwork import HERE, Errand, at_the_desk
from repatriation.web.particulars_form import GATE, LONGEST_NOTE
from repatriation.web.person_form import about_fields, name_fields, names_in, person_in, scripts_for
from repatriation.web.security import permission
from repatriation.web.session import actor, house, now
from repatriation.web.stepup import ask_again
from repatriation.web.words import Wording, route_words, said, text
from repatriation.work.arrivals import (
    AT_THE_CENTRE,
    AT_THE_GATE,
    ON_THE_WAY,
    Arrival,
    Ticked,
    at_the_centre,
    coming,
    expected,
    tick,
)
from repatriation.work.choices import Entry, entries, gates, own_place
from repatriation.work.identity import Identity, open_identities
from repatriation.work.newcase import NewCase
from repatriation.work.openings import open_once
from repatriation.work.papers.filing import Prepared
from repatriation.work.papers.group import (
    KIND,
    Waiting,
    draft_group,
    prepare_group,
    preview_group,
    who_can_sign,
    with_minutes,
)
from repatriation.work.papers.issuing import Asked
from repatriation.work.papers.languages import Pair, pairs
from repatriation.work.permissions import Permission, may
from repatriation.work.reading import case_page
from repatriation.work.refusals import Invalid, KeyReused
from sop.engine import NotAllowed, Reason

ENTRY = "received"
"""The stage in which somebody who came unannounced begins."""

Answer = Response | str | tuple[str, int]


def make_blueprint() -> Blueprint:
    """The arrivals of a day, the roll, and the quick form."""
    blueprint = Blueprint("arrivals", __name__)

    @blueprint.get("/arrivals")
    @permission(Permission.LIST_ARRIVALS)
    def index() -> str:
        day, at = asked_day(), asked_gate()
        people = expected(house(), actor(), day, at)
        return render_template(
            "arrivals/index.html",
            day=day,
            gate=at,
            gate_words=place(at) if at else None,
            before=here(day - timedelta(days=1), at),
            after=here(day + timedelta(days=1), at),
            people=[person_row(arrival) for arrival in people],
            news=gate.offered(people, day, at),
            centre=[person_row(arrival) for arrival in at_the_centre(house(), actor(), at)],
            coming=[
                (shown_day(each.day), place(each.gate or ""), each.people, here(each.day, each.gate))
                for each in coming(house(), actor(), today())
            ],
            every_gate=here(day, None) if at else None,
            may_open=may(actor().duty, Permission.OPEN_CASE) and bool(_entries()),
        )

    @blueprint.route("/arrivals/<where>/roll", methods=["GET", "POST"])
    @permission(Permission.READ_IDENTITY)
    def roll(where: str) -> Answer:
        if not may(actor().duty, Permission.LIST_ARRIVALS):
            abort(404)
        if where not in ("gate", "centre"):
            abort(404)
        if request.method == "POST" and "tick" in request.form:
            return _ticked(where)  # never asked who they are here: what was ticked would be lost
        again = ask_again()
        if again is not None:
            return again
        day, gate, after = asked_day(), asked_gate(), request.args.get("after")
        people = _people(where, day, gate, after)
        form = ReasonForm(data={"reason": "roll_check"})
        if not people or not form.validate_on_submit():
            shown = _show_roll(where, day, gate, form, people, None)
            return shown, 400 if form.is_submitted() and people else 200
        references = [arrival.reference for arrival in people]
        opened = open_identities(house(), actor(), now(), references, form.reason.data)
        return _show_roll(where, day, gate, form, people, opened)

    @blueprint.route("/arrivals/new", methods=["GET", "POST"])
    @permission(Permission.OPEN_CASE)
    def new() -> Answer:
        found = _entries()
        entry = next((e for e in found if e.procedure.route == request.values.get("route")), None)
        if entry is None and len(found) == 1:
            entry = found[0]
        if not found:
            abort(404)
        if entry is None:
            return render_template("arrivals/route.html", routes=_routes(found), back=_back())
        return _quick(entry)

    gate.add_pages(blueprint)
    return blueprint


def _entries() -> list[Entry]:
    """The routes on which the officer's organisation receives people who come unannounced."""
    return [entry for entry in entries(house(), actor(), today()) if entry.stage.name == ENTRY]


def _back() -> tuple[str, str]:
    """Where somebody came from to the quick form: not everybody who opens cases sees the arrivals."""
    if may(actor().duty, Permission.LIST_ARRIVALS):
        return url_for("arrivals.index"), _("Back to the arrivals")
    return url_for("cases.begin"), _("Open a case")


def _routes(found: list[Entry]) -> list[tuple[Markup, str]]:
    return [
        (
            route_words(entry.procedure),
            url_for("arrivals.new", route=entry.procedure.route, gate=request.args.get("gate")),
        )
        for entry in found
    ]


def _people(where: str, day: date, gate: str | None, after: str | None) -> tuple[Arrival, ...]:
    if where == "gate":
        return tuple(a for a in expected(house(), actor(), day, gate, after) if a.stage.phase in ON_THE_WAY)
    return at_the_centre(house(), actor(), gate, after)


def _show_roll(
    where: str,
    day: date,
    gate: str | None,
    form: ReasonForm,
    people: tuple[Arrival, ...],
    opened: tuple[Identity, ...] | None,
) -> str:
    rows = [person_row(arrival) for arrival in people]
    for row, identity in zip(rows, opened or (), strict=False):
        row["names"] = names_of(identity)
        birth = identity.person.get("birthdate")
        row["born"] = born(str(birth), identity.birth_year_estimated) if birth else None
    return render_template(
        "arrivals/roll.html",
        form=form,
        where=where,
        heading=_heading(where, day),
        people=rows,
        opened=opened is not None,
        acts=_acts(where, people),
        key=form_key(),
        back=here(day, gate),
        gate_words=place(gate) if gate else None,
    )


def _heading(where: str, day: date) -> str:
    if where == "centre":
        return str(_("People at the centre"))
    return str(_("Roll of %(day)s", day=shown_day(day)))


def _acts(where: str, people: tuple[Arrival, ...]) -> list[tuple[str, Markup]]:
    """What can be done for all who are ticked, in the words of their procedure."""
    names = AT_THE_GATE if where == "gate" else AT_THE_CENTRE
    known = [arrival.procedure for arrival in people]
    return [
        (name, text(next(p for p in known if name in p.actions).actions[name].text))
        for name in names
        if any(name in p.actions for p in known)
    ]


def _ticked(where: str) -> Answer:
    """What was ticked, done: all at once, or with the minutes of the handover made in the middle."""
    names = AT_THE_GATE if where == "gate" else AT_THE_CENTRE
    actions = [name for name in names if name in request.form.getlist("act")]
    people = [
        (reference, request.form.get(f"version-{reference}", 0, type=int))
        for reference in request.form.getlist("here")
    ]
    minuted = with_minutes(house(), actor(), [reference for reference, _version in people], actions)
    signed = next((number for number, name in enumerate(actions) if name in minuted), None)
    if signed is None:
        return what_was_done(_tick(people, actions))
    if HERE in request.form and "sure" in request.form:
        # Sent twice, it must reach the steps, which know its key and give the first answer again.
        return at_the_desk(_minutes(people, actions, ()))
    first = _tick(people, actions[:signed])
    stopped = [each for each in first if each.stopped]
    waiting = [(each.reference, each.version) for each in first if not each.stopped]
    ready, barred = who_can_sign(house(), actor(), now(), waiting, actions[signed])
    stopped += [_barred(reference, why, actions[signed]) for reference, why in barred.items()]
    return at_the_desk(_minutes(ready, actions[signed:], stopped)) if ready else what_was_done(stopped)


def _tick(people: list[tuple[str, int]], actions: list[str], minutes: Prepared | None = None) -> list[Ticked]:
    try:
        return list(tick(house(), actor(), now(), people, actions, form_key(), minutes))
    except Invalid:
        abort(400)


def _barred(reference: str, reasons: tuple[Reason, ...], action: str) -> Ticked:
    page = case_page(house(), actor(), now(), reference)
    return Ticked(reference, (), action, reasons, stage=page.stage.name, procedure=page.procedure)


def _minutes(ready: Sequence[Waiting], actions: list[str], left_out: Sequence[Ticked]) -> Errand:
    """The minutes of those who are ready, and what is done once they are issued."""
    references = [reference for reference, _version in ready]
    procedure = case_page(house(), actor(), now(), references[0]).procedure

    def asked(languages: Pair, typed: Mapping[str, Any]) -> Asked:
        return Asked(references[0], actions[0], languages, typed)

    def issue(languages: Pair, typed: Mapping[str, Any]) -> Answer:
        minutes = prepare_group(house(), actor(), now(), asked(languages, typed), references)
        done = _tick(list(ready), actions, minutes)
        return what_was_done(done, minutes.number, [each for each in done if actions[0] not in each.done])

    return Errand(
        KINDS[KIND],
        pairs(procedure, actor().country, actor().functions, ()),
        lambda: draft_group(house(), actor(), now(), references, actions[0]),
        lambda languages, typed: preview_group(house(), actor(), now(), asked(languages, typed), references),
        issue,
        here(asked_day(), asked_gate()),
        rows=[(_("People on the minutes"), str(len(references))), *(_left_out(each) for each in left_out)],
        carried=[
            ("tick", "yes"),
            *(("act", name) for name in actions),
            *(("here", reference) for reference in references),
            *((f"version-{reference}", str(version)) for reference, version in ready),
        ],
        may_change=False,
    )


def _left_out(each: Ticked) -> tuple[object, object]:
    """Somebody who is not on the minutes, and why."""
    told = result(each)
    return f"{_('Not on the minutes')}: {each.reference}", Markup("<br>").join(told["reasons"])


def _quick(entry: Entry) -> Answer:
    """The quick form; after it is saved, the next one opens with gate and day as they were."""
    scripts = scripts_for(entry.procedure)
    at = gates(house(), frozenset({entry.procedure.home}))
    form: Any = _quick_form(scripts, at)(data=_kept())
    if not form.validate_on_submit() or not _note_fits(form) or not _says_something(form, scripts):
        shown = render_template(
            "arrivals/new.html",
            form=form,
            scripts=scripts,
            route=route_words(entry.procedure),
            key=form_key(),
            arrived=_arrived_at(form),
            back=_back(),
        )
        return shown, 400 if form.is_submitted() else 200
    try:
        reference = open_once(house(), actor(), now(), _arrived(entry, form, scripts), form_key())
    except NotAllowed as refused:
        words = Wording(entry.procedure, today())
        reasons = words.reasons(refused.reasons, entry.stage.name)
        return render_template("arrivals/not_opened.html", reasons=reasons), 409
    except (Invalid, KeyReused):
        return render_template("arrivals/not_opened.html", reasons=()), 409
    flash(_("Saved as %(reference)s. Now the next person.", reference=reference))
    kept = {"route": entry.procedure.route, "gate": form.gate.data, "day": form.day.data.isoformat()}
    return redirect(url_for("arrivals.new", **kept), 303)


def _kept() -> dict[str, object]:
    return {"gate": request.args.get("gate") or own_place(house(), actor()), "day": asked_day()}


def _quick_form(scripts: tuple[str, ...], at: tuple[str, ...]) -> type[PlainForm]:
    needed = InputRequired(_l("Choose the gate"))
    fields: dict[str, Any] = {
        **name_fields(scripts),
        **about_fields(),
        "note": TextAreaField(
            _l("Who brought the person, and what is to be seen to at once"),
            [Optional(), Length(max=LONGEST_NOTE, message=_l("The note is too long: at most 4,000 letters"))],
        ),
        "gate": RadioField(_l("Gate"), [needed], choices=choices(*((gate, place(gate)) for gate in at)))
        if at
        else StringField(_l("Gate"), [needed, GATE]),
        "day": DateBoxes(_l("Day of arrival"), [DateRequired(_l("Enter the day of arrival")), NearOurTime()]),
    }
    return type("QuickForm", (PlainForm,), fields)


def _arrived_at(form: Any) -> Markup | None:
    """Where and when, in a line: it is the same for everybody off one bus. None where something is wrong."""
    if form.gate.errors or form.day.errors or not form.gate.data or form.day.data is None:
        return None
    return said(_("Arrived: %(gate)s, %(day)s"), gate=place(form.gate.data), day=shown_day(form.day.data))


def _says_something(form: Any, scripts: tuple[str, ...]) -> bool:
    """Whether anything was entered of the person: a slip of the thumb opens no case."""
    about = (form.age_group.data, form.gender.data, form.birthdate.data, (form.note.data or "").strip())
    if any(about) or names_in(form, scripts):
        return True
    form.age_group.errors = [_("Say something of the person. Where nothing is known: “Cannot be said”")]
    return False


def _note_fits(form: Any) -> bool:
    """Whether the note still fits with the day before it. Says so at its box where it does not."""
    fits = len(_note(form)) <= LONGEST_NOTE
    if not fits:
        form.note.errors = [_TOO_LONG]
    return fits


def _note(form: Any) -> str:
    note = (form.note.data or "").strip()
    if form.day.data != today():
        # The case begins when it is entered; a day that lies before is told beside it.
        note = f"{form.day.data.isoformat()} {note}".strip()
    return note


_TOO_LONG = _l("The note is too long: at most 4,000 letters")


def _arrived(entry: Entry, form: Any, scripts: tuple[str, ...]) -> NewCase:
    return NewCase(
        route=entry.procedure.route,
        stage=entry.stage.name,
        age_group=form.age_group.data or "unknown",
        gate=form.gate.data,
        person=person_in(form, scripts),
        note=_note(form) or None,
    )
