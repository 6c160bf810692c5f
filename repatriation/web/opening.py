"""Opening a case: one thing on a page, carried from page to page, and a look over it at the end."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from pydantic import ValidationError
from werkzeug.wrappers import Response
from wtforms import BooleanField, RadioField, StringField, TextAreaField
from wtforms.validators import Length, Optional, StopValidation

from repatriation.web import glossary
from repatriation.web.desk import today
from repatriation.web.forms import PlainForm, choices, form_key
from repatriation.web.moments import place
from repatriation.web.particulars_form import LABELS, LONGEST_NOTE, NEEDED
from repatriation.web.person_form import (
    LONGEST,
    TOO_LONG,
    about_fields,
    name_fields,
    person_in,
    scripts_for,
)
from repatriation.web.security import permission
from repatriation.web.session import actor, house, now
from repatriation.web.words import Wording, route_words, stage_name, text
from repatriation.work.choices import Entry, entries, gates
from repatriation.work.folder import FIRST_CONSENT
from repatriation.work.newcase import ConsentEntered, NewCase, PersonEntered
from repatriation.work.openings import open_once, who_may_answer
from repatriation.work.particulars import says_something
from repatriation.work.permissions import Permission
from repatriation.work.refusals import Invalid, KeyReused
from sop.engine import NotAllowed

CARRIED = ("csrf_token", "at", "go", "key", "sure")

HEADINGS = {
    "names": _l("What is the person called?"),
    "about": _l("How old is the person?"),
    "where": _l("Where is the person?"),
    "consent": _l("Does the person agree?"),
}
Answer = Response | str | tuple[str, int]


def add_pages(blueprint: Blueprint) -> None:
    """The choice of a route and a beginning, and the pages on which a case is opened."""

    @blueprint.get("/cases/open")
    @permission(Permission.OPEN_CASE)
    def begin() -> Response | str:
        found = entries(house(), actor(), today())
        ways = [
            (_beginning(entry), route_words(entry.procedure), text(entry.stage.text), _address(entry))
            for entry in found
        ]
        if len(ways) == 1:
            return redirect(ways[0][3], 303)
        return render_template("cases/begin.html", ways=ways)

    @blueprint.route("/cases/open/<route>/<stage>", methods=["GET", "POST"], endpoint="open")
    @permission(Permission.OPEN_CASE)
    def page(route: str, stage: str) -> Answer:
        found = entries(house(), actor(), today())
        entry = next((e for e in found if (e.procedure.route, e.stage.name) == (route, stage)), None)
        if entry is None:
            abort(404)
        return _Opening(entry).answer()


def _beginning(entry: Entry) -> object:
    words = {
        "requested": _("Ask for a return"),
        "reported": _("Report a person found"),
        "received": _("Record somebody who has arrived"),
    }
    return words.get(entry.stage.name) or stage_name(entry.stage)


def _address(entry: Entry) -> str:
    if entry.stage.name == "received":
        return url_for("arrivals.new", route=entry.procedure.route)
    return url_for("cases.open", route=entry.procedure.route, stage=entry.stage.name)


class AskedWhen:
    """Must be given where the person has agreed (and, for a guardian, where they are a child)."""

    def __init__(self, message: Any, *, child: bool = False) -> None:
        self.message, self.child = message, child

    def __call__(self, form: Any, field: Any) -> None:
        """Raises StopValidation where it is missing, and ends the checking where it is not needed."""
        asked = form.agrees.data == "yes" and (not self.child or _is_child(form))
        if asked and field.data and says_something(field.data):
            return
        field.errors[:] = []  # a choice that was not made is no wrong choice
        raise StopValidation(self.message if asked else "")


class _Opening:
    """One visit to the pages on which a case is opened."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.procedure = entry.procedure
        self.scripts = scripts_for(entry.procedure)
        self.groups = self._groups()
        fields = {name: field for group in self.groups.values() for name, field in group.items()}
        kind: type[PlainForm] = type("OpeningForm", (PlainForm,), fields)
        self.form: Any = kind()

    def _groups(self) -> dict[str, dict[str, Any]]:
        groups = {"names": name_fields(self.scripts), "about": about_fields(), "where": self._where()}
        consent = self.procedure.consents.get(FIRST_CONSENT)
        if consent is not None and self.entry.stage.name in consent.frm:
            groups["consent"] = _consent_fields()
        return groups

    def _where(self) -> dict[str, Any]:
        short = [Optional(), Length(max=LONGEST, message=TOO_LONG)]
        note = Length(max=LONGEST_NOTE, message=_l("The note is too long: at most 4,000 letters"))
        fields: dict[str, Any] = {
            "place": StringField(_l("Where the person is now"), short),
            "telephone": StringField(_l("A telephone number that is safe to call"), short),
            "province": StringField(_l("Home province, as far as known"), short),
            "note": TextAreaField(
                _l("What should everybody with a part in the case know?"), [Optional(), note]
            ),
        }
        answering = who_may_answer(house(), actor(), self.procedure, self.entry.stage)
        if answering:
            fields["organisation"] = RadioField(
                _l("Who answers for the case?"),
                [_Chosen(_l("Choose who answers for the case"))],
                choices=choices(*((body.code, body.name) for body in answering)),
            )
        at_gates = gates(house(), frozenset({self.procedure.home}))
        if self.entry.stage.name == "received" and at_gates:
            named = choices(*((gate, place(gate)) for gate in at_gates))
            fields["gate"] = RadioField(_l("Gate"), [Optional()], choices=named)
        return fields

    def answer(self) -> Answer:
        names = list(self.groups)
        if request.method != "POST":
            return self._show(names[0])
        at, go = request.form.get("at", ""), request.form.get("go", "")
        if go in self.groups:
            return self._show(go)
        if at in self.groups:
            if not self._valid(at):
                return self._show(at), 400
            after = names[names.index(at) + 1 :]
            if after and "checking" not in request.form:
                return self._show(after[0])
            return self._check()
        wrong = next((name for name in names if not self._valid(name)), None)
        if wrong is not None:
            return self._show(wrong), 400
        return self._open() if "sure" in request.form else self._check()

    def _valid(self, group: str) -> bool:
        # Every field is checked, so that all that is wrong on a page is said at once.
        checked = [self.form[name].validate(self.form) for name in self.groups[group]]
        return all(checked)

    def _show(self, group: str) -> str:
        consent = self.procedure.consents.get(FIRST_CONSENT)
        return render_template(
            "cases/open.html",
            form=self.form,
            entry=self.entry,
            caption=_beginning(self.entry),
            heading=HEADINGS[group],
            group=group,
            fields=[self.form[name] for name in self._asked(group)],
            carried=self._carried(group),
            key=form_key(),
            asked=text(consent.text) if consent else None,
            told=Wording(self.procedure, today()).roles(consent.to) if consent else None,
        )

    def _asked(self, group: str) -> list[str]:
        """The fields of a page: nobody is asked for the guardian of somebody who is grown up."""
        left_out = () if group != "consent" or _is_child(self.form) else ("guardian", "own_view")
        return [name for name in self.groups[group] if name not in left_out]

    def _carried(self, group: str | None) -> list[tuple[str, str]]:
        """Everything that was entered on the other pages."""
        here = tuple(self.groups.get(group or "", ()))
        return [
            (name, value)
            for name, value in request.form.items(multi=True)
            if name not in CARRIED and name not in here and name.rsplit("-", 1)[0] not in here
        ]

    def _check(self, reasons: Any = ()) -> str:
        form = self.form
        parts = [
            (
                name,
                HEADINGS[name],
                [(form[field].label.text, _in_words(form[field])) for field in self._asked(name)],
            )
            for name in self.groups
        ]
        return render_template(
            "cases/open_check.html",
            parts_entered=parts,
            entry=self.entry,
            caption=_beginning(self.entry),
            carried=self._carried(None),
            key=form_key(),
            reasons=reasons,
        )

    def _open(self) -> Answer:
        try:
            reference = open_once(house(), actor(), now(), self._new(), form_key())
        except NotAllowed as refused:
            words = Wording(self.procedure, today())
            return self._check(words.reasons(refused.reasons, self.entry.stage.name)), 409
        except (Invalid, KeyReused, ValidationError):
            wrong = _("Something that was entered cannot be taken. Look over it again.")
            return self._check([wrong]), 400
        flash(_("The case is open. Its reference is %(reference)s.", reference=reference))
        return redirect(url_for("cases.case", reference=reference), 303)

    def _new(self) -> NewCase:
        form = self.form
        contacts = {"present_place": form.place.data, "mobile_phone": form.telephone.data}
        address = {"state": form.province.data}
        return NewCase(
            route=self.procedure.route,
            stage=self.entry.stage.name,
            age_group=form.age_group.data or "unknown",
            gate=form.gate.data or None if "gate" in form else None,
            organisation=form.organisation.data if "organisation" in form else None,
            person=person_in(form, self.scripts, contacts=_known(contacts), home_address=_known(address)),
            consent=_consent_in(form) if "consent" in self.groups else None,
            note=_said(form.note.data),
        )


