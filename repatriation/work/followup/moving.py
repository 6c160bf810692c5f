"""Moves a planned visit to another day, and keeps what a second officer wrote about a visit."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlmodel import select

from repatriation.records import trail
from repatriation.records.sealing import Safe
from repatriation.records.visits import Visit, VisitAddition
from repatriation.records.writing import add_once
from repatriation.work.actors import Actor
from repatriation.work.followup.entered import BECAUSE, VisitEntered
from repatriation.work.followup.rights import VISIT, for_writing
from repatriation.work.followup.turns import PLANNED_FOR, planned
from repatriation.work.house import House
from repatriation.work.particulars import YEARS
from repatriation.work.reading import find
from repatriation.work.refusals import Invalid, NotFound
from sop.clocks import zone_of


def move_visit(
    house: House,
    actor: Actor,
    now: datetime,
    reference: str,
    visit_id: str,
    to: date | None,
    because: str | None,
    *,
    one: bool = False,
) -> None:
    """Moves a visit that is to come. The old one stays on file as moved, with the reason.

    Args:
        one: where another visit is planned for that day, the two become one.

    Raises:
        Invalid: no day that lies ahead, no reason, a visit that is no longer planned, or a day for which
            another one is planned, unless the two become `one`.
        NotFound, ReadOnly, NotAllowed: as `rights.for_writing` says.
    """
    with house.doors.act() as session:
        case, procedure = for_writing(session, house, actor, reference, VISIT)
        row = session.exec(select(Visit).where(Visit.id == visit_id, Visit.case_id == case.id)).first()
        if row is None:
            raise NotFound(reference)
        today = now.astimezone(zone_of(procedure.home)).date()
        _look_over(row, today, to, because)
        assert to is not None
        same_day = session.execute(PLANNED_FOR, {"case": case.id, "day": to, "but": row.id}).first()
        if same_day is not None and not one:
            raise Invalid({"to": "taken"})
        new = planned(house, actor, now, case.id, procedure.home, to, row.plan_id)
        row.state, row.reason, row.next_at, row.next_step = "moved", because, None, None
        row.version += 1
        if same_day is None:
            session.add(
                Visit(**{**new, "officer_id": row.officer_id, "organisation_id": row.organisation_id})
            )
        said = {"visit": row.id, "from": row.due_on, "to": to, "because": because}
        trail.append(session, actor, now, "visit:moved", _told(said), case.id)


def _look_over(row: Visit, today: date, to: date | None, because: str | None) -> None:
    wrong = {}
    if to is None:
        wrong["to"] = "needed"
    elif to < today or to.year not in YEARS:
        wrong["to"] = "past"
    elif to == row.due_on:
        wrong["to"] = "same"
    if because not in BECAUSE:
        wrong["because"] = "needed"
    if row.state != "planned":
        wrong = {"visit": "over"}
    if wrong:
        raise Invalid(wrong)


def _told(said: Mapping[str, Any]) -> dict[str, Any]:
    # `from` and `to` of an event are stages where a page shows it, so the days have names of their own.
    return {
        "visit": said["visit"],
        "was_due": said["from"].isoformat() if said["from"] else None,
        "due": said["to"].isoformat(),
        "because": said["because"],
    }


def add_to_visit(
    house: House,
    actor: Actor,
    now: datetime,
    reference: str,
    entered: VisitEntered,
    key: str,
    paper: Mapping[str, str] | None = None,
) -> None:
    """Keeps, as an addition, what was entered about a visit that somebody else has written down already.

    Args:
        key: of the form; the same one again adds nothing.
        paper: what was typed into the form of the visit, by its place on the page.

    Raises:
        Invalid: the visit is not written down yet.
        NotFound, ReadOnly, NotAllowed: as `rights.for_writing` says.
    """
    with house.doors.act() as session:
        case, _ = for_writing(session, house, actor, reference, VISIT)
        row = session.exec(select(Visit).where(Visit.id == entered.visit, Visit.case_id == case.id)).first()
        if row is None:
            raise NotFound(reference)
        if row.at is None:
            raise Invalid({"visit": "planned"})
        row_id = _id_of(actor, key, entered)
        said = entered.model_dump(mode="json", exclude_none=True, exclude={"visit"})
        if paper:
            said["paper"] = dict(paper)
        new = add_once(
            session,
            VisitAddition,
            id=row_id,
            visit_id=row.id,
            case_id=case.id,
            officer_id=actor.officer_id,
            organisation_id=actor.organisation_id,
            at=now,
            outcome=entered.outcome,
            safety=entered.safety,
            said=Safe(house.keyring).key_of(case).seal("visit_addition", "said", row_id, said),
        )
        if new:
            trail.append(session, actor, now, "visit:added", {"visit": row.id}, case.id)


def is_written(house: House, actor: Actor, reference: str, visit_id: str) -> bool:
    """Whether somebody has written down what came of a visit. Raises NotFound."""
    with house.doors.read() as session:
        case = find(session, actor, reference)
        found = session.exec(select(Visit).where(Visit.id == visit_id, Visit.case_id == case.id)).first()
        return found is not None and found.at is not None


def _id_of(actor: Actor, key: str, entered: VisitEntered) -> str:
    """An identifier that the same request makes again."""
    said = f"{actor.officer_id}\0{key}\0{entered.visit}"
    drawn = hashlib.sha256(said.encode()).hexdigest()
    return "-".join((drawn[:8], drawn[8:12], drawn[12:16], drawn[16:20], drawn[20:32]))
