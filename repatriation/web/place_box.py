"""A box for a place: its name in any script or its code; where several are called so, one is chosen."""

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import RadioField, StringField
from wtforms.validators import InputRequired, Length, Optional

from repatriation.places.gazetteer import around, find, get
from repatriation.places.place import Level, Place
from repatriation.web.forms import PlainForm, choices

LEVELS: Final[Mapping[Level, object]] = {
    Level.PROVINCE: _l("Province"),
    Level.DISTRICT: _l("District"),
    Level.COMMUNE: _l("Commune"),
    Level.VILLAGE: _l("Village"),
}

MOST = 12
"""More places of one name than this are not shown: say more of it."""


class PlaceForm(PlainForm):
    """What forms with a place share."""

    place = StringField(
        _l("Village, commune, district or province"),
        [InputRequired(_l("Enter a place")), Length(max=120, message=_l("Enter a shorter name"))],
    )
    place_code = RadioField(_l("Which of these is it?"), [Optional()], choices=[], validate_choice=False)

    def chosen_place(self) -> Place | None:
        """The place that was meant; none when there is none such, or one of several must be chosen first.

        What is wrong is said at the boxes.
        """
        chosen = get(self.place_code.data or "")
        written = str(self.place.data or "")
        found = find(written, most=MOST + 1)
        exact = get(written)
        if exact is not None:
            return exact
        if chosen is not None and chosen in found:
            return chosen
        if len(found) == 1:
            return found[0]
        if not found:
            self.place.errors = [_l("No place is called so; try another spelling, or its code")]
        elif len(found) > MOST:
            self.place.errors = [_l("Many places are called so; add the district or province after a comma")]
        else:
            self.place_code.choices = choices(*((each.code, _with_level(each)) for each in found))
            self.place_code.errors = [_l("Several places are called so; choose one")]
        return None


def _with_level(place: Place) -> Markup:
    """One of several places of one name: a town, its commune and its village are often called alike."""
    return Markup("{}: {}").format(LEVELS[place.level], in_full(place))


def in_full(place: Place | None) -> Markup:
    """A place with all that it lies in, in Latin letters and its own script."""
    if place is None:
        return Markup("")
    names = ", ".join(each.spoken for each in (place, *around(place)))
    lang = {"KHM": "km", "THA": "th", "VNM": "vi"}[place.country]
    return Markup('{} (<span lang="{}">{}</span>)').format(names, lang, place.local)


def shown_place(code: str | None) -> Any:
    """The same from a code; the code itself where the gazetteer does not know it any more."""
    if code is None:
        return None
    place = get(code)
    return in_full(place) if place else code
