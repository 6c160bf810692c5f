"""A woman whose return is agreed to the day chooses to stay: that is hers alone, and ends the return."""

from tests.journeys.officer import Story
from tests.journeys.ways import FROM_THAILAND, a_woman_reported_in_thailand, lead


def test_a_person_chooses_to_stay_on_the_eve_of_the_handover(story: Story) -> None:
    sakaeo, datip, shelter, poipet = story.cast(
        "protection.sakaeo", "coordinator.datip", "officer.tha-shelter", "reception.poipet"
    )
    a_woman_reported_in_thailand(story)
    assert sakaeo.is_offered("stay")
    lead(story, FROM_THAILAND, "Handover agreed")
    story.pass_by(days=2)
    poipet.open("/arrivals").entry("Poipet", "Number of people: 1")

    own = shelter.case().part("What the person agrees to")
    assert "The person's own decisions" in own
    assert "Record that the person stays in Thailand and does not return." in own
    page = shelter.takes("stay", note="She has found work and friends.")
    assert page.stage == "Stays in the host country"
    page.says("Nothing is awaited")
    for officer in (shelter, datip, poipet):
        for action in ("depart", "schedule_handover", "complete_handover"):
            assert not officer.is_offered(action)
    assert story.reference not in poipet.open("/arrivals").html
    story.pass_by(days=1)
    assert story.reference not in poipet.open("/arrivals").html
    assert datip.is_offered("reopen")
