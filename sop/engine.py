"""Says of a case what may be done now and why the rest may not, and takes one step: `verdicts`, `follow`,
`turn`.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from sop import vocabulary as words
from sop.deadlines import running
from sop.procedure import Action, Procedure
from sop.safeguards import SAFEGUARDS, Safeguard
from sop.view import CaseView, ConsentState, Decision, Fact

DECISIONS: Final[Mapping[str, Decision]] = {"give": "given", "refuse": "refused", "withdraw": "withdrawn"}


class Reason(NamedTuple):
    """Why an action is closed: a code, and the fact, consent, role or safeguard it is about. Words come at
    the edge.

    Codes: `stage` `role` `hold` `missing` `lapsed` `present` `safeguard` `timing` `consent_missing`
    `consent_refused` `consent_withdrawn` `consent_expired` `consent_guardian` `consent_own_view`
    `nothing_to_withdraw` `withdraw_instead` `date_needed` `end_needed` `end_past`.
    """

    code: str
    what: str = ""


class Verdict(NamedTuple):
    """One action of the present stage: open, or closed with its reasons."""

    action: Action
    reasons: tuple[Reason, ...]

    @property
    def open(self) -> bool:
        """Whether the action may be taken now by these roles."""
        return not self.reasons


class Step(NamedTuple):
    """A step that was taken: the case after it, and what changed."""

    view: CaseView
    action: Action
    recorded: tuple[str, ...]
    cleared: tuple[str, ...]


class Event(NamedTuple):
    """One step as the trail keeps it, enough to take it again."""

    action: str
    at: datetime
    roles: frozenset[str]
    on: date | None = None
    until: datetime | None = None
    guardian: bool = False
    own_view: bool = False


class Turn(NamedTuple):
    """Whose court the case is in: the agency that answers for it, and those whose move is awaited. `asks` are
    the consents that alone are lacking for something, and to which the person has not said no. `stopped`: a
    finding on file speaks against the return, and nothing but its contrary would lead on.
    """

    responsible: str
    waiting_for: tuple[str, ...]
    actions: tuple[str, ...]
    asks: tuple[str, ...] = ()
    stopped: bool = False

    def is_nobodys(self, held: Collection[str]) -> bool:
        """Whether none of those whose move is awaited has a part in the case, where these roles are held."""
        awaited = [role for role in self.waiting_for if role != words.PERSON]
        return bool(awaited) and not any(role in held for role in awaited)

    def falls_to(self, held: Collection[str]) -> tuple[str, ...]:
        """Who has something to do. The agency that answers for the case asks the person where their word is
        lacking, and brings in whom it waits for where none of them has a part in it.
        """
        more = self.is_nobodys(held) or (self.asks and self.waiting_for == (words.PERSON,))
        return (*self.waiting_for, self.responsible) if more else self.waiting_for


class NotAllowed(Exception):
    """The procedure does not allow the step; `reasons` say why."""

    def __init__(self, action: str, reasons: tuple[Reason, ...]) -> None:
        self.action, self.reasons = action, reasons
        super().__init__(f"{action}: {', '.join(f'{r.code}:{r.what}' for r in reasons)}")


class UnknownAction(KeyError):
    """The procedure has no action of this name."""


def begin(procedure: Procedure, stage: str, now: datetime, *, child: bool) -> CaseView:
    """A new case in one of the procedure's entry stages.

    Raises:
        NotAllowed: when a case may not begin there.
    """
    if stage not in procedure.stages or not procedure.stages[stage].entry:
        raise NotAllowed("begin", (Reason("stage", stage),))
    return CaseView(procedure.digest, stage, now, {}, {}, child)


def verdicts(
    procedure: Procedure, view: CaseView, roles: frozenset[str], now: datetime
) -> tuple[Verdict, ...]:
    """Every action of the case's stage, open to these roles or closed with its reasons."""
    return tuple(
        Verdict(action, _reasons(procedure, view, action, roles, now))
        for action in procedure.by_stage[view.stage]
    )


