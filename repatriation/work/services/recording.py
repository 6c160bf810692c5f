"""The rows of referrals and placements, written in the same transaction as the acts that they are.

A row follows from its act and is never written by itself: so the directory counts places as the procedure has
it, whichever page or program the act came from.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, bindparam, insert, or_, update
from sqlalchemy import select as core_select

from repatriation.records.columns import new_id
from repatriation.records.lean import Write
from repatriation.records.organisations import Organisation
from repatriation.records.services import Placement, Referral, ServiceOffer, UnmetNeed
from repatriation.work.actors import Actor
from repatriation.work.opened import Opened
from repatriation.work.particulars import Particulars
from repatriation.work.refusals import Invalid
from repatriation.work.services.codes import FOSTERING, LIVING, PLACING
from repatriation.work.sharing import BROUGHT_IN_BY, Sharing
from sop.clocks import zone_of
from sop.engine import Step
from sop.procedure import Action, Procedure

CROSSING: Final = "handed_over"
"""The stage from which on a place in the host country is lived in no more."""

_CASEWORKER: Final = "home.caseworker"
_BREAKDOWN: Final = "breakdown_reported"
_LEAVING: Final = "leave_shelter"

_OFFER = ServiceOffer.metadata.tables["service_offer"]
_BODY = Organisation.metadata.tables["organisation"]
_REFERRAL = Referral.metadata.tables["referral"]
_PLACEMENT = Placement.metadata.tables["placement"]
_NEED = UnmetNeed.metadata.tables["unmet_need"]

_CHOSEN: Final[Select[Any]] = (
    core_select(_OFFER.c.id, _OFFER.c.place, _OFFER.c.organisation_id, _BODY.c.code)
    .select_from(_OFFER.join(_BODY, _BODY.c.id == _OFFER.c.organisation_id))
    .where(_OFFER.c.id == bindparam("offer"), _OFFER.c.state == "open")
)
_OPEN: Final[Select[Any]] = (
    core_select(
        *(_REFERRAL.c[name] for name in ("id", "state", "offer_id", "organisation_id", "service")),
        _OFFER.c.place,
    )
    .select_from(_REFERRAL.outerjoin(_OFFER, _OFFER.c.id == _REFERRAL.c.offer_id))
    .where(
        _REFERRAL.c.case_id == bindparam("case"),
        or_(_REFERRAL.c.state == "offered", _REFERRAL.c.state == "accepted"),
    )
    .order_by(_REFERRAL.c.offered_at, _REFERRAL.c.id)
)
_NEEDS: Final[Select[Any]] = core_select(_NEED.c.id, _NEED.c.service).where(
    _NEED.c.case_id == bindparam("case"), _NEED.c.ended_at.is_(None)
)

_REFER, _PLACE = insert(_REFERRAL), insert(_PLACEMENT)
_ANSWER = update(_REFERRAL).where(_REFERRAL.c.id == bindparam("referral"))
_END = update(_PLACEMENT).where(_PLACEMENT.c.case_id == bindparam("case"), _PLACEMENT.c.to_on.is_(None))
_MEET = update(_NEED).where(_NEED.c.id == bindparam("need"))


def with_organisation(opened: Opened, given: Particulars) -> Particulars:
    """What was entered, with the organisation whose offer was chosen.

    Raises:
        Invalid: there is no such offer open, nobody stands behind it, or another organisation was named.
    """
    if given.offer is None:
        return given
    row = opened.lean.one(_CHOSEN, {"offer": given.offer})
    if row is None:
        raise Invalid({"offer": "unknown"})
    if given.organisation not in (None, row.code):
        raise Invalid({"offer": "another"})
    return given.model_copy(update={"organisation": row.code})


def written(
    actor: Actor, now: datetime, procedure: Procedure, opened: Opened, step: Step, given: Particulars,
    shared: Sharing,
) -> tuple[Write, ...]:  # fmt: skip
    """What a step writes of referrals, placements and needs; for most steps that is nothing."""
    action = step.action
    facts = frozenset(action.records)
    if action.name in PLACING:
        return tuple(_placed(actor, now, procedure, opened, step, given, shared))
    if "referral_offered" in facts:
        return tuple(_offered(actor, now, opened, given, shared))
    if "referral_accepted" in facts or "referral_declined" in facts:
        return tuple(_answered(actor, now, opened, action, given))
    if _BREAKDOWN in facts:
        return (_end(procedure, opened, now, "breakdown"), *_let_go(actor, now, opened, "breakdown"))
    if action.name == _LEAVING:
        return (_end(procedure, opened, now, "left"),)
    if action.to == CROSSING:
        return (_end(procedure, opened, now, "crossed"),)
    if action.to is not None and procedure.stages[action.to].end:
        closed = [_met(row.id, now, "closed") for row in opened.lean.all(_NEEDS, {"case": opened.row.id})]
        return (_end(procedure, opened, now, "closed"), *_let_go(actor, now, opened, "closed"), *closed)
    return ()


def _offered(
    actor: Actor, now: datetime, opened: Opened, given: Particulars, shared: Sharing
) -> Iterator[Write]:
    """One organisation is asked; whoever was asked before and has not answered is asked no more."""
    yield from _let_go(actor, now, opened, "another")
    asked = next((part for part in shared.joins if part.role == _CASEWORKER), None)
    offer = opened.lean.one(_CHOSEN, {"offer": given.offer}) if given.offer else None
    holders = [part for part in opened.parts if part.role == _CASEWORKER]
    organisation = offer.organisation_id if offer else asked.organisation_id if asked else None
    organisation = organisation or (holders[-1].organisation_id if holders else None)
    if organisation is None:
        return
    values = {
        "id": new_id(),
        "case_id": opened.row.id,
        "organisation_id": organisation,
        "offer_id": given.offer,
        "service": given.service,
        "state": "offered",
        "reason": None,
        "offered_at": now,
        "offered_by": actor.officer_id,
        "answered_at": None,
        "answered_by": None,
    }
    yield Write(_REFER, values)


def _answered(
    actor: Actor, now: datetime, opened: Opened, action: Action, given: Particulars
) -> Iterator[Write]:
    """The organisation's answer. When it takes the person on, what they needed of it is met."""
    yes = "referral_accepted" in action.records
    rows = opened.lean.all(_OPEN, {"case": opened.row.id})
    if not rows:
        return  # asked before there were rows
    last = rows[-1]
    state, reason = ("accepted", None) if yes else ("declined", given.reason or "other_reason")
    yield _answer(actor, now, last.id, state, reason)
    if yes and last.service is not None:
        yield from _meet(now, opened, (last.service,))


