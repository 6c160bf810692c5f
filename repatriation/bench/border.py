"""Two installations on one machine, one in Bangkok and one in Phnom Penh, and a person who goes home across
both: for the command that shows it.
"""

import contextlib
import random
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

from flask import Flask
from sqlmodel import col, select
from werkzeug.serving import BaseWSGIServer, make_server

from partners import cards, federation, steps
from partners.calls import Http, Wire
from partners.reach import Reach
from repatriation.app import create_app
from repatriation.demonstration import defaults, people
from repatriation.demonstration.load import people_at_work
from repatriation.demonstration.organisations import GATES
from repatriation.demonstration.planner import Planned
from repatriation.demonstration.stories import Story
from repatriation.demonstration.telling import plan
from repatriation.records import migrations
from repatriation.records.cases import CaseFile
from repatriation.records.doors import Doors
from repatriation.records.federation import Mirror, MirrorStep
from repatriation.records.handoffs import Handoff, HandoffReceipt
from repatriation.records.keyring import Keyring
from repatriation.records.organisations import Officer
from repatriation.records.scope import every_case
from repatriation.records.trail import Trail
from repatriation.settings import Settings
from repatriation.work.actors import Actor
from repatriation.work.cases import open_case
from repatriation.work.followup.entered import VisitEntered
from repatriation.work.handoffs import composing, deciding
from repatriation.work.handoffs.deciding import Into
from repatriation.work.handoffs.delivering import Done, deliver_due
from repatriation.work.handoffs.drafts import Composed
from repatriation.work.house import House
from repatriation.work.newcase import NewCase
from repatriation.work.papers.filing import Made
from repatriation.work.partners import approval, listing, registering
from repatriation.work.steps import take_step
from repatriation.work.views import case_view
from repatriation.work.visits import ACTION_OF, record_visit
from sop import clocks
from sop.procedure import Procedure
from sop.shelf import Shelf
from sop.view import CaseView

ROUTE: Final = "tha-khm"
STORY: Final = Story(
    "across", ROUTE, "reported", "adult", (">received", "consent_to_follow_up", ">closed"), 0, 0
)
"""A whole return, in which the person agrees that the host country hears how it went on."""

CROSSES_AFTER: Final = "consent_to_notification"
"""The act after which the case is offered to the other installation: the person has agreed."""

_ROUNDS: Final = 6
"""Rounds of delivering after which nothing of a step is on its way any more."""


@dataclass
class Clock:
    """The clock of both, which the journey moves on."""

    time: datetime

    def __call__(self) -> datetime:
        return self.time


