"""The file that a partner sent, taken on screen, and the card that partners are sent."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from werkzeug.wrappers import Response as AnyResponse
from wtforms import SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from partners import registration
from partners.cards import BadCard
from partners.registration import BadRegistration
from repatriation.web import glossary
from repatriation.web.forms import PlainForm, SaysSomething, choices
from repatriation.web.partner_words import came_of, refusals
from repatriation.web.security import permission
from repatriation.web.session import actor, house, now
from repatriation.web.stepup import fresh
from repatriation.work.choices import all_organisations
from repatriation.work.partners import listing, sent
from repatriation.work.permissions import Permission
from repatriation.work.refusals import Invalid

Answer = AnyResponse | str | tuple[str, int]


class FileForm(PlainForm):
    """What a partner sent, and for whom."""

    file = FileField(
        _l("The file that the partner sent"), [FileRequired(_l("Choose the file that the partner sent"))]
    )
    organisation = SelectField(_l("Whose it is, for the first card of an installation"), [Optional()])


class OwnCardForm(PlainForm):
    """What our card says beside our keys."""

    name = StringField(
        _l("What partners shall call this installation"),
        [
            InputRequired(_l("Enter a name")),
            SaysSomething(_l("Enter a name")),
            Length(max=200, message=_l("This is too long: at most 200 letters")),
        ],
    )
    contacts = TextAreaField(
        _l("Telephone numbers, one a line"),
        [Optional(), Length(max=1000, message=_l("This is too long: at most 1,000 letters"))],
    )
    scopes = SelectMultipleField(
        _l("What do we ask to be let do there?"),
        [InputRequired(_l("Choose at least one call"))],
        choices=choices(*glossary.SCOPES.items()),
    )


def add_pages(blueprint: Blueprint) -> None:
    """To take a file, and to make our card."""

    @blueprint.route("/partners/new", methods=["GET", "POST"])
    @permission(Permission.APPROVE_PARTNERS)
    @fresh
    def new() -> Answer:
        form = FileForm()
        bodies = all_organisations(house())
        form.organisation.choices = choices(
            ("", _l("The file says it, or the partner is known")),
            *((body.code, f"{body.name} ({body.code})") for body in bodies),
        )
        if form.validate_on_submit():
            data = form.file.data.read(registration.LARGEST + 1)
            try:
                taken = sent.take(house(), actor(), now(), data, form.organisation.data or "")
            except (BadRegistration, BadCard, Invalid) as problem:
                form.file.errors = refusals(problem)
            else:
                flash(came_of(taken))
                found = listing.named(house(), taken.client_id)
                return redirect(url_for("partners.partner", partner_id=found.id), 303)
        return render_template("partners/new.html", form=form), 400 if form.is_submitted() else 200

    @blueprint.route("/partners/own-card", methods=["GET", "POST"])
    @permission(Permission.APPROVE_PARTNERS)
    @fresh
    def own_card() -> Answer:
        form = OwnCardForm()
        if not form.is_submitted():
            form.scopes.data = ["handoff:send", "handoff:receive", "receipts:read"]
        if not form.validate_on_submit():
            shown = render_template("partners/own_card.html", form=form, card=None)
            return shown, 400 if form.is_submitted() else 200
        numbers = [line.strip() for line in (form.contacts.data or "").splitlines() if line.strip()]
        text, told = sent.own_card(house(), now(), form.name.data.strip(), numbers, form.scopes.data)
        if request.form.get("as") == "file":
            response = Response(f"{text}\n", mimetype="text/plain")
            response.headers["Content-Disposition"] = 'attachment; filename="card.txt"'
            return response
        return render_template("partners/own_card.html", form=form, card=text, fingerprint=told)
