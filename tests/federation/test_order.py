"""Two engines with one case between them: whatever is lost, doubled, late or out of order, both end alike."""

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from partners import federation, steps
from partners.federation import Answer, Ledger, Side
from partners.steps import Step
from sop import shelf
from sop import vocabulary as words
from sop.engine import follow, verdicts
from sop.procedure import Procedure
from sop.shelf import Shelf
from sop.view import CaseView, ConsentState, Fact

START = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
SKEW = {"host": timedelta(0), "home": timedelta(seconds=70)}


class Message(NamedTuple):
    """What travels: a step, or the answer to one."""

    to: Side
    step: Step | None = None
    key: str = ""
    answer: Answer | None = None


@dataclass
class Desk:
    """One side with its ledger, as an installation keeps it, without any database."""

    procedure: Procedure
    ledger: Ledger
    taken: int = 0
    sent: set[str] = field(default_factory=set)
    answered: dict[str, Message] = field(default_factory=dict)
    counted: list[tuple[str, bool]] = field(default_factory=list)
    reached: int = 0
    moved: int = 0

    @property
    def side(self) -> Side:
        return self.ledger.side

    def view(self) -> CaseView:
        """The case as it is seen here."""
        return federation.shown(self.procedure, self.ledger)[0]

    def open_actions(self, at: datetime) -> list[Any]:
        """What may be taken here now."""
        if federation.held_up(self.procedure, self.ledger):
            return []
        view = self.view()
        roles = federation.own_roles(words.ROLES - {words.PERSON}, self.side)
        return [
            each.action
            for each in verdicts(self.procedure, view, roles, at)
            if not federation.not_ours(self.procedure, view.stage, each.action, self.side)
            and {reason.code for reason in each.reasons} <= set()
        ]

    def take(self, action: Any, at: datetime) -> None:
        """Take a step here."""
        view = self.view()
        by = next((r for r in action.by if r.startswith((self.side, "support"))), f"{self.side}.coordination")
        on = at.date() + timedelta(days=3) if not words.DATED.isdisjoint(action.records) else None
        until = at + timedelta(days=90) if action.lapses == words.AS_RECORDED else None
        said = action.consent is not None
        taken = follow(
            self.procedure,
            view,
            action.name,
            frozenset({by}),
            at,
            on=on,
            until=until,
            guardian=said,
            own_view=said,
        )
        self.taken += 1
        step = Step(
            key=f"{1 if self.side == 'host' else 2:08x}-0000-0000-0000-{self.taken:012x}",
            seq=self.taken,
            seen=self.ledger.number,
            procedure=self.procedure.digest,
            stage=view.stage,
            view=steps.digest(view),
            action=action.name,
            by=by,
            at=steps.micros(at),
            on=on.isoformat() if on else None,
            until=steps.micros(until) if until else None,
            recorded=list(taken.recorded),
            cleared=list(taken.cleared),
            guardian=said,
            own_view=said,
        )
        self.ledger = replace(self.ledger, own=(*self.ledger.own, step))

    def hear(self, message: Message) -> list[Message]:
        """Take what came; gives again what was answered before, as a receiver of something twice does."""
        if message.step is not None:
            self.reached = max(self.reached, message.step.seen, message.step.number or 0)
            known = self.answered.get(f"{message.step.key}:{message.step.number}")
            if known is not None:
                return [known]
            if message.step.seq > self.ledger.heard:
                theirs = [each for each in self.ledger.theirs if each.key != message.step.key]
                before = next((e for e in self.ledger.theirs if e.key == message.step.key), None)
                kept = before if before is not None and before.number is not None else message.step
                self.ledger = replace(self.ledger, theirs=(*theirs, kept))
        elif message.answer is not None:
            self.reached = max(self.reached, message.answer.number)
            self.ledger = replace(self.ledger, answers={**self.ledger.answers, message.key: message.answer})
        return []

    def has(self, message: Message) -> None:
        """The other side has signed for having a message."""
        if message.answer is not None:
            self.reached = max(self.reached, message.answer.number)

    def settle(self) -> list[Message]:
        """Decide what can be decided, and say so."""
        before = self.ledger.view.stage
        settled = federation.settle(self.procedure, self.ledger)
        assert settled.stuck is None
        self.ledger = settled.ledger
        out = []
        for one in settled.decided:
            self.counted.append((one.step.key, not one.reasons))
            if one.ours and one.told:
                out.append(Message(federation.other(self.side), step=one.step))
                self.sent.add(one.step.key)
            elif one.told:
                answer = Message(
                    federation.other(self.side), key=one.step.key, answer=Answer(one.number, one.reasons)
                )
                self.answered[f"{one.step.key}:{one.step.number}"] = answer
                out.append(answer)
            stage = one.taken.view.stage if one.taken else before
            if federation.answers(self.procedure, stage) != federation.answers(self.procedure, before):
                self.moved = one.number
            before = stage
        for step in self.ledger.own:
            if step.key not in self.sent:
                self.sent.add(step.key)
                out.append(Message(federation.other(self.side), step=step))
        return out

    def says_it_answers(self) -> bool:
        """Whether this side holds that it answers for the person: until the other has said that it does."""
        stages = {self.ledger.view.stage, self.view().stage}
        here = any(federation.answers(self.procedure, stage) == self.side for stage in stages)
        return here or self.reached < self.moved


