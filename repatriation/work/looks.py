"""Who opened what is sealed in a case, when and why: the reads that an auditor or a coordinator must be able
to explain.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple

from sqlalchemy import tuple_
from sqlmodel import col

from repatriation.records.scope import openings
from repatriation.records.trail import Trail
from repatriation.work.actors import Actor
from repatriation.work.house import House

PAGE: Final = 50


class Since(NamedTuple):
    """Where a page begins: with what was opened before this."""

    at: datetime
    chain: str


@dataclass(frozen=True, slots=True)
class Look:
    """One opening: of an identity, of notes, of a plan's words, of a paper. `reason` is empty where none is
    asked for. `stranger`: whoever looked is not of the organisation that answers for the case.
    """

    at: datetime
    tag: str
    reference: str
    officer: str | None
    organisation: str | None
    reason: str
    stranger: bool


def looks(house: House, actor: Actor, since: Since | None = None) -> tuple[tuple[Look, ...], Since | None]:
    """The openings in the cases that the officer's organisation has a part in, newest first; and where to
    go on.
    """
    statement = openings(actor.organisation_id)
    if since is not None:
        statement = statement.where(tuple_(col(Trail.at), col(Trail.chain)) < tuple_(since.at, since.chain))
    statement = statement.order_by(col(Trail.at).desc(), col(Trail.chain).desc()).limit(PAGE + 1)
    with house.doors.read() as session:
        rows = session.execute(statement).all()
    shown = rows[:PAGE]
    further = None
    if len(rows) > PAGE:
        last = shown[-1][0]
        further = Since(last.at.astimezone(UTC), last.chain)
    return tuple(
        Look(
            event.at,
            event.tag,
            reference,
            officer,
            organisation,
            str(event.detail.get("reason", "")),
            event.organisation_id != holder,
        )
        for event, reference, holder, officer, organisation in shown
    ), further
