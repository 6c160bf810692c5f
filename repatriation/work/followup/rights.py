"""Who may write plans and visits of a case: those who by its procedure agree plans and make visits."""

from collections.abc import Iterable
from typing import Final

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
    if not _at_this_stage(procedure, action, case.stage):
        raise NotAllowed(action, (Reason("stage", case.stage),))
    if not of_ours(session, actor, ((case.id, procedure, case.stage),), action):
        raise NotAllowed(action, tuple(Reason("role", role) for role in procedure.actions[action].by))
    return case, procedure


def of_ours(
    session: Session, actor: Actor, cases: Iterable[tuple[str, Procedure, str]], action: str
) -> frozenset[str]:
    """The cases, of some told by id, procedure and stage, in which it is for this officer's organisation to
    take an act like this one."""
    by = {
        case_id: procedure.actions[action].by
        for case_id, procedure, stage in cases
        if _at_this_stage(procedure, action, stage)
    }
    held = session.exec(
        select(Party.case_id, Party.role).where(
            col(Party.case_id).in_(list(by)),
            Party.organisation_id == actor.organisation_id,
            col(Party.until).is_(None),
        )
    ).all()
    return frozenset(case_id for case_id, role in held if role in by[case_id])


def _at_this_stage(procedure: Procedure, action: str, stage: str) -> bool:
    act = procedure.actions.get(action)
    return act is not None and stage in act.frm
