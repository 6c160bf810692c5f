"""The closed lists of the directory: kinds of service, whom they are for, and why one is declined or lacking.

Services bear the codes of the exchange between the ministry's system and that of the NGOs, with the slips of
the pen that stand in them.
"""

from collections.abc import Mapping
from typing import Final, Literal, get_args

SERVICES: Final = (
    "anti_trafficking_transitional_accomodation",
    "residential_care_gov_only_other",
    "family_based_care_emergency_foster",
    "family_based_care_longterm_foster",
    "family_based_care_independent_living",
    "anti_trafficking_rescue",
    "anti_trafficking_post_trafficking",
    "anti_trafficking_community_reintegration",
    "family_based_care_kinship",
    "family_based_care_family_preservation",
    "family_based_care_family_reunification",
    "social_work_case_work_generalist",
    "social_work_case_work_community",
    "counselling_generalist",
    "counselling_abuse_survivors",
    "counselling_trauma",
    "counselling_family",
    "drug_alcohol_counselling",
    "drug_alcohol_detox_rehabilitation",
    "financial_development_material_assistance",
    "financial_development_financial_assistance",
    "financial_development_income_generation",
    "financial_development_day_care",
    "disability_support_therapeutic_interventions",
    "disability_support_aid_provision",
    "medical_support_access_care",
    "medical_support_provision_medical_case",
    "mental_health_support_therapeutic_interventions",
    "mental_health_support_direct_medical_support",
    "legal_support_access_legal_services",
    "legal_support_representation",
    "training_education_school_support",
    "training_education_vocational",
    "training_education_life_skills",
    "family_support_family_support",
    "other_other_service",
)

_BY_KIND: Final = (
    ("shelter", SERVICES[:5]),
    ("health", ("drug_alcohol_detox_", "disability_", "medical_", "mental_health_")),
    ("counselling", ("anti_trafficking_post_", "counselling_", "drug_alcohol_counselling")),
    ("legal", ("legal_",)),
    ("training", ("training_education_vocational",)),
    ("work", ("financial_development_income_",)),
    ("school", ("training_education_school_",)),
    ("family", ("family_",)),
    ("money", ("financial_development_financial_",)),
)
ON_PAPER: Final[Mapping[str, str]] = {
    code: next((kind for kind, starts in _BY_KIND if code.startswith(starts)), "other") for code in SERVICES
}
"""Under which service of the referral paper each one stands; what has no line of its own there is another."""

FOSTERING: Final = frozenset({"family_based_care_emergency_foster", "family_based_care_longterm_foster"})
LIVING: Final = frozenset(SERVICES[:5])
"""Services with which somebody has a place to live; the rest is given wherever they live."""

LANGUAGES: Final = ("km", "th", "vi", "en", "other")

PLACING: Final = frozenset({"place_in_community", "place_in_care", "place_in_shelter"})
"""The acts by which somebody gets a place, each signed off by the body that the procedure has take it."""

Who = Literal["woman", "man", "trans", "child"]
WHO: Final[tuple[str, ...]] = get_args(Who)

Custody = Literal["parents", "guardian", "court", "ministry", "none_yet"]
"""On what it rests that somebody else than the parents looks after a child. That nothing was made formal yet
is an answer too: sources say that it is often so, and then it must at least be known."""

Declined = Literal[
    "full", "profile", "age", "language", "access", "too_far", "security", "no_answer", "other_reason"
]
DECLINED: Final[tuple[str, ...]] = get_args(Declined)

NEEDED_BECAUSE: Final = (
    "nobody_offers",
    "sex",
    "age",
    "language",
    "access",
    "full",
    "unregistered",
    "declined",
    "too_far",
)
"""Why a need is unmet: nobody offers the service at all, or what those who do lack."""
