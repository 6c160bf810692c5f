"""The directory of services: looking, entering, changing; referrals to answer; the register of needs."""

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from pydantic import ValidationError
from werkzeug.wrappers import Response
from wtforms import BooleanField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, Optional

from repatriation.web import glossary, services_find
from repatriation.web import services_glossary as words
from repatriation.web.desk import today
from repatriation.web.forms import DateBoxes, NearOurTime, PlainForm, SaysSomething, WholeNumber, choices
from repatriation.web.place_box import PlaceForm, shown_place
from repatriation.web.security import permission
from repatriation.web.services_shown import differing, need_row, referral_row, row_of
from repatriation.web.session import actor, house, now
from repatriation.web.words import look_up
from repatriation.work.particulars import problems_of
from repatriation.work.permissions import Permission, may
from repatriation.work.refusals import Changed, Invalid, NotFound
from repatriation.work.services import needs, referrals
from repatriation.work.services.codes import LANGUAGES, SERVICES
from repatriation.work.services.offers import (
    OLD_AFTER,
    Offer,
    OfferEntered,
    check,
    enter,
    may_keep,
    may_name,
    offer,
    offers,
    withdraw,
)

Answer = Response | str | tuple[str, int]

RULES: Final[Mapping[str, tuple[str, object]]] = {
    "whom": ("takes", _l("Choose whom it is for")),
    "ages": ("min_age", _l("The youngest age cannot be above the oldest")),
    "taken": ("taken", _l("More places are taken than there are")),
}
"""What an offer as a whole breaks, and the box it is said at."""


class OfferForm(PlaceForm):
    """One entry of the directory."""

    name = StringField(
        _l("Name of the shelter or service"),
        [
            InputRequired(_l("Enter the name")),
            SaysSomething(_l("Enter the name")),
            Length(max=200, message=_l("This is too long: at most 200 letters")),
        ],
    )
    organisation = SelectField(_l("Organisation that runs it"), [Optional()])
    services = SelectMultipleField(
        _l("What it offers"),
        [InputRequired(_l("Choose at least one service"))],
        choices=choices(*words.SERVICES.items()),
    )
    takes = SelectMultipleField(
        _l("Whom it is for"),
        [InputRequired(_l("Choose whom it is for"))],
        choices=choices(*words.TAKES.items()),
    )
    min_age = WholeNumber(_l("Youngest age (may be left empty)"), [Optional()])
    max_age = WholeNumber(_l("Oldest age (may be left empty)"), [Optional()])
    languages = SelectMultipleField(
        _l("Languages spoken there"), [Optional()], choices=choices(*glossary.SPOKEN.items())
    )
    accessible = BooleanField(_l("It suits people with a disability"))
    capacity = WholeNumber(_l("Places (leave empty where none are counted)"), [Optional()])
    taken = WholeNumber(_l("Places taken by people who are in no case here"), [Optional()])
    registered_until = DateBoxes(_l("Registered with the ministry until"), [NearOurTime()])
    checked_on = DateBoxes(_l("Day on which all this was last checked"), [NearOurTime()])


class NothingForm(PlainForm):
    """Nothing but the decision."""


def make_blueprint() -> Blueprint:
    """The directory, its entries, what is asked of us, and what nobody gives."""
    blueprint = Blueprint("services", __name__)
    _add_directory(blueprint)
    _add_lists(blueprint)
    services_find.add_pages(blueprint)
    return blueprint


def _add_directory(blueprint: Blueprint) -> None:
    @blueprint.get("/services")
    @permission(Permission.LIST_SERVICES)
    def index() -> str:
        listed = [row_of(each) for each in offers(house(), today())]
        return render_template("services/index.html", rows=listed, **_around("services.index"))

    @blueprint.get("/services/<offer_id>")
    @permission(Permission.LIST_SERVICES)
    def entry(offer_id: str) -> str:
        found = offer(house(), offer_id, today())
        keeps = found.open and may(actor().duty, Permission.KEEP_SERVICES) and may_keep(actor(), found)
        return render_template("services/entry.html", row=row_of(found), keeps=keeps)

    @blueprint.route("/services/new", methods=["GET", "POST"])
    @permission(Permission.KEEP_SERVICES)
    def new() -> Answer:
        return _written(None, _form({"checked_on": today(), "organisation": actor().organisation}))

    @blueprint.route("/services/<offer_id>/change", methods=["GET", "POST"])
    @permission(Permission.KEEP_SERVICES)
    def change(offer_id: str) -> Answer:
        found = _kept(offer_id)
        return _written(offer_id, _form(_values(found.entered)), found.version)

    @blueprint.post("/services/<offer_id>/checked")
    @permission(Permission.KEEP_SERVICES)
    def checked(offer_id: str) -> Answer:
        try:
            check(house(), actor(), now(), offer_id, _seen())
            flash(_("It is written down that this was checked today."))
        except Changed:
            flash(_("Somebody else changed this meanwhile. Look at it again before you say it is right."))
        return redirect(url_for("services.entry", offer_id=offer_id), 303)

    @blueprint.route("/services/<offer_id>/withdraw", methods=["GET", "POST"], endpoint="withdraw")
    @permission(Permission.KEEP_SERVICES)
    def withdraw_page(offer_id: str) -> Answer:
        found = _kept(offer_id)
        form = NothingForm()
        if not form.validate_on_submit():
            return render_template("services/withdraw.html", form=form, row=row_of(found))
        try:
            withdraw(house(), actor(), now(), offer_id, _seen())
        except Changed:
            flash(_("Somebody else changed this meanwhile. Look at it again before you take it out."))
            return redirect(url_for("services.entry", offer_id=offer_id), 303)
        flash(_("It is out of the directory."))
        return redirect(url_for("services.index"), 303)


