"""The directory of services and shelters: what is offered where and to whom, and how sure that is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import func
from sqlmodel import Session, col, select

from repatriation.places.gazetteer import get
from repatriation.records import trail
from repatriation.records.organisations import Officer, Organisation
from repatriation.records.services import Placement, ServiceOffer
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.particulars import YEARS, Line, Said
from repatriation.work.refusals import Changed, Invalid, NotFound, ReadOnly
from repatriation.work.services.codes import LANGUAGES, SERVICES

OLD_AFTER: Final = 180
"""Days after which nobody should rely on what was checked. Assumed: no rule of the ministry was found."""

KEEPERS: Final = "coordination"
"""The function of the body that keeps the directory of its country."""

Count = Annotated[int, Field(ge=0, le=10_000)]
Age = Annotated[int, Field(ge=0, le=120)]


def _known(services: tuple[str, ...]) -> tuple[str, ...]:
    if not services or set(services) - set(SERVICES):
        raise ValueError("unknown")
    return tuple(code for code in SERVICES if code in services)


def _spoken(languages: tuple[str, ...]) -> tuple[str, ...]:
    if set(languages) - set(LANGUAGES):
        raise ValueError("unknown")
    return tuple(code for code in LANGUAGES if code in languages)


def _there(code: str) -> str:
    place = get(code)
    if place is None:
        raise ValueError("unknown")
    return place.code


def _near(day: date) -> date:
    if day.year not in YEARS:
        raise ValueError("out of range")
    return day


Day = Annotated[date, AfterValidator(_near)]


class OfferEntered(BaseModel):
    """One entry of the directory as somebody writes it; `organisation` is a code, `place` the gazetteer's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    organisation: Line | None = None
    name: Said
    services: Annotated[tuple[str, ...], AfterValidator(_known)]
    place: Annotated[str, AfterValidator(_there)]
    women: bool = False
    men: bool = False
    trans: bool = False
    children: bool = False
    min_age: Age | None = None
    max_age: Age | None = None
    languages: Annotated[tuple[str, ...], AfterValidator(_spoken)] = ()
    accessible: bool = False
    capacity: Count | None = None
    taken: Count = 0
    registered_until: Day | None = None
    checked_on: Day | None = None

    @model_validator(mode="after")
    def agrees(self) -> "OfferEntered":
        """It is for somebody, and its figures fit each other."""
        if not (self.women or self.men or self.trans or self.children):
            raise ValueError("whom")
        if self.min_age is not None and self.max_age is not None and self.min_age > self.max_age:
            raise ValueError("ages")
        if self.taken > (self.capacity or 0):
            raise ValueError("taken")
        return self


@dataclass(frozen=True, slots=True)
class Offer:
    """An entry of the directory with what is known around it.

    `free` is none where there are no places to be counted; `living` how many of our cases live there.
    """

    id: str
    version: int
    entered: OfferEntered
    organisation_id: str | None
    organisation: str | None
    country: str
    living: int
    free: int | None
    old: bool
    run_out: bool
    checked_by: str | None
    open: bool


def offers(house: House, on: date, *, withdrawn: bool = False) -> tuple[Offer, ...]:
    """The whole directory, by name."""
    with house.doors.read() as session:
        return _read(session, on, () if withdrawn else (ServiceOffer.state == "open",))


def offer(house: House, offer_id: str, on: date) -> Offer:
    """One entry. Raises NotFound."""
    with house.doors.read() as session:
        found = _read(session, on, (ServiceOffer.id == offer_id,))
    if not found:
        raise NotFound(offer_id)
    return found[0]


def may_keep(actor: Actor, of: Offer) -> bool:
    """Whether an officer may change an entry: their own organisation's, or as the body that keeps all."""
    if actor.reads_only:
        return False
    keeps = KEEPERS in actor.functions and actor.country == of.country
    return keeps or of.organisation_id == actor.organisation_id


def may_name(house: House, actor: Actor) -> tuple[tuple[str, str], ...]:
    """The organisations in whose name an officer may enter something: code and name."""
    with house.doors.read() as session:
        rows = session.exec(select(Organisation).order_by(col(Organisation.name))).all()
    keeper = KEEPERS in actor.functions
    return tuple(
        (row.code, row.name)
        for row in rows
        if row.id == actor.organisation_id or (keeper and row.country == actor.country)
    )


def enter(
    house: House,
    actor: Actor,
    now: datetime,
    entered: OfferEntered,
    offer_id: str | None = None,
    version: int | None = None,
) -> str:
    """Enters an offer, or changes the one of this id; gives the id.

    Args:
        version: the version that the officer was looking at; none where nobody looked, as with a file.

    Raises:
        Changed: somebody else was there first.
        NotFound: there is no such entry, or it is not this officer's to change.
        Invalid: the organisation is none that the officer may speak for, or the check lies ahead.
        ReadOnly: the officer's duty is to look.
    """
    if actor.reads_only:
        raise ReadOnly
    with house.doors.act() as session:
        return put(session, house, actor, now, entered, offer_id, version)


