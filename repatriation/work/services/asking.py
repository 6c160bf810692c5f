"""Which offers of the directory an act of a procedure may ask."""

from datetime import date
from typing import Final

from repatriation.work.choices import organisations
from repatriation.work.house import House
from repatriation.work.services.offers import Offer, offers
from repatriation.work.sharing import BROUGHT_IN_BY
from sop.procedure import Action, Procedure

REFER: Final = "offer_referral"
"""The act by which an organisation is asked to take somebody on."""

ASKING: Final = (REFER, "place_in_shelter")
"""The acts that need an offer to be found first: after the return, and before it."""


def country_of_place(procedure: Procedure, action: Action) -> str:
    """The country in which an act finds somebody a place: where they were found as long as it is a shelter
    before the return, and home afterwards."""
    return procedure.host if "sheltered" in action.records else procedure.home


def asked_by(house: House, procedure: Procedure, action: Action, on: date) -> tuple[Offer, ...]:
    """The open offers whose organisation can hold the role that the act brings in."""
    told = action.discloses.to if action.discloses else ()
    roles = tuple(role for role in told if role.partition(".")[2] in ("caseworker", "shelter"))
    roles += tuple(BROUGHT_IN_BY[fact] for fact in action.records if fact in BROUGHT_IN_BY)
    able = {body.code for bodies in organisations(house, procedure, roles).values() for body in bodies}
    return tuple(each for each in offers(house, on) if each.organisation in able)


def offers_for(house: House, procedure: Procedure, action: Action, on: date) -> tuple[tuple[str, str], ...]:
    """The same as pairs of id and name, for a list to choose from."""
    return tuple((each.id, each.entered.name) for each in asked_by(house, procedure, action, on))
