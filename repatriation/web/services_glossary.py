"""Words for the codes of the directory of services, of referrals, placements and needs."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from repatriation.places.gazetteer import Nearness

SERVICES: Mapping[str, object] = {
    "anti_trafficking_transitional_accomodation": _l("Shelter for a time"),
    "residential_care_gov_only_other": _l("Residential care"),
    "family_based_care_emergency_foster": _l("Foster care in an emergency"),
    "family_based_care_longterm_foster": _l("Foster care for long"),
    "family_based_care_independent_living": _l("Independent living"),
    "anti_trafficking_rescue": _l("Rescue"),
    "anti_trafficking_post_trafficking": _l("Counselling after trafficking"),
    "anti_trafficking_community_reintegration": _l("Support for reintegration in the community"),
    "family_based_care_kinship": _l("Care by relatives"),
    "family_based_care_family_preservation": _l("Keeping a family together"),
    "family_based_care_family_reunification": _l("Bringing a family together"),
    "social_work_case_work_generalist": _l("Social work with a case worker"),
    "social_work_case_work_community": _l("Social work in the community"),
    "counselling_generalist": _l("Counselling"),
    "counselling_abuse_survivors": _l("Counselling for survivors of abuse"),
    "counselling_trauma": _l("Counselling for trauma"),
    "counselling_family": _l("Counselling for families"),
    "drug_alcohol_counselling": _l("Counselling on drugs and alcohol"),
    "drug_alcohol_detox_rehabilitation": _l("Rehabilitation from drugs and alcohol"),
    "financial_development_material_assistance": _l("Help in goods"),
    "financial_development_financial_assistance": _l("Help in money"),
    "financial_development_income_generation": _l("Earning an income"),
    "financial_development_day_care": _l("Day care"),
    "disability_support_therapeutic_interventions": _l("Therapy for a disability"),
    "disability_support_aid_provision": _l("Aids for a disability"),
    "medical_support_access_care": _l("Getting to a doctor"),
    "medical_support_provision_medical_case": _l("Medical care"),
    "mental_health_support_therapeutic_interventions": _l("Therapy for the mind"),
    "mental_health_support_direct_medical_support": _l("Medical care for the mind"),
    "legal_support_access_legal_services": _l("Getting to a lawyer"),
    "legal_support_representation": _l("Being represented by a lawyer"),
    "training_education_school_support": _l("Support at school"),
    "training_education_vocational": _l("Training for a trade"),
    "training_education_life_skills": _l("Life skills"),
    "family_support_family_support": _l("Support for a family"),
    "other_other_service": _l("Another service"),
}

WHO: Mapping[str, object] = {
    "woman": _l("A woman"),
    "man": _l("A man"),
    "trans": _l("A transgender person"),
    "child": _l("A child"),
}

TAKES: Mapping[str, object] = {
    "women": _l("Women"),
    "men": _l("Men"),
    "trans": _l("Transgender people"),
    "children": _l("Children"),
}

WHY_NOT: Mapping[str, object] = {
    "sex": _l("Does not take people like this person"),
    "age": _l("Does not take people of this age"),
    "language": _l("Nobody there speaks the language"),
    "access": _l("Cannot be reached or lived in with a disability"),
    "full": _l("No place is free"),
    "unregistered": _l("Its registration has run out"),
    "declined": _l("Has declined to take this person on"),
    "nobody_offers": _l("Nobody in the directory offers this"),
    "too_far": _l("Too far away"),
}

NEARNESS: Mapping[Nearness, object] = {
    Nearness.COMMUNE: _l("In the same commune"),
    Nearness.DISTRICT: _l("In the same district"),
    Nearness.PROVINCE: _l("In the same province"),
    Nearness.NEIGHBOUR: _l("In a province beside it"),
    Nearness.ELSEWHERE: _l("Further away"),
}

DECLINED: Mapping[str, object] = {
    "full": _l("No place is free"),
    "profile": _l("We do not take people like this person"),
    "age": _l("We do not take people of this age"),
    "language": _l("Nobody here speaks the language"),
    "access": _l("Our house does not suit the disability"),
    "too_far": _l("We are too far away"),
    "security": _l("The person would not be safe here"),
    "no_answer": _l("We could not reach the person"),
    "other_reason": _l("Something else"),
}

TAKEN_BACK: Mapping[str, object] = {
    "another": _l("Another organisation was asked"),
    "breakdown": _l("The placement broke down"),
    "closed": _l("The case ended"),
}

CUSTODY: Mapping[str, object] = {
    "parents": _l("The parents have custody"),
    "guardian": _l("A guardian was appointed"),
    "court": _l("A court decided on custody"),
    "ministry": _l("The ministry decided on custody"),
    "none_yet": _l("Nothing is made formal yet"),
}

REFERRAL_STATES: Mapping[str, object] = {
    "offered": _l("Waiting for an answer"),
    "accepted": _l("Accepted"),
    "declined": _l("Declined"),
    "withdrawn": _l("Taken back"),
}
REFERRAL_TONES: Mapping[str, str] = {
    "offered": "waiting",
    "accepted": "done",
    "declined": "stop",
    "withdrawn": "plain",
}

PLACEMENTS: Mapping[str, object] = {
    "family": _l("With the family"),
    "community": _l("In the community"),
    "shelter": _l("In a shelter"),
    "foster": _l("In foster care"),
    "other": _l("Elsewhere"),
}

ENDINGS: Mapping[str, object] = {
    "moved": _l("Moved to another place"),
    "left": _l("Left by choice"),
    "breakdown": _l("The placement broke down"),
    "crossed": _l("Went home"),
    "closed": _l("The case ended"),
    "met": _l("Met"),
}
