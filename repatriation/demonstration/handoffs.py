"""Handoffs in every state, for the boxes to be looked at, and one case that another installation has too."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Final

from sqlmodel import select

from partners import steps
from partners.packets import Consented, Handing, Person, Update, Withdrawal
from partners.steps import Step
from repatriation.demonstration import defaults, people
from repatriation.demonstration.correspondents import Correspondent
from repatriation.demonstration.organisations import GATES
from repatriation.demonstration.stories import STORIES, Story
from repatriation.demonstration.telling import Teller
from repatriation.records.cases import CaseFile
from repatriation.records.federation import Mirror
from repatriation.records.handoffs import Handoff
from repatriation.records.scope import every_case
from repatriation.work.actors import Actor
from repatriation.work.federation.settling import settle_due
from repatriation.work.handoffs import composing, deciding, withdrawing
from repatriation.work.handoffs.deciding import Into
from repatriation.work.handoffs.delivering import end_expired
from repatriation.work.handoffs.drafts import Composed
from repatriation.work.house import House
from repatriation.work.papers.filing import Made
from repatriation.work.steps import take_step
from repatriation.work.views import case_view

ROUTE: Final = "tha-khm"
SENDER: Final = "datip"
RECEIVER: Final = "msdhs-home-sa-kaeo"

SENT: Final[Mapping[str, str]] = {
    "on its way": "embassy told",
    "waits there": "objects to notification",
    "accepted": "acceptance awaited",
    "declined": "family not found",
    "taken back": "refuses return for now",
    "not decided in time": "witness in court",
}
"""How a referral stands, and the story whose case it is of."""

ACROSS: Final = Story(
    "across the border", ROUTE, "reported", "adult", (">identified", "consent_to_notification"), 12, 3
)
"""The case that is carried on together with an installation in Phnom Penh."""

_LONG_AGO: Final = timedelta(days=14, hours=6)
_ASKED: Final = "Made up: a safe place for some weeks, and somebody who speaks Khmer."


def make_handoffs(house: House, actors: Mapping[str, Actor], now: datetime, kept: Mapping[str, str]) -> None:
    """Partners with whom cases are exchanged, one that waits to be let in, and what passed so far."""
    house.keyring.ensure_partner_keys(now)
    shelter = Correspondent(
        "shelter-case-system", "https://cases.shelter.example", "Shelter's case system", "tha-shelter"
    )
    phnom_penh = Correspondent(
        "https://returns.phnom-penh.example",
        "https://returns.phnom-penh.example",
        "Phnom Penh",
        "mosvy",
    )
    for partner in (shelter, phnom_penh):
        partner.register(house, now, "cases:read")
        partner.let_in(house, actors, now)
    shelter.lost_its_keys(house, now)
    Correspondent("iom-case-system", "https://cases.iom.example", "IOM case system", "iom-cambodia").register(
        house, now, "cases:read cases:open visits:read"
    )
    teller = Teller(house, actors, now)
    for story in STORIES:
        teller.skip(story)
    _cross(teller, now, phnom_penh)
    numbers, long_ago = count(teller.numbers["KHM"] + 1), now - _LONG_AGO
    shelter.says(house, long_ago, "referral", _referred(house, next(numbers), long_ago))
    _send(house, actors, now, shelter, kept)
    _receive(house, actors, now, shelter, numbers)
    end_expired(house, now)


def _send(
    house: House, actors: Mapping[str, Actor], now: datetime, to: Correspondent, kept: Mapping[str, str]
) -> None:
    """A referral in each state in which one that was sent can be."""
    officer = actors[SENDER]
    for stands, story in SENT.items():
        if story not in kept:
            continue
        at = now - (_LONG_AGO if stands == "not decided in time" else timedelta(hours=5))
        row = _refer(house, officer, at, kept[story], to)
        if stands != "on its way":
            to.gets(house, at + timedelta(minutes=1), row)
        if stands == "accepted":
            to.decides(house, at + timedelta(hours=1), row, "accepted", by="Made up", reference="SH-1042")
        elif stands == "declined":
            to.decides(house, at + timedelta(hours=1), row, "declined", by="Made up", reason="no_room")
        elif stands == "taken back":
            withdrawing.withdraw(house, officer, at + timedelta(hours=1), row.id, "person_asks")


def _receive(
    house: House, actors: Mapping[str, Actor], now: datetime, sender: Correspondent, numbers: Iterator[int]
) -> None:
    """A referral in each state in which one that came lately can be, each about the next of the people."""
    officer, lately = actors[RECEIVER], now - timedelta(hours=3)

    def arrive() -> Handoff:
        return sender.says(house, lately, "referral", _referred(house, next(numbers), lately))

    arrive()
    asked = arrive()
    withdrawing.say(house, officer, lately, asked.id, "Made up: which languages does the person speak?")
    sender.says(house, lately, "update", Update(about=asked.jti, what="answer", text="Made up: Khmer."))
    into = Into(route=ROUTE, stage="reported")
    deciding.accept(house, officer, lately, arrive().id, into)
    deciding.decline(house, officer, lately, arrive().id, "not_our_service", "Made up: ask DATIP.")
    taken_back = arrive()
    deciding.accept(house, officer, lately, taken_back.id, into)
    sender.says(
        house, lately, "withdrawal", Withdrawal(about=taken_back.jti, reason="sent_in_error", was="received")
    )
    sender.gets_answers(house, now)


def _referred(house: House, number: int, at: datetime) -> Handing:
    """A referral about somebody made up."""
    procedure = house.shelf.in_force(ROUTE, at.date())
    return Handing(
        reference=f"SH-{1000 + number}",
        route=ROUTE,
        edition=procedure.edition,
        procedure=procedure.digest,
        stage="reported",
        age_group="adult",
        to="host.protection",
        organisation=RECEIVER,
        sender="tha-shelter",
        purpose="protection",
        asked=_ASKED,
        consent=Consented(name="protection", purpose="protection", given=int(at.timestamp())),
        person=Person.model_validate(
            {"names": [each.model_dump(exclude_none=True) for each in people.names_of("KHM", number)]}
        ),
        handling=["no_onward_sharing", "women_only"],
        handling_note="Made up: ask us first if somebody else is to be told.",
    )


def _refer(house: House, officer: Actor, now: datetime, reference: str, to: Correspondent) -> Handoff:
    """A referral as an officer composes and sends it."""
    purpose = "notification" if to.client_id == to.issuer else "protection"
    composed = Composed(partner_id=to.known(house).partner_id, kind="referral", purpose=purpose, asked=_ASKED)
    drafted = composing.draft(house, officer, now, reference, composed)
    jti = composing.send(house, officer, now, drafted)
    with house.doors.read() as session:
        return session.exec(select(Handoff).where(Handoff.jti == jti)).one()


def _cross(teller: Teller, now: datetime, there: Correspondent) -> None:
    """One case that Phnom Penh has too: steps of both that count, one of theirs that does not, and one of
    ours that is on its way.
    """
    teller.tell(ACROSS)
    house, reference, officer = teller.house, teller.told.cases[ACROSS.name], teller.actors[SENDER]
    at = now - timedelta(hours=4)
    row = _refer(house, officer, at, reference, there)
    there.gets(house, at, row)
    there.decides(house, at, row, "accepted", by="Made up", reference="TK-PNHA-2345")
    for action in ("notify_origin", "request_verification"):
        _step(house, officer, at, reference, action, there)
    _told(house, at, reference, there, row, 1, "accept_return")
    _told(house, at, reference, there, row, 2, "confirm_nationality")
    there.gets_answers(house, at)
    _take(house, officer, at, reference, "consent_to_return")
    settle_due(house, at)


def _step(
    house: House, officer: Actor, at: datetime, reference: str, action: str, there: Correspondent
) -> None:
    """A step of ours, and the answer that it counts there too."""
    _take(house, officer, at, reference, action)
    settle_due(house, at)
    with house.doors.read() as session:
        sent = session.exec(select(Handoff).where(Handoff.what == "step", Handoff.state == "queued")).one()
        number = session.get_one(Mirror, sent.case_id).number
    there.gets(house, at, sent)
    there.decides(house, at, sent, "accepted", number=number)


def _take(house: House, officer: Actor, at: datetime, reference: str, name: str) -> None:
    case = _case(house, reference)
    procedure = house.shelf.pinned(case.digest)
    view = case_view(case)
    given = defaults.given(procedure, procedure.actions[name], view, None, GATES[ROUTE], at)
    take_step(house, officer, at, reference, name, case.version, given, paper=Made.ELSEWHERE)


def _told(
    house: House, at: datetime, reference: str, there: Correspondent, row: Handoff, seq: int, name: str
) -> None:
    """A step that was taken there."""
    case = _case(house, reference)
    procedure = house.shelf.pinned(case.digest)
    view = case_view(case)
    action = procedure.actions[name]
    step = Step(
        key=f"00000000-0000-0000-0000-{seq:012x}",
        seq=seq,
        procedure=procedure.digest,
        stage=view.stage,
        view=steps.digest(view),
        action=name,
        by=next(role for role in action.by if role.startswith("home.")),
        organisation="khm-embassy-bangkok",
        at=steps.micros(at),
        recorded=list(action.records),
    )
    there.says(house, at, "update", Update(about=row.jti, what="step", step=step))
    settle_due(house, at)


def _case(house: House, reference: str) -> CaseFile:
    with house.doors.read() as session:
        return session.exec(every_case().where(CaseFile.reference == reference)).one()
