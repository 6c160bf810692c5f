"""Two people are sent over the border without a word: each is asked, gently, what happened to them."""

from tests.journeys.officer import Story


def test_arrivals_nobody_announced_are_screened_after_the_border(story: Story) -> None:
    poipet, mosvy, ngo, datip = story.cast(
        "reception.poipet", "coordinator.mosvy", "caseworker.poipet", "coordinator.datip"
    )
    man = poipet.records_an_arrival(
        route="Thailand to Cambodia",
        khmr_family="អ៊ុំសារឿន",
        khmr_given="វណ្ណារិទ្ធ",
        age_group="adult",
        note="In a lorry, with 40 others.",
    )
    girl = poipet.records_an_arrival(
        route="Thailand to Cambodia", khmr_given="ស្រីពេជ្រា", age_group="unknown", gender="Feminine"
    )
    centre = poipet.open("/arrivals")
    assert "Came unannounced" in centre.entry(man, "Received at home")
    assert "Child, or age not known" in centre.entry(girl)

    done = poipet.takes_the_roll("Open their names", [man, girl], "meet_first_needs", "begin_screening")
    for reference in (man, girl):
        assert "Done" in done.entry(reference, "Screening on arrival")
    for reference in (man, girl):
        story.reference = reference
        assert not poipet.is_offered("keep_foreign_identification")
        datip.finds_nothing()

    story.reference = man
    page = poipet.takes(
        "find_not_trafficked", authority="Screening officer, Poipet", note="He came to look for work."
    )
    assert page.stage == "No trafficking found"
    poipet.case("On file").says("Screening: no sign of trafficking", "In a lorry, with 40 others.")
    assert poipet.is_offered("reopen")

    story.reference = girl
    page = poipet.takes("find_trafficked", authority="Screening officer, Poipet")
    assert page.stage == "Placement being decided"
    page = mosvy.takes("identify_at_home", authority="Ministry of Interior")
    page = mosvy.case("On file")
    page.says("Screening: signs of trafficking", "Screening officer, Poipet (Cambodia)")
    mosvy.is_told_why_not("place_in_community", "A child goes only to a family found suitable")
    ngo.finds_nothing()
    datip.finds_nothing()
