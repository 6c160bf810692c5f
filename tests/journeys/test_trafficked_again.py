"""A woman is trafficked again after she came home: a new case, linked to the old one that stays as it was."""

from tests.journeys.officer import Story
from tests.journeys.ways import FROM_THAILAND, a_woman_reported_in_thailand, lead


def test_a_case_is_reopened_as_a_new_one_and_the_old_one_stays_as_it_was(story: Story) -> None:
    consul, mosvy, ngo, sakaeo = story.cast(
        "consul.bangkok", "coordinator.mosvy", "caseworker.poipet", "protection.sakaeo"
    )
    a_woman_reported_in_thailand(story)
    lead(story, FROM_THAILAND, "Follow-up")
    old = story.reference
    story.pass_by(days=120)
    page = ngo.takes("report_retrafficking", note="Her sister says that she was taken to the boats again.")
    assert page.stage == "Trafficked again"
    before = mosvy.case("On file").part("Who knows of this case")

    assert mosvy.takes("reopen", entry="received").stage == "Received at home"
    assert mosvy.case().stage == "Trafficked again"
    linked = mosvy.case("On file")
    new = linked.link_of("Reopened as").rpartition("/")[2]
    assert linked.part("Who knows of this case") == before
    assert not mosvy.is_offered("reopen")
    mosvy.is_told_why_not("reopen", "This is on file and stands against it: Reopened as a new case.")

    story.reference = new
    page = mosvy.case("On file")
    page.says(f"Reopened from {old}")
    page.does_not_say("Formally identified", "She works")
    mosvy.case().says("Received at home", "Not asked yet")
    identity = mosvy.opens_the_identity("contact_person")
    identity.says("ប៉ែនសំរិត សុធារីវុឌ្ឍ", "Paensamrit Sothearyvuth")

    # Those who knew of the first case come to know of the second only as it needs them.
    for officer in (ngo, consul):
        officer.finds_nothing()
        story.reference = old
        officer.case("On file").does_not_say(new)
        story.reference = new
    sakaeo.finds_nothing()
