"""Opening who a person is: asked for with a reason, written to the trail, shown once and kept nowhere."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from flask import Blueprint, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import RadioField
from wtforms.validators import InputRequired

from repatriation.web import glossary
from repatriation.web.forms import PlainForm, choices
from repatriation.web.moments import shown_day
from repatriation.web.security import permission
from repatriation.web.session import actor, house, now
from repatriation.web.stepup import fresh
from repatriation.web.words import look_up
from repatriation.work.identity import REASONS, Identity, open_identity
from repatriation.work.permissions import Permission
from repatriation.work.reading import case_page

LANG_OF: Final = {"khmr": "km", "thai": "th"}
PERSON: Final[Mapping[str, object]] = {
    "birthdate": _l("Date of birth"),
    "gender": _l("Gender"),
    "citizenship": _l("Citizenship"),
    "identity_number": _l("Number of an identity paper"),
    "primary_language": _l("Language"),
    "marital_status": _l("Marital status"),
    "number_of_children": _l("Number of children"),
    "education": _l("Schooling"),
    "home_address": _l("Home"),
    "contacts": _l("How to reach the person"),
}
MEMBERS: Final[Mapping[str, object]] = {
    "present_place": _l("Where the person is now"),
    "mobile_phone": _l("Mobile telephone"),
    "home_phone": _l("Telephone at home"),
    "email": _l("Electronic mail"),
    "street": _l("Street or village"),
    "city": _l("District or town"),
    "state": _l("Province"),
    "country": _l("Country"),
}


class ReasonForm(PlainForm):
    """Why somebody looks."""

    reason = RadioField(
        _l("Why do you open it?"),
        [InputRequired(_l("Choose why you open it"))],
        choices=choices(*((code, glossary.REASONS[code]) for code in REASONS)),
    )


def add_pages(blueprint: Blueprint) -> None:
    """The question for a reason, and the answer to it."""

    @blueprint.route("/cases/<reference>/person", methods=["GET", "POST"])
    @permission(Permission.READ_IDENTITY)
    @fresh
    def identity(reference: str) -> str | tuple[str, int]:
        page = case_page(house(), actor(), now(), reference)
        form = ReasonForm()
        if not form.validate_on_submit():
            shown = render_template("cases/identity_reason.html", form=form, page=page)
            return shown, 400 if form.is_submitted() else 200
        opened = open_identity(house(), actor(), now(), reference, form.reason.data)
        return render_template(
            "cases/identity.html",
            page=page,
            names=names_of(opened),
            rows=_rows(opened),
            account=_account(opened),
            reason=look_up(glossary.REASONS, form.reason.data),
        )


def names_of(opened: Identity) -> list[Markup]:
    """Each name as one run, marked with the language of its script; family name first."""
    return [_name(name) for name in opened.names]


def _name(name: Mapping[str, str | None]) -> Markup:
    parts = [name.get(part) for part in ("family", "middle", "given")]
    whole = " ".join(part for part in parts if part) or name.get("full") or ""
    tag = LANG_OF.get(str(name.get("script")), "und-Latn")
    return Markup('<span lang="{}" translate="no">{}</span>').format(tag, whole)


def _rows(opened: Identity) -> list[tuple[object, object]]:
    rows: list[tuple[object, object]] = []
    for column, words in PERSON.items():
        value = opened.person.get(column)
        if value in (None, "", [], {}):
            continue
        rows += _said(column, str(words), value, opened)
    return rows


def _said(column: str, words: str, value: Any, opened: Identity) -> list[tuple[object, object]]:
    if isinstance(value, dict):
        return [
            (look_up(MEMBERS, member), look_up(glossary.COUNTRIES, str(said)))
            for member, said in value.items()
            if said
        ]
    if column == "birthdate":
        return [(words, born(str(value), opened.birth_year_estimated))]
    if column == "gender":
        return [(words, look_up(glossary.GENDERS, str(value)))]
    if isinstance(value, list):
        return [(words, ", ".join(look_up(glossary.COUNTRIES, str(each)) for each in value))]
    return [(words, look_up(LANGUAGES, str(value)))]


def born(value: str, estimated: bool) -> str:
    """A date of birth; of an estimated one the year alone."""
    day = date.fromisoformat(value)
    if estimated:
        return str(_("about %(year)s", year=day.year))
    return shown_day(day)


def _account(opened: Identity) -> list[tuple[object, object]]:
    """What was done to the person, as far as it is plain text or codes."""
    rows: list[tuple[object, object]] = []
    for column, value in opened.account.items():
        if value in (None, "", [], {}) or column in ("unrecognised", "other"):
            continue
        rows.append((look_up(ACCOUNT, column), _plain(value)))
    return rows


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    if isinstance(value, list):
        return "; ".join(_plain(each) for each in value)
    if isinstance(value, dict):
        return ", ".join(_plain(each) for each in value.values() if each)
    return _spaced(str(value))


def _spaced(code: str) -> str:
    """A code of the data standard as it may be read: DebtBondage as "Debt bondage"."""
    if not A_CODE.fullmatch(code):
        return code
    return BETWEEN_WORDS.sub(" ", code).capitalize()


A_CODE: Final = re.compile(r"[A-Z][a-z]+(?:[A-Z][a-z]*)*")
BETWEEN_WORDS: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
LANGUAGES: Final[Mapping[str, object]] = {
    "khm": glossary.SPOKEN["km"],
    "tha": glossary.SPOKEN["th"],
    "vie": glossary.SPOKEN["vi"],
    "eng": glossary.SPOKEN["en"],
}

ACCOUNT: Final[Mapping[str, object]] = {
    "trafficking_status": _l("Status as decided"),
    "status_decided_by": _l("Decided by"),
    "relationship_to_trafficker": _l("Relation to the trafficker"),
    "age_when_trafficked": _l("Age when trafficked"),
    "recruitment_websites": _l("Web sites and applications used for recruiting"),
    "method_of_recruitment": _l("How recruited"),
    "location_of_recruitment": _l("Where recruited"),
    "methods_of_control": _l("How controlled"),
    "type_of_exploitation": _l("Kind of exploitation"),
    "forced_labour_industry": _l("Trade"),
    "type_of_sex_exploitation": _l("Kind of sexual exploitation"),
    "location_of_exploitation": _l("Where exploited"),
    "exploitation_websites": _l("Web sites and applications used for exploiting"),
    "vulnerabilities": _l("What made the person vulnerable"),
    "details_of_vulnerabilities": _l("More on that"),
    "forced_criminality": _l("Forced to commit crimes"),
    "events": _l("What happened, where and when"),
    "perpetrators": _l("Who did it"),
}
