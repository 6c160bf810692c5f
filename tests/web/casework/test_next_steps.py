"""What a case page puts first: what is awaited of the reader, and never the contrary of what was found."""

from bs4 import Tag

from repatriation.records.organisations import Officer
from repatriation.work.particulars import NOTHING, Particulars
from tests.web.casework.conftest import SOK, World
from tests.web.casework.test_arrivals import _dated, at_the_gate
from tests.web.conftest import read_page

CHILD = SOK.model_copy(update={"age_group": "child"})


def steps(world: World, who: str, reference: str) -> list[str]:
    """The acts that stand as buttons under the next steps, by name."""
    page = read_page(world.browser(who).open(f"/cases/{reference}"))
    return [str(link["href"]).split("/do/")[1].split("?")[0] for link in page.select(".step-list a")]


def folded(world: World, who: str, reference: str) -> dict[str, bool]:
    """The acts in folds, each with whether its fold stands open."""
    page = read_page(world.browser(who).open(f"/cases/{reference}"))
    found = {}
    for link in page.select("details a[href*='/do/']"):
        fold = link.find_parent("details")
        assert isinstance(fold, Tag)
        found[str(link["href"]).split("/do/")[1].split("?")[0]] = fold.has_attr("open")
    return found


def test_whoever_can_lift_a_hold_finds_that_first_and_not_in_a_fold(world: World) -> None:
    reference = at_the_gate(world)
    world.take("thai-police", reference, "place_hold_legal", Particulars(note="Witness."))
    page = world.browser("thai-police").open(f"/cases/{reference}").text
    assert "Your move" in page
    assert "There is nothing for you to do" not in page
    assert steps(world, "thai-police", reference)[0] == "lift_hold_legal"
    assert "lift_hold_legal" not in folded(world, "thai-police", reference)
    listed = read_page(world.browser("embassy").open("/cases?view=all")).select_one("main table")
    assert "Held: legal proceedings" in str(listed)


def test_at_the_gate_the_signature_stands_first_and_a_change_of_mind_below(world: World) -> None:
    reference = at_the_gate(world)
    world.take("poipet", reference, "check_roll")
    assert steps(world, "datip", reference) == ["sign_minutes_host"]
    page = read_page(world.browser("datip").open(f"/cases/{reference}"))
    changed = page.find("h3", string="If it has turned out otherwise")
    assert isinstance(changed, Tag)
    below = changed.find_next("ul")
    assert isinstance(below, Tag)
    assert below.select_one('a[href*="/do/find_risk_too_high"]')


def test_after_a_finding_against_the_return_nobody_is_led_to_the_contrary(world: World) -> None:
    reference = world.open_case(new=CHILD)
    spoken = Particulars(language="km", how="spoken", guardian="Guardian Demonstration", own_view=True)
    for who, action, given in (
        ("datip", "presume", NOTHING),
        ("datip", "begin_reflection", NOTHING),
        ("thai-guardians", "appoint_guardian", NOTHING),
        ("datip", "consent_to_protection", spoken),
        ("datip", "identify", Particulars(authority="MDT")),
        ("datip", "consent_to_notification", spoken),
        ("datip", "notify_origin", NOTHING),
        ("datip", "request_verification", NOTHING),
        ("datip", "determine_return_not_in_best_interests", Particulars(note="Nobody there to receive her.")),
    ):
        world.take(who, reference, action, _dated(world, reference, action, given))
    page = world.browser("datip").open(f"/cases/{reference}").text
    assert "What was found speaks against the return" in page
    assert "Your move" in page
    assert "determine_return_in_best_interests" not in steps(world, "datip", reference)
    assert folded(world, "datip", reference)["decide_remain_in_host"]


def test_a_day_without_anything_to_do_is_called_that(world: World) -> None:
    world.open_case()
    assert "Nothing waits for you now." in world.browser("khm-police").open("/cases").text
    assert "There are no such cases." in world.browser("khm-police").open("/cases?view=all").text


def test_an_auditor_begins_with_all_cases_and_is_asked_for_none(world: World) -> None:
    reference = world.open_case()
    with world.house.doors.act() as session:
        officer = session.get_one(Officer, world.officers["datip"].officer_id)
        officer.duty = "auditor"
        session.add(officer)
    page = world.browser("datip").open("/cases").text
    assert reference in page
    assert "Your move" not in page


def test_whoever_is_there_for_children_learns_of_no_grown_up(world: World) -> None:
    grown, child = world.open_case(), world.open_case(new=CHILD)
    for reference in (grown, child):
        world.take("datip", reference, "presume")
        world.take("datip", reference, "begin_reflection")
    listed = world.browser("thai-guardians").open("/cases?view=all").text
    assert child in listed
    assert grown not in listed


def test_somebody_trafficked_again_stands_among_the_moves_and_not_only_among_what_has_ended(
    world: World,
) -> None:
    reference = at_the_gate(world)
    for who, action, given in (
        ("poipet", "check_roll", NOTHING),
        ("datip", "sign_minutes_host", NOTHING),
        ("poipet", "sign_minutes_home", NOTHING),
        ("poipet", "complete_handover", NOTHING),
        ("poipet", "register", NOTHING),
        ("poipet", "keep_foreign_identification", NOTHING),
        ("mosvy", "place_in_community", NOTHING),
        ("mosvy", "report_retrafficking", Particulars(note="Taken to the boats again.")),
    ):
        world.take(who, reference, action, given)
    assert world.case(reference).stage == "retrafficked"
    assert reference in world.browser("mosvy").open("/cases?view=ours").text
    assert reference not in world.browser("mosvy").open("/cases?view=all").text
    world.take("mosvy", reference, "reopen", Particulars(entry="received", note="Found at Poipet."))
    assert reference not in world.browser("mosvy").open("/cases?view=ours").text


def test_of_a_case_that_has_ended_nothing_is_asked_and_a_new_one_lies_in_a_fold(world: World) -> None:
    reference = world.open_case()
    world.take("datip", reference, "no_indicators", Particulars(authority="MDT", note="On holiday."))
    page = world.browser("datip").open(f"/cases/{reference}").text
    assert "Nothing is awaited" in page
    assert steps(world, "datip", reference) == []
    assert folded(world, "datip", reference) == {"reopen": False}
