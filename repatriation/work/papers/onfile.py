"""What a case holds that a paper may say, read together once the identity was opened for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from repatriation.records.cases import CaseFile, Party
from repatriation.records.consents import Consent
from repatriation.records.organisations import Officer, Organisation
from repatriation.records.papers import Paper, is_valid
from repatriation.records.sealing import Safe
from repatriation.records.services import ServiceOffer
from repatriation.work.actors import Actor
from repatriation.work.choices import organisations
from repatriation.work.followup.told import NOTHING, Followed, followed
from repatriation.work.house import House
from repatriation.work.identity import Identity
from repatriation.work.particulars import Particulars
from repatriation.work.reading import find
from repatriation.work.refusals import Invalid
from sop.clocks import zone_of
from sop.procedure import Action, Procedure


@dataclass(frozen=True, slots=True)
class OnFile:
    """One case as the drafter of a paper sees it."""

    reference: str
    version: int
    procedure: Procedure
    action: Action
    given: Particulars
    today: date
    age_group: str
    gate: str | None
    expected_on: date | None
    own: Organisation
    officer: str
    bodies: Mapping[str, tuple[Organisation, ...]]  # role -> those who hold it
    consents: Mapping[str, Consent]  # purpose -> the word that stands
    numbers: Mapping[str, str]  # kind -> the newest valid paper
    told: tuple[str, ...]  # names of those whom the act tells of the case
    identity: Identity
    followed: Followed = NOTHING
    offer: ServiceOffer | None = None  # that of the directory which was chosen

    @property
    def side(self) -> str:
        """The side of the body that writes: home or host."""
        return "home" if self.own.country == self.procedure.home else "host"

    @property
    def other_side(self) -> str:
        """The side across the border."""
        return "host" if self.side == "home" else "home"

    def names(self, side: str, *functions: str) -> list[str]:
        """The bodies of a side that have a part in the case, of these functions or of any."""
        found = {
            both_names(body): None
            for role, bodies in self.bodies.items()
            for body in bodies
            if role.startswith(f"{side}.") and (not functions or role.partition(".")[2] in functions)
        }
        return list(found)


def read(
    house: House, actor: Actor, now: datetime, action: str, given: Particulars, identity: Identity
) -> OnFile:
    """The case of an opened identity. Raises NotFound, and Invalid for an act that the procedure lacks."""
    with house.doors.read() as session:
        case = find(session, actor, identity.reference)
        procedure = house.shelf.pinned(case.digest)
        found = procedure.actions.get(action)
        if found is None:
            raise Invalid({"action": "unknown"})
        bodies = _bodies(session, case)
        offer = session.get(ServiceOffer, given.offer) if given.offer else None
        behind = session.get(Organisation, offer.organisation_id) if offer and offer.organisation_id else None
        return OnFile(
            reference=case.reference,
            version=case.version,
            procedure=procedure,
            action=found,
            given=given,
            today=now.astimezone(zone_of(procedure.home)).date(),
            age_group=case.age_group,
            gate=given.gate or case.gate,
            expected_on=given.on or case.expected_on,
            own=session.get_one(Organisation, actor.organisation_id),
            officer=session.get_one(Officer, actor.officer_id).display_name,
            bodies=bodies,
            consents=_consents(session, case),
            numbers=_numbers(session, case),
            told=_told(house, procedure, found, bodies, behind.code if behind else given.organisation),
            identity=identity,
            followed=followed(session, case, Safe(house.keyring).key_of(case)),
            offer=offer,
        )


def both_names(body: Any) -> str:
    """An organisation by its name in its own language and in English."""
    return f"{body.name_local} / {body.name}" if body.name_local else str(body.name)


def _bodies(session: Session, case: CaseFile) -> dict[str, tuple[Organisation, ...]]:
    rows = session.exec(
        select(Party.role, Organisation)
        .join(Organisation, col(Organisation.id) == col(Party.organisation_id))
        .where(Party.case_id == case.id, col(Party.until).is_(None))
        .order_by(col(Party.since), col(Party.role))
    ).all()
    found: dict[str, tuple[Organisation, ...]] = {}
    for role, body in rows:
        found[role] = (*found.get(role, ()), body)
    return found


def _consents(session: Session, case: CaseFile) -> dict[str, Consent]:
    """For each purpose the newest word, where that was yes."""
    rows = session.exec(select(Consent).where(Consent.case_id == case.id).order_by(col(Consent.seq))).all()
    newest = {row.purpose: row for row in rows}
    return {purpose: row for purpose, row in newest.items() if row.decision == "given"}


def _numbers(session: Session, case: CaseFile) -> dict[str, str]:
    rows = session.exec(
        select(Paper.kind, Paper.number)
        .where(Paper.case_id == case.id, is_valid())
        .order_by(col(Paper.issued_at))
    ).all()
    return dict(rows)


def _told(
    house: House,
    procedure: Procedure,
    action: Action,
    held: Mapping[str, tuple[Organisation, ...]],
    chosen: str | None,
) -> tuple[str, ...]:
    """Whom the act tells: the organisation that the officer named, who holds the role, or the only one."""
    if action.discloses is None:
        return ()
    names: dict[str, None] = {}
    for role, could in organisations(house, procedure, action.discloses.to).items():
        named = [body for body in could if body.code == chosen]
        for body in named or held.get(role, ()) or (could if len(could) == 1 else ()):
            names[both_names(body)] = None
    return tuple(names)
