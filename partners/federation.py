"""One case on two installations: what a step says when it travels, and which steps count on both sides.

Both follow the same procedure file, and each asks its own engine about every step of the other's. Whoever
has the person with them keeps the order: it numbers its own steps as it takes them, and decides about the
other's in the order in which they were taken there. What the other takes meanwhile stands there beside the
order until it has its number. So both come to hold the same, however late, twice or out of order anything
arrives.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal, NamedTuple

from partners.steps import Step, day, digest, moment
from sop import engine
from sop import vocabulary as words
from sop.engine import NotAllowed, Reason, consent_is_live
from sop.procedure import Action, Procedure
from sop.view import CaseView

Side = Literal["host", "home"]

_AT_HOME: Final = ("reception", "reintegration")
_IN_HOST: Final = ("decision", "preparation")

STOPPED: Final = ":stopped"
"""Stands after a side while the other side holds the case up by something whose turn has not come."""


class Answer(NamedTuple):
    """What the other side decided about a step of ours: its number, and why it does not count, if so."""

    number: int
    reasons: tuple[str, ...] = ()


class Decided(NamedTuple):
    """A step that has its place in the order. `reasons`: why it does not count; none when it does. `told`:
    we decided, so that the other must hear of it.
    """

    step: Step
    ours: bool
    number: int
    reasons: tuple[str, ...] = ()
    taken: engine.Step | None = None
    told: bool = False


class Stuck(NamedTuple):
    """A step that the other side counts and our own engine refuses: no machine can go on from here."""

    step: Step
    ours: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ledger:
    """The order of steps of one case as one side has it: `number` are decided, and `view` is what they made.

    `own` were taken here and `theirs` there, and have no place in the order yet; `heard` is the last of
    theirs that has, by its `seq`. `answers` are those that came for `own`.
    """

    side: Side
    number: int
    view: CaseView
    heard: int = 0
    own: tuple[Step, ...] = ()
    theirs: tuple[Step, ...] = ()
    answers: Mapping[str, Answer] = field(default_factory=dict)


class Settled(NamedTuple):
    """How the order stands once everything that could be decided was, and what was."""

    ledger: Ledger
    decided: tuple[Decided, ...]
    stuck: Stuck | None


def other(side: Side) -> Side:
    """The other side."""
    return "home" if side == "host" else "host"


def side_of(procedure: Procedure, country: str) -> Side | None:
    """The side on which a country is, if it is one of the two."""
    return "host" if country == procedure.host else "home" if country == procedure.home else None


def has_the_person(procedure: Procedure, stage: str) -> Side:
    """The side that has the person with it at a stage, and so keeps the order."""
    found = procedure.stages[stage]
    if found.phase in _IN_HOST:
        return "host"
    if found.phase in _AT_HOME:
        return "home"
    return "home" if found.responsible.startswith("home.") else "host"


def answers(procedure: Procedure, stage: str) -> Side:
    """The side whose body answers for the case at a stage."""
    return "home" if procedure.stages[stage].responsible.startswith("home.") else "host"


def own_roles(roles: Iterable[str], side: Side) -> frozenset[str]:
    """Those of the roles that are played on this side."""
    return frozenset(role for role in roles if role.partition(".")[0] != other(side))


def not_ours(procedure: Procedure, stage: str, action: Action, side: str) -> tuple[Reason, ...]:
    """Why an action is not to be taken on this side; nothing where it is. `side` ends in `STOPPED` while the
    other side holds the case up: then only what stops it further is taken.
    """
    played = side.removesuffix(STOPPED)
    sides = {_side(procedure, stage, role) for role in action.by}
    if played not in sides:
        return (Reason("other_installation", *sides),)
    return (Reason("stopped_there"),) if played != side and not is_stop(action) else ()


def is_stop(action: Action) -> bool:
    """Whether an action takes something back or holds the case up, and so is heeded before its turn."""
    if action.consent is not None:
        return action.consent.act != "give"
    return words.PERSON in action.by or any(fact.startswith(words.HOLD) for fact in action.records)


def covered(procedure: Procedure, view: CaseView, side: Side, now: datetime) -> bool:
    """Whether a side may hear of the case now: the person agrees to it for somebody there, or is there.

    Once the person lives at home again, the host country hears of them for the follow-up alone.
    """
    if has_the_person(procedure, view.stage) == side:
        return True
    lives_at_home = procedure.stages[view.stage].phase == "reintegration"
    return any(
        any(role.startswith(f"{side}.") for role in consent.to)
        and (side == "home" or not lives_at_home or consent.purpose == "follow_up")
        and consent_is_live(view, consent.name, now)
        for consent in procedure.consents.values()
    )


def check(procedure: Procedure, view: CaseView, step: Step, sender: Side) -> engine.Step:
    """Ask our own engine about a step that was taken on a side.

    Raises:
        NotAllowed: with every reason; `other_procedure`, `unknown_action`, `other_installation`,
            `other_view` and `other_facts` beside those of the engine.
    """
    if step.procedure != procedure.digest:
        raise NotAllowed(step.action, (Reason("other_procedure"),))
    action = procedure.actions.get(step.action)
    if action is None:
        raise NotAllowed(step.action, (Reason("unknown_action"),))
    if not _belongs(procedure, view.stage, action, step.by, sender):
        raise NotAllowed(step.action, (Reason("other_installation", other(sender)),))
    if step.number is not None and step.view != digest(view):
        raise NotAllowed(step.action, (Reason("other_view", view.stage),))
    taken = engine.follow(
        procedure,
        view,
        step.action,
        frozenset({step.by}),
        step.taken_at,
        on=day(step.on),
        until=None if step.until is None else moment(step.until),
        guardian=step.guardian,
        own_view=step.own_view,
    )
    if list(taken.recorded) != step.recorded or (
        step.number is not None and set(taken.cleared) != set(step.cleared)
    ):
        raise NotAllowed(step.action, (Reason("other_facts"),))
    return taken


def settle(procedure: Procedure, ledger: Ledger) -> Settled:
    """Decide about every step that can be decided now, in its order."""
    decided = []
    stuck = None
    while stuck is None:
        found = _next(procedure, ledger)
        if not isinstance(found, Decided):
            stuck = found
            break
        ledger = after(ledger, found)
        decided.append(found)
    return Settled(ledger, tuple(decided), stuck)


def after(ledger: Ledger, one: Decided) -> Ledger:
    """The order with one more step in it."""
    return replace(
        ledger,
        number=one.number,
        view=one.taken.view if one.taken is not None else ledger.view,
        heard=ledger.heard if one.ours else max(ledger.heard, one.step.seq),
        own=tuple(step for step in ledger.own if step.key != one.step.key),
        theirs=tuple(step for step in ledger.theirs if step.key != one.step.key),
    )


def shown(procedure: Procedure, ledger: Ledger) -> tuple[CaseView, tuple[Step, ...]]:
    """The case as this side sees it: what is in the order, and on top of it what was taken here since; and
    those of ours that do not fit on top any more.
    """
    view, overtaken = ledger.view, []
    for step in ledger.own:
        try:
            view = check(procedure, view, _unplaced(step), ledger.side).view
        except NotAllowed:
            overtaken.append(step)
    return view, tuple(overtaken)


def held_up(procedure: Procedure, ledger: Ledger) -> bool:
    """Whether a step of theirs that stops the case has come, and has no place in the order yet."""
    actions = (procedure.actions.get(step.action) for step in ledger.theirs)
    return any(action is not None and is_stop(action) for action in actions)


def codes(reasons: Collection[Reason]) -> tuple[str, ...]:
    """Reasons as they travel: `missing:risk_acceptable`."""
    return tuple(f"{each.code}:{each.what}".rstrip(":").replace(",", "/")[:100] for each in reasons)


def _next(procedure: Procedure, ledger: Ledger) -> Decided | Stuck | None:
    """The next step in the order. Whoever keeps the order takes its own first, then theirs as they were
    taken.
    """
    number = ledger.number + 1
    for step in ledger.own:
        answer = ledger.answers.get(step.key)
        if answer is not None and answer.number == number:
            return _confirmed(procedure, ledger, step, answer)
    for step in ledger.theirs:
        if step.number == number:
            return _placed(procedure, ledger, step)
    if has_the_person(procedure, ledger.view.stage) != ledger.side:
        return None
    if ledger.own and ledger.own[0].key not in ledger.answers:
        return _numbered(procedure, ledger, ledger.own[0], number)
    for step in ledger.theirs:
        if step.number is None and step.seq == ledger.heard + 1:
            return _judged(procedure, ledger, step, number)
    return None


def _confirmed(procedure: Procedure, ledger: Ledger, step: Step, answer: Answer) -> Decided | Stuck:
    """A step of ours that the other side has decided about."""
    if answer.reasons:
        return Decided(step, True, answer.number, answer.reasons)
    try:
        taken = check(procedure, ledger.view, _unplaced(step), ledger.side)
    except NotAllowed as refused:
        return Stuck(step, True, codes(refused.reasons))
    return Decided(step, True, answer.number, (), taken)


def _placed(procedure: Procedure, ledger: Ledger, step: Step) -> Decided | Stuck:
    """A step of theirs that has its number: they keep the order, and our engine is asked all the same."""
    assert step.number is not None
    if step.void:
        return Decided(step, False, step.number, ("overtaken",))
    try:
        if has_the_person(procedure, ledger.view.stage) == ledger.side:
            raise NotAllowed(step.action, (Reason("other_installation", ledger.side),))
        taken = check(procedure, ledger.view, step, other(ledger.side))
    except NotAllowed as refused:
        return Stuck(step, False, codes(refused.reasons))
    return Decided(step, False, step.number, (), taken, told=True)


def _numbered(procedure: Procedure, ledger: Ledger, step: Step, number: int) -> Decided:
    """A step of ours, while we keep the order. It may have been overtaken before we did."""
    here = {
        "number": number,
        "seen": ledger.number,
        "stage": ledger.view.stage,
        "view": digest(ledger.view),
    }
    try:
        taken = check(procedure, ledger.view, _unplaced(step), ledger.side)
    except NotAllowed as refused:
        void = step.model_copy(update={**here, "void": True})
        return Decided(void, True, number, codes(refused.reasons), None, told=True)
    placed = step.model_copy(update={**here, "cleared": sorted(taken.cleared)})
    return Decided(placed, True, number, (), taken, told=True)


def _judged(procedure: Procedure, ledger: Ledger, step: Step, number: int) -> Decided:
    """A step of theirs, while we keep the order."""
    try:
        taken = check(procedure, ledger.view, step, other(ledger.side))
    except NotAllowed as refused:
        return Decided(step, False, number, codes(refused.reasons), None, told=True)
    return Decided(step, False, number, (), taken, told=True)


def _unplaced(step: Step) -> Step:
    """A step without its number: what its sender saw before it may have been something else."""
    return step.model_copy(update={"number": None})


def _belongs(procedure: Procedure, stage: str, action: Action, by: str, sender: Side) -> bool:
    """Whether somebody in a role could take an action on a side. The person's own acts are taken down where
    the person is.
    """
    if by not in action.by:
        theirs = words.PERSON in action.by and by.partition(".")[0] in (sender, "support")
        return theirs and has_the_person(procedure, stage) == sender
    return _side(procedure, stage, by) == sender


def _side(procedure: Procedure, stage: str, role: str) -> str:
    side = role.partition(".")[0]
    return side if side in words.SIDES else has_the_person(procedure, stage)
