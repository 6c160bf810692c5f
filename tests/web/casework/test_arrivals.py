"""A day at the gate: who is expected, the roll for many at once, and people who come unannounced."""

from datetime import date, timedelta

import pytest
from bs4 import Tag

from repatriation.records.organisations import Officer
from repatriation.work.particulars import NOTHING, Particulars
from tests.web.casework.conftest import FAMILY_NAME, SPOKEN, World, fill_in, issue_on, send_on
from tests.web.conftest import read_page
from tests.web.reading import obstacles

DECIDED = Particulars(authority="MDT")
HANDOVER = date(2026, 11, 30)
TO_THE_GATE: tuple[tuple[str, str, Particulars], ...] = (
    ("datip", "presume", NOTHING),
    ("datip", "place_in_shelter", NOTHING),
    ("datip", "begin_reflection", NOTHING),
    ("datip", "identify", DECIDED),
    ("datip", "consent_to_notification", SPOKEN),
    ("datip", "notify_origin", NOTHING),
    ("datip", "request_verification", NOTHING),
    ("embassy", "confirm_nationality", NOTHING),
    ("datip", "assess_risk_acceptable", NOTHING),
    ("datip", "consent_to_return", SPOKEN),
    ("datip", "decide_return", NOTHING),
    ("datip", "consent_to_sharing", SPOKEN),
    ("datip", "request_acceptance", Particulars(organisation="poipet")),
)


def at_the_gate(world: World) -> str:
    """A case on its way to Poipet."""
    reference = world.open_case()
    for who, action, given in TO_THE_GATE:
        world.take(who, reference, action, _dated(world, reference, action, given))
    for who, action in (
        ("mosvy", "accept_return"),
        ("embassy", "issue_travel_document"),
        ("shelter", "brief_before_departure"),
        ("datip", "schedule_handover"),
        ("datip", "depart"),
    ):
        view = world.case(reference)
        procedure = world.house.shelf.pinned(view.digest)
        if view.stage in procedure.actions[action].frm:
            given = Particulars(on=HANDOVER, gate="poipet") if action == "schedule_handover" else NOTHING
            world.take(who, reference, action, _dated(world, reference, action, given))
    assert world.case(reference).stage == "in_transit"
    return reference


def _dated(world: World, reference: str, action: str, given: Particulars) -> Particulars:
    """The particulars with a last day, where what is recorded lapses."""
    procedure = world.house.shelf.pinned(world.case(reference).digest)
    if procedure.actions[action].lapses != "as recorded":
        return given
    return given.model_copy(update={"until": world.clock() + timedelta(days=90)})


@pytest.fixture
def coming(world: World) -> tuple[str, str]:
    """Two people on their way to the gate."""
    return at_the_gate(world), at_the_gate(world)


def test_a_day_shows_who_is_expected_without_their_names(world: World, coming: tuple[str, str]) -> None:
    page = world.browser("poipet").open(f"/arrivals?day={HANDOVER.isoformat()}")
    assert all(reference in page.text for reference in coming)
    assert FAMILY_NAME not in page.text
    assert obstacles(read_page(page)) == []
    assert coming[0] not in world.browser("poipet").open("/arrivals?day=2026-12-01").text
    assert coming[0] not in world.browser("bavet").open(f"/arrivals?day={HANDOVER.isoformat()}").text


def test_a_list_says_what_its_day_is_and_only_until_the_gate_lies_behind(world: World) -> None:
    reference = at_the_gate(world)
    listed = "/cases?view=all"
    assert "Handover on 30 November 2026" in world.browser("datip").open(listed).text
    for who, action in (
        ("poipet", "check_roll"),
        ("datip", "sign_minutes_host"),
        ("poipet", "sign_minutes_home"),
        ("poipet", "complete_handover"),
        ("poipet", "register"),
    ):
        world.take(who, reference, action)
    page = world.browser("poipet").open(listed).text
    assert reference in page
    assert "30 November" not in page


def test_the_roll_opens_every_name_with_one_reason_and_moves_those_who_are_here(
    world: World, coming: tuple[str, str]
) -> None:
    visitor = world.browser("poipet")
    path = f"/arrivals/gate/roll?day={HANDOVER.isoformat()}"
    asked = visitor.open(path)
    assert FAMILY_NAME not in asked.text
    roll = send_on(visitor, path, asked, reason="roll_check")
    assert roll.text.count(FAMILY_NAME) == 2
    assert obstacles(read_page(roll)) == []
    written = send_on(visitor, path, roll, here=coming[0], act=["check_roll", "sign_minutes_home"])
    done = issue_on(visitor, path, written)
    assert done.status_code == 200
    assert FAMILY_NAME not in done.text
    assert {"roll_checked", "minutes_signed_home"} <= set(world.case(coming[0]).state["facts"])
    assert "roll_checked" not in world.case(coming[1]).state["facts"]
    history = visitor.open(f"/cases/{coming[1]}/history").text
    assert "To check a list at the gate or the centre" in history


