"""Many visits to be told of, in cases that are there for nothing else; and whoever takes the mails."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from email.message import Message
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, Self
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from repatriation.bench.place import Ground
from repatriation.records.cases import CaseFile, Party, new_reference
from repatriation.records.columns import Row, new_id
from repatriation.records.notices import Notice, Telling
from repatriation.records.organisations import Officer, Organisation
from repatriation.records.outbox import Outbox
from repatriation.records.sealing import instance_key
from repatriation.records.sets import add_rows
from repatriation.records.visits import Visit
from repatriation.records.writing import adding
from repatriation.work.house import House
from repatriation.work.telling.hours import mail_row
from sop.clocks import ZONES
from sop.followup import Standing, next_turn

ROUTE: Final = "tha-khm"
ZONE: Final = ZoneInfo(ZONES["KHM"])
OF_A_CASE: Final = 4
OF_AN_OFFICER: Final = 5
OF_AN_ORGANISATION: Final = 20
"""Visits of a case, cases of an officer, officers of an organisation."""

AT_ONCE: Final = 5000
NOBODYS: Final = "none"
"""In the place of a password: nobody signs in here."""


class Planned(NamedTuple):
    """A visit as it was planned."""

    id: str
    case_id: str
    due_on: date


@dataclass(slots=True)
class Fill:
    """Fills an empty house with officers, cases and visits, straight into the tables."""

    house: House
    now: datetime
    officers: list[str] = field(default_factory=list)
    visits: list[Planned] = field(default_factory=list)
    _rows: dict[type[Row], list[dict[str, Any]]] = field(default_factory=dict)
    _turns: dict[date, tuple[datetime, Standing] | None] = field(default_factory=dict)

    def add(self, count: int, due_on: Callable[[int], date]) -> None:
        """So many visits; `due_on` gives the day of each by its number."""
        with self.house.doors.act() as session:
            connection = session.connection()
            for number in range(0, count, OF_A_CASE):
                self._case(number // OF_A_CASE, number, min(OF_A_CASE, count - number), due_on)
                if len(self._rows[Visit]) >= AT_ONCE:
                    self._write(connection)
            self._write(connection)

    def add_mails(self, count: int) -> None:
        """So many mails that are due, to all officers in turn; each officer has something to read."""
        with self.house.doors.act() as session:
            for number, officer_id in enumerate(self.officers):
                self._put(
                    Notice, officer_id=officer_id, kind="case:moved", at=self.now, once=f"bench:{number}"
                )
            for number in range(count):
                officer_id = self.officers[number % len(self.officers)]
                row = mail_row(officer_id, self.now, f"bench:{number}")
                self._rows.setdefault(Outbox, []).append(row)
            self._write(session.connection())

    def _case(self, case: int, first: int, visits: int, due_on: Callable[[int], date]) -> None:
        if case % (OF_AN_OFFICER * OF_AN_ORGANISATION) == 0:
            self._organisation(case)
        organisation_id = self._rows_of(Organisation)["id"]
        if case % OF_AN_OFFICER == 0:
            self._officer(case, organisation_id)
        case_id, at = new_id(), self.now
        known = {"stage": "follow_up", "route": ROUTE, "updated_at": at}
        self._put(
            CaseFile, id=case_id, reference=new_reference(ROUTE), edition="2019", digest="0" * 64,
            entered_at=at, holder_id=organisation_id, opened_at=at, wrapped_key=b"", key_epoch=0, **known,
        )  # fmt: skip
        self._put(
            Party, case_id=case_id, role="home.caseworker", organisation_id=organisation_id, since=at, **known
        )
        for number in range(first, first + visits):
            day = due_on(number)
            if day not in self._turns:
                self._turns[day] = next_turn(day, self.now, ZONE, self.house.rhythm)
            turn = self._turns[day]
            visit = Planned(new_id(), case_id, day)
            self.visits.append(visit)
            self._put(
                Visit, id=visit.id, case_id=case_id, officer_id=self.officers[-1], due_on=day,
                organisation_id=organisation_id,
                next_at=turn[0] if turn else None, next_step=turn[1] if turn else None,
            )  # fmt: skip

    def _organisation(self, number: int) -> None:
        name = f"ngo-{number}"
        self._put(
            Organisation, code=name, name=name, country="KHM", functions=["caseworker"], demonstration=True
        )

    def _officer(self, number: int, organisation_id: str) -> None:
        officer_id, name = new_id(), f"officer-{number}"
        self.officers.append(officer_id)
        self._put(
            Officer, id=officer_id, organisation_id=organisation_id, username=name, password_hash=NOBODYS,
            display_name=name, duty="caseworker", language=("km", "th", "vi", "en")[number % 4],
            demonstration=True,
        )  # fmt: skip
        mail = instance_key(self.house.keyring).seal("telling", "mail", officer_id, f"{name}@example.org")
        self._put(Telling, officer_id=officer_id, mail=mail, rhythm="at_once", changed_at=self.now)

    def _put(self, table: type[Row], **values: Any) -> None:
        self._rows.setdefault(table, []).append(dict(adding(table, **values).values))

    def _rows_of(self, table: type[Row]) -> dict[str, Any]:
        """The row of a table that was put last. It stays at hand after it was written."""
        return self._rows[table][-1]

    def _write(self, connection: Connection) -> None:
        for table in (Organisation, Officer, Telling, CaseFile, Party, Visit, Notice, Outbox):
            rows = self._rows.get(table, [])
            fresh = [row for row in rows if "written" not in row]
            add_rows(connection, table.metadata.tables[str(table.__tablename__)], fresh)
            self._rows[table] = [{**rows[-1], "written": True}] if rows else []


@dataclass(frozen=True, slots=True)
class Receiver:
    """Takes every mail, and writes its key down where a kill cannot lose it."""

    file: Path
    sender: str = "robot@example.org"

    def open(self) -> "ReceiverLine":
        """A line that is always there."""
        return ReceiverLine(os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))

    def keys(self) -> Iterator[str]:
        """The key of each mail that came, as often as it came."""
        return iter(self.file.read_text().split() if self.file.exists() else ())


class ReceiverLine:
    """An open line to the receiver."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._handle)

    def send(self, message: Message) -> None:
        """Take one mail, the whole text of which is made as for the wire."""
        message.as_bytes()
        os.write(self._handle, f"{message['Message-ID'].strip('<>').partition('@')[0]}\n".encode())


class Office(NamedTuple):
    """A house with a receiver, as it is told to another process."""

    ground: Ground
    receiver: Receiver

    def house(self) -> House:
        """The house, opened where one is."""
        return replace(self.ground.house(), relay=self.receiver)
