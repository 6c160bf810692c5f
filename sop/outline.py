"""What can be seen of a procedure without walking it: where it leads, who answers, who is told, who is moved.

The walk believes a file that marks an action as moving or as telling, and a fact that says a child is safe.
Here the file is not believed: what crosses the border is known by where it leads, what tells by what it
sends or puts on file, and a child's safety counts only as an act of its own.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import chain
from typing import Final

from sop import vocabulary as words
from sop.procedure import Action, Procedure
from sop.rules import CHILD_GATES, Breach, stages_before_handover
from sop.safeguards import SAFEGUARDS

GUARDIAN: Final = "guardian_appointed"
"""The one thing a child needs that nothing takes back: a guardian is followed by another guardian."""

SAFE: Final = SAFEGUARDS["safe_place"].reads
"""What says that somebody who can look after a child is waiting."""


def breaches_in_outline(procedure: Procedure) -> Iterator[Breach]:
    """Everything that the floor forbids and that shows before the first step is taken."""
    return chain(
        _leading(procedure),
        _answering(procedure),
        _moving(procedure),
        _holding(procedure),
        _telling(procedure),
        _agreeing(procedure),
        _child(procedure),
    )


# -- where the stages lead
# -------------------------------------------------------------------------------------------------------


def _leading(procedure: Procedure) -> Iterator[Breach]:
    reached = _reached(procedure, _entries(procedure), lambda _: True)
    for stage in procedure.stages.values():
        place = f"stage {stage.name}"
        if stage.name not in reached:
            yield Breach("unreachable", place, "no action leads here from any entry")
        leaves = any(action.to not in (None, stage.name) for action in procedure.by_stage[stage.name])
        if not stage.end and not leaves:
            yield Breach("unreachable", place, "no action leads on from here")
        if stage.end and leaves:
            yield Breach("unreachable", place, "is an end, yet an action leads on from here")
    if words.CLOSED not in procedure.stages:
        yield Breach("stuck", "stages", f"there is no stage “{words.CLOSED}”")


def _entries(procedure: Procedure, *phases: str) -> set[str]:
    """The stages in which a case may begin, of these phases or of any."""
    entries = (stage for stage in procedure.stages.values() if stage.entry)
    return {stage.name for stage in entries if not phases or stage.phase in phases}


def _reached(procedure: Procedure, start: set[str], by: Callable[[Action], bool]) -> set[str]:
    """The stages to which some kind of action leads from these."""
    reached = set(start)
    grown = True
    while grown:
        leading = (a for a in procedure.actions.values() if a.to and not reached.isdisjoint(a.frm) and by(a))
        found = {str(action.to) for action in leading} - reached
        reached |= found
        grown = bool(found)
    return reached


# -- who answers
# -------------------------------------------------------------------------------------------------------


def _answering(procedure: Procedure) -> Iterator[Breach]:
    for stage in procedure.stages.values():
        place = f"stage {stage.name}"
        yield from _unheld(procedure, place, stage.responsible)
        if stage.phase in words.AT_HOME and not stage.responsible.startswith("home."):
            detail = f"“{stage.responsible}” cannot answer for somebody who is home again"
            yield Breach("nobody_responsible", place, detail)
    for action in procedure.actions.values():
        place = f"action {action.name}"
        for role in action.by:
            if role != words.PERSON and role not in words.SUPPORT:
                yield from _unheld(procedure, place, role)
        if action.to is not None and set(action.by) <= set(words.SUPPORT):
            detail = "leads on, and is left to an organisation that need not be there"
            yield Breach("nobody_responsible", place, detail)


def _unheld(procedure: Procedure, place: str, role: str) -> Iterator[Breach]:
    """Whether some body holds a role on every day from the first on which the file is in force."""
    country = procedure.country_of(role)
    rows = procedure.agencies[country].get(role.partition(".")[2], ()) if country else ()
    if not rows:
        yield Breach("nobody_responsible", place, f"“{role}” is no agency of this file")
        return
    day: date | None = procedure.in_force
    for row in sorted(rows, key=lambda row: row.valid_from or date.min):
        if day is not None and (row.valid_from or day) <= day and (row.valid_to or date.max) >= day:
            day = row.valid_to + timedelta(days=1) if row.valid_to else None
    if day is not None:
        yield Breach("nobody_responsible", place, f"“{role}” is no agency of this file on {day}")


# -- who is moved
# -------------------------------------------------------------------------------------------------------


def _moving(procedure: Procedure) -> Iterator[Breach]:
    for stage in sorted(_entries(procedure, words.ON_THE_ROAD)):
        detail = "a case cannot begin on the road, where nobody has been asked yet"
        yield Breach("moves_without_consent", f"stage {stage}", detail)
    for action in procedure.actions.values():
        if action.moves and words.PERSON in action.by:
            detail = "moves the person, and whatever the person does any officer may enter"
            yield Breach("moves_without_consent", f"action {action.name}", detail)
    for action in _crossing(procedure):
        if not action.moves:
            detail = f"leads to “{action.to}”, so it moves the person, and does not say so"
            yield Breach("moves_without_consent", f"action {action.name}", detail)
    unmoved = _reached(procedure, _entries(procedure, *words.IN_HOST), lambda action: not action.moves)
    if words.CLOSED in unmoved:
        detail = "a return can come here though no action of it says that it moves the person"
        yield Breach("moves_without_consent", f"stage {words.CLOSED}", detail)


def _crossing(procedure: Procedure) -> Iterator[Action]:
    """The actions that set out for the border or bring somebody over it."""
    stages = procedure.stages
    leading = [action for action in procedure.actions.values() if action.to is not None]
    in_host = {stage.name for stage in stages.values() if stage.phase in words.IN_HOST}
    road = {
        a.to
        for a in leading
        if stages[str(a.to)].phase == words.ON_THE_ROAD and not in_host.isdisjoint(a.frm)
    }
    for action in leading:
        to = stages[str(action.to)]
        if not to.end and to.name not in in_host and (action.frm - {to.name}) & (in_host | road):
            yield action


# -- what holds a return back
# -------------------------------------------------------------------------------------------------------


def _holding(procedure: Procedure) -> Iterator[Breach]:
    """A hold that nothing lifts is a refusal in disguise, and only the person ends their own second
    thoughts.
    """
    actions = procedure.actions.values()
    for hold in sorted({fact for action in actions for fact in action.records} & set(words.HOLDS)):
        stands = _departing(procedure).union(*(a.frm for a in procedure.recorded_by(hold)))
        lifted = frozenset[str]().union(*(action.frm for action in actions if hold in action.clears))
        for stage in sorted(stands - lifted):
            yield Breach("stuck", f"stage {stage}", f"“{hold}” can stand here and nothing lifts it")
    for consent in procedure.consents.values():
        for action in actions:
            if consent.hold in action.clears and f"consent_to_{consent.name}" not in action.requires:
                detail = f"lifts “{consent.hold}” although the person need not have agreed again"
                yield Breach("moves_under_hold", f"action {action.name}", detail)


# -- who is told
# -------------------------------------------------------------------------------------------------------


def _telling(procedure: Procedure) -> Iterator[Breach]:
    for action in procedure.actions.values():
        place = f"action {action.name}"
        told = action.discloses
        speaks = {*action.records, action.to} & words.TOLD.keys()
        for word in sorted(map(str, speaks)):
            if told is None or told.purpose != words.TOLD[word]:
                detail = f"says “{word}”, and does not say to whom under consent to {words.TOLD[word]}"
                yield Breach("discloses_without_consent", place, detail)
        sent = action.document in words.SENT
        sent |= action.document == "note_verbale" and any(role.startswith("host.") for role in action.by)
        if sent and told is None:
            detail = f"sends “{action.document}”, and does not say to whom"
            yield Breach("discloses_without_consent", place, detail)
    yield from _unasked(procedure)


def _unasked(procedure: Procedure) -> Iterator[Breach]:
    """The home country hears of somebody first under the consent that asks just this, and no other."""
    quiet = _reached(
        procedure,
        _entries(procedure, *words.IN_HOST),
        lambda a: not a.moves and (a.discloses is None or a.discloses.purpose != "notification"),
    )
    for action in procedure.actions.values():
        told = action.discloses
        if told is None or told.purpose == "notification" or quiet.isdisjoint(action.frm):
            continue
        for role in told.to:
            if role.startswith("home."):
                detail = f"could tell {role} before the person has agreed that the home country is told"
                yield Breach("notifies_against_objection", f"action {action.name}", detail)


# -- what is agreed to
# -------------------------------------------------------------------------------------------------------


def _agreeing(procedure: Procedure) -> Iterator[Breach]:
    consents = procedure.consents.values()
    for another in [consent for consent in consents if consent.purpose == "return"][1:]:
        detail = "is a second consent to return, which stands when the first is taken back"
        yield Breach("consent_is_final", f"consent {another.name}", detail)
    for action in procedure.actions.values():
        told = action.discloses
        if told is None:
            continue
        for role in told.to:
            could = [c for c in consents if c.purpose == told.purpose and role in c.to]
            relied = [c for c in could if f"consent_to_{c.name}" in action.requires] or could
            final = action.frm.difference(*(consent.frm for consent in relied)) if relied else frozenset()
            for stage in sorted(final):
                detail = f"tells {role} in “{stage}”, where consent to it cannot be taken back"
                yield Breach("discloses_without_consent", f"action {action.name}", detail)


# -- what a child needs
# -------------------------------------------------------------------------------------------------------


def _child(procedure: Procedure) -> Iterator[Breach]:
    needs = frozenset[str]().union(*(SAFEGUARDS[gate].reads for gate in CHILD_GATES))
    actions = procedure.actions.values()
    for action in actions:
        for detail in chain(_unnamed(action), _slips(procedure, action, needs)):
            yield Breach("moves_child", f"action {action.name}", detail)
    for need in sorted(needs - {GUARDIAN}):
        if not procedure.recorded_by(need):
            continue
        taken_back = frozenset[str]().union(*(action.frm for action in actions if need in action.clears))
        for stage in sorted(_departing(procedure) - taken_back):
            detail = f"“{need}” cannot be taken back here, where the journey begins"
            yield Breach("moves_child", f"stage {stage}", detail)


def _unnamed(action: Action) -> Iterator[str]:
    """What a movement leaves to earlier steps: whoever reads it must see there what a child needs."""
    for gate in CHILD_GATES if action.moves else ():
        if gate not in action.requires:
            yield f"moves the person, and does not itself ask for “{gate}”"


def _slips(procedure: Procedure, action: Action, needs: frozenset[str]) -> Iterator[str]:
    """How one action could make a child look safe, or put a child where nobody safe is."""
    for kept in sorted(needs & set(action.records)):
        if action.to is not None or len(action.records) > 1:
            yield f"records “{kept}” in passing, where it is an act of its own"
        if not all(procedure.country_of(role) for role in action.by):
            yield f"lets somebody record “{kept}” who does not answer for it"
    for against in sorted(words.AGAINST.keys() & set(action.records)):
        if words.AGAINST[against] not in action.clears:
            yield f"records “{against}” and leaves “{words.AGAINST[against]}” on file"
    if action.to is None or procedure.stages[action.to].phase != "reintegration":
        return
    placing = any(procedure.stages[stage].phase == "reception" for stage in action.frm)
    gates = procedure.gates[action.name]
    if placing and not any(SAFE.issuperset(gate.reads) and gate.reads for gate in gates):
        yield "could place a child though neither a family nor a place of care is on file"


def _departing(procedure: Procedure) -> frozenset[str]:
    """The stages of the host country from which somebody sets out."""
    starts = frozenset[str]().union(*(a.frm for a in procedure.actions.values() if a.moves))
    before = starts & stages_before_handover(procedure)
    return frozenset(stage for stage in before if procedure.stages[stage].phase in words.IN_HOST)
