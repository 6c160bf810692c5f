"""The pages of one case: what it is, what may be done, and doing it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from repatriation.web import acting, board, elsewhere, identity, opening, papers, plans, search, visiting
from repatriation.web.casefile import SHOWN_AT_FIRST, CaseFileShown
from repatriation.web.desk import today
from repatriation.web.handoffs_shown import row_of
from repatriation.web.security import permission
from repatriation.web.services_find import act_of
from repatriation.web.services_shown import need_row, placement_row, referral_row
from repatriation.web.session import actor, house, now
from repatriation.web.summaries_shown import SummariesShown
from repatriation.web.words import grounding, said, stage_name, text
from repatriation.work.casepage import CasePage, Kind
from repatriation.work.handoffs.boxes import handed_over
from repatriation.work.permissions import Permission, may
from repatriation.work.reading import case_page
from repatriation.work.services.referrals import of_case
from repatriation.work.summaries.keeping import acknowledge, summaries


def make_blueprint() -> Blueprint:
    """The case pages; lists, steps and identities hang on the same blueprint, so that the menu knows them."""
    blueprint = Blueprint("cases", __name__)

    @blueprint.get("/cases/<reference>")
    @permission(Permission.READ_CASE)
    def case(reference: str) -> str:
        return shown("cases/case.html", reference)

    @blueprint.get("/cases/<reference>/file")
    @permission(Permission.READ_CASE)
    def on_file(reference: str) -> str:
        return shown("cases/on_file.html", reference, placing=_placing(reference))

    @blueprint.get("/cases/<reference>/history")
    @permission(Permission.READ_CASE)
    def history(reference: str) -> str:
        return shown("cases/history.html", reference)

    @blueprint.post("/cases/<reference>/summaries/<summary_id>/acknowledge")
    @permission(Permission.TAKE_STEP)
    def acknowledge_summary(reference: str, summary_id: str) -> Response:
        acknowledge(house(), actor(), now(), reference, summary_id)
        flash(_("Acknowledged. Whoever sent it sees that you have read it."))
        return redirect(url_for("cases.case", reference=reference), 303)

    acting.add_pages(blueprint)
    board.add_pages(blueprint)
    opening.add_pages(blueprint)
    identity.add_pages(blueprint)
    search.add_pages(blueprint)
    papers.add_pages(blueprint)
    elsewhere.add_pages(blueprint)
    visiting.add_pages(blueprint, shown)
    plans.add_pages(blueprint, shown)
    return blueprint


def shown(template: str, reference: str, **more: Any) -> str:
    """One page of a case."""
    page = case_page(house(), actor(), now(), reference)
    file = CaseFileShown(page, now(), today())
    entitlements = [
        {
            "words": text(line.text),
            "grounding": grounding(line.grounding),
            "source": file.words.source(line.basis),
        }
        for line in page.stage.entitlements
    ]
    return render_template(
        template,
        file=file,
        **elsewhere.head(reference, file.words),
        summaries=SummariesShown.of(summaries(house(), actor(), now(), reference), file),
        handed=[row_of(line) for line in handed_over(house(), actor(), reference)],
        may_hand_over=may(actor().duty, Permission.HAND_OVER),
        stage_name=stage_name(page.stage),
        stage_text=text(page.stage.text),
        stage_grounding=_grounded(file, page),
        entitlements=entitlements,
        shown_at_first=SHOWN_AT_FIRST,
        kinds=Kind,
        find_service=_find_service(page),
        may_open_identity=may(actor().duty, Permission.READ_IDENTITY),
        **more,
    )


def _placing(reference: str) -> dict[str, object]:
    """Who was asked to take the person on, where they live, and what is lacking."""
    known = of_case(house(), actor(), reference)
    return {
        "referrals": [referral_row(line) for line in known.referrals],
        "placements": [placement_row(line) for line in known.placements],
        "needs": [need_row(line) for line in known.needs],
    }


def _find_service(page: CasePage) -> str | None:
    """The way to the search for a place, where the officer may refer the person."""
    if act_of(page) is None or not may(actor().duty, Permission.FIND_SERVICE):
        return None
    return url_for("services.find", reference=page.reference)


def _grounded(file: CaseFileShown, page: CasePage) -> Markup:
    """What the stage rests on."""
    return said(
        "%(grounding)s: %(source)s",
        grounding=grounding(page.stage.grounding),
        source=Markup('<span lang="en">{}</span>').format(file.words.source(page.stage.basis)),
    )
