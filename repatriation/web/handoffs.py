"""Handing a case on: composing, with a look at exactly what is sent, and the boxes of what came and left."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse
from wtforms import RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from partners import files, packets
from repatriation.web import glossary
from repatriation.web.desk import today
from repatriation.web.forms import DateBoxes, PlainForm, choices
from repatriation.web.handoffs_shown import agreed_onward, messages_of, packet_rows, row_of, said_of
from repatriation.web.security import permission
from repatriation.web.session import actor, house, now
from repatriation.web.words import look_up
from repatriation.work.choices import entries
from repatriation.work.handoffs import boxes, composing, deciding, fetching, withdrawing
from repatriation.work.handoffs.boxes import HandoffPage
from repatriation.work.handoffs.composing import Recipient
from repatriation.work.handoffs.deciding import Decided, Into
from repatriation.work.handoffs.drafts import Composed, File
from repatriation.work.handoffs.onward import Agreement
from repatriation.work.permissions import Permission
from repatriation.work.refusals import Invalid
from sop.engine import NotAllowed

Answer = AnyResponse | str | tuple[str, int]

LONGEST: Final = 4000
_UPLOAD: Final = files.MOST * files.LARGEST + 1024 * 1024

PROBLEMS: Final[Mapping[str, object]] = {
    "no_consent": _l("The person has not agreed to this, for this recipient. Ask the person first"),
    "not_yours": _l("Your organisation does not answer for this case, so it cannot transfer it"),
    "cannot_answer": _l(
        "This recipient cannot answer for the case at its present stage: ask a service instead"
    ),
    "transfer_waiting": _l("A transfer of this case is waiting for a decision: take it back first"),
    "too_large": _l("It is too large to be sent"),
    "too_many": _l("At most three files can go along"),
    "kind": _l("Only PDF, JPEG and PNG files can go along"),
    "cannot_be_sent": _l("Something on file about the person cannot be sent as it stands: correct it first"),
    "changed": _l("Something changed since this page was shown. Look again at what will be sent"),
    "too_late": _l("It is too late for that: look at how it stands now"),
    "needed": _l("Choose a reason"),
    "not_open": _l("The procedure does not allow that step now"),
    "unknown": _l("Look at this again"),
    "onward_not_agreed": _l(
        "The sender of this case asks that nothing is passed on: say who of theirs agreed"
    ),
    "onward_without_day": _l("Say on which day they agreed"),
    "not_yet": _l("This day has not come yet"),
    "too_long_with_theirs": _l("Together with what its senders wrote this is too long: write less"),
}


class ComposeForm(PlainForm):
    """To whom, for what, and with which restrictions."""

    partner_id = RadioField(_l("To whom?"), [InputRequired(_l("Choose who is to get it"))])
    kind = RadioField(
        _l("What do you ask?"),
        [InputRequired(_l("Choose what you ask"))],
        choices=choices(
            ("referral", _l("Referral: a service. You go on answering for the person")),
            ("transfer", _l("Transfer: to answer for the person. It counts when they accept")),
        ),
    )
    purpose = RadioField(
        _l("For which purpose?"),
        [InputRequired(_l("Choose the purpose"))],
        choices=choices(*glossary.PURPOSES.items()),
    )
    asked = TextAreaField(
        _l("What is asked of them?"),
        [
            InputRequired(_l("Say what is asked of them")),
            Length(max=LONGEST, message=_l("This is too long: at most 4,000 letters")),
        ],
    )
    handling = SelectMultipleField(
        _l("How it must be handled"), [Optional()], choices=choices(*glossary.HANDLING.items())
    )
    handling_note = TextAreaField(
        _l("More about how it must be handled"),
        [Optional(), Length(max=LONGEST, message=_l("This is too long: at most 4,000 letters"))],
    )
    onward_by = StringField(
        _l("Who of the sender agreed that it is passed on?"),
        [Optional(), Length(max=200, message=_l("This is too long: at most 200 letters"))],
    )
    onward_on = DateBoxes(_l("On which day did they agree?"))
    held_back = SelectMultipleField(_l("Leave out"), [Optional()], choices=choices(*glossary.FIELDS.items()))
    files = MultipleFileField(_l("Files to go along"))


class SendForm(PlainForm):
    """Nothing but the decision."""


class AcceptForm(PlainForm):
    """Into which case."""

    entry = SelectField(_l("Where does the case begin here?"), [InputRequired(_l("Choose where it begins"))])


class DeclineForm(PlainForm):
    """Why not."""

    reason = RadioField(
        _l("Why?"),
        [InputRequired(_l("Choose a reason"))],
        choices=choices(*((code, glossary.DECLINE_REASONS[code]) for code in deciding.REASONS)),
    )
    note = TextAreaField(_l("More about it, for the sender"), [Optional(), Length(max=LONGEST)])


class WordsForm(PlainForm):
    """A question or an answer."""

    text = TextAreaField(
        _l("What do you want to say?"), [InputRequired(_l("Write something")), Length(max=LONGEST)]
    )


class WithdrawForm(PlainForm):
    """Why it is taken back."""

    reason = RadioField(
        _l("Why?"),
        [InputRequired(_l("Choose a reason"))],
        choices=choices(*((code, glossary.WITHDRAWAL_REASONS[code]) for code in withdrawing.REASONS)),
    )


def make_blueprint() -> Blueprint:
    """The boxes, composing, and one handoff with what may be done about it."""
    blueprint = Blueprint("handoffs", __name__)
    _add_boxes(blueprint)
    _add_composing(blueprint)
    _add_deciding(blueprint)
    _add_talking(blueprint)
    return blueprint


def _add_boxes(blueprint: Blueprint) -> None:
    @blueprint.get("/handoffs")
    @permission(Permission.HAND_OVER)
    def index() -> str:
        return _box("received")

    @blueprint.get("/handoffs/sent")
    @permission(Permission.HAND_OVER)
    def sent() -> str:
        return _box("sent")

    @blueprint.get("/handoffs/<handoff_id>")
    @permission(Permission.HAND_OVER)
    def handoff(handoff_id: str) -> str:
        return _page(handoff_id)

    @blueprint.post("/handoffs/<handoff_id>/opened")
    @permission(Permission.READ_IDENTITY)
    def opened(handoff_id: str) -> str:
        found = boxes.open_(house(), actor(), now(), handoff_id)
        return render_template(
            "handoffs/opened.html",
            handoff=boxes.page(house(), actor(), handoff_id),
            said=[said_of(each) for each in found],
        )

    @blueprint.post("/handoffs/<handoff_id>/files/<int:number>")
    @permission(Permission.READ_IDENTITY)
    def file(handoff_id: str, number: int) -> Answer:
        try:
            kind, content = fetching.fetch(house(), actor(), now(), handoff_id, number)
        except Invalid as wrong:
            flash(
                _("The sender has not handed the file over yet. Ask them for it.")
                if wrong.problems.get("file") == "not_handed_over"
                else _("The sender does not give the file now. Try again later, or ask them.")
            )
            return redirect(url_for("handoffs.handoff", handoff_id=handoff_id), 303)
        response = Response(content, mimetype=kind)
        response.headers["Content-Disposition"] = f'attachment; filename="file-{number}"'
        return response


def _add_composing(blueprint: Blueprint) -> None:
    @blueprint.route("/cases/<reference>/handoff", methods=["GET", "POST"])
    @permission(Permission.HAND_OVER)
    def compose(reference: str) -> Answer:
        request.max_content_length = _UPLOAD
        request.max_form_memory_size = _UPLOAD
        found = composing.recipients(house(), actor(), now(), reference)
        form = ComposeForm()
        _offer(form, found)
        if form.validate_on_submit():
            try:
                drafted = composing.draft(
                    house(), actor(), now(), reference, _composed(form), _going_along(form)
                )
                return redirect(url_for("handoffs.preview", handoff_id=drafted), 303)
            except Invalid as wrong:
                _mark(form, wrong)
        shown = render_template(
            "handoffs/compose.html",
            form=form,
            reference=reference,
            recipients=found,
            purposes=glossary.PURPOSES,
            forbidding=boxes.forbidding(house(), actor(), reference),
        )
        return shown, 400 if form.is_submitted() else 200

    @blueprint.route("/handoffs/<handoff_id>/preview", methods=["GET", "POST"])
    @permission(Permission.HAND_OVER)
    def preview(handoff_id: str) -> Answer:
        form = SendForm()
        changed = False
        if form.validate_on_submit():
            try:
                composing.send(house(), actor(), now(), handoff_id)
                flash(_("It is on its way. You see here when it is delivered and decided."))
                return redirect(url_for("handoffs.handoff", handoff_id=handoff_id), 303)
            except Invalid as wrong:
                form.form_errors = [str(PROBLEMS.get(code, code)) for code in wrong.problems.values()]
                changed = True
        draft = composing.preview(house(), actor(), handoff_id)
        shown = render_template(
            "handoffs/preview.html",
            form=form,
            draft=draft,
            rows=packet_rows(draft.packet),
            onward=agreed_onward(draft.onward),
            kept_back=[
                (look_up(glossary.FIELDS, each.field), look_up(glossary.KEPT_BACK, each.why))
                for each in draft.kept_back
            ],
            wrong=form.form_errors,
        )
        return (shown, 400) if changed else shown

    @blueprint.post("/handoffs/<handoff_id>/discard")
    @permission(Permission.HAND_OVER)
    def discard(handoff_id: str) -> AnyResponse:
        reference = composing.preview(house(), actor(), handoff_id).reference
        composing.discard(house(), actor(), handoff_id)
        flash(_("Nothing was sent."))
        return redirect(url_for("cases.case", reference=reference), 303)


def _add_deciding(blueprint: Blueprint) -> None:
    @blueprint.route("/handoffs/<handoff_id>/accept", methods=["GET", "POST"])
    @permission(Permission.HAND_OVER)
    def accept(handoff_id: str) -> Answer:
        page = boxes.page(house(), actor(), handoff_id)
        form = AcceptForm()
        if page.together:
            del form.entry
        else:
            form.entry.choices = choices(*_entries(page))
        if form.validate_on_submit():
            try:
                into = Into() if page.together else _into(form)
                reference = deciding.accept(house(), actor(), now(), handoff_id, into)
                flash(_("Accepted. The case is open."))
                return redirect(url_for("cases.case", reference=reference), 303)
            except Decided:
                return _over(handoff_id)
            except (Invalid, NotAllowed):
                wrong = _("The case cannot begin there for your organisation")
                if page.together:
                    form.form_errors = [wrong]
                else:
                    form.entry.errors = [wrong]
        shown = render_template("handoffs/accept.html", form=form, handoff=page, line=row_of(page.line))
        return shown, 400 if form.is_submitted() else 200

    @blueprint.route("/handoffs/<handoff_id>/decline", methods=["GET", "POST"])
    @permission(Permission.HAND_OVER)
    def decline(handoff_id: str) -> Answer:
        page = boxes.page(house(), actor(), handoff_id)
        form = DeclineForm()
        if form.validate_on_submit():
            try:
                note = (form.note.data or "").strip() or None
                deciding.decline(house(), actor(), now(), handoff_id, form.reason.data, note)
                flash(_("Declined. The sender is told, and goes on answering for the person."))
                return redirect(url_for("handoffs.handoff", handoff_id=handoff_id), 303)
            except Decided:
                return _over(handoff_id)
        shown = render_template("handoffs/decline.html", form=form, handoff=page, line=row_of(page.line))
        return shown, 400 if form.is_submitted() else 200

    @blueprint.post("/handoffs/<handoff_id>/seen")
    @permission(Permission.HAND_OVER)
    def seen(handoff_id: str) -> AnyResponse:
        deciding.seen(house(), actor(), now(), handoff_id)
        return redirect(url_for("handoffs.index"), 303)

    @blueprint.post("/handoffs/<handoff_id>/acknowledge")
    @permission(Permission.HAND_OVER)
    def acknowledge(handoff_id: str) -> AnyResponse:
        try:
            deciding.acknowledge(house(), actor(), now(), handoff_id)
            flash(_("Confirmed. The sender is told."))
        except Decided:
            flash(_("It was confirmed before."))
        return redirect(url_for("handoffs.index"), 303)


def _add_talking(blueprint: Blueprint) -> None:
    @blueprint.route("/handoffs/<handoff_id>/say", methods=["GET", "POST"])
    @permission(Permission.HAND_OVER)
    def say(handoff_id: str) -> Answer:
        return _asked(handoff_id, WordsForm(), "handoffs/say.html", withdrawing.say, "text")

    @blueprint.route("/handoffs/<handoff_id>/withdraw", methods=["GET", "POST"])
    @permission(Permission.HAND_OVER)
    def withdraw(handoff_id: str) -> Answer:
        return _asked(handoff_id, WithdrawForm(), "handoffs/withdraw.html", withdrawing.withdraw, "reason")

    @blueprint.route("/handoffs/<handoff_id>/correct", methods=["GET", "POST"])
    @permission(Permission.HAND_OVER)
    def correct(handoff_id: str) -> Answer:
        return _asked(handoff_id, WordsForm(), "handoffs/correct.html", withdrawing.correct, "text")


def _asked(handoff_id: str, form: Any, template: str, do: Any, field: str) -> Answer:
    """One question about a handoff, and what is done with the answer."""
    page = boxes.page(house(), actor(), handoff_id)
    if form.validate_on_submit():
        try:
            do(house(), actor(), now(), handoff_id, form[field].data)
            flash(_("It is on its way."))
            return redirect(url_for("handoffs.handoff", handoff_id=handoff_id), 303)
        except Invalid as wrong:
            form[field].errors = [PROBLEMS.get(code, code) for code in wrong.problems.values()]
    shown = render_template(template, form=form, handoff=page, line=row_of(page.line))
    return shown, 400 if form.is_submitted() else 200


def _offer(form: ComposeForm, found: Sequence[Recipient]) -> None:
    """To choose from: who could be asked, and for what the person agrees that somebody is. What was chosen
    before that changed is read all the same, so that the refusal says why.
    """
    form.partner_id.choices = choices(*((each.partner_id, each.organisation) for each in found))
    if form.is_submitted():
        return
    agreed = {purpose for each in found for purpose in each.purposes}
    form.purpose.choices = choices(*(pair for pair in glossary.PURPOSES.items() if pair[0] in agreed))
    if not any(each.transfer for each in found):
        form.kind.choices = [choice for choice in form.kind.choices if choice.value == "referral"]


def _box(direction: str) -> str:
    return render_template(
        "handoffs/index.html",
        direction=direction,
        calling=[row_of(line) for line in boxes.calling(house(), actor())],
        rows=[row_of(line) for line in boxes.box(house(), actor(), direction)],
    )


def _page(handoff_id: str) -> str:
    page = boxes.page(house(), actor(), handoff_id)
    return render_template(
        "handoffs/handoff.html",
        form=SendForm(formdata=None),
        handoff=page,
        line=row_of(page.line),
        messages=messages_of(page),
        handling=[look_up(glossary.HANDLING, code) for code in page.handling],
        because=glossary.RESPONSIBLE_BECAUSE,
        states=glossary.HANDOFF_STATES,
        live=page.line.state in withdrawing.LIVE,
        keeping=house().keeping,
        case_link=_case_link(page.line.reference),
    )


def _case_link(reference: str | None) -> Markup | None:
    if reference is None:
        return None
    return Markup('<a href="{}">{}</a>').format(url_for("cases.case", reference=reference), reference)


def _over(handoff_id: str) -> AnyResponse:
    flash(_("It waits for no decision any more: look at how it stands now."))
    return redirect(url_for("handoffs.handoff", handoff_id=handoff_id), 303)


def _into(form: AcceptForm) -> Into:
    route, _colon, stage = form.entry.data.partition(":")
    return Into(route=route, stage=stage)


def _entries(page: HandoffPage) -> Iterable[tuple[str, object]]:
    """Where a case may begin here; on the route that the handoff names, if it names one."""
    for entry in entries(house(), actor(), today()):
        if page.route in (None, entry.procedure.route):
            words = f"{entry.procedure.route}: {look_up(glossary.STAGES, entry.stage.name)}"
            yield f"{entry.procedure.route}:{entry.stage.name}", words


def _composed(form: ComposeForm) -> Composed:
    return Composed(
        partner_id=form.partner_id.data,
        kind=form.kind.data,
        purpose=form.purpose.data,
        asked=form.asked.data,
        handling=tuple(code for code in packets.HANDLING if code in (form.handling.data or ())),
        handling_note=(form.handling_note.data or "").strip() or None,
        onward=_onward(form),
        held_back=tuple(form.held_back.data or ()),
    )


def _onward(form: ComposeForm) -> Agreement | None:
    """What was said of the sender's agreement. Raises Invalid when half of it is missing."""
    by, on = (form.onward_by.data or "").strip(), form.onward_on.data
    if on is None:
        if by:
            raise Invalid({"onward_on": "onward_without_day"})
        return None
    if not by:
        raise Invalid({"onward_by": "onward_not_agreed"})
    return Agreement(by=by, on=on)


def _going_along(form: ComposeForm) -> list[File]:
    chosen = [each for each in (form.files.data or []) if getattr(each, "filename", "")]
    return [File(f"file-{number}", each.read()) for number, each in enumerate(chosen, start=1)]


def _mark(form: ComposeForm, wrong: Invalid) -> None:
    """Show each problem at the box it is about."""
    for name, code in wrong.problems.items():
        box = form[name] if name in form._fields else form.purpose
        box.errors = [PROBLEMS.get(code, _("Look at this again"))]
