"""Two officers at once, and one who is impatient: nothing is overwritten, and nothing is done twice."""

from tests.journeys.officer import Story
from tests.journeys.ways import AGREED, FROM_THAILAND, WOMAN, a_woman_reported_in_thailand, lead


def test_a_stale_form_says_that_the_case_has_moved_on_and_what_happened(story: Story) -> None:
    datip, shelter = story.cast("coordinator.datip", "officer.tha-shelter")
    a_woman_reported_in_thailand(story)
    lead(story, FROM_THAILAND, "Identified")
    stale = datip.filled(datip.asks_for("consent_to_notification"))
    stale_check = datip.filled(datip.asks_for("object_to_notification"))
    shelter.takes("consent_to_notification")

    for form in (stale, stale_check):
        page = datip.send(form, "Continue", 409)
        assert page.heading == "This case has moved on"
        page.says("Somebody else changed case", "Nothing that you entered was saved.")
        page.says("The person agreed: Telling the Cambodian embassy", "MSDHS shelter for trafficked persons")
    page = datip.open(page.link_of("Look at the case as it is now"))
    assert "Agreed" in page.part("What the person agrees to")


def test_a_stale_check_page_says_it_too(story: Story) -> None:
    datip, shelter = story.cast("coordinator.datip", "officer.tha-shelter")
    a_woman_reported_in_thailand(story)
    lead(story, FROM_THAILAND, "Identified")
    form = datip.filled(datip.asks_for("object_to_notification"))
    checked = datip.send(form, "Continue", 200)
    shelter.takes("consent_to_return")
    page = datip.send(checked.form("Do this now"), "Do this now", 409)
    page.says("This case has moved on", "The person agreed: Going back to Cambodia")
    assert "Refused" not in datip.case().part("What the person agrees to")


def test_a_form_pressed_twice_moves_the_case_once(story: Story) -> None:
    datip, consul = story.cast("coordinator.datip", "consul.bangkok")
    a_woman_reported_in_thailand(story)
    lead(story, FROM_THAILAND, "Identified")
    datip.takes("consent_to_notification")
    form = datip.filled(datip.asks_for("notify_origin"))
    if "sure" not in dict(form.pairs):
        form = datip.send(form, "Continue", 200).form("Do this now")
    first = datip.send(form, "Do this now")
    second = datip.send(form, "Do this now")
    assert first.response.location == second.response.location
    page = datip.open(second.response.location)
    assert page.stage == "Home country told"
    history = consul.case("Way and history")
    assert history.part("History").count("Tell the Cambodian embassy about the person.") == 1


def test_a_case_is_opened_once_however_often_the_button_is_pressed(story: Story) -> None:
    sakaeo = story.officer("protection.sakaeo")
    sakaeo.opens_a_case("Thailand to Cambodia", "Report a person found", presses=3, **WOMAN, **AGREED)
    every = sakaeo.open(sakaeo.open("/cases").link_of("All that are open"))
    every.says("Number of cases: 1")
