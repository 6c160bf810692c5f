"""Opens who a person is: an act with a reason, written to the trail before anything is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, col, select

from repatriation.records import trail
from repatriation.records.cases import CaseFile
from repatriation.records.people import Person, PersonName, TraffickingAccount
from repatriation.records.scope import visible_case, visible_cases
from repatriation.records.sealing import Safe
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.refusals import Invalid, NotFound

REASONS: Final = (
    "roll_check",
    "prepare_paper",
    "verify_nationality",
    "trace_family",
    "contact_person",
    "arrange_care",
    "safety",
    "correct_record",
    "audit",
)
"""Why somebody may look. A closed list: the trail keeps the code, so it can be counted, and cannot leak."""

MOST_AT_ONCE: Final = 200
"""A day's arrivals at one gate. More at once would be browsing."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is, as far as it is on file, and what was done to them if that was asked for."""

    reference: str
    names: tuple[Mapping[str, str | None], ...]
    person: Mapping[str, Any]
    birth_year_estimated: bool
    account: Mapping[str, Any]


def open_identity(house: House, actor: Actor, now: datetime, reference: str, reason: str) -> Identity:
    """One person's identity and account. Raises what `open_identities` raises."""
    return open_identities(house, actor, now, (reference,), reason, account=True)[0]


def open_identities(
    house: House,
    actor: Actor,
    now: datetime,
    references: Sequence[str],
    reason: str,
    *,
    account: bool = False,
) -> tuple[Identity, ...]:
    """The identities of several cases, in the order asked for, each opening in its case's trail.

    Raises:
        Invalid: the reason is none of `REASONS`, or too many are asked for at once.
        NotFound: one of the cases is not there, or not this officer's to know of; then none is opened.
    """
    if reason not in REASONS:
        raise Invalid({"reason": "needed"})
    if len(references) > MOST_AT_ONCE:
        raise Invalid({"references": "too_many"})
    with house.doors.act() as session:
        found = session.exec(
            visible_cases(actor.organisation_id).where(col(CaseFile.reference).in_(references))
        ).all()
        cases = {case.reference: case for case, _ in found}
        if set(references) - set(cases):
            raise NotFound
        safe = Safe(house.keyring)
        opened = []
        for reference in references:
            case = cases[reference]
            trail.append(session, actor, now, trail.IDENTITY_OPENED, {"reason": reason}, case.id)
            opened.append(_open(session, safe, case, account=account))
    return tuple(opened)


def opened_for(
    session: Session, actor: Actor, now: datetime, reference: str, reason: str, tag: str
) -> CaseFile:
    """The case of which something sealed is to be read: an act with a reason, written to its trail first.

    Raises:
        Invalid: the reason is none of `REASONS`.
        NotFound: no such case, or not this officer's to know of.
    """
    if reason not in REASONS:
        raise Invalid({"reason": "needed"})
    case = session.exec(visible_case(actor.organisation_id, reference)).first()
    if case is None:
        raise NotFound(reference)
    trail.append(session, actor, now, tag, {"reason": reason}, case.id)
    return case


def _open(session: Session, safe: Safe, case: CaseFile, *, account: bool) -> Identity:
    key = safe.key_of(case)
    person = session.exec(select(Person).where(Person.case_id == case.id)).first()
    names = session.exec(
        select(PersonName).where(PersonName.case_id == case.id).order_by(PersonName.script)
    ).all()
    told = session.exec(select(TraffickingAccount).where(TraffickingAccount.case_id == case.id)).first()
    return Identity(
        case.reference,
        tuple({"script": name.script, **key.open_from(name)} for name in names),
        key.open_from(person) if person else {},
        person.birth_year_estimated if person else False,
        key.open_from(told) if told and account else {},
    )
