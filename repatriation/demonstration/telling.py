"""Tells one story: plans it, puts it on the calendar, and has the officers take every step of it for real."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final

from repatriation.demonstration import defaults, people
from repatriation.demonstration.organisations import GATES
from repatriation.demonstration.planner import BODIES, Course, Planned
from repatriation.demonstration.schedule import LOCAL, at_work, moments
from repatriation.demonstration.services import SHELTER, asked
from repatriation.demonstration.stories import Story
from repatriation.work import sharing
from repatriation.work.actors import Actor
from repatriation.work.cases import open_case
from repatriation.work.followup.entered import VisitEntered
from repatriation.work.house import House
from repatriation.work.newcase import NewCase
from repatriation.work.papers.filing import Made
from repatriation.work.particulars import Particulars
from repatriation.work.services.asking import REFER
from repatriation.work.steps import take_step
from repatriation.work.visits import ACTION_OF, record_visit
from sop.clocks import zone_of
from sop.procedure import Procedure

_STILL_GOOD: Final = timedelta(days=30)
"""How long after the last step a paper still counts, where the story does not let it lapse."""

_LAPSED: Final = timedelta(days=1)


@dataclass(slots=True)
class Told:
    """What became of the stories told so far: each one's case, and the case that reopening it has opened."""

    cases: dict[str, str] = field(default_factory=dict)
    reopened: dict[str, tuple[str, datetime]] = field(default_factory=dict)


def plan(procedure: Procedure, story: Story, now: datetime) -> Course:
    """The steps of a story. Raises Stuck or NotAllowed when the procedure does not let it be."""
    course = Course.opened(
        procedure,
        story.entry,
        opener_of(procedure, story),
        GATES[story.route],
        now,
        child=story.age != "adult",
    )
    course.without = story.without
    for turn in story.turns:
        if turn.startswith(">>"):
            course.through(turn[2:])
        elif turn.startswith(">"):
            course.to(turn[1:])
        else:
            course.take(turn)
    return course


def opener_of(procedure: Procedure, story: Story) -> str:
    """The organisation that opens the case: the one that answers for its first stage."""
    if story.opener is not None:
        return story.opener
    role = procedure.stages[story.entry].responsible
    found = sharing.bodies_for(procedure, role, BODIES.values())
    at_gate = [body for body in found if body.place == GATES[story.route]]
    return (at_gate or list(found))[0].code


class Teller:
    """Has the officers of an installation live the stories."""

    def __init__(
        self,
        house: House,
        actors: Mapping[str, Actor],
        now: datetime,
        services: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.house, self.actors, self.now, self.services = house, actors, now, services
        self.told = Told()
        self.numbers: dict[str, int] = {}

    def tell(self, story: Story) -> None:
        """Opens the story's case and takes every step of it, each at its own moment of the past."""
        procedure = self.house.shelf.in_force(story.route, self.now.date())
        chance = random.Random(f"demonstration: {story.name}")  # noqa: S311 - the same people every time
        number = self._number(procedure.home)
        if story.after is None:
            began = self._ago(story.began, chance)
            new = self._new_case(procedure, story, number, chance)
            reference = open_case(self.house, self.actors[opener_of(procedure, story)], began, new)
        else:
            reference, began = self.told.reopened[story.after]
        self.told.cases[story.name] = reference
        course = plan(procedure, story, began)
        ended = self._ago(story.rested, chance)
        at = moments(procedure, course.steps, began, ended, self.now, chance)
        self._live(procedure, story, reference, course, at)

    def skip(self, story: Story) -> None:
        """Passes over a story that an earlier run has told, so that the next ones get their own people."""
        self._number(self.house.shelf.in_force(story.route, self.now.date()).home)

    def _ago(self, days: float, chance: random.Random) -> datetime:
        """So many days ago, at some hour of an office's day; less than a day ago is meant to the minute."""
        if days < 1:
            return self.now - timedelta(days=days)
        return at_work(self.now - timedelta(days=days + chance.uniform(-0.1, 0.1))).replace(microsecond=0)

    def _number(self, country: str) -> int:
        self.numbers[country] = self.numbers.get(country, -1) + 1
        return self.numbers[country]

    def _new_case(self, procedure: Procedure, story: Story, number: int, chance: random.Random) -> NewCase:
        return NewCase(
            route=story.route,
            stage=story.entry,
            age_group=story.age,
            gate=GATES[story.route],
            person=people.person(procedure.home, number, story.age, self.now.date(), chance),
            account=people.account(story.age, chance),
            note="Made up for the demonstration.",
        )

    def _live(
        self, procedure: Procedure, story: Story, reference: str, course: Course, at: list[datetime]
    ) -> None:
        version = course.began_at_version
        for number, step in enumerate(course.steps):
            given = self._given(procedure, story, course.steps, at, number)
            actor = self.actors[step.organisation]
            if step.action.name in ACTION_OF.values():
                key = f"demonstration-{reference}-{number}"
                visit = _visit(step.action.name == ACTION_OF[True], at[number])
                taken = record_visit(
                    self.house, actor, at[number], reference, version, visit, key, Made.ELSEWHERE
                )
            else:
                name = step.action.name
                taken = take_step(
                    self.house, actor, at[number], reference, name, version, given, paper=Made.ELSEWHERE
                )
            version = taken.version
            if taken.opened is not None:
                self.told.reopened[story.name] = (taken.opened, at[number])

    def _given(
        self,
        procedure: Procedure,
        story: Story,
        steps: list[Planned],
        at: list[datetime],
        number: int,
    ) -> Particulars:
        step = steps[number]
        until = max(at[number] + defaults.VALID, at[-1] + _STILL_GOOD)
        if not story.lapsed.isdisjoint(step.action.records):
            until = self.now - _LAPSED
        given = defaults.given(
            procedure,
            step.action,
            step.view,
            step.chosen,
            GATES[story.route],
            at[number],
            on=self._handover(story, steps, at, number),
            until=until,
            entry=step.entry,
        )
        if step.action.name != REFER:
            return given
        offer = self.services.get(asked(procedure, step.chosen) or "")
        return given.model_copy(update={"offer": offer, "service": SHELTER} if offer else {})

    def _handover(self, story: Story, steps: list[Planned], at: list[datetime], number: int) -> date | None:
        """The day agreed for a handover: that of the departure if there was one, else the day awaited."""
        for later in range(number, len(steps)):
            if steps[later].action.name == "depart":
                return at[later].astimezone(LOCAL).date()
        if story.expected is None:
            return None
        return self.now.astimezone(LOCAL).date() + timedelta(days=story.expected)


def _visit(made: bool, at: datetime) -> VisitEntered:
    """A visit as a caseworker would have written it down; the next one is that of the schedule."""
    day = at.astimezone(zone_of("KHM")).date()
    return VisitEntered(
        on=day,
        outcome="seen" if made else "not_there",
        mode="home",
        seen_alone=True if made else None,
        safety="safe" if made else None,
        contact=False if made else None,
        health="well" if made else None,
        income="worry" if made else None,
        notes="Made up for the demonstration.",
    )
