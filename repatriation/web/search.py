"""Looking for a case by the person's name. The name is posted, never in an address, and not shown again."""

from flask import Blueprint, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from repatriation.web.forms import PlainForm
from repatriation.web.security import permission
from repatriation.web.session import actor, house, now
from repatriation.web.words import route_words, stage_name
from repatriation.work.permissions import Permission
from repatriation.work.refusals import Invalid
from repatriation.work.search import MOST, by_name


class NameForm(PlainForm):
    """A name in any script."""

    name = StringField(
        _l("Name, in any script"),
        [InputRequired(_l("Enter a name")), Length(max=200, message=_l("Enter a shorter name"))],
    )


def add_pages(blueprint: Blueprint) -> None:
    """The search by name."""

    @blueprint.route("/cases/by-name", methods=["GET", "POST"])
    @permission(Permission.READ_IDENTITY)
    def find_by_name() -> str | tuple[str, int]:
        form = NameForm()
        if not form.validate_on_submit():
            shown = render_template("cases/by_name.html", form=form, found=None, most=MOST)
            return shown, 400 if form.is_submitted() else 200
        try:
            found = by_name(house(), actor(), now(), form.name.data or "")
        except Invalid:
            form.name.errors = [_("Enter more of the name")]
            return render_template("cases/by_name.html", form=form, found=None, most=MOST), 400
        rows = [
            (each.reference, stage_name(each.stage), route_words(each.procedure), each.age_group != "adult")
            for each in found
        ]
        return render_template("cases/by_name.html", form=NameForm(formdata=None), found=rows, most=MOST)