def _placed(
    actor: Actor, now: datetime, procedure: Procedure, opened: Opened, step: Step, given: Particulars,
    shared: Sharing,
) -> Iterator[Write]:  # fmt: skip
    """A place, signed off by whoever takes the act; the one before it ends."""
    accepted = None
    if step.action.name == "place_in_care":
        rows = opened.lean.all(_OPEN, {"case": opened.row.id})
        accepted = next((row for row in reversed(rows) if row.state == "accepted"), None)
    offer = opened.lean.one(_CHOSEN, {"offer": given.offer}) if given.offer else None
    sheltered = next((part for part in shared.joins if part.role == BROUGHT_IN_BY["sheltered"]), None)
    where = accepted or offer
    body = where.organisation_id if where else sheltered.organisation_id if sheltered else None
    yield _end(procedure, opened, now, "moved")
    yield Write(
        _PLACE,
        {
            "id": new_id(),
            "case_id": opened.row.id,
            "offer_id": accepted.offer_id if accepted else given.offer,
            "organisation_id": body,
            "kind": _kind(step, accepted.service if accepted else None),
            "place": where.place if where else given.province,
            "custody_basis": given.custody,
            "signed_by": actor.officer_id,
            "signed_for": actor.organisation_id,
            "from_on": _day(procedure, opened, now),
            "to_on": None,
            "ended": None,
        },
    )
    yield from _meet(now, opened, tuple(LIVING))


def _kind(step: Step, service: str | None) -> str:
    if step.action.name == "place_in_community":
        return "family" if "family_suitable" in step.view.facts else "community"
    return "foster" if service in FOSTERING else "shelter"


def _let_go(actor: Actor, now: datetime, opened: Opened, reason: str) -> list[Write]:
    """Ends the referrals that are open still."""
    rows = opened.lean.all(_OPEN, {"case": opened.row.id})
    return [_answer(actor, now, row.id, "withdrawn", reason) for row in rows]


def _answer(actor: Actor, now: datetime, referral: str, state: str, reason: str | None) -> Write:
    values = {"state": state, "reason": reason, "answered_at": now, "answered_by": actor.officer_id}
    return Write(_ANSWER, {"referral": referral, **values})


def _end(procedure: Procedure, opened: Opened, now: datetime, why: str) -> Write:
    values = {"to_on": _day(procedure, opened, now), "ended": why}
    return Write(_END, {"case": opened.row.id, **values})


def _meet(now: datetime, opened: Opened, services: Sequence[str]) -> list[Write]:
    rows = opened.lean.all(_NEEDS, {"case": opened.row.id})
    return [_met(row.id, now, "met") for row in rows if row.service in services]


def _met(need: str, now: datetime, how: str) -> Write:
    return Write(_MEET, {"need": need, "ended_at": now, "ended": how})


def _day(procedure: Procedure, opened: Opened, now: datetime) -> Any:
    """The day it is where the person is."""
    phase = procedure.stages[opened.row.stage].phase
    country = procedure.home if phase in ("reception", "reintegration", "ended") else procedure.host
    return now.astimezone(zone_of(country)).date()
