"""The reintegration plan: written with the person, agreed with its paper, looked at again."""

import pytest
from sqlmodel import select

from repatriation.records.plans import PlanGoal, ReintegrationPlan
from repatriation.work.newcase import NewCase
from repatriation.work.particulars import Particulars
from tests.web.casework.conftest import SOK, World, fill_in, issue_on, send_on
from tests.web.casework.test_visits import TO_FOLLOW_UP
from tests.web.conftest import read_page
from tests.web.reading import obstacles

GOAL = {
    "domain": "training",
    "text": "Learn to sew with Sophea",
    "service": "money",
    "who": "The centre",
    "chosen": "yes",
}


@pytest.fixture
def placed(world: World) -> str:
    """Somebody with whom a plan is to be made."""
    new = NewCase(route="tha-khm", stage="received", age_group="adult", gate="poipet", person=SOK.person)
    reference = world.open_case("poipet", new)
    for who, action, given in TO_FOLLOW_UP[:6]:
        world.take(who, reference, action, given)
    return reference


def goals(world: World) -> list[PlanGoal]:
    """Every goal there is."""
    with world.house.doors.read() as session:
        return sorted(session.exec(select(PlanGoal)).all(), key=lambda goal: goal.id)


def plan(world: World) -> ReintegrationPlan:
    """The only plan."""
    with world.house.doors.read() as session:
        return session.exec(select(ReintegrationPlan)).one()


def test_a_plan_is_written_with_the_person_and_its_words_are_sealed(world: World, placed: str) -> None:
    writer, path = world.browser("ngo"), f"/cases/{placed}/plan"
    assert "No plan is written down yet" in writer.open(path).text
    answer = fill_in(writer, f"{path}/goal", **{**GOAL, "chosen": ""})
    assert answer.status_code == 400
    assert "Learn to sew with Sophea" in answer.text
    assert fill_in(writer, f"{path}/goal", **GOAL).status_code == 303
    assert fill_in(writer, f"{path}/wishes", wishes="A room of my own", living="family").status_code == 303
    (goal,) = goals(world)
    assert (goal.domain, goal.chosen, goal.state) == ("training", True, "open")
    assert b"sew" not in (goal.text or b"")
    page = writer.open(path)
    assert "Learn to sew" not in page.text
    assert "Vocational training" in page.text
    assert "Help with money" in page.text
    assert "Assumed: no official figure" in page.text
    assert obstacles(read_page(page)) == []
    words = fill_in(writer, f"{path}/words", reason="arrange_care").text
    assert "Learn to sew with Sophea" in words
    assert "A room of my own" in words
    assert "Words of the plan opened" in writer.open(f"/cases/{placed}/history").text


def test_the_plan_is_agreed_with_its_paper_which_begins_with_its_goals(world: World, placed: str) -> None:
    writer, path = world.browser("ngo"), f"/cases/{placed}/do/agree_plan"
    fill_in(writer, f"/cases/{placed}/plan/goal", **GOAL)
    drafted = fill_in(writer, path)
    assert "Learn to sew with Sophea" in drafted.text
    assert issue_on(writer, path, drafted).status_code == 303
    kept = plan(world)
    assert (kept.state, str(kept.agreed_on)) == ("agreed", "2026-11-21")
    assert "plan_agreed" in world.case(placed).state["facts"]


def test_goals_are_met_or_dropped_and_the_plan_is_looked_at_again(world: World, placed: str) -> None:
    writer, path = world.browser("ngo"), f"/cases/{placed}/plan"
    fill_in(writer, f"{path}/goal", **GOAL)
    fill_in(writer, f"{path}/goal", **{**GOAL, "domain": "health"})
    first, second = goals(world)
    for goal, to in ((first, "met"), (second, "dropped")):
        token = fill_token(writer.open(path).text)
        sent = {"csrf_token": token, "to": to}
        answer = writer.client.post(f"{path}/goals/{goal.id}", data=sent, base_url=writer.at)
        assert answer.status_code == 303
    assert [goal.state for goal in goals(world)] == ["met", "dropped"]
    day = {"again_on__day": "1", "again_on__month": "2", "again_on__year": "2027"}
    assert fill_in(writer, f"{path}/review", **day).status_code == 303
    assert [str(day) for day in (plan(world).reviewed_on, plan(world).review_on)] == [
        "2026-11-21",
        "2027-02-01",
    ]
    behind = fill_in(writer, f"{path}/review", **{**day, "again_on__year": "2026"})
    assert "must lie ahead" in behind.text


