"""Visits after the return: written down with the step they are, or not at all."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlmodel import select

from repatriation.records.cases import Party
from repatriation.records.visits import Visit
from repatriation.work import lists
from repatriation.work.followup.turns import planned
from repatriation.work.newcase import NewCase
from repatriation.work.particulars import NOTHING, Particulars
from tests.web.casework.conftest import FAMILY_NAME, SOK, SPOKEN, World, fill_in, issue_on, send_on
from tests.web.conftest import read_page
from tests.web.reading import obstacles

TO_FOLLOW_UP: tuple[tuple[str, str, Particulars], ...] = (
    ("poipet", "begin_screening", NOTHING),
    ("poipet", "find_trafficked", Particulars(authority="Centre")),
    ("poipet", "consent_to_referral", SPOKEN),
    ("mosvy", "offer_referral", NOTHING),
    ("ngo", "accept_referral", NOTHING),
    ("mosvy", "place_in_community", NOTHING),
    ("ngo", "agree_plan", NOTHING),
    ("ngo", "integrate", NOTHING),
    ("ngo", "begin_follow_up", NOTHING),
)


@pytest.fixture
def followed(world: World) -> str:
    """Somebody in follow-up, whom nobody has asked about visits."""
    new = NewCase(route="tha-khm", stage="received", age_group="adult", gate="poipet", person=SOK.person)
    reference = world.open_case("poipet", new)
    for who, action, given in TO_FOLLOW_UP:
        world.take(who, reference, action, given)
    return reference


def visits(world: World) -> list[Visit]:
    """Every visit there is, those that were written down first, then those to come by their day."""
    with world.house.doors.read() as session:
        rows = session.exec(select(Visit)).all()
    return sorted(rows, key=lambda visit: (visit.at is None, visit.at or visit.due_on, visit.id))


def written_down(world: World) -> list[Visit]:
    """The visits that somebody wrote down."""
    return [visit for visit in visits(world) if visit.at is not None]


def beside_the_schedule(world: World) -> list[Visit]:
    """Visits to come that are none of the schedule's."""
    return [visit for visit in visits(world) if visit.state == "planned" and visit.slot is None]


def test_a_visit_is_written_down_with_the_step_that_it_is(world: World, followed: str) -> None:
    world.take("ngo", followed, "consent_to_visits", SPOKEN)
    visitor = world.browser("ngo")
    path = f"/cases/{followed}/visit"
    written = fill_in(
        visitor,
        path,
        outcome="seen",
        safety="worry",
        seen_alone="yes",
        mode="home",
        notes="Asks about school.",
        next_on__day="1",
        next_on__month="12",
        next_on__year="2026",
    )
    assert "Asks about school." in written.text
    assert issue_on(visitor, path, written).status_code == 303
    assert "visit_recorded" in world.case(followed).state["facts"]
    (made,), (planned,) = written_down(world), beside_the_schedule(world)
    assert (made.outcome, made.safety, made.seen_alone) == ("seen", "worry", True)
    assert made.notes is not None
    assert b"school" not in made.notes
    assert planned.due_on is not None
    page = visitor.open("/visits?until=all")
    assert "1 December 2026" in page.text
    assert obstacles(read_page(page)) == []
    page = visitor.open("/visits?view=people")
    assert "Some worry" in page.text
    assert obstacles(read_page(page)) == []


def test_every_list_says_alike_how_a_visit_stands_and_offers_it_to_those_who_may_make_it(
    world: World, followed: str
) -> None:
    first = min(str(visit.due_on) for visit in visits(world))
    for days, word in ((-1, "Due soon"), (0, "Due today"), (1, "Overdue"), (14, "Missed")):
        world.clock.time = datetime.fromisoformat(f"{first}T00:00:00+07:00") + timedelta(days=days)
        visitor = replace(world, signed_in={}).browser("ngo")
        for view in ("mine", "all", "people"):
            page = visitor.open(f"/visits?view={view}").text
            assert f"{word}</strong>" in page, (view, word)
            assert f"/cases/{followed}/visit" in page
    with world.house.doors.act() as session:
        for part in session.exec(select(Party).where(Party.role == "home.social")).all():
            session.delete(part)
    for view in ("all", "people"):
        shown = replace(world, signed_in={}).browser("mosvy").open(f"/visits?view={view}")
        assert "For others to do" in shown.text
        assert f"/cases/{followed}/visit?" not in shown.text
        assert f'/cases/{followed}/visit"' not in shown.text
        assert obstacles(read_page(shown)) == []


