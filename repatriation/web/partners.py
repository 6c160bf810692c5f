"""Partners' programs: which there are, the fingerprint to compare, approving, suspending."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import BooleanField
from wtforms.validators import InputRequired

from repatriation.web import glossary
from repatriation.web.forms import PlainForm
from repatriation.web.security import permission
from repatriation.web.session import actor, house, now
from repatriation.web.stepup import fresh
from repatriation.work.partners import approval
from repatriation.work.permissions import Permission
from repatriation.work.refusals import Invalid

_TONES = {"pending": "waiting", "active": "done", "suspended": "stop"}


class ApprovalForm(PlainForm):
    """That the fingerprint was compared."""

    compared = BooleanField(
        _l("I compared the whole fingerprint with the partner by telephone"),
        [InputRequired(_l("Compare the fingerprint by telephone first"))],
    )


def make_blueprint() -> Blueprint:
    """The list, one partner, and what an officer may decide about it."""
    blueprint = Blueprint("partners", __name__)

    @blueprint.get("/partners")
    @permission(Permission.APPROVE_PARTNERS)
    def index() -> str:
        rows = approval.partners(house())
        return render_template("partners/index.html", rows=rows, states=glossary.PARTNER_STATES, tones=_TONES)

    @blueprint.get("/partners/<partner_id>")
    @permission(Permission.APPROVE_PARTNERS)
    def partner(partner_id: str) -> str:
        return _page(partner_id, ApprovalForm(formdata=None))

    @blueprint.post("/partners/<partner_id>/approve")
    @permission(Permission.APPROVE_PARTNERS)
    @fresh(back="partners.index")
    def approve(partner_id: str) -> Response | tuple[str, int]:
        form = ApprovalForm()
        if not form.validate_on_submit():
            return _page(partner_id, form), 400
        found = approval.partner(house(), partner_id)
        try:
            state = approval.approve(house(), now(), found.client_id, actor())
        except Invalid:
            form.compared.errors = [_("You have approved already: another officer must approve too")]
            return _page(partner_id, form), 400
        flash(_("The partner is active") if state == "active" else _("One more officer must approve"))
        return redirect(url_for("partners.partner", partner_id=partner_id), 303)

    @blueprint.post("/partners/<partner_id>/suspend")
    @permission(Permission.APPROVE_PARTNERS)
    @fresh(back="partners.index")
    def suspend(partner_id: str) -> Response:
        found = approval.partner(house(), partner_id)
        approval.suspend(house(), actor(), now(), found.client_id)
        flash(_("The partner is suspended"))
        return redirect(url_for("partners.partner", partner_id=partner_id), 303)

    @blueprint.post("/partners/<partner_id>/resume")
    @permission(Permission.APPROVE_PARTNERS)
    @fresh(back="partners.index")
    def resume(partner_id: str) -> Response:
        found = approval.partner(house(), partner_id)
        approval.resume(house(), actor(), now(), found.client_id)
        flash(_("The partner may go on"))
        return redirect(url_for("partners.partner", partner_id=partner_id), 303)

    return blueprint


def _page(partner_id: str, form: ApprovalForm) -> str:
    found = approval.partner(house(), partner_id)
    return render_template(
        "partners/partner.html",
        partner=found,
        form=form,
        calls=[glossary.SCOPES[scope] for scope in found.scopes],
        states=glossary.PARTNER_STATES,
        outcomes=glossary.CARD_OUTCOMES,
        tones=_TONES,
    )
