"""What people need and nobody gives them, by province and service."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from repatriation.records.boards import lacking
from repatriation.work.actors import Actor
from repatriation.work.boards.behind import Behind
from repatriation.work.boards.small import Table, as_told
from repatriation.work.house import House


@dataclass(frozen=True, slots=True)
class Needs:
    """The board: numbers by province and service, in the cases that the organisation has a part in, and in
    those that it has none in, as far as that may be told."""

    ours: Mapping[tuple[str, str], int]
    theirs: Table | None


def needs(house: House, actor: Actor, *, of_others: bool) -> Needs:
    """The needs that are met by nobody now."""
    with house.doors.read() as session:
        connection, given = session.connection(), _given(actor)

        def numbers(question: Any) -> dict[tuple[str, str], int]:
            rows = connection.execute(question, given).all()
            return {(row.province, row.service): int(row.number) for row in rows}

        ours = numbers(lacking.numbers(ours=True))
        theirs = numbers(lacking.numbers(ours=False)) if of_others else None
    return Needs(ours, None if theirs is None else as_told(theirs))


def behind(actor: Actor, province: str | None, service: str | None) -> Behind:
    """The needs behind a number: of one province, of one service, of both, or all."""
    given = {**_given(actor), "province": province, "service": service}
    question = lacking.cases(province=province is not None, service=service is not None)
    return Behind(question, {name: value for name, value in given.items() if value is not None})


def _given(actor: Actor) -> dict[str, Any]:
    return {"organisation_id": actor.organisation_id}
