"""The papers of a case: listed, opened, revoked, made afterwards, all in one file; and blank forms."""

from io import BytesIO
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import RadioField, SelectField
from wtforms.validators import InputRequired

from documents.kinds import KINDS
from repatriation.web import elsewhere, glossary
from repatriation.web.casefile import CaseFileShown
from repatriation.web.desk import today
from repatriation.web.forms import PlainForm, choices
from repatriation.web.languages import autonym
from repatriation.web.paperwork import at_the_desk, errand_of, not_made
from repatriation.web.security import permission
from repatriation.web.session import actor, house, now
from repatriation.web.words import Wording, look_up, stage_name
from repatriation.work.papers import blanks
from repatriation.work.papers.archive import (
    REASONS,
    Lacking,
    PaperLine,
    fetch,
    file_later,
    lacking_paper,
    papers_of,
    revoke,
)
from repatriation.work.papers.binding import last_day
from repatriation.work.papers.bundle import bundle
from repatriation.work.papers.filing import Prepared
from repatriation.work.permissions import Permission
from repatriation.work.reading import case_page
from repatriation.work.refusals import Invalid, NoPaper, NotFound

Answer = Response | str | tuple[str, int]


class RevokeForm(PlainForm):
    """Why a paper no longer counts."""

    reason = RadioField(
        _l("Why does it no longer count?"),
        [InputRequired(_l("Choose why it no longer counts"))],
        choices=choices(*((code, glossary.REVOKED_FOR[code]) for code in REASONS)),
    )


class BlankForm(PlainForm):
    """Which blank form, in which two languages."""

    kind = SelectField(
        _l("Which form?"),
        [InputRequired(_l("Choose the form"))],
        choices=choices(*((name, glossary.PAPERS[name]) for name in KINDS)),
    )
    first = SelectField(
        _l("First language"), choices=choices(*((code, autonym(code)) for code in blanks.LANGUAGES))
    )
    second = SelectField(
        _l("Second language"),
        choices=choices(*((code, autonym(code)) for code in reversed(blanks.LANGUAGES))),
    )


def make_blueprint() -> Blueprint:
    """Blank forms. The papers of a case hang with its other pages."""
    blueprint = Blueprint("papers", __name__)
    _add_blank_forms(blueprint)
    return blueprint


def add_pages(blueprint: Blueprint) -> None:
    """The papers of a case."""
    _add_list(blueprint)
    _add_files(blueprint)
    _add_changes(blueprint)


def _add_list(blueprint: Blueprint) -> None:
    @blueprint.get("/cases/<reference>/papers")
    @permission(Permission.READ_CASE)
    def papers(reference: str) -> str:
        page = case_page(house(), actor(), now(), reference)
        found = papers_of(house(), actor(), reference)
        words = Wording(page.procedure, today())
        return render_template(
            "papers/of_case.html",
            file=CaseFileShown(page, now(), today()),
            **elsewhere.head(reference, words),
            stage_name=stage_name(page.stage),
            papers=[_line(line, words) for line in found.issued],
            lacking=[_lack(each, words, reference) for each in found.lacking],
            may_bundle=any(line.valid and line.may_open for line in found.issued),
        )


def _add_files(blueprint: Blueprint) -> None:
    @blueprint.post("/cases/<reference>/papers/<number>/file")
    @permission(Permission.READ_IDENTITY)
    def paper_file(reference: str, number: str) -> Response:
        opened = fetch(house(), actor(), now(), reference, number)
        return as_file(opened.content, opened.number)

    @blueprint.post("/cases/<reference>/papers/all")
    @permission(Permission.READ_IDENTITY)
    def all_papers(reference: str) -> Answer:
        try:
            whole = bundle(house(), actor(), now(), reference)
        except NoPaper as problem:
            return not_made(url_for("cases.papers", reference=reference), problem)
        return as_file(whole, reference)