def follow(
    procedure: Procedure,
    view: CaseView,
    name: str,
    roles: frozenset[str],
    now: datetime,
    *,
    on: date | None = None,
    until: datetime | None = None,
    guardian: bool = False,
    own_view: bool = False,
) -> Step:
    """The case after one action.

    `on` is the day a dated fact speaks of, `until` the end of what lapses as recorded (or of a consent);
    `guardian` and `own_view` say who spoke when a child's consent is recorded.

    Raises:
        UnknownAction: when the procedure has no such action.
        NotAllowed: with every reason there is.
    """
    action = procedure.actions.get(name)
    if action is None:
        raise UnknownAction(name)
    reasons = _reasons(procedure, view, action, roles, now) + _wanting(action, now, on, until)
    if reasons:
        raise NotAllowed(name, reasons)
    facts, consents = view.facts, view.consents
    if action.records or action.clears:
        facts = dict(facts)
        for cleared in action.clears:
            facts.pop(cleared, None)
        end = until if action.lapses == words.AS_RECORDED else _end(action, now)
        for fact in action.records:
            facts[fact] = Fact(now, end, on if fact in words.DATED else None)
    if action.consent is not None:
        decision = DECISIONS[action.consent.act]
        state = ConsentState(decision, now, until if decision == "given" else None, guardian, own_view)
        consents = {**consents, action.consent.consent: state}
    moved = action.to is not None and action.to != view.stage
    after = CaseView(
        view.digest,
        action.to or view.stage,
        now if moved else view.entered,
        facts,
        consents,
        view.child,
        view.version + 1,
    )
    return Step(after, action, action.records, tuple(fact for fact in action.clears if fact in view.facts))


def _end(action: Action, now: datetime) -> datetime | None:
    return now + action.lapses if isinstance(action.lapses, timedelta) else None


def _wanting(action: Action, now: datetime, on: date | None, until: datetime | None) -> tuple[Reason, ...]:
    """What the officer has not yet entered, though the step says nothing without it."""
    reasons = []
    if on is None and not words.DATED.isdisjoint(action.records):
        reasons.append(Reason("date_needed", action.name))
    if action.lapses == words.AS_RECORDED and until is None:
        reasons.append(Reason("end_needed", action.name))
    if until is not None and until <= now:
        reasons.append(Reason("end_past", action.name))
    return tuple(reasons)


def _reasons(
    procedure: Procedure, view: CaseView, action: Action, roles: frozenset[str], now: datetime
) -> tuple[Reason, ...]:
    reasons: list[Reason] = []
    if view.stage not in action.frm:
        reasons.append(Reason("stage", view.stage))
    if not _may(action, roles):
        reasons.append(Reason("role", ",".join(action.by)))
    for safeguard in procedure.gates[action.name]:
        if not view.child:
            if safeguard.children_only:
                continue
            if safeguard.for_children:
                reasons.append(Reason("safeguard", safeguard.name))
                continue
        _lacking(view, safeguard, now, reasons)
    if action.consent is not None:
        given = view.consents.get(action.consent.consent)
        standing = given is not None and given.decision == "given"
        if action.consent.act == "withdraw" and not standing:
            reasons.append(Reason("nothing_to_withdraw", action.consent.consent))
        if action.consent.act == "refuse" and standing:
            reasons.append(Reason("withdraw_instead", action.consent.consent))
    return tuple(reasons)


def _may(action: Action, roles: frozenset[str]) -> bool:
    """The person's own acts are taken down by any officer who has a part in the case."""
    return any(role in roles for role in action.by) or (words.PERSON in action.by and bool(roles))


