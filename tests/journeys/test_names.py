"""Who a person is stands on no page until somebody opens it with a reason, and then it is written down."""

from tests.journeys.officer import Officer, Story
from tests.journeys.page import Page
from tests.journeys.ways import FROM_THAILAND, a_woman_reported_in_thailand, lead


def found_by(officer: Officer, find: Page, name: str) -> Page:
    """What an officer finds who looks for a name; the name itself is not shown again."""
    form = officer.open(find.address).form("Find")
    form.fill("name", name)
    return officer.send(form, "Find", 200)


def test_a_name_is_opened_with_a_reason_and_shown_nowhere_else(story: Story) -> None:
    shelter, consul, auditor, mosvy = story.cast(
        "officer.tha-shelter", "consul.bangkok", "auditor.datip", "coordinator.mosvy"
    )
    a_woman_reported_in_thailand(story)
    lead(story, FROM_THAILAND, "Nationality and family being checked")
    assert len(story.secrets) == 4

    asked = consul.open(consul.case("On file").link_of("Open who this is"))
    asked.says("That you opened it, when and why is written into the history of the case")
    refused = consul.send(asked.form("Open"), "Open", 400)
    refused.says("Choose why you open it")
    shelter.case("Way and history").says("Identity opened", "To prepare a paper")
    shelter.case("Way and history").does_not_say("To verify nationality")

    page = consul.opens_the_identity("verify_nationality")
    page.says("ប៉ែនសំរិត សុធារីវុឌ្ឍ", "Paensamrit Sothearyvuth", "about 1999", "To verify nationality")
    assert page.soup.title is not None
    assert "Paensamrit" not in page.soup.title.text
    consul.case("On file")
    history = shelter.case("Way and history")
    history.says("Identity opened", "To verify nationality", "Embassy of Cambodia in Bangkok")

    find = consul.open(consul.open("/cases").link_of("Find by name"))
    assert found_by(consul, find, "ប៉ែនសំរិត").entry(story.reference)
    assert found_by(consul, find, "Paensamrit").entry(story.reference)
    shelter.case("Way and history").says("Found by name")
    found_by(mosvy, find, "Paensamrit").says("No case that you have a part in was found.")

    mosvy.open(f"/cases/{story.reference}/person", 404)
    auditor.open(f"/cases/{story.reference}/person", 404)
    assert story.reference not in auditor.open("/account").html
