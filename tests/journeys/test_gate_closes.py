"""The gate is shut on the day: the return is held, goes on another day, and nobody sets out meanwhile."""

from tests.journeys.officer import Story
from tests.journeys.ways import FROM_THAILAND, a_woman_reported_in_thailand, lead


def test_a_return_waits_for_the_gate_to_open_and_goes_on_another_day(story: Story) -> None:
    datip, shelter, poipet, mosvy = story.cast(
        "coordinator.datip", "officer.tha-shelter", "reception.poipet", "coordinator.mosvy"
    )
    a_woman_reported_in_thailand(story)
    lead(story, FROM_THAILAND, "Handover agreed")
    story.pass_by(days=3)
    poipet.open("/arrivals").entry(story.reference, "Handover agreed")

    page = poipet.takes("place_hold_border", note="Shut by order of the province at six this morning.")
    page.says("Warning: Held: the gate is shut")
    page = shelter.case()
    page.says("Warning: Held: the gate is shut")
    shelter.is_told_why_not("depart", "The return is held back: Held: the gate is shut.")
    shelter.case("On file").says("Shut by order of the province at six this morning.")

    page = datip.takes("reschedule_handover", on=5, gate="poipet")
    page.says("Warning: Held: the gate is shut")
    assert story.reference not in poipet.open("/arrivals").part_of("Expected on")
    story.pass_by(days=5)
    poipet.open("/arrivals").entry(story.reference, "Handover agreed")
    shelter.is_told_why_not("depart", "The return is held back")
    page = mosvy.takes("lift_hold_border")
    page.does_not_say("Held: the gate is shut")
    lead(story, FROM_THAILAND, "Received at home", begin="Handover agreed")


def test_a_gate_that_shuts_while_they_are_on_the_way_turns_them_back(story: Story) -> None:
    poipet, mosvy = story.cast("reception.poipet", "coordinator.mosvy")
    a_woman_reported_in_thailand(story)
    lead(story, FROM_THAILAND, "On the way to the gate")
    poipet.takes("place_hold_border")
    poipet.takes("check_roll")
    poipet.is_told_why_not("complete_handover", "The return is held back: Held: the gate is shut.")
    assert poipet.takes("turn_back").stage == "Travel papers ready"
    mosvy.takes("lift_hold_border")
    lead(story, FROM_THAILAND, "Handed over", begin="Travel papers ready")