def test_the_roll_sent_twice_takes_each_step_once_and_says_what_could_not_be_done(
    world: World, coming: tuple[str, str]
) -> None:
    visitor = world.browser("poipet")
    path = f"/arrivals/gate/roll?day={HANDOVER.isoformat()}"
    roll = send_on(visitor, path, visitor.open(path), reason="roll_check")
    every = ["check_roll", "sign_minutes_home", "complete_handover", "register"]
    seen = send_on(visitor, path, send_on(visitor, path, roll, here=coming[0], act=every), desk="look")
    first = send_on(visitor, path, seen, sure="yes")
    assert "The minutes are signed by both sides" in first.text
    version = world.case(coming[0]).version
    assert send_on(visitor, path, seen, sure="yes").status_code == 200
    assert world.case(coming[0]).version == version
    assert world.case(coming[0]).stage == "in_transit"


def test_a_roll_with_somebody_elses_case_in_it_does_nothing(world: World, coming: tuple[str, str]) -> None:
    visitor = world.browser("poipet")
    path = f"/arrivals/gate/roll?day={HANDOVER.isoformat()}"
    roll = send_on(visitor, path, visitor.open(path), reason="roll_check")
    other = world.open_case()
    answer = send_on(visitor, path, roll, here=[coming[0], other], act=["check_roll"])
    assert answer.status_code == 404
    assert "roll_checked" not in world.case(coming[0]).state["facts"]


def test_somebody_unannounced_is_entered_quickly_and_the_next_form_keeps_gate_and_day(world: World) -> None:
    visitor = world.browser("poipet")
    path = "/arrivals/new?route=tha-khm"
    saved = fill_in(visitor, path, khmr_family="សុខ", age_group="unknown")
    assert saved.status_code == 303
    assert "gate=poipet" in saved.location
    assert "day=2026-11-21" in saved.location
    following = visitor.open(saved.location)
    assert "Saved as TK-" in following.text
    assert "សុខ" not in following.text
    assert read_page(following).select_one("input[name=gate][value=poipet][checked]")
    assert obstacles(read_page(following)) == []


def test_the_way_back_from_the_quick_form_is_one_that_the_officer_may_go(world: World) -> None:
    with world.house.doors.act() as session:
        session.get_one(Officer, world.officers["poipet"].officer_id).duty = "protection"
    visitor = world.browser("poipet")
    for path in ("/arrivals/new", "/arrivals/new?route=tha-khm"):
        back = read_page(visitor.open(path)).select_one("a.back-link")
        assert back is not None
        assert visitor.open(str(back["href"])).status_code == 200


def test_an_unannounced_arrival_is_at_the_centre_and_can_be_screened(world: World) -> None:
    visitor = world.browser("poipet")
    saved = fill_in(visitor, "/arrivals/new?route=tha-khm", latn_family=FAMILY_NAME, age_group="adult")
    assert saved.status_code == 303
    path = "/arrivals/centre/roll"
    roll = send_on(visitor, path, visitor.open(path), reason="arrange_care")
    assert FAMILY_NAME in roll.text
    reference = str(read_page(roll).select_one("input[name=here]")["value"])  # type: ignore[index]
    send_on(visitor, path, roll, here=reference, act=["meet_first_needs", "begin_screening"])
    assert world.case(reference).stage == "reception_screening"


def test_a_day_before_today_is_told_beside_the_case(world: World) -> None:
    visitor = world.browser("poipet")
    saved = fill_in(visitor, "/arrivals/new?route=tha-khm", day__day="20", age_group="adult")
    assert "day=2026-11-20" in saved.location
    reference = read_page(visitor.open(saved.location)).select_one(".notice").get_text().split()[2][:-1]  # type: ignore[union-attr]
    assert "2026-11-20" in visitor.open(f"/cases/{reference}/file").text


