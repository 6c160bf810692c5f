"""A page with one of each part that pages are made of."""

from flask import Blueprint, render_template
from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired

from repatriation.web.forms import DateBoxes, DateRequired, PlainForm, choices
from repatriation.web.security import permission
from repatriation.work.permissions import Permission

PLACES = choices(("home", "Family"), ("shelter", "Shelter"))


class EverythingForm(PlainForm):
    """One of each kind of box."""

    name = StringField("Given name", [InputRequired("Enter the given name")])
    day = DateBoxes("Date of the handover", [DateRequired("Enter the date of the handover")])
    place = RadioField("Place", [InputRequired("Choose a place")], choices=PLACES)
    needs = SelectMultipleField("First needs", choices=choices(("food", "Food"), ("doctor", "A doctor")))
    gate = SelectField("Gate", choices=choices(("poipet", "Poipet"), ("bavet", "Bavet")))
    notes = TextAreaField("What was seen")
    agreed = BooleanField("The person agreed")


def blueprint_with_every_part() -> Blueprint:
    """One page that shows one of each part."""
    blueprint = Blueprint("parts", __name__, template_folder="templates")

    @blueprint.route("/parts", methods=["GET", "POST"])
    @permission(Permission.OWN_ACCOUNT)
    def every_part() -> str:
        form = EverythingForm()
        form.validate_on_submit()
        return render_template("every_part.html", form=form)

    return blueprint
