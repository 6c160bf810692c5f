"""Two installations side by side: one in Bangkok, one that another office in Thailand runs, and the line."""

import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from flask import Flask
from sqlmodel import Session, select
from werkzeug.serving import BaseWSGIServer, make_server

from partners import cards
from partners.calls import Http, Reply, Wire
from partners.reach import Failed, Reach
from repatriation.app import create_app
from repatriation.records.cases import CaseFile, Party
from repatriation.records.doors import Doors
from repatriation.records.handoffs import Handoff, Responsibility
from repatriation.records.keyring import Keyring
from repatriation.records.organisations import Officer, Organisation
from repatriation.records.outbox import Outbox
from repatriation.records.partners import Partner
from repatriation.settings import Settings
from repatriation.web import oauth
from repatriation.web.api import handoffs as handoffs_api
from repatriation.work.actors import Actor
from repatriation.work.cases import open_case
from repatriation.work.handoffs import composing, delivering
from repatriation.work.handoffs.delivering import Done
from repatriation.work.handoffs.drafts import Composed, File
from repatriation.work.house import House
from repatriation.work.newcase import AccountEntered, ConsentEntered, Name, NewCase, PersonEntered
from repatriation.work.partners import approval, registering
from repatriation.work.sessions import actor_of
from sop import clocks
from sop.shelf import Shelf
from tests.fakes.press import workshop
from tests.web.conftest import START, Clock

SOK = NewCase(
    route="tha-khm",
    stage="reported",
    age_group="adult",
    organisation="bangkok",
    person=PersonEntered(
        names=(Name(given="Minh Demonstration", family="Sok"),),
        birthdate="1996-02-29",
        gender="Masculine",
        citizenship=("KHM",),
        identity_number="N-DEMONSTRATION-1",
        contacts={"mobile_phone": "000 000"},
        primary_language="km",
    ),
    account=AccountEntered(trafficking_status="presumed", vulnerabilities=("debt",)),
    consent=ConsentEntered(language="km", interpreter="Interpreter Demonstration"),
)
"""Somebody found in Thailand who agrees to being protected by Thai offices, and to nothing else yet."""


@dataclass
class Place:
    """One installation with its officers."""

    house: House
    app: Flask
    clock: Clock
    officers: dict[str, Actor]
    dial: Callable[[str, Reach], Wire] = Http

    def deliver(self, **kwargs: Any) -> Done:
        """One round of delivering."""
        return delivering.deliver_due(
            self.house, self.clock(), dial=kwargs.pop("dial", self.dial), chance=lambda: 0.5, **kwargs
        )

    def rows(self, **wanted: Any) -> list[Handoff]:
        """The handoffs kept here, oldest first."""
        with self.house.doors.read() as session:
            found = session.exec(select(Handoff).order_by(Handoff.at, Handoff.id)).all()  # type: ignore[arg-type]
        return [row for row in found if all(getattr(row, name) == value for name, value in wanted.items())]

    def row(self, **wanted: Any) -> Handoff:
        """The one handoff kept here that is so."""
        (found,) = self.rows(**wanted)
        return found

    def partner_id(self) -> str:
        """The other installation, as it is known here."""
        with self.house.doors.read() as session:
            return session.exec(select(Partner.id)).one()

    def case(self, reference: str) -> CaseFile:
        """A case as it is kept here."""
        with self.house.doors.read() as session:
            return session.exec(select(CaseFile).where(CaseFile.reference == reference)).one()

    def knows(self, reference: str) -> dict[str, str]:
        """Who has a part in a case here: organisation and role."""
        with self.house.doors.read() as session:
            rows = session.exec(
                select(Organisation.code, Party.role)
                .join(Party, Party.organisation_id == Organisation.id)  # type: ignore[arg-type]
                .join(CaseFile, CaseFile.id == Party.case_id)  # type: ignore[arg-type]
                .where(CaseFile.reference == reference, Party.until == None)  # noqa: E711
            ).all()
        return {role: code for code, role in rows}

    def answers(self, handoff_id: str) -> list[tuple[str, str]]:
        """Who answered for the person of a handoff, and why, first to last."""
        with self.house.doors.read() as session:
            rows = session.exec(
                select(Responsibility)
                .where(Responsibility.handoff_id == handoff_id)
                .order_by(Responsibility.number)  # type: ignore[arg-type]
            ).all()
        return [(row.issuer, row.because) for row in rows]

    def told(self) -> list[str]:
        """What people were called for."""
        with self.house.doors.read() as session:
            rows = session.exec(select(Outbox).where(Outbox.kind == "handoff:attention")).all()
        return [str(row.detail["why"]) for row in sorted(rows, key=lambda row: row.id)]

    def suspend(self) -> None:
        """Suspend the other installation."""
        approval.suspend(self.house, None, self.clock(), self.client_id())

    def resume(self) -> None:
        """Let it go on."""
        approval.resume(self.house, None, self.clock(), self.client_id())

    def client_id(self) -> str:
        """What the other installation is known by here."""
        with self.house.doors.read() as session:
            return session.exec(select(Partner.client_id)).one()


