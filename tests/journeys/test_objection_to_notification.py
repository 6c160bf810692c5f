"""A woman does not want her embassy to know: it comes to know nothing, whatever else becomes of her."""

from tests.journeys.officer import Story
from tests.journeys.ways import FROM_THAILAND, a_woman_reported_in_thailand, lead


def test_an_embassy_objected_to_sees_nothing_and_the_person_can_stay(story: Story) -> None:
    datip, shelter, consul = story.cast("coordinator.datip", "officer.tha-shelter", "consul.bangkok")
    objected(story)
    shelter.takes_all("consent_to_return", "consent_to_sharing")
    consul.finds_nothing()
    page = datip.takes("decide_remain_in_host", note="She fears being found through her own embassy.")
    assert page.stage == "Stays in the host country"
    consul.finds_nothing()


def test_somebody_who_objected_may_think_again_and_only_then_is_the_embassy_told(story: Story) -> None:
    datip, consul = story.cast("coordinator.datip", "consul.bangkok")
    objected(story)
    story.pass_by(days=12)
    consul.finds_nothing()
    datip.takes_all("consent_to_notification", "notify_origin")
    assert consul.case().stage == "Home country told"

    # And once more not: what the consent had opened is shut again.
    datip.takes("withdraw_consent_to_notification")
    consul.finds_nothing()
    datip.is_told_why_not("request_verification", "The person took their agreement back")


def objected(story: Story) -> None:
    """She is identified, and objects."""
    datip, consul = story.cast("coordinator.datip", "consul.bangkok")
    a_woman_reported_in_thailand(story)
    lead(story, FROM_THAILAND, "Identified")
    page = datip.takes("object_to_notification")
    assert "Refused" in page.entry("Telling the Cambodian embassy") or "Refused" in page.part(
        "What the person agrees to"
    )
    page = datip.is_told_why_not("notify_origin", "The person said no: Telling the Cambodian embassy")
    page.does_not_say("because the person agrees")
    consul.finds_nothing()
    for action in ("notify_origin", "confirm_nationality"):
        consul.open(f"/cases/{story.reference}/do/{action}", 404)
