"""A child found in Viet Nam goes home to Cambodia: nothing moves without guardian, own view and carer."""

from tests.journeys.officer import Story
from tests.journeys.ways import AGREED, BOY, GUARDED

CONSULATE = "khm-consulate-ho-chi-minh"


def test_a_child_returns_from_viet_nam(story: Story) -> None:
    found_and_identified(story)
    weighed_and_decided(story)
    papers_in_their_own_order(story)
    over_the_bridge_at_bavet(story)


def found_and_identified(story: Story) -> None:
    police, social, mps, consul, ministry = story.cast(
        "officer.tay-ninh-police",
        "officer.vnm-social-agency",
        "coordinator.mps",
        "consul.saigon",
        "officer.vnm-consular-department",
    )
    page = police.opens_a_case("Viet Nam to Cambodia", "Report a person found", **BOY, **AGREED, **GUARDED)
    page.says("Child, or age not known", "The child's own view was heard", "A guardian spoke for the child")
    assert "Within 3 days, To be aimed at" in page.entry("Record that the person may have been", "Until")
    police.takes("presume")
    social.takes_all("place_in_shelter", "appoint_guardian")
    police.takes("identify", authority="Criminal police of Tay Ninh")
    social.takes("consent_to_notification", **GUARDED)
    assert mps.takes("notify_origin", organisation=CONSULATE).stage == "Home country told"
    consul.case().says("Child, or age not known")
    ministry.takes("request_verification", organisation=CONSULATE)
    consul.takes("confirm_nationality")


def weighed_and_decided(story: Story) -> None:
    social, mps, dosvy = story.cast(
        "officer.vnm-social-agency", "coordinator.mps", "officer.dosvy-svay-rieng"
    )
    social.takes("assess_risk_acceptable")
    social.takes("consent_to_return", guardian=GUARDED["guardian"])
    mps.is_told_why_not(
        "decide_return",
        "The child's own view is not on file: Going back to Cambodia",
        "Not yet so: For a child, a best-interests determination says",
        "Not yet so: For a child, a family found suitable or a confirmed place of alternative care",
    )
    social.takes("consent_to_return", **GUARDED)
    social.takes("determine_return_in_best_interests")
    social.takes("consent_to_tracing", **GUARDED)
    social.takes("request_family_tracing", organisation="dosvy-svay-rieng")
    dosvy.takes_all("report_family_found", "find_family_suitable")
    assert mps.takes("decide_return").stage == "Return decided"


def papers_in_their_own_order(story: Story) -> None:
    social, mps, consul, ministry = story.cast(
        "officer.vnm-social-agency", "coordinator.mps", "consul.saigon", "officer.vnm-consular-department"
    )
    social.takes("consent_to_sharing", **GUARDED)
    ministry.takes("request_acceptance", organisation=CONSULATE)
    assert not consul.is_offered("issue_travel_document")
    page = consul.takes("accept_return", until=90)
    assert page.stage == "Accepted by the home country"
    consul.case("On file").entry("Travel document issued", "Valid until")
    mps.is_told_why_not("issue_exit_permit", "First: Give the Immigration Department written notice")
    ministry.takes("agree_details", organisation=CONSULATE)
    page = ministry.takes("give_exit_notice")
    assert "Within 5 days, Firm" in page.entry("Issue the exit papers, free of charge", "Until")
    assert mps.takes("issue_exit_permit", until=60).stage == "Travel papers ready"
    social.takes("brief_before_departure")
    page = ministry.takes("schedule_handover", on=4, gate="bavet", organisation="bavet-transit-centre")
    assert page.stage == "Handover agreed"


def over_the_bridge_at_bavet(story: Story) -> None:
    social, border, bavet, mosvy, mps = story.cast(
        "officer.vnm-social-agency",
        "reception.mocbai",
        "reception.bavet",
        "coordinator.mosvy",
        "coordinator.mps",
    )
    expected = bavet.open("/arrivals")
    assert expected.entry("Bavet", "Number of people: 1")
    story.pass_by(days=4)
    social.is_told_why_not("depart", "Not yet so: For a child, the person who travels along is named")
    social.takes_all("name_escort", "depart")
    done = bavet.takes_the_roll(
        "Open the names and take the roll",
        [story.reference],
        "check_roll",
        "sign_minutes_home",
        "complete_handover",
    )
    assert "Not all" in done.entry(story.reference)
    done.says("Not done: Welcome the person across the gate", "The minutes are signed by both sides")
    border.takes("sign_minutes_host")
    done = bavet.takes_the_roll(
        "Open the names and take the roll", [story.reference], "check_roll", "complete_handover", "register"
    )
    assert "Done" in done.entry(story.reference)
    assert bavet.case().stage == "Received at home"
    bavet.takes_all("meet_first_needs", "keep_foreign_identification")
    bavet.case("On file").says("Criminal police of Tay Ninh (Viet Nam)")
    assert mosvy.takes("place_in_community").stage == "Before integration"
    mps.finds_nothing()