def test_two_who_write_in_one_plan_do_not_write_over_each_other(world: World, placed: str) -> None:
    writer, path = world.browser("ngo"), f"/cases/{placed}/plan"
    empty = writer.open(f"{path}/wishes")
    assert fill_in(writer, f"{path}/wishes", wishes="A room of my own", living="family").status_code == 303
    answer = send_on(writer, f"{path}/wishes", empty, wishes="To live near the market", living="alone")
    assert answer.status_code == 409
    assert "Somebody else changed this plan meanwhile" in answer.text
    assert "To live near the market" in answer.text
    assert obstacles(read_page(answer)) == []
    assert plan(world).living == "family"
    sent = send_on(writer, f"{path}/wishes", answer, wishes="To live near the market", living="alone")
    assert sent.status_code == 303
    assert plan(world).living == "alone"


def test_visits_and_the_next_look_are_chosen_for_the_plan_as_it_was_seen(world: World, placed: str) -> None:
    writer, path = world.browser("ngo"), f"/cases/{placed}/plan"
    fill_in(writer, f"{path}/goal", **GOAL)
    seen = {name: writer.open(f"{path}/{name}") for name in ("visits", "review")}
    fill_in(writer, f"{path}/goal", **{**GOAL, "domain": "health"})
    day = {"again_on__day": "1", "again_on__month": "2", "again_on__year": "2027"}
    for name, given in (("visits", {"which": "children"}), ("review", day)):
        answer = send_on(writer, f"{path}/{name}", seen[name], **given)
        assert answer.status_code == 409, name
        assert send_on(writer, f"{path}/{name}", answer, **given).status_code == 303
    assert plan(world).children
    assert str(plan(world).review_on) == "2027-02-01"


def test_a_goal_that_was_met_is_not_dropped_by_somebody_who_had_not_seen_it(
    world: World, placed: str
) -> None:
    writer, path = world.browser("ngo"), f"/cases/{placed}/plan"
    fill_in(writer, f"{path}/goal", **GOAL)
    (goal,) = goals(world)
    for to in ("met", "dropped"):
        writer.send(f"{path}/goals/{goal.id}", {"to": to})
    assert [goal.state for goal in goals(world)] == ["met"]
    assert "cannot be changed now" in writer.open(path).text


def fill_token(page: str) -> str:
    """The token of the first form on a page."""
    return page.split('name="csrf_token" value="')[1].split('"')[0]


def test_those_who_do_not_accompany_the_person_read_the_plan_and_do_not_write_it(
    world: World, placed: str
) -> None:
    fill_in(world.browser("ngo"), f"/cases/{placed}/plan/goal", **GOAL)
    reader = world.browser("poipet")
    assert "Write in the plan" not in reader.open(f"/cases/{placed}/plan").text
    answer = fill_in(reader, f"/cases/{placed}/plan/goal", **GOAL)
    assert answer.status_code == 409
    assert "Learn to sew with Sophea" in answer.text
    assert len(goals(world)) == 1


def test_the_goals_of_a_plan_that_ended_with_a_breakdown_are_shown_and_their_words_opened(
    world: World, placed: str
) -> None:
    writer, path = world.browser("ngo"), f"/cases/{placed}/plan"
    fill_in(writer, f"{path}/goal", **GOAL)
    world.take("ngo", placed, "agree_plan")
    assert "Earlier plans" not in writer.open(path).text
    world.take("ngo", placed, "report_breakdown", Particulars(note="The uncle came back."))
    page = writer.open(path).text
    assert "Earlier plans" in page
    assert "Ended" in page
    assert "Vocational training" in page
    assert "Learn to sew" not in page
    opened = fill_in(writer, f"{path}/words", reason="arrange_care").text
    assert "Learn to sew with Sophea" in opened
    assert "An earlier plan, agreed on 21 November 2026" in opened
