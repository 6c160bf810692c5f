"""What becomes of the papers of a step that is undone: they count no more, and people are told."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, col, select

from repatriation.records import trail
from repatriation.records.cases import CaseFile
from repatriation.records.outbox import Outbox
from repatriation.records.papers import UNDONE, Paper, PaperRevocation, papers_numbered
from repatriation.records.scope import every_case
from repatriation.records.writing import add_once

REVOKED: Final = "paper:revoked"
"""The kind of an outbox row that tells all who have a part in a case that a paper of it counts no more."""

REVOKED_THERE: Final = "paper:revoked:there"
"""The same, of a paper that the other installation may have issued, whose number is not known here."""


def issued_with(session: Session, case_id: str, version: int) -> Sequence[tuple[str, str]]:
    """Number and kind of each paper that was issued with the step that made a version of a case."""
    return session.exec(
        select(Paper.number, Paper.kind).where(Paper.case_id == case_id, Paper.seq == version)
    ).all()


def revoke_undone(session: Session, now: datetime, case: CaseFile, version: int) -> bool:
    """Revoke what was issued with the step that made a version of a case, in every case in which it stands;
    says whether anything still counted. The case is locked. Nobody revokes it: the step does not count.
    """
    revoked = False
    for number, kind in issued_with(session, case.id, version):
        if add_once(session, PaperRevocation, number=number, at=now, reason=UNDONE):
            revoked = True
            detail = {"number": number, "kind": kind, "reason": UNDONE}
            for row in session.exec(papers_numbered(number).order_by(col(Paper.case_id))).all():
                trail.append(session, None, now, "paper:revoked", detail, row.case_id)
                other = session.exec(every_case().where(CaseFile.id == row.case_id)).one()
                tell(session, now, other, REVOKED, {"number": number})
    return revoked


def tell(
    session: Session, now: datetime, case: CaseFile, kind: str, said: Mapping[str, Any] | None = None
) -> None:
    """Have all who have a part in a case told that a paper of it counts no more."""
    detail = {"reference": case.reference, **(said or {})}
    session.add(Outbox(kind=kind, case_id=case.id, run_at=now, detail=detail))