def _consent_fields() -> dict[str, Any]:
    said = [(code, words) for code, words in glossary.HOW.items() if code != "imported"]
    short = [Optional(), Length(max=LONGEST, message=TOO_LONG)]
    return {
        "agrees": RadioField(
            _l("What did the person say?"),
            [_Chosen(_l("Choose what the person said"))],
            choices=choices(("yes", _l("They agree")), ("not_asked", _l("They have not been asked yet"))),
        ),
        "language": RadioField(
            LABELS["language"], [AskedWhen(NEEDED["language"])], choices=choices(*glossary.SPOKEN.items())
        ),
        "how": RadioField(LABELS["how"], [AskedWhen(NEEDED["how"])], choices=choices(*said)),
        "interpreter": StringField(LABELS["interpreter"], short),
        "guardian": StringField(
            LABELS["guardian"],
            [AskedWhen(NEEDED["guardian"], child=True), Length(max=LONGEST, message=TOO_LONG)],
        ),
        "own_view": BooleanField(LABELS["own_view"]),
    }


class _Chosen:
    """One must be chosen."""

    field_flags = {"required": True}  # noqa: RUF012 - WTForms looks for a plain dict

    def __init__(self, message: Any) -> None:
        self.message = message

    def __call__(self, form: Any, field: Any) -> None:  # noqa: ARG002
        """Raises StopValidation where nothing was."""
        if not field.data:
            field.errors[:] = []
            raise StopValidation(self.message)


