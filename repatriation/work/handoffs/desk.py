"""A case as handing it on needs it: what is on file, what the person agreed to, and who could be asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, col, select

from partners import jose
from partners.packets import Consented
from repatriation.records.cases import CaseFile, Party
from repatriation.records.consents import Consent
from repatriation.records.handoffs import Handoff
from repatriation.records.organisations import Organisation
from repatriation.records.partners import Partner
from repatriation.records.people import Person, PersonName, TraffickingAccount
from repatriation.records.scope import every_case
from repatriation.records.sealing import Safe
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.opened import body_of
from repatriation.work.reading import find, roles_of
from repatriation.work.refusals import NotFound
from repatriation.work.sharing import Body, bodies_for
from repatriation.work.views import case_view
from sop.engine import Verdict, consent_is_live, verdicts
from sop.procedure import Procedure
from sop.view import CaseView

_NAME_PARTS: Final = ("given", "middle", "family", "full")


@dataclass(frozen=True, slots=True)
class OnDesk:
    """A case on the desk of an officer who may know of it. `on_file` is opened: who the person is."""

    case: CaseFile
    procedure: Procedure
    view: CaseView
    roles: frozenset[str]
    on_file: Mapping[str, Any] = field(repr=False)

    @property
    def responsible(self) -> str:
        """The role that answers for the case where it stands."""
        return self.procedure.stages[self.view.stage].responsible


@dataclass(frozen=True, slots=True)
class Agreed:
    """A consent that lets a receiver know, and the role in which it does."""

    name: str
    purpose: str
    role: str


def lay_out(session: Session, house: House, actor: Actor, reference: str, *, opened: bool) -> OnDesk:
    """The case of this reference; with `opened`, who it is about is opened, which the caller writes into the
    trail. Raises NotFound.
    """
    case = find(session, actor, reference)
    procedure = house.shelf.pinned(case.digest)
    roles = roles_of(session, case.id, actor.organisation_id)
    on_file = _on_file(session, Safe(house.keyring), case) if opened else {}
    return OnDesk(case, procedure, case_view(case), roles, on_file)


def case_of(session: Session, row: Handoff, *, lock: bool = False) -> CaseFile:
    """The case that a handoff left from, or was accepted into: what the program looks at by itself. Raises
    NotFound.
    """
    found = session.exec(
        every_case().where(CaseFile.id == row.case_id).with_for_update()
        if lock
        else every_case().where(CaseFile.id == row.case_id)
    ).first()
    if found is None:
        raise NotFound(row.id)
    return found


def claims_of(text: str) -> dict[str, Any]:
    """What a text says that was proved when it came, or that we signed."""
    return jose.signer_of(text)[1]


def body_of_partner(session: Session, partner: Partner) -> Body:
    """The organisation that a partner acts for, as sharing sees it."""
    return body_of(session.get_one(Organisation, partner.organisation_id))


def agreed(
    procedure: Procedure, view: CaseView, bodies: Sequence[Body], now: datetime
) -> Mapping[str, Agreed]:
    """What the person agrees to now that one of these bodies may know for: the first live consent of each
    purpose.
    """
    found: dict[str, Agreed] = {}
    for consent in procedure.consents.values():
        if not consent_is_live(view, consent.name, now):
            continue
        for role in consent.to:
            if bodies_for(procedure, role, bodies):
                found.setdefault(consent.purpose, Agreed(consent.name, consent.purpose, role))
    return found


def asked_body(session: Session, laid: OnDesk, role: str, bodies: Sequence[Body]) -> str | None:
    """Which of the bodies that a partner speaks for is asked in a role: the one that has it in this case, the
    partner's own, the only one. None where it is not plain.
    """
    fitting = bodies_for(laid.procedure, role, bodies)
    having = session.exec(
        select(Party.organisation_id).where(
            Party.case_id == laid.case.id, Party.role == role, col(Party.until).is_(None)
        )
    ).all()
    wishes = (
        [body for body in fitting if body.id in having],
        [b for b in fitting if b == bodies[0]],
        fitting,
    )
    return next((wished[0].code for wished in wishes if len(wished) == 1), None)


def consented(session: Session, case_id: str, name: str) -> Consented | None:
    """The decision on which a consent stands, as it is told to a receiver: what and when, not whose words."""
    row = session.exec(
        select(Consent)
        .where(Consent.case_id == case_id, Consent.name == name, Consent.decision == "given")
        .order_by(col(Consent.seq).desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return Consented(
        name=row.name,
        purpose=row.purpose,
        given=int(row.at.timestamp()),
        until=int(row.until.timestamp()) if row.until else None,
        language=row.language,
        how=row.how,
        guardian=row.guardian is not None,
        own_view=row.own_view,
    )


def may_answer(procedure: Procedure, stage: str, body: Body) -> bool:
    """Whether a body could be the one that answers for a case at this stage."""
    return bool(bodies_for(procedure, procedure.stages[stage].responsible, (body,)))


def open_steps(laid: OnDesk, roles: frozenset[str], now: datetime) -> tuple[Verdict, ...]:
    """The acts that these roles could take now."""
    return tuple(each for each in verdicts(laid.procedure, laid.view, roles, now) if each.open)


def _on_file(session: Session, safe: Safe, case: CaseFile) -> dict[str, Any]:
    """Everything known of the person, by the names of the records."""
    key = safe.key_of(case)
    found: dict[str, Any] = {}
    person = session.exec(select(Person).where(Person.case_id == case.id)).first()
    if person is not None:
        found |= key.open_from(person)
        if found.get("birthdate") is not None:
            found["birth_year_estimated"] = person.birth_year_estimated
    names = session.exec(
        select(PersonName).where(PersonName.case_id == case.id).order_by(PersonName.script)
    ).all()
    opened = [{"script": name.script, **key.open_from(name, *_NAME_PARTS)} for name in names]
    found["names"] = [{part: said for part, said in name.items() if said} for name in opened]
    account = session.exec(select(TraffickingAccount).where(TraffickingAccount.case_id == case.id)).first()
    if account is not None:
        found |= key.open_from(account)
    return found
