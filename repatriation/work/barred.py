"""Why an officer may not take an action in a case now, asked of its procedure before anything is entered."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from repatriation.records.cases import CaseFile
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.reading import find, roles_of
from repatriation.work.views import case_view
from sop.engine import NotAllowed, Reason, follow


def open_to(
    house: House, actor: Actor, now: datetime, references: Sequence[str], action: str
) -> tuple[str, ...]:
    """Those of the cases in which the officer may take an action now.

    Raises:
        NotFound: one of the cases is not there, or not this officer's to know of.
    """
    with house.doors.read() as session:
        return tuple(
            reference
            for reference in references
            if not barred(house, actor, now, session, find(session, actor, reference), action)
        )


def barred(
    house: House, actor: Actor, now: datetime, session: Session, case: CaseFile, action: str
) -> tuple[Reason, ...]:
    """Why the officer may not take an action in this case now; nothing where they may."""
    roles = roles_of(session, case.id, actor.organisation_id)
    view = case_view(case)
    procedure = house.shelf.pinned(case.digest)
    if action not in procedure.actions:
        return (Reason("stage", case.stage),)
    try:
        follow(procedure, view, action, roles, now)
    except NotAllowed as refused:
        return tuple(refused.reasons)
    return ()
