"""What has happened to a case, read back from its trail."""

from sqlmodel import col, select

from repatriation.records.cases import CaseFile
from repatriation.records.trail import Trail
from repatriation.work.house import House
from repatriation.work.refusals import Change


def changes_since(house: House, reference: str, version: int) -> tuple[Change, ...]:
    """The steps taken in a case after a version of it, oldest first. The caller has seen to it that it may be known."""
    with house.doors.read() as session:
        found = session.exec(
            select(Trail)
            .join(CaseFile, col(CaseFile.id) == col(Trail.chain))
            .where(CaseFile.reference == reference)
            .order_by(col(Trail.seq))
        ).all()
    return tuple(
        Change(row.at, row.detail["action"], row.organisation_id, row.officer_id)
        for row in found
        if row.detail.get("version", 0) > version
    )