def _lacking(view: CaseView, safeguard: Safeguard, now: datetime, reasons: list[Reason]) -> None:
    """Adds why a safeguard is not met; nothing when it is."""
    lacking: list[Reason] = []
    for alternative in safeguard.alternatives:
        lacking = []
        for fact in alternative.has:
            held = view.facts.get(fact)
            if held is None:
                lacking.append(Reason("missing", fact))
            elif not held.counts(now):
                lacking.append(Reason("lapsed", fact))
        for fact in alternative.lacks:
            if fact in view.facts:
                lacking.append(Reason("hold" if fact.startswith(words.HOLD) else "present", fact))
        for consent in alternative.consents:
            _unagreed(view, consent, now, lacking)
        if not lacking:
            if safeguard.timing is not None and not safeguard.timing(view):
                reasons.append(Reason("timing", safeguard.name))
            return
    if len(safeguard.alternatives) > 1 or safeguard.children_only:
        reasons.append(Reason("safeguard", safeguard.name))
    else:
        reasons.extend(sorted(lacking))


def _unagreed(view: CaseView, consent: str, now: datetime, lacking: list[Reason]) -> None:
    state = view.consents.get(consent)
    if state is None:
        lacking.append(Reason("consent_missing", consent))
    elif state.decision != "given":
        lacking.append(Reason(f"consent_{state.decision}", consent))
    elif state.until is not None and state.until <= now:
        lacking.append(Reason("consent_expired", consent))
    elif view.child and not state.guardian:
        lacking.append(Reason("consent_guardian", consent))
    elif view.child and not state.own_view:
        lacking.append(Reason("consent_own_view", consent))


def consent_is_live(view: CaseView, consent: str, now: datetime) -> bool:
    """Whether the person agrees to this at this moment (for a child: guardian and child both)."""
    lacking: list[Reason] = []
    _unagreed(view, consent, now, lacking)
    return not lacking


def turn(procedure: Procedure, view: CaseView, now: datetime) -> Turn:
    """Who answers for the case, and whose move is awaited.

    Awaited are those who may take an action that leads on, put on file what such an action still lacks, or
    owe an action for which time runs. While a hold stands, those who could lift it. Where only a consent is
    lacking, the person; a no is theirs, and nobody has to ask again. Exits, and the placing of holds, are
    never awaited of anybody. Nor is anybody asked to find the contrary of what was found: where nothing else
    would lead on, it is for whoever answers. Who was trafficked again waits for the new case, until it is
    opened.
    """
    responsible = procedure.stages[view.stage].responsible
    if view.stage == words.AGAIN and words.REOPENED not in view.facts:
        anew = (action.name for action in procedure.by_stage[view.stage] if words.REOPENED in action.records)
        return Turn(responsible, (responsible,), tuple(anew))
    held = {fact for fact in view.facts if fact.startswith(words.HOLD)}
    here = procedure.by_stage[view.stage]
    leading = [a for a in here if (_lifts(a, held) if held else _leads_on(procedure, view, a))]
    lacking = {a: _reasons(procedure, view, a, frozenset(a.by), now) for a in leading}
    contrary = {action for action in here if action.clears and overturns(procedure, view, action)}
    out = _ruled_out(here, contrary)
    ways = {a: reasons for a, reasons in lacking.items() if not any(_hopeless(r, view, out) for r in reasons)}
    ordinary = tuple(a for a in here if a not in contrary) if contrary else here
    supplying = _suppliers(procedure, view, ordinary, [r for rs in ways.values() for r in rs], now)
    persons_word = [reasons for reasons in ways.values() if _only_word(reasons)]
    asks = [*persons_word, *(reasons for reasons in supplying.values() if _only_word(reasons))]
    awaited = [action for action in (*ways, *supplying) if not (ways | supplying)[action]]
    if not held:
        timed = (action for action in here if action.within and action.to is None and running(view, action))
        awaited += [a for a in timed if not _reasons(procedure, view, a, frozenset(a.by), now)]
    roles = dict.fromkeys(role for action in awaited for role in action.by)
    if not roles and not procedure.stages[view.stage].end:
        roles = {words.PERSON if persons_word else responsible: None}
    return Turn(
        responsible,
        tuple(roles),
        tuple(dict.fromkeys(action.name for action in awaited)),
        _to_ask(procedure, view, asks),
        stopped=bool(lacking) and not ways,
    )


