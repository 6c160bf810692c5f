"""A world to measure in: the demonstration's organisations, an officer in each, cases on real ways."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import cycle, islice
from typing import NamedTuple

from repatriation.bench.papers import ready_paper
from repatriation.bench.place import Ground, Place
from repatriation.demonstration import defaults
from repatriation.demonstration.officers import LANGUAGE_OF, duty_for
from repatriation.demonstration.organisations import GATES, ORGANISATIONS
from repatriation.demonstration.planner import BODIES, Course
from repatriation.records.organisations import Officer, Organisation
from repatriation.records.scope import every_case
from repatriation.work import sharing
from repatriation.work.actors import Actor
from repatriation.work.cases import Opener, every_body, open_many
from repatriation.work.house import House
from repatriation.work.newcase import Name, NewCase, PersonEntered
from repatriation.work.opened import Taken
from repatriation.work.papers.rules import is_made_with
from repatriation.work.particulars import Particulars
from repatriation.work.sessions import actor_of
from repatriation.work.steps import take_step
from sop import vocabulary as words
from sop.procedure import Procedure
from sop.shelf import Shelf

AT_ONCE = 200
"""Cases opened in one transaction."""


class Stride(NamedTuple):
    """One step on a way: the action, who takes it, what they enter, and the kind of its paper."""

    action: str
    organisation: str
    given: Particulars
    paper: str | None = None


class Way(NamedTuple):
    """A whole way from an entry to the closing of the case."""

    new: NewCase
    opener: str
    began_at: int
    strides: tuple[Stride, ...]


@dataclass(slots=True)
class Walk:
    """One case on its way. Its version tells how far it is: every step adds one."""

    reference: str
    way: Way
    version: int = field(default=-1)

    def __post_init__(self) -> None:
        if self.version < 0:
            self.version = self.way.began_at

    @property
    def stride(self) -> Stride | None:
        """The next step, or none at the end of the way."""
        done = self.version - self.way.began_at
        return self.way.strides[done] if done < len(self.way.strides) else None


class Apart(NamedTuple):
    """A world as it is told to another process."""

    ground: Ground
    actors: dict[str, Actor]

    def world(self) -> "World":
        """The world, opened where one is."""
        return World(self.ground.house(), self)


@dataclass(frozen=True, slots=True)
class World:
    """A house with one officer at work in each of its organisations, by code."""

    house: House
    apart: Apart

    @property
    def actors(self) -> dict[str, Actor]:
        """The officer of each organisation."""
        return self.apart.actors

    def versions(self) -> dict[str, int]:
        """The version of every case, by its reference."""
        with self.house.doors.read() as session:
            return {case.reference: case.version for case in session.exec(every_case())}

    def close(self) -> None:
        """Lets go of the database."""
        self.house.doors.dispose()

    def take(self, walk: Walk, key: str | None = None) -> Taken:
        """The next step of a case, as its officer takes it. Raises what `take_step` raises."""
        stride = walk.stride
        assert stride is not None
        actor, now = self.actors[stride.organisation], datetime.now(UTC)
        paper = None
        if stride.paper is not None:
            paper = ready_paper(walk.reference, walk.version, stride.action, stride.paper, now)
        taken = take_step(
            self.house,
            actor,
            now,
            walk.reference,
            stride.action,
            walk.version,
            stride.given,
            key,
            paper=paper,
        )
        walk.version = taken.version
        return taken

    def open(self, ways: Sequence[Way], count: int) -> list[Walk]:
        """So many cases, spread evenly over the ways, opened in few transactions."""
        walks = []
        for way, number in _shares(ways, count):
            for start in range(0, number, AT_ONCE):
                with self.house.doors.act() as session:
                    opener = Opener(
                        self.house, self.actors[way.opener], datetime.now(UTC), every_body(session)
                    )
                    many = open_many(opener, session, [way.new] * min(AT_ONCE, number - start))
                walks += [Walk(reference, way) for reference in many]
        return walks


def populate(place: Place) -> World:
    """A new house, with every organisation of the demonstration and one officer in each."""
    ground = place.ground()
    house, actors = ground.house(), {}
    with house.doors.act() as session:
        for made in ORGANISATIONS:
            values = {**made._asdict(), "functions": list(made.functions)}
            organisation = Organisation(**values, demonstration=True)
            session.add(organisation)
            session.flush()
            officer = Officer(
                organisation_id=organisation.id,
                username=f"officer.{made.code}",
                password_hash="none",  # noqa: S106 - nobody signs in with it
                display_name=made.name,
                duty=duty_for(made.functions),
                language=LANGUAGE_OF[made.country],
                demonstration=True,
            )
            session.add(officer)
            session.flush()
            actors[made.code] = actor_of(officer, organisation)
    return World(house, Apart(ground, actors))


def ways(procedures: Shelf) -> tuple[Way, ...]:
    """The good course from a report to the closing, on every route, for a grown-up and for a child."""
    now = datetime.now(UTC)
    return tuple(
        _way(procedure, now, child)
        for procedure in procedures.routes(now.date())
        for child in (False, True)
        if "reported" in procedure.stages
    )


def _way(procedure: Procedure, now: datetime, child: bool) -> Way:
    stage, gate = "reported", GATES[procedure.route]
    opener = opener_of(procedure, stage)
    course = Course.opened(procedure, stage, opener, gate, now, child=child)
    course.to(words.CLOSED)
    strides = tuple(
        Stride(
            step.action.name,
            step.organisation,
            defaults.given(procedure, step.action, step.view, step.chosen, gate, now),
            step.action.document if is_made_with(step.action) else None,
        )
        for step in course.steps
    )
    person = PersonEntered(names=(Name(given="Bench", family="Demo"),))
    new = NewCase(
        route=procedure.route, stage=stage, age_group="child" if child else "adult", gate=gate, person=person
    )
    return Way(new, opener, course.began_at_version, strides)


def opener_of(procedure: Procedure, stage: str) -> str:
    """The organisation that opens cases at a stage: the one that answers for it, if it can be at the gate."""
    gate = GATES[procedure.route]
    found = sharing.bodies_for(procedure, procedure.stages[stage].responsible, BODIES.values())
    return ([body for body in found if body.place == gate] or list(found))[0].code


def _shares(ways: Sequence[Way], count: int) -> Iterator[tuple[Way, int]]:
    chosen = list(islice(cycle(range(len(ways))), count))
    for number, way in enumerate(ways):
        if number in chosen:
            yield way, chosen.count(number)


def in_turn(walks: Sequence[Walk]) -> Iterator[Walk]:
    """The cases one after the other, again and again, as long as any has steps left to take."""
    left = list(walks)
    while left:
        left = [walk for walk in left if walk.stride is not None]
        yield from left
