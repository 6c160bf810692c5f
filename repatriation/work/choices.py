"""What an officer may choose from: organisations that could hold a role, gates, entries for a case."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlmodel import col, select

from repatriation.records.organisations import Organisation
from repatriation.work.actors import Actor
from repatriation.work.casepage import Body
from repatriation.work.house import House
from repatriation.work.opened import body_of
from repatriation.work.sharing import AT_A_GATE, BROUGHT_IN_BY, bodies_for
from sop import vocabulary as words
from sop.procedure import Action, Procedure, Stage


class Entry(NamedTuple):
    """A route and a stage in which this officer's organisation may open a case."""

    procedure: Procedure
    stage: Stage


def all_organisations(house: House) -> tuple[Body, ...]:
    """Every organisation, by name."""
    return tuple(_named(row) for row in _rows(house))


def organisations(house: House, procedure: Procedure, roles: tuple[str, ...]) -> dict[str, tuple[Body, ...]]:
    """For each role, the organisations that could hold it on this route, by name."""
    rows = _rows(house)
    named = {row.id: _named(row) for row in rows}
    bodies = [body_of(row) for row in rows]
    return {role: tuple(named[b.id] for b in bodies_for(procedure, role, bodies)) for role in roles}


def to_choose(
    house: House, procedure: Procedure, action: Action, held: frozenset[str]
) -> tuple[tuple[Body, ...], bool]:
    """The organisations among which an officer may choose whom an action tells, and whether they must.

    None when it is plain. `held` are the roles that somebody has in the case: for these another
    organisation may be chosen, and need not be.
    """
    told = action.discloses.to if action.discloses else ()
    brought = tuple(BROUGHT_IN_BY[fact] for fact in action.records if fact in BROUGHT_IN_BY)
    if not told and not brought:
        return (), False
    found = organisations(house, procedure, (*brought, *told))
    several = {role: bodies for role, bodies in found.items() if len(bodies) > 1}
    for role, bodies in several.items():
        if role not in held:
            return bodies, True
    return next(iter(several.values()), ()), False


def gates(house: House, countries: frozenset[str]) -> tuple[str, ...]:
    """The gates and places of reception at which organisations of these countries work."""
    with house.doors.read() as session:
        rows = session.exec(
            select(Organisation).where(
                col(Organisation.country).in_(countries), col(Organisation.place).is_not(None)
            )
        ).all()
    return tuple(sorted({row.place for row in rows if row.place and AT_A_GATE & set(row.functions)}))


def entries(house: House, actor: Actor, on: date) -> tuple[Entry, ...]:
    """The routes and stages in which the officer's organisation may open a case: it must have a part there,
    on the side that answers for the stage."""
    with house.doors.read() as session:
        own = body_of(session.get_one(Organisation, actor.organisation_id))
    found = []
    for procedure in house.shelf.routes(on):
        for stage in procedure.stages.values():
            if not stage.entry:
                continue
            side = stage.responsible.partition(".")[0]
            roles = {stage.responsible, *(role for a in procedure.by_stage[stage.name] for role in a.by)}
            roles = {role for role in roles if role != words.PERSON and role.startswith(f"{side}.")}
            if any(bodies_for(procedure, role, (own,)) for role in roles):
                found.append(Entry(procedure, stage))
    return tuple(found)


def own_place(house: House, actor: Actor) -> str | None:
    """The gate or place at which the officer's organisation works."""
    with house.doors.read() as session:
        return session.get_one(Organisation, actor.organisation_id).place


def _rows(house: House) -> Sequence[Organisation]:
    with house.doors.read() as session:
        return session.exec(select(Organisation).order_by(col(Organisation.name))).all()


def _named(row: Organisation) -> Body:
    return Body(row.id, row.code, row.name, row.name_local, row.country)
