"""Who can take this person near their village: the search from the page of a case, and the need it may end
in.

What is entered about the person is posted and never stands in an address; none of it is kept, but for a need.
"""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import BooleanField, RadioField, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional

from repatriation.web import glossary
from repatriation.web import services_glossary as words
from repatriation.web.desk import today
from repatriation.web.forms import WholeNumber, choices
from repatriation.web.paperwork import carried
from repatriation.web.place_box import PlaceForm, in_full
from repatriation.web.security import permission
from repatriation.web.services_shown import row_of
from repatriation.web.session import actor, house, now
from repatriation.web.words import look_up
from repatriation.work.casepage import CasePage, Move
from repatriation.work.permissions import Permission
from repatriation.work.reading import case_page
from repatriation.work.services.asking import ASKING, asked_by
from repatriation.work.services.matching import GROWN, Match, Person, lacking, matches
from repatriation.work.services.needs import record
from repatriation.work.services.offers import offers
from repatriation.work.services.referrals import declined_for

Answer = Response | str | tuple[str, int]


class FindForm(PlaceForm):
    """What is looked for, where, and for whom."""

    service = SelectField(
        _l("Which service?"),
        [InputRequired(_l("Choose the service"))],
        choices=choices(*words.SERVICES.items()),
    )
    who = RadioField(
        _l("Who is the person?"),
        [InputRequired(_l("Choose who the person is"))],
        choices=choices(*words.WHO.items()),
    )
    age = WholeNumber(
        _l("Age in years (needed for a child)"),
        [Optional(), NumberRange(0, 120, _l("Enter the age in figures"))],
    )
    spoken = SelectField(
        _l("Language that must be spoken there"),
        [Optional()],
        choices=choices(("", _l("Does not matter")), *glossary.SPOKEN.items()),
    )
    disability = BooleanField(_l("The person has a disability that the place must suit"))


def add_pages(blueprint: Blueprint) -> None:
    """The search, on the page of a case."""

    @blueprint.route("/cases/<reference>/services", methods=["GET", "POST"])
    @permission(Permission.FIND_SERVICE)
    def find(reference: str) -> Answer:
        page = case_page(house(), actor(), now(), reference)
        form = FindForm(data={"who": None if page.age_group == "adult" else "child"})
        person = _person(page, form) if form.is_submitted() else None
        if person is None:
            return _shown(page, form), 400 if form.is_submitted() else 200
        found = _found(page, person)
        why = lacking(found)
        if "need" in request.form and why is not None:
            if record(house(), actor(), now(), reference, person, why):
                flash(_("The unmet need is entered."))
            else:
                flash(_("This unmet need was entered before."))
            return redirect(url_for("cases.on_file", reference=reference), 303)
        return _shown(page, form, person, found)


def _person(page: CasePage, form: FindForm) -> Person | None:
    """Who is meant; none where something is wrong, which is said at the boxes."""
    valid = form.validate() and _age_agrees(page, form)
    place = None if form.place.errors else form.chosen_place()
    if place is None or not valid:
        return None
    return Person(
        who=form.who.data,
        village=place.code,
        service=form.service.data,
        age=form.age.data,
        language=form.spoken.data or None,
        disability=bool(form.disability.data),
    )


def _age_agrees(page: CasePage, form: FindForm) -> bool:
    """A child is never looked for a place among those for grown-ups, nor the other way round."""
    child, age = form.who.data == "child", form.age.data
    if child and age is None:
        form.age.errors = [_("Enter the age of the child")]
    elif age is not None and child != (age < GROWN):
        form.who.errors = [_("Whoever is under 18 is a child, and nobody else is")]
    elif page.age_group == "child" and not child:
        form.who.errors = [_("The case says that the person is a child")]
    return not form.age.errors and not form.who.errors


def _found(page: CasePage, person: Person) -> tuple[Match, ...]:
    """The offers in the country in which the person is looked for a place."""
    country = person.village[:3]
    listed = [each for each in offers(house(), today()) if each.country == country]
    return matches(person, listed, declined_for(house(), actor(), page.reference))


def act_of(page: CasePage) -> Move | None:
    """The act for which the officer looks for an offer at this stage, if it is theirs to take."""
    moves = (page.move(name) for name in ASKING)
    return next((move for move in moves if move is not None and move.mine), None)


def _shown(
    page: CasePage, form: FindForm, person: Person | None = None, found: tuple[Match, ...] = ()
) -> str:
    move = act_of(page)
    able: set[str] = set()
    if move is not None and move.open:
        able = {each.id for each in asked_by(house(), page.procedure, move.action, today())}
    rows = [_row(page, match, person, move if match.offer.id in able else None) for match in found]
    return render_template(
        "services/find.html",
        page=page,
        form=form,
        searched=person is not None,
        village=in_full(form.chosen_place()) if person else None,
        fitting=[row for row in rows if row["fits"]],
        others=[row for row in rows if not row["fits"]],
        lacking=look_up(words.WHY_NOT, lacking(found)) if person else None,
        carried=[pair for pair in carried() if pair[0] != "need"],
    )


def _row(page: CasePage, match: Match, person: Person | None, move: Move | None) -> dict[str, Any]:
    why = [look_up(words.WHY_NOT, code) for code in match.why_not]
    ask = None
    if match.fits and move is not None and person is not None:
        ask = url_for(
            "cases.act",
            reference=page.reference,
            action=move.action.name,
            seen=page.version,
            offer=match.offer.id,
            service=person.service,
            organisation=match.offer.organisation,
        )
    return {
        **row_of(match.offer),
        "nearness": look_up({key.name: said for key, said in words.NEARNESS.items()}, match.nearness.name),
        "fits": match.fits,
        "why": why,
        "ask": ask,
    }
