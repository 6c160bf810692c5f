"""A woman found in Thailand goes home to Cambodia: from the first report to the closing of her case."""

from collections.abc import Mapping
from typing import Any

from tests.journeys.officer import Story
from tests.journeys.ways import AGREED, WOMAN


def test_an_adult_returns_from_thailand(story: Story) -> None:
    story.secrets = ("Behind the ice factory", "099 555 1234")
    found_and_identified(story)
    told_and_decided(story)
    on_the_way(story)
    at_home_again(story)


def found_and_identified(story: Story) -> None:
    sakaeo, police, mdt, shelter = story.cast(
        "protection.sakaeo", "police.bangkok", "officer.tha-mdt", "officer.tha-shelter"
    )
    reached: Mapping[str, Any] = {"place": "Behind the ice factory", "telephone": "099 555 1234"}
    page = sakaeo.opens_a_case("Thailand to Cambodia", "Report a person found", **WOMAN, **AGREED, **reached)
    assert page.stage == "Reported"
    page.says("Your move", "Agreed")

    page = police.takes("presume")
    assert page.stage == "Being identified"
    assert "Within 24 hours" in page.entry("Hold the second interview", "To be aimed at")
    police.takes("hold_second_interview")
    page = sakaeo.takes("begin_reflection")
    assert "Within 15 days, Firm" in page.entry(
        "Record the MDT's decision: the person was trafficked", "Until"
    )
    sakaeo.takes("place_in_shelter")
    assert shelter.case().stage == "Being identified"

    story.pass_by(days=16)
    mdt.case().says("Overdue: Record the MDT's decision: the person was trafficked.")
    page = mdt.takes("identify", authority="Multidisciplinary team of Sa Kaeo")
    assert page.stage == "Identified"
    page.does_not_say("Overdue")
    page = mdt.case("On file")
    page.says("Formal identification: trafficked", "Multidisciplinary team of Sa Kaeo (Thailand)")


def told_and_decided(story: Story) -> None:
    datip, shelter, consul, mosvy, dosvy = story.cast(
        "coordinator.datip",
        "officer.tha-shelter",
        "consul.bangkok",
        "coordinator.mosvy",
        "officer.dosvy-banteay-meanchey",
    )
    consul.finds_nothing()
    datip.is_told_why_not("notify_origin", "The person has not been asked: Telling the Cambodian embassy")
    datip.takes("consent_to_notification")
    assert datip.takes("notify_origin").stage == "Home country told"
    assert consul.case().stage == "Home country told"

    assert datip.takes("request_verification").stage == "Nationality and family being checked"
    consul.takes("confirm_nationality")
    mosvy.finds_nothing()
    datip.takes("consent_to_tracing")
    datip.takes("request_family_tracing", organisation="dosvy-banteay-meanchey")
    dosvy.takes_all("report_family_found", "find_family_suitable")
    datip.is_told_why_not(
        "decide_return", "The person has not been asked", "First: Record that it is safe enough to return"
    )
    shelter.takes("assess_risk_acceptable")
    shelter.takes("consent_to_return")
    assert datip.takes("decide_return").stage == "Return decided"
    mosvy.case().says("Waiting for: MSDHS")

    datip.takes("consent_to_sharing")
    datip.takes("request_acceptance", organisation="poipet-transit-centre")
    assert mosvy.takes("accept_return").stage == "Accepted by the home country"


def on_the_way(story: Story) -> None:
    datip, police, shelter, consul, poipet, mosvy = story.cast(
        "coordinator.datip",
        "police.bangkok",
        "officer.tha-shelter",
        "consul.bangkok",
        "reception.poipet",
        "coordinator.mosvy",
    )
    consul.takes("issue_travel_document", until=story.day(90))
    shelter.takes("brief_before_departure")
    page = datip.takes(
        "schedule_handover", on=story.day(6), gate="poipet", organisation="poipet-transit-centre"
    )
    assert page.stage == "Handover agreed"
    police.takes("return_property")
    shelter.takes("name_escort")
    mosvy.case("On file").says("Day of the handover", "Poipet")

    story.pass_by(days=6)
    assert shelter.takes("depart").stage == "On the way to the gate"
    poipet.is_told_why_not("sign_minutes_home", "First: Check each person against the list at the gate.")
    poipet.takes("check_roll")
    shelter.takes("sign_minutes_host")
    poipet.is_told_why_not("complete_handover", "Not yet so: The minutes are signed by both sides")
    poipet.takes("sign_minutes_home")
    assert poipet.takes("complete_handover").stage == "Handed over"
    assert poipet.takes("register").stage == "Received at home"


def at_home_again(story: Story) -> None:
    poipet, mosvy, ngo, datip = story.cast(
        "reception.poipet", "coordinator.mosvy", "caseworker.poipet", "coordinator.datip"
    )
    poipet.takes("meet_first_needs")
    assert poipet.takes("keep_foreign_identification").stage == "Placement being decided"
    poipet.takes_all("consent_to_referral", "consent_to_visits")
    ngo.finds_nothing()
    poipet.takes("offer_referral", organisation="ngo-poipet")
    ngo.takes("accept_referral")
    assert mosvy.takes("place_in_community").stage == "Before integration"
    datip.finds_nothing()
    ngo.is_told_why_not("integrate", "First: Agree the reintegration plan with the person.")
    ngo.takes_all("agree_plan", "integrate", "begin_follow_up")

    story.pass_by(days=30)
    ngo.open("/visits").entry(story.reference, "Missed")  # the first was to be two weeks after
    met = {"outcome": "seen", "safety": "safe", "seen_alone": "yes", "mode": "home"}
    ngo.visits(**met, notes="Sews at home, sleeps badly.", next_on=60)
    story.pass_by(days=61)
    assert "Overdue" in ngo.open("/visits").entry(story.reference)
    ngo.visits(outcome="not_there", next_on=30)
    story.pass_by(days=30)
    ngo.visits(**met)
    mosvy.is_told_why_not("approve_closure", "First: Ask MoSVY to close the case.")
    ngo.takes("request_closure", note="She works, and says that she needs nobody now.")
    page = mosvy.takes("approve_closure")
    assert page.stage == "Closed"
    page.says("Nothing is awaited")
    mosvy.case("On file").says("She works, and says that she needs nobody now.")
    history = mosvy.case("Way and history")
    assert history.entry("Closed", "Now")
    history.says("Case opened")
