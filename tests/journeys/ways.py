"""The plain way of each route, stage by stage, for stories whose own part begins further on."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tests.journeys.officer import Story

Step = tuple[str, str, Mapping[str, Any]]
Way = Mapping[str, Sequence[Step]]

WOMAN: Final[Mapping[str, Any]] = {
    "khmr_family": "ប៉ែនសំរិត",
    "khmr_given": "សុធារីវុឌ្ឍ",
    "latn_family": "Paensamrit",
    "latn_given": "Sothearyvuth",
    "birthdate": 1999,
    "gender": "Feminine",
}
BOY: Final[Mapping[str, Any]] = {
    "khmr_family": "គង់វិសាល",
    "latn_family": "Kongvisal",
    "latn_given": "Rithysena",
    "birthdate": 2014,
    "gender": "Masculine",
}
AGREED: Final[Mapping[str, Any]] = {"agrees": "yes", "language": "km", "how": "spoken"}
GUARDED: Final[Mapping[str, Any]] = {"guardian": "The child protection officer on duty", "own_view": True}
"""How a child agrees: with the guardian, and after its own view was heard."""

FROM_THAILAND: Final[Way] = {
    "Reported": (("police.bangkok", "presume", {}),),
    "Being identified": (
        ("protection.sakaeo", "begin_reflection", {}),
        ("protection.sakaeo", "place_in_shelter", {}),
        ("officer.tha-mdt", "identify", {}),
    ),
    "Identified": (
        ("coordinator.datip", "consent_to_notification", {}),
        ("coordinator.datip", "notify_origin", {}),
    ),
    "Home country told": (("coordinator.datip", "request_verification", {}),),
    "Nationality and family being checked": (
        ("consul.bangkok", "confirm_nationality", {}),
        ("officer.tha-shelter", "assess_risk_acceptable", {}),
        ("officer.tha-shelter", "consent_to_return", {}),
        ("coordinator.datip", "decide_return", {}),
    ),
    "Return decided": (
        ("coordinator.datip", "consent_to_sharing", {}),
        ("coordinator.datip", "request_acceptance", {"organisation": "poipet-transit-centre"}),
        ("coordinator.mosvy", "accept_return", {}),
    ),
    "Accepted by the home country": (("consul.bangkok", "issue_travel_document", {}),),
    "Travel papers ready": (
        ("officer.tha-shelter", "brief_before_departure", {}),
        (
            "coordinator.datip",
            "schedule_handover",
            {"on": 3, "gate": "poipet", "organisation": "poipet-transit-centre"},
        ),
    ),
    "Handover agreed": (("officer.tha-shelter", "depart", {}),),
    "On the way to the gate": (
        ("reception.poipet", "check_roll", {}),
        ("officer.tha-shelter", "sign_minutes_host", {}),
        ("reception.poipet", "sign_minutes_home", {}),
        ("reception.poipet", "complete_handover", {}),
    ),
    "Handed over": (("reception.poipet", "register", {}),),
    "Received at home": (
        ("reception.poipet", "consent_to_referral", {}),
        ("reception.poipet", "consent_to_visits", {}),
        ("reception.poipet", "keep_foreign_identification", {}),
    ),
    "Placement being decided": (
        ("coordinator.mosvy", "offer_referral", {"organisation": "ngo-poipet"}),
        ("caseworker.poipet", "accept_referral", {}),
        ("coordinator.mosvy", "place_in_community", {}),
    ),
    "Before integration": (
        ("caseworker.poipet", "agree_plan", {}),
        ("caseworker.poipet", "integrate", {}),
    ),
    "Integration": (("caseworker.poipet", "begin_follow_up", {}),),
}


def a_woman_reported_in_thailand(story: Story) -> None:
    """Opens the case of a grown-up woman."""
    sakaeo = story.officer("protection.sakaeo")
    sakaeo.opens_a_case("Thailand to Cambodia", "Report a person found", **WOMAN, **AGREED)


def a_boy_reported_in_thailand(story: Story) -> None:
    """Opens the case of a boy, with a guardian beside him from the start, and on all that he agrees to."""
    sakaeo = story.officer("protection.sakaeo")
    sakaeo.opens_a_case("Thailand to Cambodia", "Report a person found", **BOY, **AGREED, **GUARDED)
    story.habits = {**story.habits, **GUARDED}


def lead(story: Story, way: Way, to: str, begin: str = "") -> None:
    """Takes the plain steps from one stage (else the first) until another is reached."""
    begun = not begin
    for stage, steps in way.items():
        begun = begun or stage == begin
        if stage == to:
            return
        for who, action, entered in steps if begun else ():
            story.officer(who).takes(action, **entered)
    assert story.officer(steps[-1][0]).case().stage == to