def _only_word(reasons: tuple[Reason, ...]) -> bool:
    """Whether something is closed for nothing but the person's word."""
    return bool(reasons) and all(reason.code.startswith("consent_") for reason in reasons)


def _to_ask(procedure: Procedure, view: CaseView, only_word: Iterable[tuple[Reason, ...]]) -> tuple[str, ...]:
    """The consents that alone are lacking for something, if the person said no to none and may be asked."""
    open_yet = (reasons for reasons in only_word if not any(each.code in _NO for each in reasons))
    lacking = dict.fromkeys(each.what for reasons in open_yet for each in reasons)
    return tuple(name for name in lacking if view.stage in procedure.consents[name].frm)


_NO: Final = frozenset({"consent_refused", "consent_withdrawn"})


def overturns(procedure: Procedure, view: CaseView, action: Action) -> bool:
    """Whether an action would record the contrary of a finding that stands on file."""
    return not procedure.contraries[action.name].isdisjoint(view.facts)


def _ruled_out(here: tuple[Action, ...], contrary: set[Action]) -> set[str]:
    """The facts that only the contrary of what was found would put on file."""
    ruled = {fact for action in contrary for fact in action.records}
    return ruled - {fact for action in here if action not in contrary for fact in action.records}


def _hopeless(reason: Reason, view: CaseView, out: set[str]) -> bool:
    """Whether every way to do away with a reason asks for a fact that is ruled out."""
    ways = _ways(reason) if out else ()
    return bool(ways) and all((way - view.facts.keys()) & out for way in ways)


def _lifts(action: Action, held: set[str]) -> bool:
    return action.to is None and not held.isdisjoint(action.clears)


def _leads_on(procedure: Procedure, view: CaseView, action: Action) -> bool:
    """Whether an action carries the return forward: to another stage that is no exit, and not back."""
    if action.to in (None, view.stage) or words.PERSON in action.by:
        return False
    stages = list(procedure.stages)
    to = procedure.stages[str(action.to)]
    return to.name == words.CLOSED or (not to.end and stages.index(to.name) > stages.index(view.stage))


def _suppliers(
    procedure: Procedure, view: CaseView, here: tuple[Action, ...], reasons: list[Reason], now: datetime
) -> dict[Action, tuple[Reason, ...]]:
    """The actions that put on file what is lacking, and what is lacking for those, and so on: each open, or
    with why it is closed.
    """
    found: dict[Action, tuple[Reason, ...]] = {}
    seen: set[str] = set()
    wanted = _facts_wanted(reasons)
    while wanted - seen:
        seen |= wanted
        reasons = []
        for action in here:
            if action.to is None and action not in found and not wanted.isdisjoint(action.records):
                lacks = _reasons(procedure, view, action, frozenset(action.by), now)
                if words.PERSON not in action.by:
                    found[action] = lacks
                reasons += lacks
        wanted = _facts_wanted(reasons)
    return found


def _ways(reason: Reason) -> tuple[frozenset[str], ...]:
    """The sets of facts any one of which would do away with a reason; none where facts would not."""
    if reason.code in ("missing", "lapsed"):
        return (frozenset({reason.what}),)
    if reason.code == "safeguard":
        return tuple(way.has for way in SAFEGUARDS[reason.what].alternatives)
    return ()


def _facts_wanted(reasons: list[Reason]) -> set[str]:
    return {fact for reason in reasons for way in _ways(reason) for fact in way}


def replay(procedure: Procedure, start: CaseView, events: Iterable[Event]) -> CaseView:
    """The case as its trail tells it, every step asked of the procedure again.

    Raises:
        NotAllowed: at the first step that the procedure would not have allowed.
    """
    view = start
    for event in events:
        view = follow(
            procedure,
            view,
            event.action,
            event.roles,
            event.at,
            on=event.on,
            until=event.until,
            guardian=event.guardian,
            own_view=event.own_view,
        ).view
    return view