def test_the_next_visit_fills_in_the_one_that_was_planned(world: World, followed: str) -> None:
    world.take("ngo", followed, "consent_to_visits", SPOKEN)
    visitor, path = world.browser("ngo"), f"/cases/{followed}/visit"
    soon = {"next_on__day": "25", "next_on__month": "11", "next_on__year": "2026"}
    issue_on(visitor, path, fill_in(visitor, path, outcome="seen", **soon))
    fill_in(visitor, path, outcome="not_there")
    outcomes = {visit.outcome: visit for visit in written_down(world)}
    assert outcomes.keys() == {"seen", "not_there"}
    assert str(outcomes["not_there"].due_on) == "2026-11-25"
    assert "visit_missed" in world.case(followed).state["facts"]


def test_a_visit_sent_twice_is_written_down_once(world: World, followed: str) -> None:
    world.take("ngo", followed, "consent_to_visits", SPOKEN)
    visitor, path = world.browser("ngo"), f"/cases/{followed}/visit"
    page = visitor.open(path)
    seen = send_on(visitor, path, send_on(visitor, path, page, outcome="seen"), desk="look")
    first, second = (send_on(visitor, path, seen, sure="yes") for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert len(written_down(world)) == 1


def test_a_missed_visit_sent_twice_is_written_down_once_and_counts_for_nobody_elses(
    world: World, followed: str
) -> None:
    visitor, path = world.browser("ngo"), f"/cases/{followed}/visit"
    page = visitor.open(path)
    first, second = (send_on(visitor, path, page, outcome="not_there") for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(written_down(world)) == 1


def test_nobody_is_met_who_has_not_agreed_to_visits_and_nothing_is_written(
    world: World, followed: str
) -> None:
    visitor, path = world.browser("ngo"), f"/cases/{followed}/visit"
    assert "The person has not agreed to visits" in visitor.open(path).text
    answer = fill_in(visitor, path, outcome="seen")
    assert answer.status_code == 409
    assert "The person has not been asked" in answer.text
    assert written_down(world) == []
    assert fill_in(visitor, path, outcome="declined").status_code == 303


def test_a_visit_is_no_step_by_itself_but_leads_to_its_own_page(world: World, followed: str) -> None:
    version = world.case(followed).version
    sent: dict[str, object] = {"version": str(version), "sure": "yes"}
    visitor = world.browser("ngo")
    for answer in (
        visitor.open(f"/cases/{followed}/do/record_missed_visit"),
        visitor.send(f"/cases/{followed}/do/record_missed_visit", sent),
    ):
        assert answer.headers["Location"].endswith(f"/cases/{followed}/visit")
    assert world.browser("poipet").send(f"/cases/{followed}/do/record_missed_visit", sent).status_code == 409
    assert world.case(followed).version == version


def test_a_visit_that_lies_ahead_is_not_taken(world: World, followed: str) -> None:
    answer = fill_in(world.browser("ngo"), f"/cases/{followed}/visit", outcome="not_there", on__year="2027")
    assert answer.status_code == 400
    assert "cannot lie ahead" in answer.text
    assert written_down(world) == []


def test_notes_of_visits_are_opened_with_a_reason_alone(world: World, followed: str) -> None:
    visitor = world.browser("ngo")
    fill_in(visitor, f"/cases/{followed}/visit", outcome="not_there", notes="The house was empty.")
    assert "The house was empty." not in visitor.open(f"/cases/{followed}/file").text
    path = f"/cases/{followed}/visit-notes"
    assert fill_in(visitor, path).status_code == 400
    assert "The house was empty." in fill_in(visitor, path, reason="safety").text
    assert "Notes of visits opened" in visitor.open(f"/cases/{followed}/history").text


def test_the_list_of_visits_names_nobody(world: World, followed: str) -> None:
    page = world.browser("ngo").open("/visits?until=all")
    assert followed in page.text
    assert FAMILY_NAME not in page.text


def test_everybody_is_listed_by_their_next_visit_over_all_pages_and_those_without_one_last(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "PAGE", 2)
    references = [followed_again(world) for _ in range(5)]
    for number, days in ((0, 9), (1, 3), (3, 5), (4, 1)):
        plan_visit(world, references[number], date(2026, 11, 21) + timedelta(days=days))
    expected = [references[number] for number in (4, 1, 3, 0, 2)]
    visitor, path, seen = world.browser("ngo"), "/visits?view=people", []
    for _ in range(3):
        page = read_page(visitor.open(path))
        seen += [str(link.text) for link in page.select("tbody th a")]
        onward = page.select_one("a[rel=next]")
        path = str(onward["href"]) if onward else ""
    assert (seen, path) == (expected, "")
    back = page.select_one("a[rel=prev]")
    assert back is not None
    before = read_page(visitor.open(str(back["href"])))
    assert [str(link.text) for link in before.select("tbody th a")] == expected[2:4]


def followed_again(world: World) -> str:
    """One more person in follow-up, with no visit to come."""
    new = NewCase(route="tha-khm", stage="received", age_group="adult", gate="poipet", person=SOK.person)
    reference = world.open_case("poipet", new)
    for who, action, given in TO_FOLLOW_UP:
        world.take(who, reference, action, given)
    with world.house.doors.act() as session:
        for visit in session.exec(select(Visit).where(Visit.case_id == world.case(reference).id)).all():
            session.delete(visit)
    return reference


def plan_visit(world: World, reference: str, day: date) -> None:
    """A visit to come on a day."""
    officer, case = world.officers["ngo"], world.case(reference)
    row = planned(world.house, officer, world.clock(), case.id, "KHM", day)
    with world.house.doors.act() as session:
        session.add(Visit(**row))


def test_after_a_visit_the_caseworker_goes_on_with_the_list_they_came_from(
    world: World, followed: str
) -> None:
    world.take("ngo", followed, "consent_to_visits", SPOKEN)
    visitor = world.browser("ngo")
    for view in ("mine", "people"):
        listed = read_page(visitor.open(f"/visits?view={view}&until=all"))
        (link,) = [a for a in listed.select("tbody td a") if "/visit?" in str(a["href"])][:1]
        sent = fill_in(visitor, str(link["href"]), outcome="seen", notes=view)
        saved = issue_on(visitor, str(link["href"]), sent)
        assert saved.headers["Location"].endswith(f"/visits?view={view}")
    elsewhere = f"/cases/{followed}/visit?view=https://elsewhere.example"
    saved = issue_on(visitor, elsewhere, fill_in(visitor, elsewhere, outcome="seen"))
    assert saved.headers["Location"].endswith(f"/cases/{followed}")


def test_a_day_agreed_on_that_is_planned_already_stays_one_visit(world: World, followed: str) -> None:
    world.take("ngo", followed, "consent_to_visits", SPOKEN)
    second = [visit for visit in visits(world) if visit.due_on is not None][1].due_on
    assert second is not None
    day = {"next_on__day": second.day, "next_on__month": second.month, "next_on__year": second.year}
    visitor, path = world.browser("ngo"), f"/cases/{followed}/visit"
    issue_on(visitor, path, fill_in(visitor, path, outcome="seen", **day))
    assert [visit.due_on for visit in visits(world) if visit.state == "planned"].count(second) == 1


def test_a_visit_moved_onto_a_day_that_has_one_asks_whether_the_two_become_one(
    world: World, followed: str
) -> None:
    first, second = [visit for visit in visits(world) if visit.state == "planned"][:2]
    assert second.due_on is not None
    to = {"to__day": second.due_on.day, "to__month": second.due_on.month, "to__year": second.due_on.year}
    visitor, path = world.browser("ngo"), f"/cases/{followed}/visits/{first.id}/move"
    asked = fill_in(visitor, path, because="asked", **to)
    assert asked.status_code == 400
    assert "Another visit is planned for this day" in asked.text
    assert send_on(visitor, path, asked, because="asked", one="y", **to).status_code == 303
    there = [visit for visit in visits(world) if visit.due_on == second.due_on]
    assert [visit.id for visit in there] == [second.id]


def test_whoever_came_from_the_week_goes_back_to_it(world: World, followed: str) -> None:
    world.take("ngo", followed, "consent_to_visits", SPOKEN)
    visitor = world.browser("ngo")
    first = next(visit for visit in visits(world) if visit.state == "planned")
    listed = read_page(visitor.open(f"/boards/week/list?whose=ours&day={first.due_on}"))
    to_visits = listed.select_one("main table a")
    assert to_visits is not None
    theirs = read_page(visitor.open(str(to_visits["href"])))
    record = theirs.select_one(f'a[href*="visit={first.id}"]')
    assert record is not None
    path = str(record["href"])
    kept = issue_on(visitor, path, fill_in(visitor, path, outcome="seen"))
    assert kept.location == "/boards/week"


def test_where_no_visits_are_wanted_the_page_says_who_must_close_the_case(
    world: World, followed: str
) -> None:
    words = "The case stays at this stage until somebody asks for it to be closed"
    assert words not in world.browser("ngo").open(f"/cases/{followed}").text
    world.take("ngo", followed, "refuse_visits", SPOKEN)
    for part in ("", "/visits"):
        assert words in world.browser("ngo").open(f"/cases/{followed}{part}").text


def test_closing_comes_after_the_visits_and_says_how_many_it_cancels(world: World, followed: str) -> None:
    world.take("ngo", followed, "consent_to_visits", SPOKEN)
    page = read_page(world.browser("ngo").open(f"/cases/{followed}"))
    steps = [str(link["href"]).partition("?")[0] for link in page.select(".step-list a")]
    assert steps.index(f"/cases/{followed}/do/request_closure") == len(steps) - 1
    world.take("ngo", followed, "request_closure", Particulars(note="She needs nobody now."))
    planned_yet = sum(visit.state == "planned" for visit in visits(world))
    asked = world.browser("mosvy").open(f"/cases/{followed}/do/approve_closure")
    assert f"{planned_yet} visits are still planned and will be cancelled." in asked.text