def test_when_the_gate_closes_everybody_expected_is_held_at_once_and_nobody_is_named(
    world: World, coming: tuple[str, str]
) -> None:
    day = f"day={HANDOVER.isoformat()}&gate=poipet"
    visitor, path = world.browser("poipet"), f"/arrivals/gate-is/closed?{day}"
    assert f'href="{path.replace("&", "&amp;")}"' in visitor.open(f"/arrivals?{day}").text
    asked = visitor.open(path)
    assert obstacles(read_page(asked)) == []
    assert FAMILY_NAME not in asked.text
    silent = send_on(visitor, path, asked, here=list(coming))
    assert silent.status_code == 400
    assert "Write down why" in silent.text
    assert "hold_border" not in world.case(coming[0]).state["facts"]
    done = send_on(visitor, path, asked, here=list(coming), note="Shut since nine.")
    assert done.status_code == 200
    again = send_on(visitor, path, asked, here=list(coming), note="Shut since nine.")
    assert again.status_code == 200
    for reference in coming:
        assert "hold_border" in world.case(reference).state["facts"]
        assert "Shut since nine." in world.browser("datip").open(f"/cases/{reference}/file").text
    listed = visitor.open(f"/arrivals?{day}").text
    assert listed.count("Held: the gate is shut") == len(coming)
    assert "The gate is closed" not in listed
    assert "Held: the gate is shut" in world.browser("embassy").open("/cases?view=all").text


def test_only_who_may_lets_the_returns_go_on_when_the_gate_is_open_again(
    world: World, coming: tuple[str, str]
) -> None:
    for reference in coming:
        world.take("poipet", reference, "place_hold_border", Particulars(note="Shut."))
    day = f"day={HANDOVER.isoformat()}&gate=poipet"
    path = f"/arrivals/gate-is/open?{day}"
    assert "open again" not in world.browser("poipet").open(f"/arrivals?{day}").text
    assert coming[0] not in world.browser("poipet").open(path).text
    assert "open again" in world.browser("mosvy").open(f"/arrivals?{day}").text
    fill_in(world.browser("mosvy"), path, here=list(coming))
    assert all("hold_border" not in world.case(reference).state["facts"] for reference in coming)
    everywhere = f"/arrivals?day={HANDOVER.isoformat()}&gate="
    assert "open again" not in world.browser("mosvy").open(everywhere).text, "of one gate at a time"
    assert world.browser("mosvy").open(path.replace("gate=poipet", "gate=")).status_code == 404
    assert world.browser("embassy").open(path).status_code == 404
    assert world.browser("auditor").open(path).status_code == 404


def test_somebody_elses_return_is_not_held_by_a_forged_tick(world: World, coming: tuple[str, str]) -> None:
    path = f"/arrivals/gate-is/closed?day={HANDOVER.isoformat()}&gate=poipet"
    visitor = world.browser("poipet")
    other = world.open_case("datip")
    answer = send_on(visitor, path, visitor.open(path), here=[coming[0], other], note="Shut.")
    assert answer.status_code == 404
    assert "hold_border" not in world.case(coming[0]).state["facts"]


def test_a_slip_of_the_thumb_opens_no_case_and_gate_and_day_lie_folded_until_they_are_wrong(
    world: World,
) -> None:
    path = "/arrivals/new?route=tha-khm"
    visitor = world.browser("poipet")
    asked = visitor.open(path)
    fold = read_page(asked).select_one("main details")
    assert isinstance(fold, Tag)
    assert not fold.has_attr("open")
    assert "Arrived: Poipet" in fold.text
    empty = send_on(visitor, path, asked)
    assert empty.status_code == 400
    assert read_page(empty).select_one(".error-summary a[href='#age_group-0']")
    wrong = send_on(visitor, path, asked, age_group="unknown", day__day="31", day__month="2")
    fold = read_page(wrong).select_one("main details")
    assert isinstance(fold, Tag)
    assert fold.has_attr("open")
    assert visitor.open("/cases?view=all").text.count("/cases/TK-") == 0
    assert send_on(visitor, path, asked, age_group="unknown").status_code == 303


def test_what_a_screening_may_show_stands_side_by_side_and_who_decided_is_filled_in(world: World) -> None:
    visitor = world.browser("poipet")
    fill_in(visitor, "/arrivals/new?route=tha-khm", latn_family=FAMILY_NAME, age_group="adult")
    reference = visitor.open("/cases?view=all").text.split("/cases/TK-")[1].split('"')[0]
    reference = f"TK-{reference}"
    for action in ("meet_first_needs", "begin_screening"):
        world.take("poipet", reference, action)
    page = read_page(visitor.open(f"/cases/{reference}"))
    buttons = [str(link["href"]).split("/do/")[1].split("?")[0] for link in page.select(".step-list a")]
    assert buttons[:2] == ["find_trafficked", "find_not_trafficked"]
    assert len(page.select("a[href*='/do/find_not_trafficked']")) == 1
    box = read_page(visitor.open(f"/cases/{reference}/do/find_trafficked")).select_one("[name=authority]")
    assert isinstance(box, Tag)
    assert box["value"] == "poipet"