def _seen() -> int | None:
    """The version of the entry that the officer was looking at, as the form says it."""
    return request.form.get("version", -1, int)


def _kept(offer_id: str) -> Offer:
    """An open entry that the officer may change. Raises NotFound."""
    found = offer(house(), offer_id, today())
    if not found.open or not may_keep(actor(), found):
        raise NotFound(offer_id)
    return found


def _add_lists(blueprint: Blueprint) -> None:
    @blueprint.get("/services/referrals", endpoint="referrals")
    @permission(Permission.ANSWER_REFERRALS)
    def asked_of_us() -> str:
        rows = [referral_row(line) for line in referrals.to_answer(house(), actor())]
        return render_template("services/referrals.html", rows=rows, **_around("services.referrals"))

    @blueprint.get("/services/needs", endpoint="needs")
    @permission(Permission.READ_NEEDS)
    def nobody_gives() -> str:
        register = needs.register(house(), actor())
        counts = [
            [shown_place(province), look_up(words.SERVICES, service), count]
            for province, service, count in register.counts
        ]
        lines = [need_row(line) for line in register.lines]
        return render_template(
            "services/needs.html", counts=counts, lines=lines, met=register.ended, **_around("services.needs")
        )


def _around(here: str) -> dict[str, Any]:
    """The ways between the lists of this area, for those who may go them."""
    ways = (
        ("services.index", _("Directory"), Permission.LIST_SERVICES),
        ("services.referrals", _("Asked of us"), Permission.ANSWER_REFERRALS),
        ("services.needs", _("Unmet needs"), Permission.READ_NEEDS),
    )
    duty = actor().duty
    return {
        "ways": [(endpoint, said, endpoint == here) for endpoint, said, needed in ways if may(duty, needed)],
        "keeps": may(duty, Permission.KEEP_SERVICES),
        "old_after": OLD_AFTER,
    }


def _form(data: dict[str, Any]) -> OfferForm:
    form = OfferForm(data=data)
    named = may_name(house(), actor())
    form.organisation.choices = choices(("", _l("None of those that work with us")), *named)
    return form


def _values(entered: OfferEntered) -> dict[str, Any]:
    """An entry as its form shows it."""
    values = entered.model_dump()
    values["services"], values["languages"] = list(entered.services), list(entered.languages)
    values["takes"] = [kind for kind in words.TAKES if values.pop(kind)]
    return values


def _written(offer_id: str | None, form: OfferForm, version: int | None = None) -> Answer:
    """`version` is that of the entry now; the form says which one it was filled in from."""
    if not form.is_submitted():
        return _shown(offer_id, form, version)
    seen = _seen() if offer_id else None
    place = form.chosen_place() if form.validate() else None
    entered = _entered(form, place.code) if place else None
    if entered is None:
        return _shown(offer_id, form, seen), 400
    try:
        kept = enter(house(), actor(), now(), entered, offer_id, seen)
    except Invalid as wrong:
        _mark(form, wrong.problems)
        return _shown(offer_id, form, seen), 400
    except Changed:
        present = _kept(str(offer_id))
        return _shown(offer_id, form, present.version, differing(present, entered)), 409
    flash(_("It stands in the directory."))
    return redirect(url_for("services.entry", offer_id=kept), 303)


def _shown(
    offer_id: str | None, form: OfferForm, version: int | None, changed: list[list[str]] | None = None
) -> str:
    return render_template(
        "services/enter.html", form=form, offer_id=offer_id, version=version, changed=changed
    )


def _entered(form: OfferForm, place: str) -> OfferEntered | None:
    names = ("name", "min_age", "max_age", "accessible", "capacity", "registered_until", "checked_on")
    given: dict[str, Any] = {name: form[name].data for name in names}
    given |= {kind: kind in (form.takes.data or ()) for kind in words.TAKES}
    given |= {
        "organisation": form.organisation.data or None,
        "services": tuple(code for code in SERVICES if code in (form.services.data or ())),
        "languages": tuple(code for code in LANGUAGES if code in (form.languages.data or ())),
        "taken": form.taken.data or 0,
        "place": place,
    }
    try:
        return OfferEntered.model_validate(given)
    except ValidationError as problem:
        wrong = problems_of(problem)
        for rule, (box, said) in RULES.items():
            if any(rule in str(each["msg"]) for each in problem.errors() if not each["loc"]):
                form[box].errors = [said]
        _mark(form, {name: code for name, code in wrong.items() if name})
    return None


def _mark(form: OfferForm, problems: Mapping[str, str]) -> None:
    for name, code in problems.items():
        if name in form:
            ahead = _("The day of the check cannot lie ahead")
            form[name].errors = [ahead if code == "future" else _("Look at this again")]
