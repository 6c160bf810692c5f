"""What has happened to a case, read back from its trail."""

from sqlmodel import col, select

from repatriation.records.scope import visible_case
from repatriation.records.trail import Trail
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.refusals import Change


def changes_since(house: House, actor: Actor, reference: str, version: int) -> tuple[Change, ...]:
    """The steps taken in a case after a version of it, oldest first; none where the case may not be known."""
    with house.doors.read() as session:
        case = session.exec(visible_case(actor.organisation_id, reference)).first()
        if case is None:
            return ()
        found = session.exec(select(Trail).where(Trail.chain == case.id).order_by(col(Trail.seq))).all()
    return tuple(
        Change(row.at, row.detail["action"], row.organisation_id, row.officer_id)
        for row in found
        if "action" in row.detail and row.detail.get("version", 0) > version
    )