@dataclass
class Two:
    """A sender, a receiver, and a clock each."""

    bangkok: Place
    chiang_mai: Place

    def pass_by(self, **amount: float) -> None:
        """Let time go by, at both."""
        self.bangkok.clock.pass_by(**amount)
        self.chiang_mai.clock.pass_by(**amount)

    def open_case(self) -> str:
        """A case in Bangkok."""
        return open_case(self.bangkok.house, self.bangkok.officers["bangkok"], self.bangkok.clock(), SOK)

    def draft(self, reference: str, kind: str = "transfer", files: tuple[File, ...] = (), **how: Any) -> str:
        """A handoff laid out in Bangkok."""
        composed = Composed(
            **{
                "partner_id": self.bangkok.partner_id(),
                "kind": kind,
                "purpose": "protection",
                "asked": "Please take this person into your care.",
                **how,
            }
        )
        place = self.bangkok
        return composing.draft(
            place.house, place.officers["bangkok"], place.clock(), reference, composed, files
        )

    def send(self, reference: str, kind: str = "transfer", **how: Any) -> Handoff:
        """A handoff sent from Bangkok, not yet delivered."""
        place = self.bangkok
        jti = composing.send(
            place.house, place.officers["bangkok"], place.clock(), self.draft(reference, kind, **how)
        )
        return place.row(jti=jti)

    def exchange_all(self) -> None:
        """Deliver until nothing is due any more."""
        for _ in range(4):
            self.bangkok.deliver()
            self.chiang_mai.deliver()


