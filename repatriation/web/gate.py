"""The gate of a day, closed or open again: the returns of all who are expected there, held or let go on."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from flask import Blueprint, abort, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from repatriation.web.arrivals_shown import asked_day, asked_gate, here, person_row, what_was_done
from repatriation.web.forms import PlainForm, SaysSomething, form_key
from repatriation.web.moments import place, shown_day
from repatriation.web.particulars_form import LONGEST_NOTE
from repatriation.web.security import permission
from repatriation.web.session import actor, house, now
from repatriation.work.arrivals import ON_THE_WAY, Arrival, expected, tick
from repatriation.work.barred import open_to
from repatriation.work.particulars import Particulars
from repatriation.work.permissions import Permission, may
from repatriation.work.refusals import Invalid

HELD = "hold_border"


class _News(NamedTuple):
    """What became of a gate: the act that follows for each return, and the words for it."""

    act: str
    heading: object
    explained: object
    button: object


NEWS = {
    "closed": _News(
        "place_hold_border",
        _l("The gate is closed"),
        _l("Nobody sets out for the gate, or is handed over there, until the hold is lifted."),
        _l("Hold all that are ticked"),
    ),
    "open": _News(
        "lift_hold_border",
        _l("The gate is open again"),
        _l("Whoever is ticked may set out for the gate and be handed over there again."),
        _l("Lift the hold for all that are ticked"),
    ),
}


_FITS = Length(max=LONGEST_NOTE, message=_l("The note is too long: at most 4,000 letters"))


class ClosedForm(PlainForm):
    """Why the gate is closed."""

    note = TextAreaField(
        _l("Why? Everybody with a part in the case can read this"),
        [InputRequired(_l("Write down why")), SaysSomething(_l("Write down why")), _FITS],
    )


class OpenForm(PlainForm):
    """By which way people cross, where there is something to say."""

    note = TextAreaField(
        _l("Note for all who have a part in the case (may be left empty)"), [Optional(), _FITS]
    )


FORMS: Mapping[str, type[ClosedForm | OpenForm]] = {"closed": ClosedForm, "open": OpenForm}


def add_pages(blueprint: Blueprint) -> None:
    """The two pages of a gate. No name is opened for them."""

    @blueprint.route("/arrivals/gate-is/<what>", methods=["GET", "POST"])
    @permission(Permission.TAKE_STEP)
    def closed_or_open(what: str) -> str | tuple[str, int]:
        at = asked_gate()
        if what not in NEWS or at is None or not may(actor().duty, Permission.LIST_ARRIVALS):
            abort(404)
        news, form = NEWS[what], FORMS[what]()
        ticked = [
            (reference, request.form.get(f"version-{reference}", 0, type=int))
            for reference in request.form.getlist("here")
        ]
        if form.validate_on_submit():
            try:
                given = Particulars(note=form.note.data or None)
                results = list(tick(house(), actor(), now(), ticked, [news.act], form_key(), given=given))
            except Invalid:
                abort(400)
            return what_was_done(results)
        return _shown(news, at, form, [reference for reference, _version in ticked])

    def _shown(news: _News, at: str, form: ClosedForm | OpenForm, ticked: list[str]) -> tuple[str, int]:
        day = asked_day()
        people = [each for each in expected(house(), actor(), day, at) if _concerned(each, news)]
        able = open_to(house(), actor(), now(), [each.reference for each in people], news.act)
        shown = render_template(
            "arrivals/gate.html",
            form=form,
            heading=news.heading,
            explained=news.explained,
            button=news.button,
            people=[person_row(each) for each in people if each.reference in able],
            ticked=ticked if form.is_submitted() else able,
            key=form_key(),
            day=shown_day(day),
            gate_words=place(at),
            back=here(day, at),
        )
        return shown, 400 if form.is_submitted() else 200


def _concerned(arrival: Arrival, news: _News) -> bool:
    """Whether somebody is on the way to the gate, and the gate's news is news for their return."""
    return arrival.stage.phase in ON_THE_WAY and (HELD in arrival.facts) == (news is NEWS["open"])


def offered(people: tuple[Arrival, ...], day: date, at: str | None) -> list[tuple[object, str]]:
    """Links to the pages of one gate, as far as the officer can do something on them for the first who is
    expected there.
    """
    links = []
    for what, news in NEWS.items() if at is not None else ():
        first = [each.reference for each in people if _concerned(each, news)][:1]
        if open_to(house(), actor(), now(), first, news.act):
            address = url_for("arrivals.closed_or_open", what=what, day=day.isoformat(), gate=at)
            links.append((news.heading, address))
    return links