@dataclass
class Installation:
    """One installation: its house, its application, one officer of each organisation of its country, and what
    it calls the other one by.
    """

    name: str
    country: str
    house: House
    app: Flask
    clock: Callable[[], datetime]
    actors: Mapping[str, Actor]
    organisation: str
    dial: Callable[[str, Reach], Wire] = Http
    references: dict[str, str] = field(default_factory=dict)

    def deliver(self) -> Done:
        """One round of delivering."""
        return deliver_due(self.house, self.clock(), dial=self.dial, chance=lambda: 0.5)

    def take(self, reference: str, step: Planned, gate: str, organisation: str | None = None) -> None:
        """Take one step of a plan in a case, with whatever it asks for."""
        actor, now = self.actors[organisation or step.organisation], self.clock()
        case = self.case(reference)
        procedure = self.house.shelf.pinned(case.digest)
        name = step.action.name
        if name in ACTION_OF.values():
            visit = _visit(now)
            key = f"across-{reference}-{case.version}"
            record_visit(self.house, actor, now, reference, case.version, visit, key, Made.ELSEWHERE)
            return
        given = defaults.given(
            procedure, step.action, self.view(reference), step.chosen, gate, now, entry=step.entry
        )
        take_step(self.house, actor, now, reference, name, case.version, given, paper=Made.ELSEWHERE)

    def case(self, reference: str) -> CaseFile:
        """A case as it is kept here."""
        with self.house.doors.read() as session:
            return session.exec(every_case().where(CaseFile.reference == reference)).one()

    def view(self, reference: str) -> CaseView:
        """A case as the engine sees it here."""
        case = self.case(reference)
        return case_view(case)

    def mirror(self, reference: str) -> Mirror:
        """How far the order of steps is here."""
        with self.house.doors.read() as session:
            return session.get_one(Mirror, self.case(reference).id)

    def order(self, reference: str) -> list[tuple[int, str, bool]]:
        """The steps that have their place in the order, each with whether it counts."""
        with self.house.doors.read() as session:
            rows = session.exec(
                select(MirrorStep).where(
                    MirrorStep.case_id == self.case(reference).id, col(MirrorStep.number).is_not(None)
                )
            ).all()
        return sorted((int(row.number or 0), row.key, row.state == "counted") for row in rows)

    def answers_here(self, reference: str) -> bool:
        """Whether this installation holds that its country answers for the person."""
        mirror = self.mirror(reference)
        procedure = self.house.shelf.pinned(self.case(reference).digest)
        stages = {str(mirror.view["stage"]), self.view(reference).stage}
        here = any(federation.answers(procedure, stage) == mirror.side for stage in stages)
        return here or mirror.reached < mirror.moved

    def sent(self) -> list[tuple[Handoff, str]]:
        """Every message that left here, in its order, with the newest receipt for it."""
        with self.house.doors.read() as session:
            rows = session.exec(
                select(Handoff).where(Handoff.direction == "sent", Handoff.state != "draft")
            ).all()
            receipts = session.exec(select(HandoffReceipt.handoff_id, HandoffReceipt.state)).all()
        states: dict[str, str] = {}
        for handoff_id, state in receipts:
            if states.get(handoff_id) in (None, "received"):
                states[handoff_id] = state
        return [(row, states.get(row.id, "-")) for row in sorted(rows, key=lambda row: (row.at, row.id))]

    def trail(self, reference: str) -> list[Trail]:
        """What happened in a case here."""
        with self.house.doors.read() as session:
            return list(
                session.exec(
                    select(Trail).where(Trail.chain == self.case(reference).id).order_by(col(Trail.seq))
                ).all()
            )


class Compared(NamedTuple):
    """What both hold at the end, and whether that is the same."""

    same: bool
    lines: tuple[str, ...]


def open_installation(
    name: str,
    country: str,
    organisation: str,
    url: str,
    keys: Path,
    issuer: str,
    shelf: Shelf,
    clock: Callable[[], datetime],
) -> Installation:
    """An installation with the made-up organisations of all countries and the officers of its own. What is
    there already, is kept.
    """
    doors = Doors(url)
    migrations.upgrade(doors)
    keyring = Keyring.create(keys)
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
    )
    with doors.act() as session:
        actors = people_at_work(session, country)
        session.flush()
    app = create_app(Settings(demonstration=True, issuer=issuer), house, clock)
    return Installation(name, country, house, app, clock, actors, organisation)


def introduce(one: Installation, other: Installation) -> None:
    """`other` gives its card to `one`, where two officers compare and approve it."""
    registering.import_card(one.house, None, one.clock(), card_of(other), other.organisation)
    able = [actor for actor in one.actors.values() if actor.duty == "coordinator"]
    with one.house.doors.act() as session:
        second = _second_officer(session, able[0])
    approval.approve_together(one.house, one.clock(), other.house.issuer, able[0], second)


def card_of(place: Installation) -> str:
    """The card that an installation gives of itself."""
    asked = ("handoff:send", "handoff:receive", "handoff:decide", "receipts:read")
    keys = place.house.keyring.instance_keys()
    return cards.write(place.house.issuer, place.name, keys, place.clock(), asked=asked)


