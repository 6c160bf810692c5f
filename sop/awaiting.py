"""Whose move it is in a case: `turn`."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final, NamedTuple

from sop import vocabulary as words
from sop.deadlines import running
from sop.engine import Reason, reasons_against
from sop.procedure import Action, Procedure
from sop.safeguards import SAFEGUARDS
from sop.view import CaseView

_NO: Final = frozenset({"consent_refused", "consent_withdrawn"})


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
    lacking = {a: reasons_against(procedure, view, a, frozenset(a.by), now) for a in leading}
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
        awaited += [a for a in timed if not reasons_against(procedure, view, a, frozenset(a.by), now)]
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
                lacks = reasons_against(procedure, view, action, frozenset(action.by), now)
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
