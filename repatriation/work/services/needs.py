"""Needs that nobody meets: entering one where the search finds nothing, and the register of them."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import col, select

from repatriation.places.gazetteer import province_of
from repatriation.records import trail
from repatriation.records.cases import CaseFile
from repatriation.records.columns import new_id
from repatriation.records.scope import visible_case, visible_ids
from repatriation.records.services import UnmetNeed
from repatriation.records.writing import add_once
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.refusals import Invalid, NotFound, ReadOnly
from repatriation.work.services.codes import NEEDED_BECAUSE, SERVICES
from repatriation.work.services.matching import Person
from repatriation.work.services.referrals import NeedLine

MOST: Final = 500
"""Lines of the register on one page; the counts above them are of all."""


@dataclass(frozen=True, slots=True)
class Register:
    """The open needs of the cases that an officer may know of: counted, and one by one."""

    counts: tuple[tuple[str, str, int], ...]
    lines: tuple[NeedLine, ...]
    ended: int


def record(house: House, actor: Actor, now: datetime, reference: str, person: Person, reason: str) -> bool:
    """Enters that somebody needs a service and nobody can give it; False when that stands there already.

    Raises:
        NotFound: no such case, or not this officer's to know of.
        Invalid: the place, the service or the reason is not known.
        ReadOnly: the officer's duty is to look.
    """
    if actor.reads_only:
        raise ReadOnly
    province = province_of(person.village)
    problems = {
        "village": "" if province else "unknown",
        "service": "" if person.service in SERVICES else "unknown",
        "reason": "" if reason in NEEDED_BECAUSE else "unknown",
    }
    if any(problems.values()) or province is None:
        raise Invalid({field: code for field, code in problems.items() if code})
    with house.doors.act() as session:
        case = session.exec(visible_case(actor.organisation_id, reference)).first()
        if case is None:
            raise NotFound(reference)
        added = add_once(
            session,
            UnmetNeed,
            id=new_id(),
            case_id=case.id,
            organisation_id=actor.organisation_id,
            service=person.service,
            province=province.code,
            profile=person.profile,
            reason=reason,
            at=now,
            ended_at=None,
            ended=None,
        )
        if added:
            detail = {"service": person.service, "province": province.code, "reason": reason}
            trail.append(session, actor, now, "need:recorded", detail, case.id)
    return added


def register(house: House, actor: Actor) -> Register:
    """The needs of the cases that the officer's organisation has a part in, by province and service."""
    with house.doors.read() as session:
        rows = session.exec(
            select(UnmetNeed, CaseFile.reference)
            .join(CaseFile, col(CaseFile.id) == col(UnmetNeed.case_id))
            .where(col(UnmetNeed.case_id).in_(visible_ids(actor.organisation_id)))
            .order_by(col(UnmetNeed.at), col(UnmetNeed.id))
        ).all()
    open_ones = [
        NeedLine(reference, row.service, row.province, row.reason, row.at, row.ended_at, row.ended)
        for row, reference in rows
        if row.ended_at is None
    ]
    counted = Counter((line.province, line.service) for line in open_ones)
    counts = tuple((province, service, count) for (province, service), count in sorted(counted.items()))
    return Register(counts, tuple(open_ones[:MOST]), sum(row.ended == "met" for row, _ in rows))
