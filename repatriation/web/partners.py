"""Partners' programs: which there are, the fingerprint to compare, approving all or less, changing keys,
suspending.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, TypeVar

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import BooleanField, SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired, Length

from partners import cards
from repatriation.web import glossary
from repatriation.web.forms import PlainForm, choices
from repatriation.web.partner_files import add_pages
from repatriation.web.partner_words import came_of, refusals
from repatriation.web.security import permission
from repatriation.web.session import actor, house, now
from repatriation.web.stepup import fresh
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.partners import approval, listing, sent
from repatriation.work.partners.listing import Listed
from repatriation.work.permissions import Permission
from repatriation.work.refusals import Invalid

Form = TypeVar("Form", bound="CallsForm")

_TONES = {"pending": "waiting", "active": "done", "suspended": "stop"}


PROBLEMS = {
    "needed": _l("Choose at least one call"),
    "not_fewer": _l("Take at least one call away, and leave at least one"),
    "not_asked_for": _l("Choose only out of what it asks for"),
}


class CallsForm(PlainForm):
    """What the program may do."""

    scopes = SelectMultipleField(
        _l("What may it do?"), [InputRequired(_l("Choose at least one call"))], choices=[]
    )


class ApprovalForm(CallsForm):
    """What the program may do, and that the fingerprint was compared."""

    compared = BooleanField(
        _l("I compared the whole fingerprint with the partner by telephone"),
        [InputRequired(_l("Compare the fingerprint by telephone first"))],
    )


class CardForm(PlainForm):
    """A card that the partner gave."""

    card = TextAreaField(
        _l("The card"), [InputRequired(_l("Paste the card")), Length(max=64 * 1024, message=_l("Too long"))]
    )


class TakeUpForm(PlainForm):
    """That the fingerprint of the card put aside was compared."""

    theirs = BooleanField(
        _l("I compared this whole fingerprint with the partner by telephone"),
        [InputRequired(_l("Compare this fingerprint by telephone first"))],
    )


_REFUSED: Final[Mapping[str, object]] = {
    "officer": _l("You have approved already: another officer must approve too"),
    "fingerprint": _l("The partner's keys changed since you opened this page: compare the fingerprint again"),
}


def make_blueprint() -> Blueprint:
    """The list, one partner, and what an officer may decide about it."""
    blueprint = Blueprint("partners", __name__)

    @blueprint.get("/partners")
    @permission(Permission.APPROVE_PARTNERS)
    def index() -> str:
        rows = listing.partners(house())
        return render_template("partners/index.html", rows=rows, states=glossary.PARTNER_STATES, tones=_TONES)

    @blueprint.get("/partners/<partner_id>")
    @permission(Permission.APPROVE_PARTNERS)
    def partner(partner_id: str) -> str:
        return _page(partner_id)

    @blueprint.post("/partners/<partner_id>/approve")
    @permission(Permission.APPROVE_PARTNERS)
    @fresh(back="partners.index")
    def approve(partner_id: str) -> Response | tuple[str, int]:
        found = listing.partner(house(), partner_id)
        form = _offering(ApprovalForm(), found)
        if not form.validate_on_submit():
            return _page(partner_id, form), 400
        try:
            scopes, compared = frozenset(form.scopes.data), request.form.get("fingerprint", "")
            state = approval.approve(house(), now(), found.client_id, actor(), scopes, compared)
        except Invalid as wrong:
            form.compared.errors = [_REFUSED[next(iter(wrong.problems))]]
            return _page(partner_id, form), 400
        flash(
            _("The partner is active") if state == "active" else _("One more officer must approve the same")
        )
        return redirect(url_for("partners.partner", partner_id=partner_id), 303)

    @blueprint.post("/partners/<partner_id>/narrow")
    @permission(Permission.APPROVE_PARTNERS)
    @fresh(back="partners.index")
    def narrow(partner_id: str) -> Response | tuple[str, int]:
        found = listing.partner(house(), partner_id)
        form = _offering(CallsForm(), found)
        if not form.validate_on_submit():
            return _page(partner_id, form), 400
        try:
            approval.narrow(house(), actor(), now(), found.client_id, frozenset(form.scopes.data))
        except Invalid as wrong:
            form.scopes.errors = [PROBLEMS[code] for code in wrong.problems.values()]
            return _page(partner_id, form), 400
        flash(_("From its next request on the partner may do less"))
        return redirect(url_for("partners.partner", partner_id=partner_id), 303)

    @blueprint.post("/partners/<partner_id>/suspend")
    @permission(Permission.APPROVE_PARTNERS)
    @fresh(back="partners.index")
    def suspend(partner_id: str) -> Response:
        found = listing.partner(house(), partner_id)
        approval.suspend(house(), actor(), now(), found.client_id)
        flash(_("The partner is suspended"))
        return redirect(url_for("partners.partner", partner_id=partner_id), 303)

    @blueprint.post("/partners/<partner_id>/resume")
    @permission(Permission.APPROVE_PARTNERS)
    @fresh(back="partners.index")
    def resume(partner_id: str) -> Response:
        found = listing.partner(house(), partner_id)
        approval.resume(house(), actor(), now(), found.client_id)
        flash(_("The partner may go on"))
        return redirect(url_for("partners.partner", partner_id=partner_id), 303)

    _take_keys(blueprint)
    add_pages(blueprint)
    return blueprint


def _take_keys(blueprint: Blueprint) -> None:
    """What an officer may decide about a partner's keys."""

    @blueprint.post("/partners/<partner_id>/card")
    @permission(Permission.APPROVE_PARTNERS)
    @fresh(back="partners.index")
    def card(partner_id: str) -> Response | tuple[str, int]:
        found = listing.partner(house(), partner_id)
        form = CardForm()
        if not form.validate_on_submit():
            return _page(partner_id, card=form), 400
        try:
            data = form.card.data.encode()
            taken = sent.take(house(), actor(), now(), data, of=found.client_id)
        except (cards.BadCard, Invalid) as problem:
            form.card.errors = refusals(problem)
            return _page(partner_id, card=form), 400
        flash(came_of(taken))
        return redirect(url_for("partners.partner", partner_id=partner_id), 303)

    @blueprint.post("/partners/<partner_id>/take-up")
    @permission(Permission.APPROVE_PARTNERS)
    @fresh(back="partners.index")
    def take_up(partner_id: str) -> Response | tuple[str, int]:
        form = TakeUpForm()
        if not form.validate_on_submit():
            return _page(partner_id, take_up=form), 400
        done = _("Two officers must now approve the partner with these keys")
        return _decide_on_card(partner_id, form, approval.take_up, done)

    @blueprint.post("/partners/<partner_id>/discard")
    @permission(Permission.APPROVE_PARTNERS)
    @fresh(back="partners.index")
    def discard(partner_id: str) -> Response | tuple[str, int]:
        form = TakeUpForm(formdata=None)
        return _decide_on_card(partner_id, form, approval.discard, _("The card is thrown away"))


