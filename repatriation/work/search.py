"""Finding a case by name: among the officer's own cases, by keyed digests, and never unnoticed."""

from datetime import datetime
from typing import Final, NamedTuple

from sqlmodel import col

from repatriation.records import trail
from repatriation.records.cases import CaseFile, Party
from repatriation.records.names import sought
from repatriation.records.scope import cases_named
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.refusals import Invalid
from sop.procedure import Procedure, Stage

MOST: Final = 20
"""More cases than this are no find: the name is too common, or too short."""

SEARCHED: Final = "person:identity:searched"


class Found(NamedTuple):
    """A case whose person has a name like the one looked for."""

    reference: str
    procedure: Procedure
    stage: Stage
    opened_at: datetime
    age_group: str


def by_name(house: House, actor: Actor, now: datetime, name: str) -> tuple[Found, ...]:
    """The officer's cases of people with a name like this one, written in any script, at most `MOST`.

    That a case was found by name is written to its trail, without the name: who looks for a name learns
    that its bearer has a case.

    Raises:
        Invalid: nothing was entered, or nothing to look for remains of it.
    """
    wanted = sought(house.keyring.digest_key("names"), name)
    if not wanted or not all(wanted):
        raise Invalid({"name": "needed"})
    with house.doors.act() as session:
        rows = session.exec(
            cases_named(actor.organisation_id, wanted).order_by(col(Party.updated_at).desc()).limit(MOST)
        ).all()
        for case, _ in rows:
            trail.append(session, actor, now, SEARCHED, {}, case.id)
        return tuple(_found(house, case) for case, _ in rows)


def _found(house: House, case: CaseFile) -> Found:
    procedure = house.shelf.pinned(case.digest)
    return Found(case.reference, procedure, procedure.stages[case.stage], case.opened_at, case.age_group)
