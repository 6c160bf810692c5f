"""A house in which people are told: caseworkers, their coordinator, the ministry above, and strangers."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from repatriation.records.cases import CaseFile
from repatriation.records.columns import new_id
from repatriation.records.doors import Doors
from repatriation.records.keyring import Keyring
from repatriation.records.notices import Notice
from repatriation.records.organisations import Officer, Organisation
from repatriation.records.trail import Trail
from repatriation.records.visits import Visit
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.sessions import actor_of
from repatriation.work.telling.rounds import tick
from sop import clocks, shelf
from sop.clocks import ZONES
from sop.followup import Rhythm, next_turn
from sop.shelf import Shelf
from tests.records import made

PEOPLE = {
    "ngo": (("sina", "caseworker"), ("bopha", "caseworker"), ("kanha", "coordinator")),
    "mosvy": (("vuthy", "coordinator"), ("rith", "protection")),
    "elsewhere": (("mona", "caseworker"), ("dara", "coordinator")),
    "thai_ministry": (("somsak", "coordinator"),),
    "audit": (("vanna", "auditor"),),
}
FUNCTIONS = {
    "ngo": ["caseworker"],
    "mosvy": ["coordination"],
    "elsewhere": ["identification"],
    "thai_ministry": ["coordination"],
    "audit": [],
}


@pytest.fixture(scope="session")
def procedures() -> Shelf:
    """The route files, read and walked once."""
    return shelf.stock()


@dataclass
class Office:
    """A house with its people by name."""

    house: House
    now: datetime
    officers: dict[str, str] = field(default_factory=dict)
    organisations: dict[str, str] = field(default_factory=dict)

    def actor(self, name: str) -> Actor:
        """An officer as the work takes them."""
        with self.house.doors.read() as session:
            officer = session.get_one(Officer, self.officers[name])
            return actor_of(officer, session.get_one(Organisation, officer.organisation_id))

    def case(self, *others: str, **values: Any) -> CaseFile:
        """A case that the NGO answers for, and in which others have a part."""
        with self.house.doors.act() as session:
            ngo = made.Somebody(self.officers["sina"], self.organisations["ngo"])
            case = made.case(session, self.now, ngo, self.house.keyring, **values)
            roles = {"mosvy": "home.coordination", "audit": "host.coordination"}
            for other in others:
                role = roles.get(other, "home.caseworker")
                made.part(session, case, self.organisations[other], role)
            return case

    def visit(self, case: CaseFile, due_on: date, officer: str | None = "sina") -> str:
        """A visit that is planned for a day, as whoever plans it writes it down."""
        zone = ZoneInfo(ZONES["KHM"])
        turn = next_turn(due_on, self.now, zone, Rhythm()) or (None, None)
        row = Visit(
            id=new_id(),
            case_id=case.id,
            officer_id=self.officers[officer] if officer else None,
            organisation_id=self.organisations["ngo"],
            due_on=due_on,
            next_at=turn[0],
            next_step=turn[1],
        )
        with self.house.doors.act() as session:
            session.add(row)
        return row.id

    def tick(self, **later: float) -> None:
        """Let time go by, then one round of the clock."""
        self.now += timedelta(**later)
        tick(self.house, self.now)

    def told(self, kind: str = "visit") -> list[tuple[str, str | None]]:
        """Who was told what, in the order of telling."""
        names = {officer_id: name for name, officer_id in self.officers.items()}
        with self.house.doors.read() as session:
            rows = session.exec(select(Notice).where(Notice.kind == kind).order_by(col(Notice.at))).all()
        return [(names[row.officer_id], row.standing) for row in rows]

    def notices(self) -> list[Notice]:
        """Everything that anybody was told."""
        with self.house.doors.read() as session:
            return list(session.exec(select(Notice).order_by(col(Notice.at), col(Notice.id))).all())

    def events(self, case: CaseFile) -> list[str]:
        """The tags in a case's trail."""
        with self.house.doors.read() as session:
            asked = select(Trail.tag).where(Trail.chain == case.id).order_by(col(Trail.seq))
            return list(session.exec(asked).all())


@pytest.fixture
def office(doors: Doors, keyring: Keyring, procedures: Shelf, now: datetime) -> Office:
    """The house, on either database."""
    house = House(doors, procedures, clocks.load(), keyring, demonstration=True)
    office = Office(house, now)
    with doors.act() as session:
        for code, people in PEOPLE.items():
            country = "THA" if code in ("elsewhere", "thai_ministry") else "KHM"
            body = Organisation(code=code, name=code, country=country, functions=FUNCTIONS[code])
            session.add(body)
            session.flush()
            office.organisations[code] = body.id
            for name, duty in people:
                officer = Officer(
                    organisation_id=body.id, username=name, password_hash="-", display_name=name, duty=duty
                )
                session.add(officer)
                session.flush()
                office.officers[name] = officer.id
    return office
