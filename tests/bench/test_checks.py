"""The checks after a benchmark find what they look for: planted faults, one of each kind."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import update
from sqlmodel import select

from repatriation.bench.checks import examine
from repatriation.bench.place import Place
from repatriation.bench.world import Walk, World, in_turn, populate, ways
from repatriation.records import trail
from repatriation.records.cases import CaseFile


@pytest.fixture
def world(place: Place) -> Iterator[World]:
    world = populate(place)
    yield world
    world.close()


@pytest.fixture
def walks(world: World, place: Place) -> list[Walk]:
    walks = world.open(ways(place.shelf), 3)
    for walk, _ in zip(in_turn(walks), range(9), strict=False):
        world.take(walk)
    return walks


def test_nothing_is_wrong_with_cases_that_walked_as_they_should(world: World, walks: list[Walk]) -> None:
    counts = examine(world.house, {walk.reference: range(1, walk.version + 1) for walk in walks})
    assert (counts.missing, counts.doubled, counts.disagreeing, counts.jumped, counts.broken) == (0,) * 5
    assert counts.cases == 3


def test_a_step_that_was_acknowledged_and_is_not_there_is_missed(world: World, walks: list[Walk]) -> None:
    assert examine(world.house, {walks[0].reference: [walks[0].version + 1]}).missing == 1


def test_a_version_that_is_not_the_count_of_moves_is_found(world: World, walks: list[Walk]) -> None:
    with world.house.doors.act() as session:
        case = CaseFile.metadata.tables["case_file"]
        session.connection().execute(
            update(case).where(case.c.reference == walks[0].reference).values(version=99)
        )
    assert examine(world.house, {}).disagreeing == 1


def test_two_moves_to_one_version_and_a_jump_are_found(world: World, walks: list[Walk]) -> None:
    walk = walks[0]
    actor = world.actors[walk.way.opener]
    with world.house.doors.act() as session:
        case_id = session.exec(select(CaseFile.id).where(CaseFile.reference == walk.reference)).one()
        said = {"action": "depart", "from": "documents_ready", "to": "in_transit", "version": walk.version}
        trail.append(session, actor, datetime.now(UTC), "case:stage:changed", said, case_id)
    counts = examine(world.house, {})
    assert counts.doubled == 1
    assert counts.jumped == 1
