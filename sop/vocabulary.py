"""The closed lists of words that a route file may use: sides, functions, roles, purposes, phases, papers.

A word that is not here is refused when a file is read, so that a slip of the pen cannot open a door.
"""

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

HOLD: Final = "hold_"
"""Facts whose names begin so stop every movement for as long as they stand."""

DATED: Final = frozenset({"handover_scheduled"})
"""Facts that say nothing without a day of their own (the day of the handover)."""

AS_RECORDED: Final = "as recorded"
"""A fact that lapses on a date which the officer reads off the paper, not after a period of ours."""
