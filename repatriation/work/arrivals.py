"""Arrivals: who is expected on which day at which gate, and the steps taken for many people at once."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import func
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from repatriation.records.cases import CaseFile, Party
from repatriation.records.scope import visible_case, visible_ids
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.identity import MOST_AT_ONCE
from repatriation.work.papers.filing import AlreadyFiled, Prepared, StepPaper
from repatriation.work.papers.rules import is_made_with
from repatriation.work.particulars import NOTHING, Particulars
from repatriation.work.refusals import Invalid, KeyReused, MovedOn, NotFound, PaperNeeded
from repatriation.work.steps import take_step
from sop.engine import NotAllowed, Reason
from sop.procedure import Action, Procedure, Stage

AT_THE_GATE: Final = ("check_roll", "sign_minutes_home", "complete_handover", "register")
"""What the receiving side does with each person at the gate, in this order."""

AT_THE_CENTRE: Final = ("meet_first_needs", "begin_screening")
"""What the centre does first for everybody."""

ON_THE_WAY: Final = ("preparation", "return")
DAYS_AHEAD: Final = timedelta(days=30)


class Expected(NamedTuple):
    """How many people are expected on a day at a gate."""

    day: date
    gate: str | None
    people: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """One person expected or arrived, by reference alone."""

    reference: str
    version: int
    procedure: Procedure
    stage: Stage
    age_group: str
    gate: str | None
    expected_on: date | None
    arrived: bool
    unannounced: bool
    facts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Ticked:
    """What was done for one person, and why it went no further."""

    reference: str
    done: tuple[str, ...]
    stopped: str | None = None
    reasons: tuple[Reason, ...] = ()
    moved_on: bool = False
    stage: str = ""
    procedure: Procedure | None = None
    version: int = 0


def coming(house: House, actor: Actor, day: date) -> tuple[Expected, ...]:
    """The coming days, with how many people of the officer's cases are expected at which gate."""
    with house.doors.read() as session:
        rows = (
            session.connection()
            .execute(
                core_select(col(CaseFile.expected_on), col(CaseFile.gate), func.count())
                .where(
                    col(CaseFile.expected_on).between(day, day + DAYS_AHEAD),
                    col(CaseFile.stage).in_(_stages(house, ON_THE_WAY)),
                    # Asked case by case: all that the organisation knows of are too many to gather first.
                    visible_ids(actor.organisation_id).where(col(Party.case_id) == col(CaseFile.id)).exists(),
                )
                .group_by(col(CaseFile.expected_on), col(CaseFile.gate))
                .order_by(col(CaseFile.expected_on), col(CaseFile.gate))
            )
            .all()
        )
    return tuple(Expected(on, gate, people) for on, gate, people in rows if on is not None)


def expected(
    house: House, actor: Actor, day: date, gate: str | None, after: str | None = None
) -> tuple[Arrival, ...]:
    """The people expected on a day (at one gate, or at any), at most `MOST_AT_ONCE`, by reference.

    `after` is the last reference of the page before.
    """
    with house.doors.read() as session:
        return _read(house, actor, session, (*ON_THE_WAY, "reception"), gate, after, day)


def at_the_centre(
    house: House, actor: Actor, gate: str | None, after: str | None = None
) -> tuple[Arrival, ...]:
    """The people who have arrived and whose placement is not decided yet, as `expected` gives them."""
    with house.doors.read() as session:
        return _read(house, actor, session, ("reception",), gate, after, None)


def _read(
    house: House,
    actor: Actor,
    session: Session,
    phases: Sequence[str],
    gate: str | None,
    after: str | None,
    day: date | None,
) -> tuple[Arrival, ...]:
    seen, stages = visible_ids(actor.organisation_id), _stages(house, phases)
    statement = select(CaseFile).where(col(CaseFile.stage).in_(stages))
    if day is None:
        statement = statement.where(col(CaseFile.id).in_(seen.where(col(Party.stage).in_(stages))))
    else:
        here = seen.where(col(Party.case_id) == col(CaseFile.id)).exists()
        statement = statement.where(CaseFile.expected_on == day, here)
    if gate:
        statement = statement.where(CaseFile.gate == gate)
    if after:
        statement = statement.where(col(CaseFile.reference) > after)
    rows = session.exec(statement.order_by(col(CaseFile.reference)).limit(MOST_AT_ONCE)).all()
    return tuple(_arrival(house, case) for case in rows)


