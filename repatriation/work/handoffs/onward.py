"""What the senders of a case asked of whoever handles it: it goes on with the data, whoever is told next; and
a case that was not to be passed on leaves only once an officer says who of theirs agreed to it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlmodel import Session, col, select

from partners import packets
from partners.packets import Handing
from repatriation.records import trail
from repatriation.records.handoffs import Handoff
from repatriation.records.organisations import Organisation
from repatriation.records.partners import Partner
from repatriation.work.actors import Actor
from repatriation.work.handoffs import desk
from repatriation.work.handoffs.post import signed_text
from repatriation.work.house import House
from repatriation.work.refusals import Invalid

FORBIDS: Final = "no_onward_sharing"
_LONGEST: Final = 4000


class Agreement(BaseModel):
    """That the sender agrees to the case being passed on, as the officer says: who of theirs, and when."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    on: date


@dataclass(frozen=True, slots=True)
class Sender:
    """One of those by whose handoffs a case came, and the handoff that says what it asks."""

    name: str
    row: Handoff


def senders(session: Session, case_id: str) -> tuple[Sender, ...]:
    """Those by whose handoffs a case came, first to last."""
    rows = session.exec(
        select(Handoff, Organisation.name)
        .join(Partner, col(Partner.id) == col(Handoff.partner_id))
        .join(Organisation, col(Organisation.id) == col(Partner.organisation_id))
        .where(Handoff.case_id == case_id, Handoff.direction == "received", Handoff.state == "accepted")
        .where(col(Handoff.kind).in_(("referral", "transfer")))
        .order_by(col(Handoff.at))
    ).all()
    return tuple(Sender(name, row) for row, name in rows)


def codes(asked: tuple[Sender, ...], *further: str) -> list[str]:
    """What they ask, in the order of the list, and what is asked `further`."""
    found = {*further, *(code for each in asked for code in each.row.handling)}
    return [code for code in packets.HANDLING if code in found]


def note(house: House, asked: tuple[Sender, ...], partner_id: str, own: str | None) -> str | None:
    """What the next receiver reads about handling: our own words, and those of the senders as theirs. One
    that is itself the receiver knows its own. Raises Invalid when all of it is too long for an envelope.
    """
    others = ((each.name, _note(house, each.row)) for each in asked if each.row.partner_id != partner_id)
    theirs = [f"{name}: “{words}”" for name, words in others if words]
    whole = "\n\n".join([own, *theirs] if own else theirs)
    if len(whole) > _LONGEST:
        raise Invalid({"handling_note": "too_long_with_theirs"})
    return whole or None


def forbidding(asked: tuple[Sender, ...], partner_id: str | None = None) -> tuple[Sender, ...]:
    """Those who ask that the case is passed on to nobody, and to whom `partner_id` is somebody else."""
    return tuple(each for each in asked if FORBIDS in each.row.handling and each.row.partner_id != partner_id)


def agreement(
    asked: tuple[Sender, ...], partner_id: str, said: Agreement | None, today: date
) -> Agreement | None:
    """The agreement on which a case may go to this partner, where it needs one; `today` is the officer's day.
    Raises Invalid.
    """
    if not forbidding(asked, partner_id):
        return None
    if said is None:
        raise Invalid({"onward_by": "onward_not_agreed"})
    if said.on > today:
        raise Invalid({"onward_on": "not_yet"})
    return said


def record(
    session: Session, actor: Actor, now: datetime, row: Handoff, asked: tuple[Sender, ...], on: date
) -> None:
    """Write into the trail that a case leaves by an agreement. Who gave it is sealed with the handoff."""
    against = [each.row.id for each in forbidding(asked, row.partner_id)]
    detail = {"handoff": row.id, "restriction": FORBIDS, "asked_in": against, "agreed_on": on.isoformat()}
    trail.append(session, actor, now, "handoff:onward:agreed", detail, row.case_id)


def _note(house: House, row: Handoff) -> str | None:
    if not row.wrapped_key:
        return None
    packet = packets.read(row.kind, desk.claims_of(signed_text(house, row))["case"])
    return packet.handling_note if isinstance(packet, Handing) else None