def _consent_in(form: Any) -> ConsentEntered | None:
    if form.agrees.data != "yes":
        return None
    child = _is_child(form)
    return ConsentEntered(
        name=FIRST_CONSENT,
        language=form.language.data,
        how=form.how.data,
        interpreter=_said(form.interpreter.data),
        guardian=_said(form.guardian.data) if child else None,
        own_view=bool(form.own_view.data) and child,
    )


def _said(text: str | None) -> str | None:
    """What was written, or nothing where it says nothing."""
    return text.strip() if text and says_something(text) else None


def _is_child(form: Any) -> bool:
    """Whether the person counts as a child: by date of birth, else as the officer judged."""
    judged = form.age_group.data if form.age_group.data in ("adult", "child") else "unknown"
    new = NewCase(route="aaa-aaa", age_group=judged, person=PersonEntered(birthdate=form.birthdate.data))
    return new.age_on(today()) != "adult"


def _known(values: dict[str, str | None]) -> dict[str, str]:
    return {name: value.strip() for name, value in values.items() if value and value.strip()}


def _in_words(field: Any) -> object:
    if field.type == "PartialDate" and field.estimated and field.data:
        return field.boxes["year"]
    if field.type == "BooleanField":
        return _("Yes") if field.data else _("No")
    if field.type == "RadioField":
        chosen = {value: words for value, words, *_rest in field.iter_choices()}
        return chosen.get(field.data) if field.data else None
    return field.data or None
