"""What officers enter beside an action in the demonstration, where a story says nothing else."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

from repatriation.demonstration.officers import LANGUAGE_OF
from repatriation.demonstration.people import guardian_of, interpreter_of
from repatriation.work.particulars import Particulars, asked
from repatriation.work.services.asking import country_of_place
from sop.procedure import Action, Procedure
from sop.view import CaseView

VALID: Final = timedelta(days=180)
"""How long a paper or an assessment of the demonstration counts, where nothing shorter is told."""

NOTES: Final[Mapping[str, str]] = {
    "family_unsuitable": "Made up: the house was visited; somebody who had recruited lives there.",
    "risk_too_high": "Made up: the recruiter lives in the village and has asked after the person.",
    "best_interests_not_return": "Made up: the child is at school here and nobody waits at home.",
    "received_one_sided": "Made up: nobody of the other side was at the gate to sign.",
    "nationality_refused": "Made up: the name was not found in any register.",
    "referral_declined": "Made up: no place is free this month.",
    "breakdown_reported": "Made up: the person left the family after a quarrel about money.",
    "closure_requested": "Made up: a year of visits, in work, sees no need of more.",
    "hold_legal": "Made up: the court wants to hear the person as a witness.",
    "hold_health": "Made up: in hospital; fit to travel in some weeks.",
    "hold_border": "Made up: the gate is closed until further notice.",
}

FORM: Final = "demonstration 1"


def given(
    procedure: Procedure,
    action: Action,
    view: CaseView,
    chosen: str | None,
    gate: str | None,
    now: datetime,
    *,
    on: date | None = None,
    until: datetime | None = None,
    entry: str | None = None,
) -> Particulars:
    """Everything that the action asks for, and nothing that it does not."""
    must = asked(procedure, action, child=view.child)
    entered: dict[str, object] = {}
    if must.get("language"):
        entered |= {"language": LANGUAGE_OF[procedure.home], "how": "thumbprint" if view.child else "signed"}
        if procedure.host != "KHM":
            entered["interpreter"] = interpreter_of(procedure.home)
    if "guardian" in must:
        entered |= {"guardian": guardian_of(procedure.home), "own_view": True}
    if "on" in must:
        entered |= {"on": on or (now + timedelta(days=10)).date(), "gate": gate or "unknown"}
    if must.get("until"):
        entered["until"] = until or now + VALID
    if must.get("authority"):
        entered |= {"authority": authority(procedure, action), "form_version": FORM}
    if must.get("note"):
        entered["note"] = next(
            (NOTES[fact] for fact in action.records if fact in NOTES), "Made up for the demonstration."
        )
    if "reason" in must:
        entered["reason"] = "full"
    if "province" in must:
        entered["province"] = province(country_of_place(procedure, action), view)
    if "custody" in must:
        entered["custody"] = "parents" if action.name == "place_in_community" else "ministry"
    if "entry" in must:
        entered["entry"] = entry
    if chosen is not None:
        entered["organisation"] = chosen
    return Particulars.model_validate(entered)


LIVE_IN: Final[Mapping[str, tuple[str, ...]]] = {
    "KHM": ("KHM-01", "KHM-02", "KHM-14", "KHM-01", "KHM-20", "KHM-17", "KHM-03", "KHM-02"),
    "VNM": ("VNM-80", "VNM-91", "VNM-82", "VNM-80"),
    "THA": ("THA-27",),
}
"""Provinces in which the people of the demonstration live: more where more go abroad."""


def province(country: str, view: CaseView) -> str:
    """Where in a country somebody lives: spread by the moment at which their case came so far."""
    there = LIVE_IN[country]
    return there[(view.entered.date().toordinal() + view.entered.minute) % len(there)]


def authority(procedure: Procedure, action: Action) -> str:
    """The body that stands for an identification, as the route file names it."""
    body = procedure.agency(action.by[0], procedure.in_force)
    return body.text["en"] if body is not None else action.by[0]
