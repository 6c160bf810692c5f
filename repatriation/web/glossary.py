"""Short words for codes: stages, facts, bodies, decisions. What a route file words itself stands there."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

# A route file says of a stage what it is and what to do; lists and headings need its name alone.
STAGES: Mapping[str, object] = {
    "requested": _l("Return asked for"),
    "reported": _l("Reported"),
    "under_identification": _l("Being identified"),
    "identified": _l("Identified"),
    "origin_notified": _l("Home country told"),
    "verifying": _l("Nationality and family being checked"),
    "return_decided": _l("Return decided"),
    "acceptance_received": _l("Accepted by the home country"),
    "documents_ready": _l("Travel papers ready"),
    "scheduled": _l("Handover agreed"),
    "in_transit": _l("On the way to the gate"),
    "handed_over": _l("Handed over"),
    "received": _l("Received at home"),
    "reception_screening": _l("Screening on arrival"),
    "placement_pending": _l("Placement being decided"),
    "pre_integration": _l("Before integration"),
    "integrated": _l("Integration"),
    "follow_up": _l("Follow-up"),
    "closed": _l("Closed"),
    "not_identified": _l("No trafficking found"),
    "declined_assistance": _l("Assistance declined"),
    "consent_withdrawn": _l("Agreement to return taken back"),
    "acceptance_refused": _l("Not accepted by the home country"),
    "nationality_not_confirmed": _l("Nationality not confirmed"),
    "remains_in_host": _l("Stays in the host country"),
    "third_country": _l("Goes to a third country"),
    "transferred_other_route": _l("Goes on under another route"),
    "lost_contact": _l("Contact lost"),
    "deceased": _l("Died"),
    "retrafficked": _l("Trafficked again"),
}

FACTS: Mapping[str, object] = {
    "acceptance_requested": _l("Acceptance asked for"),
    "alternative_care_confirmed": _l("Place of care confirmed"),
    "arrived_unannounced": _l("Arrived without notice"),
    "best_interests_not_return": _l("Return is not in the child's best interests"),
    "best_interests_return": _l("Return is in the child's best interests"),
    "breakdown_reported": _l("Placement broke down"),
    "care_place_asked": _l("Place of care asked for"),
    "closure_requested": _l("Closing asked for"),
    "confirmation_paper_issued": _l("Confirmation paper issued"),
    "declaration_filled": _l("Declaration filled in"),
    "details_agreed": _l("Details of the handover agreed"),
    "escort_named": _l("Escort named"),
    "exit_notice_given": _l("Notice of leaving given"),
    "exit_permit_issued": _l("Permission to leave issued"),
    "family_found": _l("Family found"),
    "family_not_found": _l("Family not found"),
    "family_suitable": _l("Family found suitable"),
    "family_unsuitable": _l("Family found unsuitable"),
    "fined_on_return": _l("Fined on return"),
    "first_needs_met": _l("First needs met"),
    "formally_identified": _l("Formally identified"),
    "guardian_appointed": _l("Guardian appointed"),
    "handover_scheduled": _l("Day and gate of the handover agreed"),
    "hold_border": _l("Held: the gate is shut"),
    "hold_consent": _l("Held: the person had second thoughts"),
    "hold_health": _l("Held: health"),
    "hold_legal": _l("Held: legal proceedings"),
    "home_checks_started": _l("Checks at home begun"),
    "identified_at_home": _l("Formally identified at home"),
    "internal_minutes_signed": _l("Internal minutes signed"),
    "local_checks_done": _l("Local checks done"),
    "minutes_signed_home": _l("Minutes signed by the home side"),
    "minutes_signed_host": _l("Minutes signed by the host side"),
    "mission_interviewed": _l("Mission has spoken with the person"),
    "nationality_confirmed": _l("Nationality confirmed"),
    "nationality_refused": _l("Nationality denied"),
    "origin_notified": _l("Home country told"),
    "plan_agreed": _l("Reintegration plan agreed"),
    "pre_departure_briefed": _l("Prepared for the journey"),
    "presumed": _l("Presumed trafficked"),
    "property_returned": _l("Belongings returned"),
    "province_told": _l("Receiving province told"),
    "received_one_sided": _l("Received, signed by one side"),
    "referral_accepted": _l("Referral accepted"),
    "referral_declined": _l("Referral declined"),
    "referral_offered": _l("Referral offered"),
    "reflection_begun": _l("Time to rest and think begun"),
    "registered": _l("Registered"),
    "reopened": _l("Reopened as a new case"),
    "return_certificate_issued": _l("Return certificate issued"),
    "risk_acceptable": _l("Risk of return acceptable"),
    "risk_too_high": _l("Risk of return too high"),
    "roll_checked": _l("Checked against the list"),
    "screened_positive": _l("Screening found signs of trafficking"),
    "second_interview_held": _l("Second interview held"),
    "sheltered": _l("In a shelter"),
    "summary_sent": _l("Summary sent"),
    "tracing_requested": _l("Family tracing asked for"),
    "transport_asked": _l("Transport asked for"),
    "travel_document_issued": _l("Travel document issued"),
    "verification_requested": _l("Verification asked for"),
    "visit_missed": _l("Visit missed"),
    "visit_recorded": _l("Visit recorded"),
}

# For a role whose body the route file does not name.
FUNCTIONS: Mapping[str, object] = {
    "protection": _l("Protection office"),
    "police": _l("Police"),
    "immigration": _l("Immigration office"),
    "identification": _l("Identification team"),
    "coordination": _l("Coordinating office"),
    "shelter": _l("Shelter"),
    "prosecution": _l("Public prosecutor"),
    "foreign_affairs": _l("Ministry of foreign affairs"),
    "border": _l("Border guard"),
    "consulate": _l("Embassy or consulate"),
    "social": _l("Social affairs office"),
    "reception": _l("Reception centre"),
    "caseworker": _l("Organisation with caseworkers"),
    "guardian_authority": _l("Guardianship authority"),
    "iom": _l("International Organization for Migration"),
    "ngo": _l("Supporting organisation"),
    "person": _l("The person themselves"),
}

COUNTRIES: Mapping[str, object] = {"KHM": _l("Cambodia"), "THA": _l("Thailand"), "VNM": _l("Viet Nam")}

AGE_GROUPS: Mapping[str, object] = {
    "adult": _l("Grown up"),
    "child": _l("Child"),
    "unknown": _l("Age not known: treated as a child"),
}

AGES: Mapping[str, object] = {
    "adult": _l("Grown up"),
    "child": _l("Child: under 18"),
    "unknown": _l("Cannot be said"),
}
GENDERS: Mapping[str, object] = {
    "Feminine": _l("Woman or girl"),
    "Masculine": _l("Man or boy"),
    "TransgenderFeminine": _l("Transgender woman"),
    "TransgenderMasculine": _l("Transgender man"),
    "NonConforming": _l("Another gender"),
    "NonSpecifiedUnknown": _l("Not said"),
}

DECISIONS: Mapping[str, object] = {
    "given": _l("Agreed"),
    "refused": _l("Refused"),
    "withdrawn": _l("Taken back"),
}
DECISION_TONES: Mapping[str, str] = {"given": "done", "refused": "stop", "withdrawn": "stop"}

SPOKEN: Mapping[str, object] = {
    "km": _l("Khmer"),
    "th": _l("Thai"),
    "vi": _l("Vietnamese"),
    "en": _l("English"),
    "other": _l("Another language"),
}
HOW: Mapping[str, object] = {
    "spoken": _l("Spoken"),
    "written": _l("Written"),
    "thumbprint": _l("With a thumbprint"),
    "signed": _l("Signed"),
    "imported": _l("Taken over from another system"),
}

IDENTIFICATIONS: Mapping[tuple[str, str], object] = {
    ("screening", "trafficked"): _l("Screening: signs of trafficking"),
    ("screening", "not_trafficked"): _l("Screening: no sign of trafficking"),
    ("formal", "trafficked"): _l("Formal identification: trafficked"),
    ("formal", "not_trafficked"): _l("Formal identification: not trafficked"),
}

TAGS: Mapping[str, object] = {
    "case:opened": _l("Case opened"),
    "summary:acknowledged": _l("Summary acknowledged by its receiver"),
    "summary:posted": _l("Summary sent to the other installation"),
    "summary:kept": _l("Summary not sent: the person no longer agrees"),
    "person:identity:opened": _l("Identity opened"),
    "person:identity:searched": _l("Found by name"),
    "person:identity:changed": _l("Identity added to or corrected"),
    "case:imported": _l("Case read in from a file"),
    "visit:recorded": _l("Visit written down"),
    "visit:notes:opened": _l("Notes of visits opened"),
    "visit:due_soon": _l("A visit is due soon"),
    "visit:due": _l("A visit is due"),
    "visit:overdue": _l("A visit is overdue"),
    "visit:missed": _l("A visit was not made"),
    "limit:due_soon": _l("A time limit ends soon"),
    "limit:overdue": _l("A time limit is over"),
    "limit:escalated": _l("A time limit has been over for a week"),
    "limit:replanned": _l("A time limit moved, because a day was changed in the calendar"),
    "visit:moved": _l("Visit moved to another day"),
    "visit:added": _l("Words added to a visit"),
    "plan:changed": _l("Plan changed"),
    "plan:opened": _l("Words of the plan opened"),
    "paper:issued": _l("Paper made afterwards"),
    "paper:file:opened": _l("Paper opened"),
    "paper:revoked": _l("Paper revoked"),
    "handoff:onward:agreed": _l("Handed on although it was not to be passed on: its sender agreed"),
    "handoff:shredded": _l("What a handoff said was destroyed, because its time was over"),
    "federation:begun": _l("Carried on together with another installation from now on"),
    "federation:ended": _l("No longer carried on together: the person does not agree to it any more"),
    "federation:parted": _l("No longer carried on together: it goes on here alone"),
    "federation:stuck": _l("The two installations do not agree about a step"),
    "federation:sent:again": _l("Steps sent again"),
    "federation:step:refused": _l("A step does not count: the other installation came to another result"),
    "federation:case:renewed": _l("Taken over as it stands in the other installation"),
}

TAG_OF: Mapping[str, str] = {"open_case": "case:opened"}

PAPERS: Mapping[str, object] = {
    "return_request": _l("Request for return"),
    "note_verbale": _l("Note verbale"),
    "family_tracing_request": _l("Request to trace a family"),
    "family_assessment": _l("Family assessment"),
    "consent_form": _l("Declaration of agreement"),
    "travel_document": _l("Emergency travel document"),
    "handover_minutes": _l("Minutes of handover"),
    "return_certificate": _l("Certificate of return"),
    "screening_form": _l("Screening and identification form"),
    "referral_form": _l("Referral"),
    "reintegration_plan": _l("Reintegration plan"),
    "visit_form": _l("Follow-up visit"),
    "closure_report": _l("Closing report"),
}

REVOKED_FOR: Mapping[str, object] = {
    "mistake": _l("There is a mistake in it"),
    "replaced": _l("A newer one takes its place"),
    "lost": _l("It was lost or stolen"),
    "person_withdrew": _l("The person has taken back their word"),
    "not_used": _l("It is not needed any more"),
    "not_completed": _l("What it says did not come about"),
    "misused": _l("It was misused"),
    "step_undone": _l("The step that it was issued with does not count"),
}

REASONS: Mapping[str, object] = {
    "roll_check": _l("To check a list at the gate or the centre"),
    "prepare_paper": _l("To prepare a paper"),
    "verify_nationality": _l("To verify nationality"),
    "trace_family": _l("To look for the family"),
    "contact_person": _l("To reach the person"),
    "arrange_care": _l("To arrange care or services"),
    "safety": _l("For the person's safety"),
    "correct_record": _l("To correct what is on file"),
    "audit": _l("To audit"),
    "handoff": _l("To hand the case on"),
}

VISIT_MODES: Mapping[str, object] = {
    "home": _l("At the person's home"),
    "elsewhere": _l("Somewhere else that the person chose"),
    "office": _l("At the office"),
    "phone": _l("By telephone"),
    "written": _l("In writing"),
}
VISIT_OUTCOMES: Mapping[str, object] = {
    "seen": _l("The person was met"),
    "not_there": _l("The person was not there"),
    "declined": _l("The person did not want the visit"),
    "moved": _l("The person has moved away"),
    "put_off": _l("Put off to another day"),
}
VISIT_STATES: Mapping[str, object] = {
    "planned": _l("Planned"),
    "done": _l("Made"),
    "missed": _l("Not made"),
    "moved": _l("Moved to another day"),
    "cancelled": _l("Cancelled"),
}
STANDINGS: Mapping[str, object] = {
    "ahead": _l("Planned"),
    "due_soon": _l("Due soon"),
    "due": _l("Due today"),
    "overdue": _l("Overdue"),
    "missed": _l("Missed"),
}
STANDING_TONES: Mapping[str, str] = {
    "ahead": "plain",
    "due_soon": "going",
    "due": "waiting",
    "overdue": "late",
    "missed": "stop",
}
VISIT_REASONS: Mapping[str, object] = {
    "asked": _l("The person asked for another day"),
    "ill": _l("The person is ill"),
    "away": _l("The person is away"),
    "not_safe": _l("A visit would not be safe for the person"),
    "road": _l("The road or the weather"),
    "officer": _l("The visitor cannot come"),
    "other": _l("Another reason"),
    "schedule_changed": _l("The visits of this case were changed"),
    "consent_withdrawn": _l("The person wishes no visits"),
    "closed": _l("The case is closed"),
    "died": _l("The person has died"),
    "lost_contact": _l("Contact is lost"),
    "retrafficked": _l("The person was trafficked again"),
    "declined_help": _l("The person wishes no help"),
    "breakdown": _l("The place did not hold"),
    "ended": _l("The case has ended"),
}
FINDINGS: Mapping[str, object] = {
    "retrafficked": _l("Signs that the person was trafficked again"),
    "breakdown": _l("The place where the person lives does not hold"),
}
ANSWERS: Mapping[str, object] = {
    "well": _l("No trouble"),
    "worry": _l("Some trouble"),
    "help": _l("Needs help"),
}
ASKED_ABOUT: Mapping[str, object] = {
    "health": _l("Health"),
    "housing": _l("Housing"),
    "income": _l("Work and income"),
    "school": _l("School or training"),
    "debt": _l("Debts"),
    "legal": _l("Legal matters"),
}
VISIT_WORDS: Mapping[str, object] = {
    "notes": _l("What was seen and said"),
    "needs": _l("What the person needs"),
    "steps": _l("What will be done, by whom"),
}
DOMAINS: Mapping[str, object] = {
    "safety": _l("Safety"),
    "housing": _l("Housing"),
    "health": _l("Health"),
    "mind": _l("Well-being"),
    "school": _l("School"),
    "training": _l("Vocational training"),
    "income": _l("Work and income"),
    "family": _l("Family and neighbours"),
    "legal": _l("Legal matters"),
    "papers": _l("Civil papers"),
}
SERVICES: Mapping[str, object] = {
    "shelter": _l("A place to stay"),
    "health": _l("Health care"),
    "counselling": _l("Counselling"),
    "legal": _l("Legal aid"),
    "training": _l("Vocational training"),
    "work": _l("Help to find work"),
    "school": _l("School"),
    "family": _l("Help for the family"),
    "money": _l("Help with money"),
    "other": _l("Something else"),
}
LIVING: Mapping[str, object] = {
    "family": _l("With the family"),
    "relatives": _l("With relatives"),
    "shelter": _l("In a shelter"),
    "alone": _l("On their own"),
    "foster": _l("In foster care"),
    "other": _l("Elsewhere"),
}
GOAL_STATES: Mapping[str, object] = {
    "open": _l("Open"),
    "met": _l("Met"),
    "dropped": _l("Dropped"),
}
PLAN_STATES: Mapping[str, object] = {
    "draft": _l("Being written"),
    "agreed": _l("Agreed with the person"),
    "ended": _l("Ended"),
}
SAFETY: Mapping[str, object] = {
    "safe": _l("Safe"),
    "worry": _l("Some worry"),
    "danger": _l("In danger now"),
}

SAFEGUARDS: Mapping[str, object] = {
    "no_hold": _l("Nothing holds the return back: no proceedings, illness, closed gate or second thoughts."),
    "child_best_interests": _l(
        "For a child, a best-interests determination says that returning is best for this child."
    ),
    "child_receiving_carer": _l(
        "For a child, a family found suitable or a confirmed place of alternative care is waiting."
    ),
    "child_family_or_care": _l(
        "A child goes only to a family found suitable or to a confirmed place of alternative care."
    ),
    "child_guardian": _l("For a child, a guardian has been appointed."),
    "is_child": _l("This is done for a child only, or for somebody not known to be grown up."),
    "child_escort": _l("For a child, the person who travels along is named and known to the child."),
    "both_signatures": _l(
        "The minutes are signed by both sides, or a one-sided reception is recorded with its reason."
    ),
    "travel_document_valid": _l("A travel document has been issued and is still valid."),
    "exit_permit_valid": _l("The permission to leave the country has been issued and is still valid."),
    "handover_date_set": _l("Both sides have agreed a day and a gate for the handover."),
    "province_told_in_time": _l(
        "The receiving province was told at least three days before the day of the handover."
    ),
    "identified_or_screened": _l(
        "A competent body has identified the person, before the border or after it."
    ),
    "not_identified_yet": _l("No competent body has identified the person yet."),
    "safe_place": _l(
        "A suitable family, a confirmed place of care or a provider that has accepted is waiting."
    ),
    "referral_open": _l("A referral has been offered and not yet answered."),
    "not_reopened": _l("No new case has been opened from this one."),
}
"""The sentences of `sop.safeguards`, word for word, so that they can be translated."""

# What each scope lets a partner's program do, for the officer who agrees to it.
SCOPES: Mapping[str, object] = {
    "handoff:send": _l("Send handoffs, and fetch the receipts for them"),
    "handoff:receive": _l("Fetch handoffs that wait in the inbox"),
    "handoff:decide": _l("Accept or decline handoffs"),
    "receipts:read": _l("Fetch receipts again"),
    "cases:read": _l("List and read the cases shared with the organisation"),
    "identity:read": _l("Open who a person is, for a purpose that the person agreed to"),
    "cases:open": _l("Open return requests"),
    "cases:act": _l("Take steps in cases"),
    "visits:read": _l("Read the visits planned and made"),
    "visits:write": _l("Record visits"),
    "documents:read": _l("Fetch papers by their number"),
}

PARTNER_STATES: Mapping[str, object] = {
    "pending": _l("Waiting for approval"),
    "active": _l("Active"),
    "suspended": _l("Suspended"),
}

CARD_OUTCOMES: Mapping[str, object] = {
    "registered": _l("Registered"),
    "keys_changed": _l("Keys changed"),
    "quarantined": _l("Put aside: signed by no key that counts"),
    "discarded": _l("Thrown away: not the partner's"),
}

HANDOFF_KINDS: Mapping[str, object] = {
    "referral": _l("Referral"),
    "transfer": _l("Transfer"),
    "question": _l("Question"),
    "answer": _l("Answer"),
    "correction": _l("Correction"),
    "step": _l("Step in the case"),
    "stop": _l("Step that stops the case"),
    "end": _l("End of carrying it on together"),
    "summary": _l("Summary of how the person is"),
    "withdrawal": _l("Withdrawal"),
    "decision": _l("Decision"),
}

HANDOFF_STATES: Mapping[str, object] = {
    "queued": _l("On its way"),
    "received": _l("Delivered, waiting for a decision"),
    "accepted": _l("Accepted"),
    "declined": _l("Declined"),
    "withdrawn": _l("Taken back"),
    "expired": _l("Nobody decided in time"),
}

HANDOFF_ATTENTION: Mapping[str, object] = {
    "arrived": _l("Arrived: accept it, decline it, or ask"),
    "declined": _l("Declined: decide what happens now. The case is still yours"),
    "expired": _l("Nobody decided in time. The case stays with whoever had it"),
    "undeliverable": _l("It cannot be delivered so far: call the partner. It is tried on"),
    "conflict": _l("The partner has something else under the same number: call them"),
    "question": _l("The receiver asks something"),
    "answer": _l("The sender has answered"),
    "correction": _l("The sender corrects what was sent: look, and confirm"),
    "summary": _l("A summary of how the person is came: read it, and confirm"),
    "withdrawal": _l("Taken back by the sender: stop using it, and confirm"),
    "consent_withdrawn": _l("Taken back, because the person no longer agrees"),
    "consent_ended": _l("Taken back, because the person's agreement ended"),
    "accepted_after_withdrawal": _l(
        "Accepted after it was taken back: call the partner. The case stays yours"
    ),
    "decided_late": _l("Decided after the time was over: call the partner. The case stays yours"),
    "moved_on": _l("Accepted, but the case has moved on since: settle with the partner who answers for it"),
    "step_needs_paper": _l("Accepted. Take the step in the case now, together with its paper"),
    "step_refused": _l("Accepted, but the procedure does not allow the step now. The case is still yours"),
    "contradicted": _l("The partner signed two decisions that differ: call them"),
    "receipt_unproven": _l("A decision came whose signature does not fit: call the partner"),
    "unknown_handoff": _l("A decision came about something we never sent: call the partner"),
    "other_procedure": _l(
        "Declined by itself: their case follows another procedure file than ours. Both must use the same one"
    ),
    "other_standing": _l("Declined by itself: their case stands where the procedure has no place"),
    "step_of_ours_refused": _l("A step of yours does not count with the other installation: see why"),
    "step_of_theirs_refused": _l("A step of theirs does not count here, and they are told why"),
    "paper_of_ours_revoked": _l(
        "A step of yours does not count with the other installation, and its paper is revoked: see why"
    ),
    "paper_of_theirs_revoked": _l(
        "A step of theirs does not count here. Do not go by a paper issued with it: check it with them"
    ),
    "step_stuck": _l("The two installations do not agree about a step: find the way on with them"),
    "step_unfit": _l("A step came that cannot be one of theirs: call the partner"),
    "shared_no_more": _l("Nothing more of this case passes between the two installations"),
}

CONTACT: Mapping[str, object] = {
    "met": _l("Met at the last visit"),
    "not_met": _l("Not met at the last visit"),
    "none_yet": _l("Not visited yet"),
}

HANDLING: Mapping[str, object] = {
    "not_to_origin": _l("Do not tell the authorities of the home country"),
    "not_to_family": _l("Do not tell the family"),
    "not_to_police": _l("Do not tell the police"),
    "no_onward_sharing": _l("Do not pass it on to anybody else"),
    "women_only": _l("To be handled by women only"),
    "erase_when_done": _l("Erase it when the work is done"),
}

ELSEWHERE_REASONS: Mapping[str, object] = {
    "other_procedure": _l("The two do not go by the same procedure file"),
    "other_view": _l("The case stood otherwise there before the step"),
    "other_facts": _l("Our procedure puts something else on file for this step"),
    "other_time": _l("It is dated after it was signed"),
    "other_step": _l("Another step stands in its place already"),
    "unknown_action": _l("Our procedure has no such step"),
    "overtaken": _l("Something else came first, and it does not fit any more"),
    "ended": _l("Nothing more of the case passes between the two"),
    "renewed": _l("The case was taken over as it stands with them, without this step"),
    "unknown": _l("They do not say why"),
}
"""Why a step does not count that came from another installation, beside the reasons of the procedure."""

DECLINE_REASONS: Mapping[str, object] = {
    "other_procedure": _l("It follows another procedure file there than here"),
    "other_standing": _l("It stands where the procedure there has no place"),
    "no_room": _l("There is no room"),
    "not_our_service": _l("It is not a service of ours"),
    "not_safe_here": _l("The person would not be safe here"),
    "more_needed": _l("More must be known first"),
    "known_already": _l("The person is known here already"),
    "person_refused": _l("The person does not want it"),
    "other": _l("Another reason"),
}

WITHDRAWAL_REASONS: Mapping[str, object] = {
    "sent_in_error": _l("It was sent by mistake"),
    "not_needed": _l("It is not needed any more"),
    "person_asks": _l("The person asks for it"),
    "consent_withdrawn": _l("The person no longer agrees"),
    "consent_ended": _l("The person's agreement ended"),
}

RESPONSIBLE_BECAUSE: Mapping[str, object] = {
    "sent": _l("from the beginning"),
    "received": _l("from the beginning"),
    "accepted": _l("by a signed acceptance"),
    "withdrawn": _l("it was taken back before the acceptance was known"),
}

PURPOSES: Mapping[str, object] = {
    "protection": _l("Protection and shelter"),
    "notification": _l("Telling the embassy and confirming nationality"),
    "tracing": _l("Looking for the family"),
    "return": _l("The return"),
    "sharing": _l("Sending what is needed of the file"),
    "follow_up": _l("Follow-up after the return"),
}

KEPT_BACK: Mapping[str, object] = {
    "never": _l("never leaves this installation"),
    "purpose": _l("not needed for this purpose"),
    "officer": _l("you leave it out"),
}

FIELDS: Mapping[str, object] = {
    "names": _l("Names"),
    "birthdate": _l("Date of birth"),
    "birth_year_estimated": _l("Whether the year of birth is estimated"),
    "gender": _l("Gender"),
    "citizenship": _l("Citizenship"),
    "primary_language": _l("Language"),
    "secondary_language": _l("Second language"),
    "identity_number": _l("Number of an identity paper"),
    "home_address": _l("Home"),
    "contacts": _l("How to reach the person"),
    "marital_status": _l("Marital status"),
    "number_of_children": _l("Number of children"),
    "education": _l("Schooling"),
    "trafficking_status": _l("Trafficking status"),
    "type_of_exploitation": _l("Kind of exploitation"),
    "vulnerabilities": _l("Vulnerabilities"),
    "details_of_vulnerabilities": _l("More about vulnerabilities"),
}
