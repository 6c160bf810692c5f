"""Who imports, and on which route: said by options, or plain from what this installation holds."""

from datetime import datetime

from sqlmodel import col, select

from repatriation.records.organisations import Officer, Organisation
from repatriation.work.actors import READ_ONLY, Actor
from repatriation.work.cases import every_body
from repatriation.work.house import House
from repatriation.work.sessions import actor_of
from repatriation.work.sharing import bodies_for


class Unclear(ValueError):
    """It does not follow who is to import, or on which route; the message says what to give."""


def find_officer(house: House, organisation: str | None, username: str | None) -> Actor:
    """The officer in whose name the cases are opened: the one named, or the only one of the organisation.

    Raises:
        Unclear: nobody is named, there is no such officer, or several could be meant.
    """
    if organisation is None and username is None:
        raise Unclear("Say who imports: --officer with a user name, or --organisation with a code.")
    wanted = select(Officer, Organisation).where(
        Officer.organisation_id == Organisation.id,
        col(Officer.active).is_(True),
        col(Officer.duty).not_in(READ_ONLY),
    )
    if organisation is not None:
        wanted = wanted.where(Organisation.code == organisation)
    if username is not None:
        wanted = wanted.where(Officer.username == username.strip().casefold())
    with house.doors.read() as session:
        found = session.exec(wanted.limit(2)).all()
        if not found:
            raise Unclear("No officer who may act fits --organisation and --officer.")
        if len(found) > 1:
            raise Unclear(f"Several officers act for “{organisation}”: say which with --officer.")
        return actor_of(*found[0])


def find_route(house: House, actor: Actor, stage: str, now: datetime) -> str:
    """The only route on which the officer's organisation can open a case at this stage.

    Raises:
        Unclear: there is none, or there are several.
    """
    with house.doors.read() as session:
        own = tuple(body for body in every_body(session) if body.id == actor.organisation_id)
    routes = []
    for procedure in house.shelf.routes(now.date()):
        entry = procedure.stages.get(stage)
        if entry is not None and entry.entry and bodies_for(procedure, entry.responsible, own):
            routes.append(procedure.route)
    if not routes:
        raise Unclear(f"Your organisation opens no cases at the stage “{stage}” on any route.")
    if len(routes) > 1:
        raise Unclear(f"Several routes are possible: give --route, one of {', '.join(routes)}.")
    return routes[0]
