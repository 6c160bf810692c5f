"""Who may write plans and visits of a case: those who by its procedure agree plans and make visits."""

from typing import Any, Final

from sqlmodel import Session, col, select

from repatriation.records.cases import CaseFile, Party
from repatriation.records.scope import visible_case
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.refusals import NotFound, ReadOnly
from sop.engine import NotAllowed, Reason
from sop.procedure import Procedure

VISIT: Final = "record_visit"
PLAN: Final = "agree_plan"


def for_writing(
    session: Session, house: House, actor: Actor, reference: str, action: str
) -> tuple[CaseFile, Procedure]:
    """The case, locked until the transaction ends, if this officer's organisation may take an act like this
    one in it.

    Raises:
        NotFound: no such case, or not this officer's to know of.
        ReadOnly: the officer's duty is to look.
        NotAllowed: it is others' to do, or the case is at another stage.
    """
    if actor.reads_only:
        raise ReadOnly
    found = visible_case(actor.organisation_id, reference).with_for_update(of=CaseFile)
    case = session.exec(found).first()
    if case is None:
        raise NotFound(reference)
    procedure = house.shelf.pinned(case.digest)
    act: Any = procedure.actions.get(action)
    if act is None or case.stage not in act.frm:
        raise NotAllowed(action, (Reason("stage", case.stage),))
    roles = session.exec(
        select(Party.role).where(
            Party.case_id == case.id,
            Party.organisation_id == actor.organisation_id,
            col(Party.until).is_(None),
        )
    ).all()
    if frozenset(roles).isdisjoint(act.by):
        raise NotAllowed(action, tuple(Reason("role", role) for role in act.by))
    return case, procedure
