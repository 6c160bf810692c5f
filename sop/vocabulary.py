"""The closed lists of words that a route file may use: sides, functions, roles, purposes, phases, papers.

A word that is not here is refused when a file is read, so that a slip of the pen cannot open a door.
"""

from collections.abc import Mapping
from typing import Final

SIDES: Final = ("host", "home")

FUNCTIONS: Final = (
    "protection",
    "police",
    "immigration",
    "identification",
    "coordination",
    "shelter",
    "prosecution",
    "foreign_affairs",
    "border",
    "consulate",
    "social",
    "reception",
    "caseworker",
    "guardian_authority",
)

PERSON: Final = "person"
SUPPORT: Final = ("support.iom", "support.ngo")
ROLES: Final = frozenset(f"{side}.{function}" for side in SIDES for function in FUNCTIONS) | {
    PERSON,
    *SUPPORT,
}

PURPOSES: Final = ("protection", "notification", "tracing", "return", "sharing", "follow_up")

PHASES: Final = ("identification", "decision", "preparation", "return", "reception", "reintegration", "ended")

IN_HOST: Final = ("identification", "decision", "preparation")
ON_THE_ROAD: Final = "return"
AT_HOME: Final = ("reception", "reintegration")
"""Where the person is in each phase. An ended case may rest on either side."""

PAPERS: Final = frozenset(
    {
        "return_request",
        "note_verbale",
        "family_tracing_request",
        "family_assessment",
        "consent_form",
        "travel_document",
        "handover_minutes",
        "return_certificate",
        "screening_form",
        "referral_form",
        "reintegration_plan",
        "visit_form",
        "closure_report",
    }
)

LANGUAGES: Final = ("km", "th", "vi", "en")
COUNTRIES: Final = ("KHM", "THA", "VNM")

GROUNDINGS: Final = ("sourced", "assumed")
WORDINGS: Final = ("official", "in use", "machine")
FORCES: Final = ("firm", "soft")
UNITS: Final = ("hours", "days", "working days")

CLOSED: Final = "closed"
"""The stage in which a return has run its whole course; every other end is an exit."""

AGAIN: Final = "retrafficked"
"""The end that is none: whoever was trafficked again waits for a case of their own."""

REOPENED: Final = "reopened"
"""The fact that such a case has been opened."""

HOLD: Final = "hold_"
"""Facts whose names begin so stop every movement for as long as they stand."""

HOLDS: Final = ("hold_legal", "hold_health", "hold_border", "hold_consent")
"""The holds that there are. Every one of them is asked for by `no_hold`; another would hold nobody."""

DATED: Final = frozenset({"handover_scheduled"})
"""Facts that say nothing without a day of their own (the day of the handover)."""

TOLD: Final[Mapping[str, str]] = {
    "origin_notified": "notification",
    "verification_requested": "notification",
    "tracing_requested": "tracing",
    "acceptance_requested": "sharing",
    "handover_scheduled": "sharing",
    "province_told": "sharing",
    "referral_offered": "sharing",
    "summary_sent": "follow_up",
}
"""Facts and stages that say somebody was told of the person, and the purpose for which that is."""

SENT: Final = ("return_request", "family_tracing_request", "referral_form")
"""Papers that are written to be sent to somebody."""

AGAINST: Final[Mapping[str, str]] = {
    "best_interests_not_return": "best_interests_return",
    "family_unsuitable": "family_suitable",
    "family_not_found": "family_suitable",
}
"""Facts that cannot stand beside another: what is found later counts."""

AS_RECORDED: Final = "as recorded"
"""A fact that lapses on a date which the officer reads off the paper, not after a period of ours."""