@contextlib.contextmanager
def served() -> Iterator[tuple[str, Callable[[Flask], None]]]:
    """An address on this machine, and what puts an application behind it; afterwards nothing is there."""
    behind: list[Flask] = []

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        return behind[0](environ, start_response)

    server: BaseWSGIServer = make_server("127.0.0.1", 0, answer, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", behind.append
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def itinerary(procedure: Procedure, now: datetime, story: Story = STORY) -> list[Planned]:
    """The steps of a story, each with the organisation that takes it."""
    return plan(procedure, story, now).steps


def open_there(host: Installation, now: datetime) -> str:
    """The case, where the person was found. Everybody in it is made up."""
    chance = random.Random("across the border")  # noqa: S311 - the same person every time
    new = NewCase(
        route=ROUTE,
        stage=STORY.entry,
        age_group=STORY.age,
        gate=GATES[ROUTE],
        person=people.person("KHM", 0, STORY.age, now.date(), chance),
        account=people.account(STORY.age, chance),
    )
    opener = next(code for code, actor in host.actors.items() if "protection" in actor.functions)
    return open_case(host.house, host.actors[opener], now, new)


def cross(host: Installation, home: Installation, reference: str, purpose: str = "notification") -> str:
    """Ask the other installation to carry the case on together, and have it accepted there; gives the case's
    reference there.
    """
    send_offer(host, reference, purpose)
    exchange(host, home)
    there = accept_offer(home)
    exchange(host, home)
    return there


def send_offer(host: Installation, reference: str, purpose: str = "notification") -> str:
    """Send the referral by which the case is offered; gives its jti."""
    holder = host.case(reference).holder_id
    actor = next(actor for actor in host.actors.values() if actor.organisation_id == holder)
    partner = listing.partners(host.house)[0]
    composed = Composed(
        partner_id=partner.id,
        kind="referral",
        purpose=purpose,
        asked="Made up: please confirm the nationality of this person.",
    )
    drafted = composing.draft(host.house, actor, host.clock(), reference, composed)
    return composing.send(host.house, actor, host.clock(), drafted)


def accept_offer(home: Installation) -> str:
    """Accept what came, by an officer of the organisation that is asked; gives the case's reference."""
    with home.house.doors.read() as session:
        row = session.exec(
            select(Handoff)
            .where(
                Handoff.direction == "received",
                col(Handoff.waiting).is_(True),
                Handoff.kind == "referral",
            )
            .order_by(col(Handoff.at).desc())
        ).first()
    assert row is not None
    actor = next(a for a in home.actors.values() if a.organisation_id == row.organisation_id)
    return deciding.accept(home.house, actor, home.clock(), row.id, Into())


def exchange(*both: Installation) -> None:
    """Let both deliver until nothing is on its way."""
    for _ in range(_ROUNDS):
        done = [place.deliver() for place in both]
        if not any(each.delivered or each.settled for each in done):
            return


def compare(host: Installation, home: Installation, here: str, there: str) -> Compared:
    """What both installations hold of the case."""
    views = host.view(here), home.view(there)
    orders = host.order(here), home.order(there)
    answering = [place.name for place, ref in ((host, here), (home, there)) if place.answers_here(ref)]
    told: dict[str, tuple[object, object]] = {
        "procedure": (views[0].digest[:16], views[1].digest[:16]),
        "stage": (views[0].stage, views[1].stage),
        "facts": (len(views[0].facts), len(views[1].facts)),
        "consents": (len(views[0].consents), len(views[1].consents)),
        "steps in the order": (len(orders[0]), len(orders[1])),
        "digest of all of it": (steps.digest(views[0])[:16], steps.digest(views[1])[:16]),
    }
    lines = [
        f"{name:<24}{one!s:<20}{other!s:<20}{'=' if one == other else 'DIFFERS'}"
        for name, (one, other) in told.items()
    ]
    lines.append(f"{'answers for the person':<24}{', '.join(answering)}")
    same = (
        steps.digest(views[0]) == steps.digest(views[1])
        and views[0].digest == views[1].digest
        and orders[0] == orders[1]
        and len(answering) == 1
    )
    return Compared(same, tuple(lines))


def shown(compared: Compared) -> list[str]:
    """A comparison, to be read."""
    head = f"{'':<24}{'Bangkok':<20}{'Phnom Penh':<20}"
    end = "Both hold the same." if compared.same else "They do NOT hold the same."
    return ["", head, *compared.lines, end]


def _second_officer(session: Any, first: Actor) -> Actor:
    """Another officer of the same organisation, made for the approval where there is none."""
    row = session.exec(select(Officer).where(Officer.id == first.officer_id)).one()
    name = f"{row.username}.second"
    again = session.exec(select(Officer).where(Officer.username == name)).first() or Officer(
        organisation_id=row.organisation_id,
        username=name,
        password_hash="!",  # noqa: S106 - what no password hashes to
        display_name=f"{row.display_name}, second",
        duty=row.duty,
        language=row.language,
        demonstration=True,
    )
    session.add(again)
    session.flush()
    return replace(first, officer_id=again.id, username=name)


def _visit(now: datetime) -> VisitEntered:
    day = now.astimezone(clocks.zone_of("KHM")).date()
    return VisitEntered(
        on=day, outcome="seen", mode="home", seen_alone=True, safety="safe", next_on=day + timedelta(days=30)
    )