def _add_changes(blueprint: Blueprint) -> None:
    @blueprint.route("/cases/<reference>/papers/<number>/revoke", methods=["GET", "POST"])
    @permission(Permission.TAKE_STEP)
    def revoke_paper(reference: str, number: str) -> Answer:
        lines = papers_of(house(), actor(), reference).issued
        line = next((each for each in lines if each.number == number and each.mine), None)
        if line is None or not line.valid:
            raise NotFound
        form = RevokeForm()
        if not form.validate_on_submit():
            kind = look_up(glossary.PAPERS, line.kind)
            shown = render_template(
                "papers/revoke.html", form=form, reference=reference, number=number, kind_words=kind
            )
            return shown, 400 if form.is_submitted() else 200
        revoke(house(), actor(), now(), reference, number, form.reason.data)
        flash(_("The paper no longer counts. Whoever checks it is told so."))
        return redirect(url_for("cases.papers", reference=reference), 303)

    @blueprint.route("/cases/<reference>/papers/make/<int:version>", methods=["GET", "POST"])
    @permission(Permission.TAKE_STEP)
    def make_paper(reference: str, version: int) -> Answer:
        page = case_page(house(), actor(), now(), reference)
        step = lacking_paper(house(), actor(), reference, version)
        back = url_for("cases.papers", reference=reference)
        if request.method == "GET":
            words = Wording(page.procedure, today())
            return render_template("papers/make.html", page=page, step=_lack(step, words, reference))

        def keep(paper: Prepared) -> Answer:
            file_later(house(), actor(), now(), paper, version)
            flash(_("The paper is %(number)s.", number=paper.number))
            return redirect(back, 303)

        action = page.procedure.actions[step.action]
        return at_the_desk(errand_of(page, action, page.version, keep, back=back, may_change=False))


def _add_blank_forms(blueprint: Blueprint) -> None:
    @blueprint.route("/blank-forms", methods=["GET", "POST"])
    @permission(Permission.READ_PROCEDURES)
    def blank_forms() -> Answer:
        form = BlankForm()
        if not form.validate_on_submit():
            return _blank_page(form, 400 if form.is_submitted() else 200)
        try:
            made = blanks.blank(house(), actor(), form.kind.data, (form.first.data, form.second.data))
        except Invalid:
            form.second.errors = [_("Choose two different languages")]
            return _blank_page(form, 400)
        except NoPaper as problem:
            return not_made(url_for("papers.blank_forms"), problem)
        return as_file(made, form.kind.data.replace("_", "-"))


def as_file(content: bytes, name: str) -> Response:
    """A PDF file to be opened or kept, under a name that says nothing of anybody."""
    answer = send_file(
        BytesIO(content), mimetype="application/pdf", as_attachment=True, download_name=f"{name}.pdf"
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _blank_page(form: BlankForm, status: int) -> tuple[str, int]:
    return render_template("papers/blank_forms.html", form=form), status


def _line(line: PaperLine, words: Wording) -> dict[str, Any]:
    if line.superseded_by:
        tag, tone = _("Replaced by %(number)s", number=line.superseded_by), "plain"
    elif not line.valid:
        tag, tone = f"{_('Revoked')}: {look_up(glossary.REVOKED_FOR, line.reason)}", "stop"
    elif line.expires_at is not None and line.expires_at <= now():
        tag, tone = _("No longer in force"), "late"
    else:
        tag, tone = _("Valid"), "done"
    return {
        "number": line.number,
        "kind": look_up(glossary.PAPERS, line.kind),
        "version": line.version,
        "languages": [(each, autonym(each)) for each in line.languages],
        "for": words.action(line.action),
        "at": line.issued_at,
        "last": last_day(line.expires_at),
        "by": f"{line.officer}, {line.body.name}",
        "tag": tag,
        "tone": tone,
        "may_open": line.may_open,
        "may_revoke": line.mine and line.valid,
    }


def _lack(each: Lacking, words: Wording, reference: str) -> dict[str, Any]:
    return {
        "kind": look_up(glossary.PAPERS, each.kind),
        "for": words.action(each.action),
        "at": each.at,
        "href": url_for("cases.make_paper", reference=reference, version=each.version),
    }
