"""A caseworker agrees a plan, visits, moves a visit, finds nobody twice and asks for closure; MoSVY
closes."""

from tests.journeys.officer import Officer, Story
from tests.journeys.page import Page
from tests.journeys.ways import FROM_THAILAND, a_woman_reported_in_thailand, lead

GOAL = "To weave again with her grandmother"


def test_a_woman_is_accompanied_after_her_return_until_the_case_is_closed(story: Story) -> None:
    a_woman_reported_in_thailand(story)
    lead(story, FROM_THAILAND, "Before integration")
    ngo, mosvy = story.cast("caseworker.poipet", "coordinator.mosvy")

    agrees_a_plan(story, ngo)
    ngo.takes("integrate")
    page = ngo.takes("begin_follow_up")
    assert page.stage == "Follow-up"
    page = visits_of(ngo)
    page.says("To come", "Assumed: no official figure for these visits was found")
    assert len(moves(page)) == 6

    story.pass_by(days=13)
    ngo.open("/visits").says("My visits", "Due soon", story.reference)
    ngo.visits(
        outcome="seen", safety="safe", seen_alone="yes", mode="home", health="well", notes="All is well."
    )
    page = visits_of(ngo)
    page.says("Made", "The person was met", "No trouble")
    assert len(moves(page)) == 5

    moves_the_next(story, ngo, page)
    for _ in range(2):
        story.pass_by(days=20)
        page = ngo.visits(outcome="not_there")
        page.says("The person was not there")
    page.says("Visits in a row that found nobody")

    ngo.takes("request_closure", note="She has moved to the city, and calls when she wishes.")
    page = mosvy.takes("approve_closure")
    assert page.stage == "Closed"
    page = visits_of(mosvy)
    page.says("No visit is planned.", "Cancelled", "The case is closed", "Moved to another day")


def agrees_a_plan(story: Story, ngo: Officer) -> None:
    """A goal in the plan, and the plan agreed with its paper."""
    story.secrets += (GOAL,)
    plan = ngo.case("Plan")
    plan.says("No plan is written down yet.")
    form = ngo.open(plan.link_of("Write down a goal")).form("Write it down")
    for name, value in {"domain": "income", "text": GOAL, "chosen": "yes"}.items():
        form.fill(name, value)
    plan = ngo.open(ngo.send(form, "Write it down", 303, may_name=True).response.location)
    plan.says("The goal is written down.", "Work and income", "The person's own choice", "Being written")
    ngo.takes("agree_plan")
    ngo.case("Plan").says("Agreed with the person", "Assumed: no official figure")


def visits_of(officer: Officer) -> Page:
    """The visits of the case, by the link on its page; the menu has one of the same name."""
    return officer.open(officer.case().links()[f"/cases/{officer.story.reference}/visits"])


def moves(page: Page) -> list[str]:
    """The ways to move a visit, the earliest first."""
    return [link for link in page.links() if link.endswith("/move")]


def moves_the_next(story: Story, ngo: Officer, page: Page) -> None:
    """The next visit is moved by ten days, with a reason."""
    form = ngo.open(moves(page)[0]).form("Move it")
    form.fill("to", story.day(30))
    form.fill("because", "asked")
    page = ngo.open(ngo.send(form, "Move it", 303).response.location)
    page.says("The visit is moved.", "Moved to another day", "The person asked for another day")
