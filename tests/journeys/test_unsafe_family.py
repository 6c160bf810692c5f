"""A boy's family is found and is not safe: a place of care is found instead, and only then he returns."""

from tests.journeys.officer import Story
from tests.journeys.ways import FROM_THAILAND, GUARDED, a_boy_reported_in_thailand, lead


def test_a_boy_whose_family_is_unsafe_goes_home_to_a_place_of_care(story: Story) -> None:
    sakaeo, shelter, datip, consul, mosvy, dosvy = story.cast(
        "protection.sakaeo",
        "officer.tha-shelter",
        "coordinator.datip",
        "consul.bangkok",
        "coordinator.mosvy",
        "officer.dosvy-banteay-meanchey",
    )
    a_boy_reported_in_thailand(story)
    lead(story, FROM_THAILAND, "Nationality and family being checked")
    consul.takes("confirm_nationality")
    sakaeo.takes("appoint_guardian")
    shelter.takes_all("assess_risk_acceptable", "consent_to_return")
    datip.takes("consent_to_tracing")
    datip.takes("request_family_tracing", organisation="dosvy-banteay-meanchey")

    dosvy.takes("report_family_found")
    asked = dosvy.asks_for("find_family_unsuitable")
    asked.says("Why? Everybody with a part in the case can read this")
    form = dosvy.filled(asked, note="")
    wrong = dosvy.send(form, "Continue", 400)
    wrong.says("There is a problem", "Write down why")
    dosvy.takes("find_family_unsuitable", note="The man who sold him lives in the house.")
    datip.takes("determine_return_in_best_interests")
    datip.is_told_why_not("decide_return", "a family found suitable or a confirmed place of alternative care")

    mosvy.takes("arrange_alternative_care")
    page = datip.takes("decide_return")
    assert page.stage == "Return decided"
    datip.case("On file").says("Family found unsuitable", "Place of care confirmed")

    lead(story, FROM_THAILAND, "Handover agreed", begin="Return decided")
    mosvy.takes("lose_alternative_care")
    shelter.takes("name_escort")
    shelter.is_told_why_not("depart", "a family found suitable or a confirmed place of alternative care")
    mosvy.takes("arrange_alternative_care")
    story.pass_by(days=3)
    lead(story, FROM_THAILAND, "Placement being decided", begin="Handover agreed")
    assert mosvy.takes("place_in_community").stage == "Before integration"
    assert GUARDED.items() <= story.habits.items()
