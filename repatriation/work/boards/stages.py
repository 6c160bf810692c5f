"""How long cases stand at each stage, against the time limit that counts from entering it, if any."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from repatriation.records.boards import times
from repatriation.work.actors import Actor
from repatriation.work.boards.behind import Behind
from repatriation.work.boards.small import Told, told
from repatriation.work.house import House
from sop.deadlines import STAGE
from sop.procedure import Limit, Procedure, Stage

WINDOW: Final = timedelta(days=365)
"""Stays that ended within it are reckoned with."""

MOST: Final = 40_000
"""No more than the latest so many, however many cases there are."""


@dataclass(frozen=True, slots=True)
class Span:
    """Stays at one stage that ended: how many, and in whole days the length that half of them, and nine of
    ten, did not exceed."""

    number: Told
    median: int | None
    ninetieth: int | None


@dataclass(frozen=True, slots=True)
class StageLine:
    """One stage of a route. `theirs` is of cases in which the reader has no part, where that may be told."""

    procedure: Procedure
    stage: Stage
    limits: tuple[Limit, ...]
    here: int
    ours: Span
    here_theirs: Told | None
    theirs: Span | None


@dataclass(frozen=True, slots=True)
class Stages:
    """The board. `since`: from when on stays that ended are reckoned with."""

    since: datetime
    lines: tuple[StageLine, ...]


def stages(house: House, actor: Actor, now: datetime, day: date, *, of_others: bool) -> Stages:
    """Every stage of every route at which a case of the reader's stands or stood, as the route goes."""
    asked = _given(house, actor, now)
    with house.doors.read() as session:
        connection = session.connection()

        def numbers(question: Any) -> Mapping[tuple[str, str], Any]:
            return {(row.route, row.stage): row for row in connection.execute(question, asked)}

        ended, here = numbers(times.spans(ours=True)), numbers(times.standing(ours=True))
        ended_theirs = numbers(times.spans(ours=False)) if of_others else {}
        here_theirs = numbers(times.standing(ours=False)) if of_others else {}
    lines = []
    for procedure in house.shelf.routes(day):
        for name, stage in procedure.stages.items():
            place = (procedure.route, name)
            if stage.end or not any(place in each for each in (ended, here, ended_theirs, here_theirs)):
                continue
            lines.append(
                StageLine(
                    procedure,
                    stage,
                    limits_of(procedure, name, day),
                    here[place].number if place in here else 0,
                    _span(ended.get(place), ours=True),
                    told(here_theirs[place].number if place in here_theirs else 0) if of_others else None,
                    _span(ended_theirs.get(place), ours=False) if of_others else None,
                )
            )
    return Stages(asked["since"], tuple(lines))


def left(house: House, actor: Actor, now: datetime, route: str, stage: str) -> Behind:
    """The stays behind a number."""
    return Behind(times.left_stage(), {**_given(house, actor, now), "route": route, "stage": stage})


def here(house: House, actor: Actor, now: datetime, route: str, stage: str) -> Behind:
    """The cases that stand at a stage now."""
    return Behind(times.at_stage(), {**_given(house, actor, now), "route": route, "stage": stage})


def limits_of(procedure: Procedure, stage: str, day: date) -> tuple[Limit, ...]:
    """The time limits that count from entering a stage and are in force: none where no source gives one."""
    return tuple(
        limit
        for action in procedure.by_stage[stage]
        for limit in action.within
        if limit.of == STAGE and (limit.valid_from or day) <= day <= (limit.valid_to or day)
    )


def _given(house: House, actor: Actor, now: datetime) -> dict[str, Any]:
    with house.doors.read() as session:
        before = session.connection().execute(times.LATEST_LEFT, {"most": MOST}).scalar()
    return {
        "organisation_id": actor.organisation_id,
        "since": max(now - WINDOW, before) if before else now - WINDOW,
        "stages": open_stages(house),
    }


def open_stages(house: House) -> list[str]:
    """Every stage at which a case is still open."""
    return sorted({name for p in house.shelf for name, stage in p.stages.items() if not stage.end})


_FEW: Final = 10
"""Of fewer the ninetieth percentile is the longest stay there was, and so one person's."""


def _span(row: Any, *, ours: bool) -> Span:
    if row is None:
        return Span(Told(0, 0), None, None)
    number = Told(int(row.number), int(row.number)) if ours else told(int(row.number))
    return Span(
        number,
        int(row.median) if number.exact else None,
        int(row.ninetieth) if ours or row.number >= _FEW else None,
    )
