"""Which organisations know of a case: who is brought in by a step, and whose knowing ends with it.

Within the country that has the case, a step brings in the bodies that the procedure names for the stage it
leads to. Across the border nobody is brought in but by an action that discloses, which the engine opens only
under live consent for that purpose and recipient. Taking a consent back ends what it had opened.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from sop import vocabulary as words
from sop.engine import NotAllowed, Reason, Step, consent_is_live
from sop.procedure import Action, Consent, Procedure, Stage

BROUGHT_IN_BY = {"sheltered": "host.shelter"}
"""Facts that put a case into the hands of one body, which learns of it with them."""

ENDED_BY = {"referral_declined": "home.caseworker"}
"""Facts by which a body that was asked steps back, and forgets."""

ASKED_IN = ("caseworker", "shelter")
"""Functions whose bodies never come to know of a case by its stage: there are many, and each is asked by
name.
"""

FOR_A_CHILD = "is_child"
"""The safeguard of what is done for children only."""

AT_A_GATE = frozenset({"reception", "border"})
"""Functions whose bodies stand at a gate."""

AFTER_THE_BORDER = ("reception", "reintegration", "ended")
"""Phases in which the home country has the case."""


@dataclass(frozen=True, slots=True)
class Body:
    """An organisation as far as bringing it into a case needs to know it."""

    id: str
    code: str
    country: str
    functions: frozenset[str]
    stationed: str | None
    place: str | None


class Part(NamedTuple):
    """An organisation's role in a case."""

    role: str
    organisation_id: str


@dataclass(frozen=True, slots=True)
class Sharing:
    """What a step changes about who knows. `holder_id` answers for the case after it; none: whoever did
    before.
    """

    joins: tuple[Part, ...]
    leaves: tuple[Part, ...]
    holder_id: str | None


def bodies_for(procedure: Procedure, role: str, bodies: Iterable[Body]) -> tuple[Body, ...]:
    """The organisations that could hold a role on this route: of its country, with its function.

    A mission is one that serves in the host country. IOM and support NGOs are found by `support` functions.
    """
    side, _, function = role.partition(".")
    if side == "support":
        return tuple(body for body in bodies if function in body.functions)
    country = procedure.country_of(role)
    found = [body for body in bodies if body.country == country and function in body.functions]
    if function == "consulate":
        there = procedure.host if side == "home" else procedure.home
        found = [body for body in found if body.stationed in (None, there)]
    return tuple(found)


def gates_of(procedure: Procedure, bodies: Iterable[Body]) -> frozenset[str]:
    """The gates and places of reception at which organisations of a route's two countries work."""
    return frozenset(
        body.place
        for body in bodies
        if body.place and body.country in (procedure.host, procedure.home) and AT_A_GATE & body.functions
    )


def share(procedure: Procedure, step: Step, parts: Sequence[Part], picks: "Picks") -> Sharing:
    """Who joins and who leaves with a step.

    Raises:
        NotAllowed: `organisation_needed` when an officer must choose, `nobody_there` when no body holds a
        role.
    """
    joins: dict[Part, None] = {}
    held = {part.role for part in parts}
    brought = [BROUGHT_IN_BY[fact] for fact in step.action.records if fact in BROUGHT_IN_BY]
    told = step.action.discloses.to if step.action.discloses is not None else ()
    if picks.chosen is not None and not any(picks.chooses(role) for role in (*told, *brought)):
        # Nobody else is told in the place of the one that was named.
        raise NotAllowed(step.action.name, (Reason("nobody_there", (*told, *brought, "")[0]),))
    if step.action.discloses is not None:
        for role in step.action.discloses.to:
            if role not in held or picks.chooses(role):
                part = Part(role, picks.one(step.action.name, role, must=True))
                if part not in parts:
                    joins[part] = None
    stage = procedure.stages[step.view.stage]
    by_stage = [r for r in _roles_at(procedure, stage, step.view.child) if _has_the_case(stage.phase, r)]
    for role in (*brought, *by_stage):
        if role in held or any(part.role == role for part in joins):
            continue
        organisation = picks.one(step.action.name, role, must=role in brought or role == stage.responsible)
        if organisation:
            joins[Part(role, organisation)] = None
    holder = next((p.organisation_id for p in (*joins, *parts) if p.role == stage.responsible), None)
    if holder is None and not stage.end:
        raise NotAllowed(step.action.name, (Reason("nobody_there", stage.responsible),))
    return Sharing(tuple(joins), leaving(procedure, step, parts), holder)


def brought_in(procedure: Procedure, step: Step) -> frozenset[str]:
    """The roles into which a step may bring somebody: those it tells, and those of the stage it leads to."""
    told = step.action.discloses.to if step.action.discloses is not None else ()
    asked = (BROUGHT_IN_BY[fact] for fact in step.action.records if fact in BROUGHT_IN_BY)
    stage = procedure.stages[step.view.stage]
    here = (r for r in _roles_at(procedure, stage, step.view.child) if _has_the_case(stage.phase, r))
    return frozenset((*told, *asked, *here))


def leaving(procedure: Procedure, step: Step, parts: Sequence[Part]) -> tuple[Part, ...]:
    """Whose knowing ends with a step."""
    responsible = procedure.stages[step.view.stage].responsible
    return tuple(part for part in parts if _ends(procedure, step, part, responsible))