@cache
def procedures() -> Shelf:
    return shelf.stock()


def two_desks(procedure: Procedure, chance: random.Random, child: bool) -> dict[Side, Desk]:
    """A case in the middle of its way, with whatever may be on file there, on two desks."""
    stage = chance.choice([each for each in procedure.stages.values() if not each.end])
    named = sorted({fact for action in procedure.actions.values() for fact in action.records})
    facts = {fact: Fact(START) for fact in named if chance.random() < 0.5}
    consents = {
        name: ConsentState("given", START, None, True, True)
        for name in procedure.consents
        if chance.random() < 0.8
    }
    view = CaseView(procedure.digest, stage.name, START, facts, consents, child)
    return {side: Desk(procedure, Ledger(side, 0, view)) for side in ("host", "home")}


@pytest.mark.parametrize(
    "changed",
    [
        {"on": "2026-02-30"},
        {"at": -1},
        {"at": 2**60},
        {"number": 0},
        {"key": "1"},
        {"action": "take it"},
        {"note": "words"},
        {"guardian": "yes"},
        {"recorded": ["x"] * 51},
    ],
)
def test_a_step_that_is_not_exactly_what_a_step_is_is_not_read(changed: dict[str, Any]) -> None:
    desk = two_desks(procedures().in_force("tha-khm", START.date()), random.Random(1), False)["host"]
    desk.take(desk.open_actions(START)[0], START)
    told = desk.ledger.own[0].model_dump(mode="json")
    assert Step.model_validate(told) == desk.ledger.own[0]
    with pytest.raises(ValidationError):
        Step.model_validate({**told, **changed})


@pytest.mark.slow
@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # a walk cannot be made shorter by halves
)
@given(
    chance=st.randoms(use_true_random=False),
    route=st.sampled_from(("tha-khm", "khm-vnm", "vnm-khm", "khm-tha")),
    child=st.booleans(),
)
def test_whatever_is_lost_doubled_or_late_both_sides_end_with_the_same_stage_and_facts(
    chance: random.Random, route: str, child: bool
) -> None:
    procedure = procedures().in_force(route, START.date())
    desks = two_desks(procedure, chance, child)
    flying: list[Message] = []
    now = START
    for _ in range(chance.randint(20, 90)):
        now += timedelta(minutes=chance.randint(0, 240))
        desk = desks[chance.choice(("host", "home"))]
        at = now + SKEW[desk.side]
        match chance.choice(("take", "take", "take", "settle", "deliver", "deliver")):
            case "take":
                actions = [
                    action
                    for action in desk.open_actions(at)
                    if action.to is None or not procedure.stages[action.to].end or chance.random() < 0.05
                ]
                if actions:
                    desk.take(chance.choice(actions), at)
            case "settle":
                flying += desk.settle()
            case "deliver" if flying:
                message = chance.choice(flying)  # whichever, so that they come out of order
                if chance.random() < 0.8:  # else it is lost, and stays to be sent again
                    flying += desks[message.to].hear(message)
                    if chance.random() < 0.7:  # else its receipt is lost, and it comes twice
                        flying.remove(message)
                        desks[federation.other(message.to)].has(message)
        answering = [desk for desk in desks.values() if desk.says_it_answers()]
        assert answering, "nobody answers for the person"
    for _ in range(400):
        flying += [message for desk in desks.values() for message in desk.settle()]
        if not flying:
            break
        message = flying.pop(chance.randrange(len(flying)))
        flying += desks[message.to].hear(message)
        desks[federation.other(message.to)].has(message)
    assert not flying
    host, home = desks["host"], desks["home"]
    assert host.ledger.own == home.ledger.own == ()
    assert steps.digest(host.ledger.view) == steps.digest(home.ledger.view)
    assert host.ledger.view.facts == home.ledger.view.facts
    assert host.ledger.view.stage == home.ledger.view.stage
    assert host.counted == home.counted
    assert len({key for key, _ in host.counted}) == len(host.counted), "a step counted twice"
    assert len(host.counted) == host.taken + home.taken, "a step was lost"
    assert sum(desk.says_it_answers() for desk in desks.values()) == 1, [
        (d.ledger.view.stage, d.ledger.number, d.moved, d.reached) for d in desks.values()
    ]
