"""The time after the return: visits planned with the step into follow-up, moved, cancelled and made anew."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlmodel import select

from repatriation.records.cases import CaseFile
from repatriation.records.plans import ReintegrationPlan
from repatriation.records.visits import Visit
from repatriation.work.followup.entered import VisitEntered
from repatriation.work.followup.remaking import remake_all
from repatriation.work.newcase import NewCase
from repatriation.work.particulars import NOTHING, Particulars
from repatriation.work.refusals import MovedOn
from repatriation.work.visits import AlreadyWritten, record_visit
from sop.followup import Standing
from tests.fakes.papers import paper_for
from tests.web.casework.conftest import SOK, SPOKEN, World, fill_in, issue_on, send_on
from tests.web.casework.test_visits import TO_FOLLOW_UP, followed, visits, written_down
from tests.web.conftest import read_page

__all__ = ["followed"]


def to_come(world: World) -> list[Visit]:
    """The visits that are planned, by their day."""
    return [visit for visit in visits(world) if visit.state == "planned"]


def plan(world: World) -> ReintegrationPlan:
    """The plan of the only case that has one."""
    with world.house.doors.read() as session:
        return session.exec(select(ReintegrationPlan)).one()


def child_in_follow_up(world: World) -> str:
    """A child who goes home to a family that was found suitable."""
    new = NewCase(route="tha-khm", stage="received", age_group="child", gate="poipet", person=SOK.person)
    reference = world.open_case("poipet", new)
    spoken = SPOKEN.model_copy(update={"guardian": "Guardian Demonstration", "own_view": True})
    for who, action, given in TO_FOLLOW_UP:
        if action == "place_in_community":
            world.take("mosvy", reference, "arrange_alternative_care")
            given = given.model_copy(update={"custody": "parents"})
        world.take(who, reference, action, spoken if given is SPOKEN else given)
    return reference


def test_the_step_into_follow_up_makes_the_visits_with_their_turns(world: World, followed: str) -> None:
    made = to_come(world)
    assert [visit.slot for visit in made] == ["P2W", "P1M", "P3M", "P6M", "P9M", "P12M"]
    assert [str(visit.due_on) for visit in made[:2]] == ["2026-12-07", "2026-12-21"]
    assert {visit.country for visit in made} == {"KHM"}
    assert {visit.next_step for visit in made} == {Standing.DUE_SOON}
    for visit in made:
        assert visit.due_on is not None
        assert visit.next_at is not None
        assert visit.next_at.date() == visit.due_on - timedelta(days=7)
    assert (plan(world).state, plan(world).counted_from) == ("agreed", date(2026, 11, 21))


def test_a_child_is_visited_more_often_and_longer(world: World) -> None:
    child_in_follow_up(world)
    assert [visit.slot for visit in to_come(world)] == list(world.house.schedule.children)
    assert plan(world).children


@pytest.mark.parametrize(
    ("who", "action", "reason"),
    [
        ("mosvy", "record_death", "died"),
        ("ngo", "report_lost_contact", "lost_contact"),
        ("ngo", "report_retrafficking", "retrafficked"),
        ("ngo", "report_breakdown", "breakdown"),
        ("ngo", "refuse_visits", "consent_withdrawn"),
    ],
)
def test_nobody_is_sent_where_there_is_nobody_to_visit(
    world: World, followed: str, who: str, action: str, reason: str
) -> None:
    given = SPOKEN if action == "refuse_visits" else Particulars(note="So it was reported.")
    name = _named(world, followed, action)
    world.take(who, followed, name, given)
    assert to_come(world) == []
    assert {(visit.state, visit.reason, visit.next_at, visit.version) for visit in visits(world)} == {
        ("cancelled", reason, None, 2)
    }


def _named(world: World, reference: str, action: str) -> str:
    """The name of an action, or of the one by which visits are refused."""
    if action != "refuse_visits":
        return action
    procedure = world.house.shelf.pinned(world.case(reference).digest)
    acts = procedure.actions.values()
    return next(
        a.name for a in acts if a.consent and (a.consent.consent, a.consent.act) == ("visits", "refuse")
    )


def test_who_agrees_to_visits_again_is_visited_again_and_nothing_is_doubled(
    world: World, followed: str
) -> None:
    world.take("ngo", followed, _named(world, followed, "refuse_visits"), SPOKEN)
    world.take("ngo", followed, "consent_to_visits", SPOKEN)
    assert [visit.slot for visit in to_come(world)] == ["P2W", "P1M", "P3M", "P6M", "P9M", "P12M"]
    assert len(visits(world)) == 12


def test_who_agrees_to_visits_again_is_visited_on_the_days_that_were_agreed_on(
    world: World, followed: str
) -> None:
    world.take("ngo", followed, "consent_to_visits", SPOKEN)
    visitor, (first, second) = world.browser("ngo"), to_come(world)[:2]
    day = {"because": "away", "to__day": "4", "to__month": "1", "to__year": "2027"}
    fill_in(visitor, f"/cases/{followed}/visits/{second.id}/move", **day)
    agreed = VisitEntered(
        on=date(2026, 11, 21), outcome="not_there", visit=first.id, next_on=date(2026, 12, 2)
    )
    record_visit(
        world.house,
        world.officers["ngo"],
        world.clock(),
        followed,
        world.case(followed).version,
        agreed,
        "one",
    )
    before = [(visit.due_on, visit.slot, visit.next_at) for visit in to_come(world)]
    assert [str(due) for due, slot, _ in before if slot is None] == ["2026-12-02", "2027-01-04"]
    for _ in range(2):
        world.take("ngo", followed, "withdraw_consent_to_visits", SPOKEN)
        assert to_come(world) == []
        world.take("ngo", followed, "consent_to_visits", SPOKEN)
        assert [(visit.due_on, visit.slot, visit.next_at) for visit in to_come(world)] == before


def test_after_a_breakdown_a_new_plan_has_visits_of_its_own(world: World, followed: str) -> None:
    found = VisitEntered(on=date(2026, 11, 21), outcome="not_there", finding="breakdown")
    version = world.case(followed).version
    record_visit(world.house, world.officers["ngo"], world.clock(), followed, version, found, "one")
    assert (
        "Report that the place does not hold" in world.browser("ngo").open(f"/cases/{followed}/visits").text
    )
    world.take("ngo", followed, "report_breakdown", Particulars(note="The uncle came back."))
    for who, action in (
        ("mosvy", "offer_referral"),
        ("ngo", "accept_referral"),
        ("mosvy", "place_in_community"),
        ("ngo", "agree_plan"),
        ("ngo", "integrate"),
        ("ngo", "begin_follow_up"),
    ):
        world.take(who, followed, action)
    with world.house.doors.read() as session:
        states = sorted(row.state for row in session.exec(select(ReintegrationPlan)).all())
    assert states == ["agreed", "ended"]
    assert len(to_come(world)) == 6
    assert (
        "Report that the place does not hold"
        not in world.browser("ngo").open(f"/cases/{followed}/visits").text
    )
    assert len({visit.plan_id for visit in visits(world) if visit.plan_id}) == 2


def test_a_reopened_case_begins_without_visits(world: World, followed: str) -> None:
    world.take("ngo", followed, "report_lost_contact", Particulars(note="Three times."))
    world.take("mosvy", followed, "reopen", Particulars(note="She called.", entry="received"))
    with world.house.doors.read() as session:
        new = session.exec(select(CaseFile).where(CaseFile.stage == "received")).one()
        assert session.exec(select(Visit).where(Visit.case_id == new.id)).all() == []
    assert to_come(world) == []


def test_who_was_trafficked_again_waits_for_a_case_of_their_own(world: World, followed: str) -> None:
    world.take("ngo", followed, "report_retrafficking", Particulars(note="His sister says so."))
    page = world.browser("mosvy").open(f"/cases/{followed}").text
    assert "To be opened again as a new case" in page
    assert "Nothing is awaited" not in page
    world.take("mosvy", followed, "reopen", Particulars(note="He was found.", entry="received"))
    assert "Nothing is awaited" in world.browser("mosvy").open(f"/cases/{followed}").text


def test_a_visit_is_moved_with_a_reason_and_its_old_day_stays_on_file(world: World, followed: str) -> None:
    first = to_come(world)[0]
    visitor, path = world.browser("ngo"), f"/cases/{followed}/visits/{first.id}/move"
    day = {"to__day": "10", "to__month": "12", "to__year": "2026"}
    assert fill_in(visitor, path, **day).status_code == 400
    behind = fill_in(visitor, path, because="ill", **{**day, "to__year": "2025"})
    assert "cannot lie behind" in behind.text
    assert fill_in(visitor, path, because="ill", **day).status_code == 303
    old = next(visit for visit in visits(world) if visit.id == first.id)
    assert (old.state, old.reason, old.next_at) == ("moved", "ill", None)
    new = next(visit for visit in to_come(world) if str(visit.due_on) == "2026-12-10")
    assert (new.slot, new.plan_id, new.next_step) == (None, first.plan_id, Standing.DUE_SOON)
    again = fill_in(visitor, path, because="ill", **day)
    assert "is not planned any more" in again.text
    history = read_page(visitor.open(f"/cases/{followed}/history")).get_text(" ", strip=True)
    assert "Visit moved to another day" in history
    assert "The person is ill" in history


def test_other_visits_are_made_anew_and_those_that_took_place_stay(world: World, followed: str) -> None:
    world.take("ngo", followed, "consent_to_visits", SPOKEN)
    visitor = world.browser("ngo")
    first, second = to_come(world)[:2]
    _seen(world, followed, first.id)
    move = {"because": "away", "to__day": "4", "to__month": "1", "to__year": "2027"}
    fill_in(visitor, f"/cases/{followed}/visits/{second.id}/move", **move)
    path = f"/cases/{followed}/plan/visits"
    assert "Assumed: no official figure" in visitor.open(f"/cases/{followed}/visits").text
    assert "After 2 weeks" in visitor.open(path).text
    assert "Choose when this person is to be visited" in fill_in(visitor, path, which="own", own=[]).text
    own = ["P2W", "P1M", "P2M", "P6M"]
    assert fill_in(visitor, path, which="own", own=own).status_code == 303
    assert "Assumed: no official figure" not in visitor.open(f"/cases/{followed}/visits").text
    kept = {(visit.slot, visit.state) for visit in visits(world) if visit.state != "cancelled"}
    assert kept == {
        ("P2W", "done"),
        ("P1M", "moved"),
        (None, "planned"),
        ("P2M", "planned"),
        ("P6M", "planned"),
    }
    gone = {visit.reason for visit in visits(world) if visit.state == "cancelled"}
    assert gone == {"schedule_changed"}
    assert fill_in(visitor, path, which="own", own=own).status_code == 303
    assert len(to_come(world)) == 3


def test_a_schedule_that_the_installation_changed_is_carried_out_once(world: World, followed: str) -> None:
    changed = replace(world.house.schedule, adults=("P2W", "P5M"))
    house = replace(world.house, schedule=changed)
    assert remake_all(house, world.clock()) == 1
    assert [visit.slot for visit in to_come(world)] == ["P2W", "P5M"]
    assert remake_all(house, world.clock()) == 0


def _seen(world: World, reference: str, visit: str, key: str = "one", notes: str = "She is well.") -> None:
    """A visit at which the person was met, written down by the caseworker."""
    actor, now = world.officers["ngo"], world.clock()
    entered = VisitEntered(on=date(2026, 11, 21), outcome="seen", notes=notes, visit=visit)
    paper = paper_for(world.house, actor, now, reference, "record_visit", NOTHING)
    record_visit(world.house, actor, now, reference, world.case(reference).version, entered, key, paper)


def test_two_who_write_the_same_visit_down_lose_no_word(world: World, followed: str) -> None:
    world.take("ngo", followed, "consent_to_visits", SPOKEN)
    first = to_come(world)[0]
    visitor, path = world.browser("ngo"), f"/cases/{followed}/visit?visit={first.id}"
    page = visitor.open(path)
    _seen(world, followed, first.id)
    with pytest.raises(AlreadyWritten):
        _seen(world, followed, first.id, key="two", notes="Not mine to lose.")
    answer = send_on(visitor, path, page, outcome="seen", notes="The brother came by as well.")
    assert "Nothing that you wrote is lost" in answer.text
    assert "The brother came by as well." in answer.text
    send_on(visitor, path, page, outcome="seen", notes="The brother came by as well.")
    assert len(written_down(world)) == 1
    words = fill_in(visitor, f"/cases/{followed}/visit-notes", reason="safety").text
    assert "She is well." in words
    assert words.count("The brother came by as well.") == 1


def test_of_two_at_the_same_instant_one_is_first_and_the_other_is_told(world: World, followed: str) -> None:
    world.take("ngo", followed, "consent_to_visits", SPOKEN)
    first = to_come(world)[0]
    actor, now, version = world.officers["ngo"], world.clock(), world.case(followed).version

    def write(key: str) -> str:
        entered = VisitEntered(on=date(2026, 11, 21), outcome="not_there", notes=key, visit=first.id)
        try:
            record_visit(world.house, actor, now, followed, version, entered, key)
        except (AlreadyWritten, MovedOn):
            return "told"
        return "first"

    with ThreadPoolExecutor(4) as pool:
        came = sorted(pool.map(write, ("one", "two", "three", "four")))
    assert came == ["first", "told", "told", "told"]
    assert len(written_down(world)) == 1


def test_what_was_typed_stays_when_the_case_has_moved_on(world: World, followed: str) -> None:
    world.take("ngo", followed, "consent_to_visits", SPOKEN)
    visitor, path = world.browser("ngo"), f"/cases/{followed}/visit"
    page = visitor.open(path)
    world.take("mosvy", followed, "identify_at_home", Particulars(authority="Ministry"))
    answer = send_on(visitor, path, page, outcome="seen", notes="Asks about school.", health="help")
    assert answer.status_code == 409
    assert "This case has moved on" in answer.text
    assert "Asks about school." in answer.text
    sent = send_on(visitor, path, answer, outcome="seen", notes="Asks about school.", health="help")
    assert issue_on(visitor, path, sent).status_code == 303
    assert written_down(world)[0].answers == {"health": "help"}


def test_a_visit_that_is_put_off_needs_a_reason_and_a_day(world: World, followed: str) -> None:
    visitor, first = world.browser("ngo"), to_come(world)[0]
    path = f"/cases/{followed}/visit?visit={first.id}"
    answer = fill_in(visitor, path, outcome="put_off", notes="Harvest.")
    assert "Enter the new day of the visit" in answer.text
    assert "Choose why the visit was put off" in answer.text
    assert "Harvest." in answer.text
    day = {"next_on__day": "15", "next_on__month": "12", "next_on__year": "2026"}
    assert fill_in(visitor, path, outcome="put_off", reason="asked", **day).status_code == 303
    old = next(visit for visit in visits(world) if visit.id == first.id)
    assert (old.state, old.reason, old.outcome) == ("moved", "asked", "put_off")
    new = next(visit for visit in to_come(world) if visit.slot is None)
    assert (str(new.due_on), new.plan_id) == ("2026-12-15", first.plan_id)


def test_after_three_visits_that_find_nobody_lost_contact_is_offered(world: World, followed: str) -> None:
    visitor, path = world.browser("ngo"), f"/cases/{followed}/visits"
    for number in range(1, 4):
        assert "Report that contact is lost" not in visitor.open(path).text
        answer = fill_in(visitor, f"/cases/{followed}/visit", outcome="not_there")
        assert answer.headers["Location"].endswith("/visits")
        assert written_down(world)[-1].attempts == number
    assert "Nobody was found at 3 visits in a row." in visitor.open(path).text
    assert "Assumed: after how many visits" in visitor.open(path).text


def test_after_a_visit_that_found_nobody_another_attempt_is_planned_and_said_to_be_assumed(
    world: World, followed: str
) -> None:
    visitor, page = world.browser("ngo"), f"/cases/{followed}/visits"
    before = len(to_come(world))
    fill_in(visitor, f"/cases/{followed}/visit", outcome="not_there")
    again = to_come(world)[0]
    assert (str(again.due_on), again.slot, again.officer_id) == (
        "2026-11-30",  # a week on is a Saturday
        None,
        world.officers["ngo"].officer_id,
    )
    assert again.next_at is not None
    assert "Another attempt, since nobody was found. The day is assumed" in visitor.open(page).text
    fill_in(visitor, f"/cases/{followed}/visit", outcome="not_there")
    assert len(to_come(world)) == before + 1, "an attempt that is planned already is not doubled"


def test_nobody_tries_again_where_a_day_was_agreed_or_no_visit_is_wanted(world: World, followed: str) -> None:
    visitor, path = world.browser("ngo"), f"/cases/{followed}/visit"
    day = {"next_on__day": "30", "next_on__month": "11", "next_on__year": "2026"}
    fill_in(visitor, path, outcome="not_there", **day)
    assert [str(visit.due_on) for visit in to_come(world) if visit.slot is None] == ["2026-11-30"]
    assert "Another attempt" not in visitor.open(f"/cases/{followed}/visits").text
    world.take("ngo", followed, "refuse_visits", SPOKEN)
    fill_in(visitor, path, outcome="not_there")
    assert to_come(world) == []


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"finding": "retrafficked"}, "Report that the person was trafficked again"),
        ({"finding": "breakdown"}, "Report that the place does not hold"),
        ({"outcome": "declined"}, "Record that the person wishes no more visits"),
        ({"outcome": "moved"}, "Ask for the case to be closed"),
    ],
)
def test_what_was_learned_leads_to_its_step(
    world: World, followed: str, told: dict[str, str], words: str
) -> None:
    world.take("ngo", followed, "consent_to_visits", SPOKEN)
    visitor = world.browser("ngo")
    answer = fill_in(visitor, f"/cases/{followed}/visit", **{"outcome": "not_there", **told})
    page = visitor.open(answer.headers["Location"])
    assert words in page.text


def test_visits_of_others_are_neither_moved_nor_seen(world: World, followed: str) -> None:
    first = to_come(world)[0]
    path = f"/cases/{followed}/visits/{first.id}/move"
    assert world.browser("stranger").open(path).status_code == 404
    assert world.browser("stranger").open(f"/cases/{followed}/plan").status_code == 404
    assert world.browser("ngo").open(f"/cases/{followed}/visits/{'0' * 36}/move").status_code == 404
