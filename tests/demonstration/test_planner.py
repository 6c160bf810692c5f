"""The planner: a plan is made of steps that the procedure allows, on every route and from every entry."""

from datetime import timedelta

import pytest

from repatriation.demonstration.planner import Course, Stuck
from repatriation.demonstration.stories import STORIES, Story
from repatriation.demonstration.telling import opener_of, plan
from sop.engine import NotAllowed
from sop.shelf import Shelf
from tests.demonstration.conftest import NOW

BEFORE = NOW - timedelta(days=600)


@pytest.mark.parametrize("age", ["adult", "child"])
@pytest.mark.parametrize("entry", ["requested", "reported", "received"])
def test_from_every_entry_of_every_route_the_good_course_leads_home(
    procedures: Shelf, entry: str, age: str
) -> None:
    for procedure in procedures.routes(NOW.date()):
        if entry not in procedure.stages or not procedure.stages[entry].entry:
            continue
        story = Story("any", procedure.route, entry, age, (">closed",), 600, 1)  # type: ignore[arg-type]
        assert plan(procedure, story, BEFORE).view.stage == "closed", procedure.key


def test_the_same_story_is_planned_the_same_way_twice(procedures: Shelf) -> None:
    for story in STORIES:
        procedure = procedures.in_force(story.route, NOW.date())
        once, again = (
            [(step.action.name, step.organisation) for step in plan(procedure, story, BEFORE).steps]
            for _ in range(2)
        )
        assert once == again


def test_a_stage_that_was_passed_is_not_gone_back_to(procedures: Shelf) -> None:
    procedure = procedures.in_force("tha-khm", NOW.date())
    story = Story("back", "tha-khm", "reported", "adult", (">verifying", ">reported"), 9, 1)
    with pytest.raises(Stuck, match="no way on from"):
        plan(procedure, story, BEFORE)


def test_a_turn_that_the_procedure_does_not_allow_is_refused_with_its_reasons(procedures: Shelf) -> None:
    procedure = procedures.in_force("tha-khm", NOW.date())
    opener = opener_of(procedure, STORIES[2])
    course = Course.opened(procedure, "reported", opener, "poipet", BEFORE, child=False)
    with pytest.raises(NotAllowed, match="stage:reported"):
        course.take("begin_reflection")
