"""A Vietnamese woman found in Cambodia goes home: two papers, a province told in time, a certificate."""

from collections.abc import Mapping
from typing import Any

from tests.journeys.officer import Story
from tests.journeys.ways import AGREED

WOMAN: Mapping[str, Any] = {
    "latn_family": "Nguyễnthanh",
    "latn_given": "Thuỳdươngvy",
    "birthdate": 1997,
    "gender": "Feminine",
}


def test_an_adult_returns_from_cambodia(story: Story) -> None:
    story.habits = {"language": "vi"}
    asked_for_and_identified(story)
    checked_at_home(story)
    papers_and_a_day(story)
    over_the_border_at_moc_bai(story)


def asked_for_and_identified(story: Story) -> None:
    embassy, police, mosvy, shelter = story.cast(
        "consul.phnompenh",
        "officer.moi-anti-trafficking",
        "coordinator.mosvy",
        "officer.ngo-shelter-phnom-penh",
    )
    page = embassy.opens_a_case("Cambodia to Viet Nam", "Ask for a return", **WOMAN, **AGREED)
    assert page.stage == "Return asked for"
    assert "At once, Firm" in page.entry("Alert MoSVY and the police", "Until")
    mosvy.finds_nothing()
    assert embassy.takes("refer_to_host").stage == "Reported"
    police.takes_all("presume", "identify")
    mosvy.takes("place_in_shelter")
    assert shelter.case().stage == "Identified"


def checked_at_home(story: Story) -> None:
    mosvy, embassy, police, mps, shelter = story.cast(
        "coordinator.mosvy",
        "consul.phnompenh",
        "officer.tay-ninh-police",
        "coordinator.mps",
        "officer.ngo-shelter-phnom-penh",
    )
    mosvy.takes_all("consent_to_notification", "notify_origin")
    embassy.takes("interview_with_mission")
    mosvy.takes_all("request_verification", "consent_to_sharing")
    mps.finds_nothing()
    page = embassy.takes("start_home_checks")
    clock = page.entry("Report what the local police found", "Until")
    assert "Within 20 working days (Viet Nam), To be aimed at" in clock
    assert "Assumed UNIAP, 2010 data sheets, Viet Nam (on the 2008 circular, which lapsed" in clock
    story.pass_by(days=40)
    police.case().says("Overdue: Report what the local police found.")
    page = police.takes("report_local_checks")
    page.does_not_say("Overdue")
    clock = page.entry("Confirm that the person is Vietnamese", "Until")
    assert "Within 10 working days (Viet Nam), To be aimed at" in clock
    mps.takes("confirm_nationality")
    shelter.takes_all("assess_risk_acceptable", "consent_to_return")
    assert mosvy.takes("decide_return").stage == "Return decided"


def papers_and_a_day(story: Story) -> None:
    mosvy, embassy, immigration, mps, shelter = story.cast(
        "coordinator.mosvy",
        "consul.phnompenh",
        "officer.khm-immigration",
        "coordinator.mps",
        "officer.ngo-shelter-phnom-penh",
    )
    mosvy.takes("request_acceptance")
    page = embassy.takes("accept_return")
    limit = page.entry("Issue the laissez-passer", "Until")
    assert "Within 5 working days (Viet Nam), To be aimed at" in limit
    immigration.is_told_why_not("issue_exit_permit", "First: Issue the laissez-passer")
    embassy.takes("issue_travel_document", until=90)
    mosvy.is_told_why_not("confirm_documents", "First: Issue the exit permit")
    immigration.takes("issue_exit_permit", until=30)
    mosvy.takes("confirm_documents")
    shelter.takes("brief_before_departure")
    mosvy.takes("schedule_handover", on=2, gate="moc-bai")
    mps.takes("tell_province")
    story.pass_by(days=2)
    shelter.is_told_why_not(
        "depart", "Not yet so: The receiving province was told at least three days before"
    )
    page = mosvy.takes("reschedule_handover", on=4, gate="moc-bai")
    page.says("For others to do", "Tell the receiving province, at least three days before the day.")
    mps.takes("tell_province")


def over_the_border_at_moc_bai(story: Story) -> None:
    mosvy, guard, province, social, union, shelter = story.cast(
        "coordinator.mosvy",
        "reception.mocbai",
        "officer.tay-ninh-immigration-police",
        "officer.vnm-social-agency",
        "caseworker.tayninh",
        "officer.ngo-shelter-phnom-penh",
    )
    story.pass_by(days=4)
    assert shelter.takes("depart").stage == "On the way to the gate"
    guard.takes("check_roll")
    mosvy.takes("sign_minutes_host")
    guard.takes("sign_minutes_home")
    page = guard.takes("complete_handover")
    assert page.stage == "Handed over"
    assert "At once, Firm" in page.entry("Give the person the return certificate now", "Until")
    province.is_told_why_not("issue_return_certificate", "First: Fill in the declaration with the person")
    guard.takes_all("fill_declaration", "sign_internal_minutes")
    assert province.takes("issue_return_certificate").stage == "Received at home"
    assert province.takes("keep_foreign_identification").stage == "Placement being decided"

    social.case().says("Your move")
    social.takes_all("consent_to_referral", "consent_to_visits", "offer_referral")
    union.takes("accept_referral")
    social.takes("place_in_community")
    mosvy.finds_nothing()
    union.takes_all("agree_plan", "integrate", "begin_follow_up")
    story.pass_by(days=30)
    union.visits(outcome="seen", safety="safe")
    union.takes("request_closure")
    assert social.takes("approve_closure").stage == "Closed"
