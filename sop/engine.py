"""Says of a case what may be done now and why the rest may not, and takes one step: `verdicts`, `follow`."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from sop import vocabulary as words
from sop.procedure import Action, Procedure
from sop.safeguards import Safeguard
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
        Verdict(action, reasons_against(procedure, view, action, roles, now))
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
    reasons = reasons_against(procedure, view, action, roles, now) + _wanting(action, now, on, until)
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


def reasons_against(
    procedure: Procedure, view: CaseView, action: Action, roles: frozenset[str], now: datetime
) -> tuple[Reason, ...]:
    """Why these roles may not take an action now; nothing where they may."""
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