class AppServer:
    """An installation answering on this machine, with the clock that the test moves."""

    def __init__(self) -> None:
        self.app: Flask | None = None
        self.clock: Clock | None = None
        self.server: BaseWSGIServer = make_server("127.0.0.1", 0, self, threaded=True)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def __call__(self, environ: Mapping[str, Any], start_response: Callable[..., Any]) -> Any:
        """Answer, dated by the clock of the installation as a real machine's would be."""
        assert self.app is not None
        assert self.clock is not None
        date = format_datetime(self.clock(), usegmt=True)

        def dated(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            return start_response(status, [*headers, ("Date", date)], *more)

        return self.app(dict(environ), dated)

    def stop(self) -> None:
        """Answer no more."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@dataclass
class BadLine:
    """A wire that does what a test wants of it, and counts."""

    issuer: str
    reach: Reach
    wrong: Callable[[str, str], str | None]
    calls: list[str] = field(default_factory=list)
    _http: Http | None = None

    def call(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, most: int) -> Reply:
        """`wrong` says for an address: "down", "lost" (sent, but the answer never comes), or nothing."""
        self._http = self._http or Http(self.issuer, self.reach)
        what = self.wrong(method, url)
        if what == "down":
            raise Failed("unreachable")
        reply = self._http.call(method, url, headers, body, most)
        if what == "lost":
            raise Failed("too_slow")
        return reply

    def close(self) -> None:
        """Hang up."""
        if self._http is not None:
            self._http.close()


def bad_line(wrong: Callable[[str, str], str | None]) -> Callable[[str, Reach], Wire]:
    """A dial that opens bad lines."""
    return lambda issuer, reach: BadLine(issuer, reach, wrong)


def make_place(
    code: str, other: str, issuer: str, doors: Doors, keyring: Keyring, shelf: Shelf, clock: Clock
) -> Place:
    """An installation with officers of `code`, that knows `other` as another office of the same kind."""
    keyring.ensure_partner_keys(clock())
    house = House(
        doors,
        shelf,
        clocks.load(),
        keyring,
        demonstration=True,
        issuer=issuer,
        partner_rate=1000,
        reach=Reach(loopback=True),
        papers=workshop(),
    )
    with doors.act() as session:
        _enrol(session, code, officers=(code, f"{code}-second", f"{code}-third"))
        _enrol(session, other, officers=())
        _enrol(session, "embassy", officers=("embassy",), country="KHM", functions=["consulate"])
    with doors.read() as session:
        found = session.exec(
            select(Officer, Organisation).where(Officer.organisation_id == Organisation.id)
        ).all()
        officers = {officer.username: actor_of(officer, body) for officer, body in found}
    app = create_app(
        Settings(demonstration=True, issuer=issuer),
        house,
        clock,
        machines=(oauth.make_blueprint, handoffs_api.make_blueprint),
    )
    return Place(house, app, clock, officers)


def _enrol(
    session: Session,
    code: str,
    officers: tuple[str, ...],
    country: str = "THA",
    functions: list[str] | None = None,
) -> None:
    body = Organisation(
        code=code,
        name=f"Office {code}",
        country=country,
        functions=functions or ["coordination", "protection", "identification"],
        stationed="THA" if country == "KHM" else None,
    )
    session.add(body)
    session.flush()
    for name in officers:
        session.add(
            Officer(
                organisation_id=body.id,
                username=name,
                password_hash="none",
                display_name=f"Officer {name}",
                duty="coordinator",
            )
        )


def introduce(one: Place, other: Place, organisation: str, asked: tuple[str, ...] = ()) -> None:
    """`other` gives its card to `one`, where two officers approve it for an organisation."""
    now = one.clock()
    card = cards.write(
        other.house.issuer,
        f"Installation of {organisation}",
        other.house.keyring.instance_keys(),
        other.clock(),
        asked=asked or ("handoff:send", "handoff:receive", "handoff:decide", "receipts:read"),
    )
    registering.import_card(one.house, None, now, card, organisation)
    own = next(actor.organisation for actor in one.officers.values() if actor.organisation != "embassy")
    approval.approve(one.house, now, other.house.issuer, one.officers[f"{own}-second"])
    assert approval.approve(one.house, now, other.house.issuer, one.officers[f"{own}-third"]) == "active"


@contextmanager
def two_places(
    tmp_path: Path, doors: Doors, template: Path, shelf: Shelf, skew: timedelta = timedelta(0)
) -> Iterator[Two]:
    """Bangkok on the given database, Chiang Mai on SQLite, each answering on this machine."""
    servers = AppServer(), AppServer()
    file = tmp_path / "chiang-mai.sqlite"
    shutil.copy(template, file)
    second = Doors(f"sqlite:///{file}")
    bangkok_clock, chiang_mai_clock = Clock(), Clock(START + skew)
    try:
        bangkok = make_place(
            "bangkok",
            "chiang-mai",
            servers[0].issuer,
            doors,
            Keyring.create(tmp_path / "bangkok-keys"),
            shelf,
            bangkok_clock,
        )
        chiang_mai = make_place(
            "chiang-mai",
            "bangkok",
            servers[1].issuer,
            second,
            Keyring.create(tmp_path / "chiang-mai-keys"),
            shelf,
            chiang_mai_clock,
        )
        for server, place in zip(servers, (bangkok, chiang_mai), strict=True):
            server.app, server.clock = place.app, place.clock
        introduce(bangkok, chiang_mai, "chiang-mai")
        introduce(chiang_mai, bangkok, "bangkok")
        yield Two(bangkok, chiang_mai)
    finally:
        for server in servers:
            server.stop()
        second.dispose()
