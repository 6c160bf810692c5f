"""What the pages of arrivals share: which day and gate are asked for, a person's row, and what was done."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _

from repatriation.web.desk import today
from repatriation.web.session import actor, house
from repatriation.web.steps_shown import held
from repatriation.web.words import Wording, route_words, stage_name
from repatriation.work.arrivals import ON_THE_WAY, Arrival, Ticked
from repatriation.work.choices import own_place


def asked_day() -> date:
    try:
        day = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return today()
    # The page leads to the day before and the day after, which the first and the last one do not have.
    return day if date.min < day < date.max else today()


def asked_gate() -> str | None:
    """The gate in the address; none given means the officer's own, an empty one means every gate."""
    given = request.args.get("gate")
    return own_place(house(), actor()) if given is None else given or None


def here(day: date, gate: str | None) -> str:
    """The address of the arrivals of a day at a gate, or at every gate."""
    return url_for("arrivals.index", day=day.isoformat(), gate=gate or "")


def person_row(arrival: Arrival) -> dict[str, Any]:
    """One person by reference: how far they are, and what the minutes lack."""
    facts = arrival.facts
    signed = [
        words
        for fact, words in (
            ("roll_checked", _("On the list")),
            ("minutes_signed_host", _("Signed by the host side")),
            ("minutes_signed_home", _("Signed by the home side")),
            ("received_one_sided", _("Signed by one side alone")),
            ("first_needs_met", _("First needs met")),
        )
        if fact in facts
    ]
    return {
        "reference": arrival.reference,
        "version": arrival.version,
        "href": url_for("cases.case", reference=arrival.reference),
        "stage": stage_name(arrival.stage),
        "child": arrival.age_group != "adult",
        "signed": signed,
        "held": held(Wording(arrival.procedure, today()), facts) if arrival.stage.phase in ON_THE_WAY else [],
        "unannounced": arrival.unannounced,
        "arrived": arrival.arrived,
        "route": route_words(arrival.procedure),
    }


def what_was_done(results: list[Ticked], number: str | None = None, unsigned: Sequence[Ticked] = ()) -> str:
    """The page that says for each person what was done, and why no more. `number` is that of the minutes."""
    return render_template(
        "arrivals/ticked.html",
        nothing=not results,
        results=[result(each) for each in results],
        back=here(asked_day(), asked_gate()),
        minutes=number,
        unsigned=[each.reference for each in unsigned],
    )


def result(each: Ticked) -> dict[str, Any]:
    """What was done for one person, in words."""
    assert each.procedure is not None
    words = Wording(each.procedure, today())
    return {
        "reference": each.reference,
        "href": url_for("cases.case", reference=each.reference),
        "done": [words.action(name) for name in each.done],
        "stopped": words.action(each.stopped) if each.stopped else None,
        "reasons": words.reasons(each.reasons, each.stage),
        "moved_on": each.moved_on,
        "stage": stage_name(each.stage) if each.stage else None,
    }
