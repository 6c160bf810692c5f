"""What a partner's program may see of a person: the fields of one purpose, if the person agreed to it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, select

from partners.scopes import FIELDS
from repatriation.records import trail
from repatriation.records.cases import CaseFile
from repatriation.records.people import Person, PersonName, TraffickingAccount
from repatriation.records.sealing import CaseKey, Safe, Shredded
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.identity import REASONS
from repatriation.work.reading import find, roles_of
from repatriation.work.refusals import Invalid
from repatriation.work.views import case_view
from sop.engine import consent_is_live

PURPOSES: Final = tuple(FIELDS)

_NAMES: Final = "names"
_ESTIMATED: Final = "birth_year_estimated"


class NotAgreed(Exception):
    """No consent of the person stands for this purpose that names a role of the caller's organisation."""


def open_person(
    house: House, actor: Actor, now: datetime, reference: str, purpose: str, reason: str
) -> Mapping[str, Any]:
    """The fields of the person that one purpose opens, as far as they are known.

    It is an act: that, why and for which purpose it was done is written to the case's trail before anything
    is opened.

    Raises:
        Invalid: there is no such purpose, or the reason is none of `work.identity.REASONS`.
        NotFound: no such case, or not this organisation's to know of.
        NotAgreed: the person has not agreed, or not to this organisation's role in the case.
    """
    if purpose not in FIELDS:
        raise Invalid({"purpose": "unknown"})
    if reason not in REASONS:
        raise Invalid({"reason": "needed"})
    with house.doors.act() as session:
        case = find(session, actor, reference)
        if not _agreed(house, session, actor, now, case, purpose):
            raise NotAgreed
        detail = {"reason": reason, "purpose": purpose}
        trail.append(session, actor, now, trail.IDENTITY_OPENED, detail, case.id)
        try:
            key = Safe(house.keyring).key_of(case)
        except Shredded:
            return {}  # erased: nothing is known of the person any more
        found = _opened(session, key, case.id, frozenset(FIELDS[purpose]))
    return {name: value for name, value in found.items() if value not in (None, (), [], {}, "")}


def _agreed(
    house: House, session: Session, actor: Actor, now: datetime, case: CaseFile, purpose: str
) -> bool:
    """Whether a consent stands for the purpose that names a role which the organisation holds in the case."""
    procedure = house.shelf.pinned(case.digest)
    view = case_view(case)
    held = roles_of(session, case.id, actor.organisation_id)
    return any(
        consent.purpose == purpose
        and not set(consent.to).isdisjoint(held)
        and consent_is_live(view, consent.name, now)
        for consent in procedure.consents.values()
    )


def _opened(session: Session, key: CaseKey, case_id: str, wanted: frozenset[str]) -> dict[str, Any]:
    """Just the columns that are wanted; the rest stay sealed."""
    found: dict[str, Any] = {}
    person = session.exec(select(Person).where(Person.case_id == case_id)).first()
    if person is not None:
        found |= key.open_from(person, *_columns(Person, wanted))
        if _ESTIMATED in wanted and person.birth_year_estimated:
            found[_ESTIMATED] = True
    if _NAMES in wanted:
        rows = session.exec(
            select(PersonName).where(PersonName.case_id == case_id).order_by(PersonName.script)
        ).all()
        found[_NAMES] = [{"script": row.script, **key.open_from(row)} for row in rows]
    told = _columns(TraffickingAccount, wanted)
    account = session.exec(select(TraffickingAccount).where(TraffickingAccount.case_id == case_id)).first()
    if account is not None and told:
        found |= key.open_from(account, *told)
    return found


def _columns(table: type[Person | TraffickingAccount], wanted: frozenset[str]) -> tuple[str, ...]:
    kept = table.metadata.tables[str(table.__tablename__)].columns
    return tuple(place.name for place in kept if place.name in wanted and place.info.get("sealed"))