def _decide_on_card(
    partner_id: str, form: TakeUpForm, act: Callable[[House, Actor, datetime, str, str], None], done: str
) -> Response | tuple[str, int]:
    """An officer says what comes of the card that was put aside, whose fingerprint they had before them."""
    found = listing.partner(house(), partner_id)
    try:
        act(house(), actor(), now(), found.client_id, request.form.get("fingerprint", ""))
    except Invalid as wrong:
        form.theirs.errors = [_REFUSED[next(iter(wrong.problems))]]
        return _page(partner_id, take_up=form), 400
    flash(done)
    return redirect(url_for("partners.partner", partner_id=partner_id), 303)


def _offering(form: Form, found: Listed) -> Form:
    """A form with the calls to choose from: all that were asked for, and later those agreed to."""
    offered = found.asked if found.state == "pending" else found.scopes
    form.scopes.choices = choices(*((scope, glossary.SCOPES[scope]) for scope in offered))
    return form


def _page(
    partner_id: str,
    form: CallsForm | None = None,
    *,
    card: CardForm | None = None,
    take_up: TakeUpForm | None = None,
) -> str:
    found = listing.partner(house(), partner_id)
    if form is None:
        kind = ApprovalForm if found.state == "pending" else CallsForm
        form = _offering(kind(formdata=None, data={"scopes": list(found.scopes)}), found)
    return render_template(
        "partners/partner.html",
        partner=found,
        form=card or take_up or form,
        agreed=form,
        card=card or CardForm(formdata=None),
        take_up=take_up or TakeUpForm(formdata=None),
        aside=approval.put_aside(house(), now(), found.client_id),
        calls=[(glossary.SCOPES[scope], _standing(found, scope)) for scope in found.asked],
        states=glossary.PARTNER_STATES,
        outcomes=glossary.CARD_OUTCOMES,
        tones=_TONES,
    )


def _standing(found: Listed, scope: str) -> object:
    """What is agreed about one of the calls that were asked for."""
    if scope not in found.scopes:
        return _("Left out") if found.state == "pending" else _("Not agreed")
    if found.state != "pending":
        return _("Agreed")
    return _("Approved by one officer") if found.approved_by else _("Not approved yet")