def stepping_back(
    procedure: Procedure, step: Step, parts: Sequence[Part], organisation_id: str
) -> tuple[Part, ...]:
    """The part of an organisation that was asked and says no. Others in the same role go on knowing."""
    ended = {ENDED_BY[fact] for fact in step.action.records if fact in ENDED_BY}
    ended.discard(procedure.stages[step.view.stage].responsible)  # nobody is ever without one
    return tuple(part for part in parts if part.role in ended and part.organisation_id == organisation_id)


def first_parts(
    procedure: Procedure, stage: str, opener: Body, picks: "Picks", *, child: bool
) -> tuple[Part, ...]:
    """The parts in a case just opened: every role its opener can hold on its side, and the stage's own
    bodies there.

    Raises:
        NotAllowed: `nobody_there` when nobody answers for the stage.
    """
    parts: dict[Part, None] = {}
    for role in sorted(words.ROLES):
        if opener in bodies_for(procedure, role, (opener,)):
            parts[Part(role, opener.id)] = None
    responsible = procedure.stages[stage].responsible
    for role in _roles_at(procedure, procedure.stages[stage], child):
        same_side = role.partition(".")[0] == responsible.partition(".")[0]
        if same_side and not any(part.role == role for part in parts):
            organisation = picks.one("open_case", role, must=role == responsible)
            if organisation:
                parts[Part(role, organisation)] = None
    return tuple(parts)


class Picks:
    """Chooses one organisation for a role: the one the officer named, their own, the one at the gate, the
    only one.

    `bodies` is asked only when somebody has to be chosen. `chosen` is an organisation's code.
    """

    def __init__(
        self,
        procedure: Procedure,
        bodies: Callable[[], Sequence[Body]],
        actor: str,
        chosen: str | None,
        gate: str | None,
    ) -> None:
        self.procedure, self.bodies, self.actor, self.chosen, self.gate = (
            procedure,
            bodies,
            actor,
            chosen,
            gate,
        )
        self._found: Sequence[Body] | None = None

    def chooses(self, role: str) -> bool:
        """Whether the officer named an organisation that can hold this role."""
        return self.chosen is not None and any(body.code == self.chosen for body in self._for(role))

    def one(self, action: str, role: str, *, must: bool) -> str:
        """The id of the organisation, or nothing where none is needed and none is plain.

        Raises:
            NotAllowed: `organisation_needed` or `nobody_there`, where one must be found.
        """
        found = self._for(role)
        wishes = (
            [body for body in found if body.code == self.chosen],
            [body for body in found if body.id == self.actor],
            [body for body in found if body.place is not None and body.place == self.gate],
            found,
        )
        for wished in wishes:
            if len(wished) == 1:
                return wished[0].id
        if must:
            raise NotAllowed(action, (Reason("organisation_needed" if found else "nobody_there", role),))
        return ""

    def _for(self, role: str) -> Sequence[Body]:
        if self._found is None:
            self._found = self.bodies()
        return bodies_for(self.procedure, role, self._found)


def _roles_at(procedure: Procedure, stage: Stage, child: bool) -> tuple[str, ...]:
    """The stage's responsible role first, then every role that may act in it and joins by itself.

    An end brings in nobody: what may still be done there is for those who know of the case already. Whoever
    is there for children alone does not learn of a grown-up.
    """
    return () if stage.end else _roles(stage.responsible, procedure.by_stage[stage.name], child)


@lru_cache(maxsize=1024)
def _roles(responsible: str, actions: tuple[Action, ...], child: bool) -> tuple[str, ...]:
    roles = {responsible: None}
    for action in actions:
        if FOR_A_CHILD in action.requires and not child:
            continue
        roles.update(dict.fromkeys(role for role in action.by if role.partition(".")[2] not in ASKED_IN))
    roles.pop(words.PERSON, None)
    return tuple(roles)


def _has_the_case(phase: str, role: str) -> bool:
    """Whether a body of this role's country has the case in this phase without being told across a border."""
    return role.partition(".")[0] == ("home" if phase in AFTER_THE_BORDER else "host")


def _ends(procedure: Procedure, step: Step, part: Part, responsible: str) -> bool:
    if part.role == responsible:
        return False  # nobody is ever without a responsible agency
    taken_back = step.action.consent
    if taken_back is not None and taken_back.act == "withdraw":
        told = part.role in procedure.consents[taken_back.consent].to
        return told and not _covered(procedure, step, part.role)
    if step.action.to is not None and procedure.stages[step.action.to].phase == "reintegration":
        return part.role.startswith("host.") and not _agreed_to_hear(procedure, step, part.role)
    return False


def _covered(procedure: Procedure, step: Step, role: str) -> bool:
    """Whether another consent that still stands lets a role know."""
    return any(role in consent.to for consent in _standing(procedure, step))


def _agreed_to_hear(procedure: Procedure, step: Step, role: str) -> bool:
    return any(role in c.to and c.purpose == "follow_up" for c in _standing(procedure, step))


def _standing(procedure: Procedure, step: Step) -> list[Consent]:
    """The consents that count after a step; one that has run out lets nobody know any more."""
    view = step.view
    taken = max(view.entered, *(f.at for f in view.facts.values()), *(c.at for c in view.consents.values()))
    return [c for c in procedure.consents.values() if consent_is_live(view, c.name, taken)]
