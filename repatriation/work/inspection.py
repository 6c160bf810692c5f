"""Looks at a case from the machine it is kept on: its stage and facts, never who it is about."""

from sqlmodel import col

from repatriation.records.cases import CaseFile
from repatriation.records.scope import every_case
from repatriation.work.house import House
from repatriation.work.refusals import NotFound
from repatriation.work.views import case_view
from sop.procedure import Procedure
from sop.view import CaseView


def inspect(house: House, reference: str) -> tuple[Procedure, CaseView]:
    """The procedure a case is pinned to, and what the engine is shown of the case.

    Raises:
        NotFound: there is no case of this reference.
    """
    with house.doors.read() as session:
        case = session.exec(every_case().where(col(CaseFile.reference) == reference)).first()
    if case is None:
        raise NotFound(reference)
    view = case_view(case)
    return house.shelf.pinned(case.digest), view
