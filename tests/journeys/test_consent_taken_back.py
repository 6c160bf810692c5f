"""A woman changes her mind with the gate in sight: nothing moves her, and she may agree again or not."""

from tests.journeys.officer import Story
from tests.journeys.ways import FROM_THAILAND, a_woman_reported_in_thailand, lead


def test_consent_taken_back_at_the_gate_stops_the_handover_until_it_is_given_again(story: Story) -> None:
    datip, shelter, poipet = story.cast("coordinator.datip", "officer.tha-shelter", "reception.poipet")
    taken_back_at_the_gate(story)

    page = shelter.takes("turn_back")
    assert page.stage == "Travel papers ready"
    page.says("Held: the person had second thoughts")
    datip.is_told_why_not(
        "schedule_handover", "The person took their agreement back", "The return is held back"
    )
    datip.is_told_why_not("lift_hold_consent", "The person took their agreement back")

    story.pass_by(days=9)
    shelter.takes("consent_to_return")
    page = datip.takes("lift_hold_consent")
    page.does_not_say("Held: the person had second thoughts")
    lead(story, FROM_THAILAND, "Handed over", begin="Travel papers ready")
    history = poipet.case("Way and history")
    history.says("The person took back their agreement: Going back to Cambodia")


def test_consent_taken_back_at_the_gate_may_end_the_return(story: Story) -> None:
    datip, shelter, sakaeo, poipet = story.cast(
        "coordinator.datip", "officer.tha-shelter", "protection.sakaeo", "reception.poipet"
    )
    taken_back_at_the_gate(story)
    shelter.takes("turn_back")
    asked = datip.asks_for("end_after_withdrawal")
    checked = datip.send(datip.filled(asked, note="She stays with her sister."), "Continue", 200)
    checked.says("Warning: This ends the case. It can only go on as a new one.")
    done = datip.send(checked.form("Do this now"), "Do this now")
    page = datip.open(done.response.location)
    assert page.stage == "Agreement to return taken back"
    page.says("Nothing is awaited")
    assert sakaeo.case().stage == "Agreement to return taken back"
    for officer in (datip, shelter, poipet):
        assert officer.offered() <= {"reopen"}


def taken_back_at_the_gate(story: Story) -> None:
    """She is on the way to the gate, and takes her agreement back."""
    shelter, poipet = story.cast("officer.tha-shelter", "reception.poipet")
    a_woman_reported_in_thailand(story)
    lead(story, FROM_THAILAND, "On the way to the gate")
    poipet.takes("check_roll")
    shelter.takes("sign_minutes_host")
    poipet.takes("sign_minutes_home")
    page = shelter.takes("withdraw_consent")
    assert page.stage == "On the way to the gate"
    page.says("Warning: Held: the person had second thoughts", "Taken back")
    first = page.main.select_one(".step-list a")
    assert first is not None
    assert first.get_text().strip() == "Turn back with the person to a safe place. Say why."
    page.does_not_say("Child: record")
    poipet.is_told_why_not(
        "complete_handover",
        "The person took their agreement back: Going back to Cambodia",
        "The return is held back: Held: the person had second thoughts.",
    )