def put(
    session: Session,
    house: House,
    actor: Actor,
    now: datetime,
    entered: OfferEntered,
    offer_id: str | None,
    version: int | None = None,
) -> str:
    """The same within a transaction that is under way."""
    row = _own(session, actor, now, offer_id, version) if offer_id else None
    ahead = entered.checked_on is not None and entered.checked_on > actor.day(now)
    wrong = {"checked_on": "future"} if ahead else {}
    try:
        body = _body(session, actor, entered.organisation)
    except Invalid as refused:
        wrong |= refused.problems
    if wrong:
        raise Invalid(wrong)
    values = entered.model_dump(exclude={"organisation"})
    values |= {"services": list(entered.services), "languages": list(entered.languages)}
    if row is None:
        row = ServiceOffer(**values, organisation_id=body, demonstration=house.demonstration)
        tag = "service:entered"
        row.checked_by = actor.officer_id if entered.checked_on else None
    else:
        if row.checked_on != entered.checked_on:
            row.checked_by = actor.officer_id
        for name, value in {**values, "organisation_id": body}.items():
            setattr(row, name, value)
        row.version += 1
        tag = "service:changed"
    session.add(row)
    session.flush()
    trail.append(session, actor, now, tag, {"offer": row.id, "version": row.version})
    return row.id


def check(house: House, actor: Actor, now: datetime, offer_id: str, version: int | None = None) -> None:
    """Says that an entry was checked today and is right as the officer saw it. Raises NotFound, Changed."""
    with house.doors.act() as session:
        row = _own(session, actor, now, offer_id, version)
        row.checked_on, row.checked_by = actor.day(now), actor.officer_id
        row.version += 1
        session.add(row)
        trail.append(session, actor, now, "service:checked", {"offer": row.id, "version": row.version})


def withdraw(house: House, actor: Actor, now: datetime, offer_id: str, version: int | None = None) -> None:
    """Takes an entry out of the directory; who lives there goes on living there. Raises NotFound, Changed."""
    with house.doors.act() as session:
        row = _own(session, actor, now, offer_id, version)
        row.state, row.version = "withdrawn", row.version + 1
        session.add(row)
        trail.append(session, actor, now, "service:withdrawn", {"offer": row.id, "version": row.version})


def _own(session: Session, actor: Actor, now: datetime, offer_id: str, version: int | None) -> ServiceOffer:
    """The open entry of this id, locked, if it is the officer's to change and still as they saw it."""
    found = _read(session, actor.day(now), (ServiceOffer.id == offer_id, ServiceOffer.state == "open"))
    if not found or not may_keep(actor, found[0]):
        raise NotFound(offer_id)
    row = session.get_one(ServiceOffer, offer_id, with_for_update=True, populate_existing=True)
    if row.state != "open":
        raise NotFound(offer_id)
    if version is not None and row.version != version:
        raise Changed
    return row


def _body(session: Session, actor: Actor, code: str | None) -> str | None:
    if code is None:
        if KEEPERS not in actor.functions:
            raise Invalid({"organisation": "needed"})
        return None
    row = session.exec(select(Organisation).where(Organisation.code == code)).first()
    keeper = KEEPERS in actor.functions
    if row is None or not (row.id == actor.organisation_id or (keeper and row.country == actor.country)):
        raise Invalid({"organisation": "unknown"})
    return row.id


def _read(session: Session, on: date, where: Iterable[Any]) -> tuple[Offer, ...]:
    rows = session.exec(
        select(ServiceOffer, Organisation.code, Officer.display_name)
        .outerjoin(Organisation, col(Organisation.id) == col(ServiceOffer.organisation_id))
        .outerjoin(Officer, col(Officer.id) == col(ServiceOffer.checked_by))
        .where(*where)
        .order_by(col(ServiceOffer.name), col(ServiceOffer.id))
    ).all()
    living = dict(
        session.exec(
            select(Placement.offer_id, func.count())
            .where(col(Placement.to_on).is_(None), col(Placement.offer_id).is_not(None))
            .group_by(col(Placement.offer_id))
        ).all()
    )
    return tuple(_offer(row, code, who, living.get(row.id, 0), on) for row, code, who in rows)


def _offer(row: ServiceOffer, organisation: str | None, who: str | None, living: int, on: date) -> Offer:
    values: dict[str, Any] = {
        name: getattr(row, name) for name in OfferEntered.model_fields if name != "organisation"
    }
    values |= {"services": tuple(row.services), "languages": tuple(row.languages)}
    # As it was taken: rules that came later must not keep anybody from seeing what is there.
    entered = OfferEntered.model_construct(None, organisation=organisation, **values)
    place = get(row.place)
    return Offer(
        id=row.id,
        version=row.version,
        entered=entered,
        organisation_id=row.organisation_id,
        organisation=organisation,
        country=place.country if place else "",
        living=living,
        free=None if row.capacity is None else max(0, row.capacity - row.taken - living),
        old=row.checked_on is None or (on - row.checked_on).days > OLD_AFTER,
        run_out=row.registered_until is not None and row.registered_until < on,
        checked_by=who,
        open=row.state == "open",
    )