def _arrival(house: House, case: CaseFile) -> Arrival:
    procedure = house.shelf.pinned(case.digest)
    stage = procedure.stages[case.stage]
    facts = frozenset(case.state["facts"])
    return Arrival(
        case.reference,
        case.version,
        procedure,
        stage,
        case.age_group,
        case.gate,
        case.expected_on,
        stage.phase == "reception" or stage.name == "handed_over",
        "arrived_unannounced" in facts,
        facts,
    )


def _stages(house: House, phases: Sequence[str]) -> set[str]:
    return {name for p in house.shelf for name, stage in p.stages.items() if stage.phase in phases}


def tick(
    house: House,
    actor: Actor,
    now: datetime,
    people: Sequence[tuple[str, int]],
    actions: Sequence[str],
    key: str,
    minutes: Prepared | None = None,
    given: Particulars = NOTHING,
) -> tuple[Ticked, ...]:
    """Takes the same steps for many people, each as far as the procedure lets them.

    Args:
        people: references, each with the version that the officer was looking at.
        actions: names of actions, in order; one that is done already, or not of the stage, is passed over.
        key: the idempotency key of the form: sent twice, it takes each step once.
        minutes: of the handover of all of them, for the acts that are taken together with them.
        given: what was entered beside the steps, alike for everybody.

    Raises:
        NotFound: one of the cases is not there, or not this officer's to know of; then nothing was done.
        Invalid: more people than `MOST_AT_ONCE`; then nothing was done either.
    """
    if len(people) > MOST_AT_ONCE:
        raise Invalid({"people": "too_many"})
    with house.doors.read() as session:
        found = [_seen(session, actor, reference) for reference, _ in people]
    return tuple(
        _Walk(house, actor, now, case, version, key, minutes, given).take(actions)
        for case, (_, version) in zip(found, people, strict=True)
    )


def _seen(session: Session, actor: Actor, reference: str) -> CaseFile:
    case = session.exec(visible_case(actor.organisation_id, reference)).first()
    if case is None:
        raise NotFound(reference)
    return case


class _Walk:
    """One person's steps, one after the other."""

    def __init__(
        self,
        house: House,
        actor: Actor,
        now: datetime,
        case: CaseFile,
        version: int,
        key: str,
        minutes: Prepared | None,
        given: Particulars,
    ) -> None:
        self.minutes, self.filed, self.given = minutes, False, given
        self.house, self.actor, self.now, self.key = house, actor, now, key
        self.reference, self.version, self.stage = case.reference, version, case.stage
        self.procedure = house.shelf.pinned(case.digest)
        self.facts = set(case.state["facts"])

    def take(self, actions: Sequence[str]) -> Ticked:
        done: list[str] = []
        for name in actions:
            action = self.procedure.actions.get(name)
            if action is None or self.stage not in action.frm:
                continue
            if action.to is None and action.records and self.facts.issuperset(action.records):
                continue  # done already
            try:
                taken = take_step(
                    self.house,
                    self.actor,
                    self.now,
                    self.reference,
                    name,
                    self.version,
                    self.given,
                    self._key(name),
                    paper=self._paper(action),
                )
            except NotAllowed as refused:
                return self._told(done, name, refused.reasons)
            except PaperNeeded as needed:
                return self._told(done, name, (Reason("paper", needed.kind),))
            except (MovedOn, KeyReused):
                return Ticked(self.reference, tuple(done), name, moved_on=True, procedure=self.procedure)
            self.version, self.stage = taken.version, taken.stage
            self.facts |= set(action.records)
            self.filed = self.filed or is_made_with(action)
            done.append(name)
        return self._told(done, None, ())

    def _paper(self, action: Action) -> StepPaper:
        """The minutes, filed with the first act that is taken together with them; later ones rest on them."""
        if self.minutes is None or not is_made_with(action):
            return None
        if self.filed:
            return AlreadyFiled(self.minutes.number)
        return self.minutes.in_case(self.reference, self.version, action.name)

    def _told(self, done: list[str], stopped: str | None, reasons: tuple[Reason, ...]) -> Ticked:
        return Ticked(
            self.reference,
            tuple(done),
            stopped,
            reasons,
            stage=self.stage,
            procedure=self.procedure,
            version=self.version,
        )

    def _key(self, action: str) -> str:
        return hashlib.sha256(f"{self.key}\0{self.reference}\0{action}".encode()).hexdigest()[:40]
