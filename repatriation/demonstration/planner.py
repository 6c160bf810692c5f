"""Finds how a case gets to a stage: asks the procedure what may be done, and does it all before moving on.

It works on a case in the air: the same engine and the same sharing as a real step, but nothing is written. So
a plan that it makes is one that real officers may carry out, and a new route file needs no new plan.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from repatriation.demonstration import defaults
from repatriation.demonstration.organisations import OPPOSITE, ORGANISATIONS
from repatriation.demonstration.worthwhile import helps, leads_on
from repatriation.work import sharing
from repatriation.work.folder import ARRIVED
from repatriation.work.particulars import Particulars, wanting
from repatriation.work.reopening import entries
from repatriation.work.sharing import Part, Picks
from sop import vocabulary as words
from sop.engine import NotAllowed, begin, follow, verdicts
from sop.procedure import Action, Procedure
from sop.view import CaseView

BODIES: Final = {made.code: made.body for made in ORGANISATIONS}


class Stuck(RuntimeError):
    """The good course leads no further; says where the case stands."""


class Planned(NamedTuple):
    """One step of a plan: the action, the case before it, the organisation that takes it, what it names.

    `chosen` is the organisation to be told, where it must be named; `entry` where a reopened case begins.
    """

    action: Action
    view: CaseView
    organisation: str
    chosen: str | None
    entry: str | None


@dataclass(slots=True)
class Course:
    """One case in the air, and the steps that brought it here."""

    procedure: Procedure
    view: CaseView
    parts: tuple[Part, ...]
    gate: str | None
    now: datetime
    began_at_version: int
    steps: list[Planned] = field(default_factory=list)
    without: frozenset[str] = frozenset()
    _done: set[tuple[str, datetime]] = field(default_factory=set)

    @classmethod
    def opened(
        cls, procedure: Procedure, stage: str, opener: str, gate: str | None, now: datetime, *, child: bool
    ) -> "Course":
        """A case as it stands when an organisation has just opened it."""
        picks = Picks(procedure, lambda: tuple(BODIES.values()), opener, None, gate)
        parts = sharing.first_parts(procedure, stage, BODIES[opener], picks, child=child)
        view = begin(procedure, stage, now, child=child)
        arrival = procedure.actions.get(ARRIVED)
        if arrival is not None and stage in arrival.frm:
            roles = frozenset(part.role for part in parts if part.organisation_id == opener)
            view = follow(procedure, view, ARRIVED, roles, now).view
        return cls(procedure, view, parts, gate, now, view.version)

    def to(self, stage: str) -> None:
        """Goes on along the good course until the case enters a stage. Raises Stuck."""
        while self.view.stage != stage:
            self._all_of_it(stage)
            self._on(stage)

    def through(self, stage: str) -> None:
        """Goes on to a stage and does all that is to be done in it, without leaving it. Raises Stuck."""
        self.to(stage)
        self._all_of_it(stage)

    def take(self, name: str) -> None:
        """One named action, by whoever in the case may take it. Raises NotAllowed, Stuck."""
        action = self.procedure.actions[name]
        self.now += timedelta(hours=1)
        refused: NotAllowed | None = None
        for organisation in self._who(action):
            for chosen in (None, *self._choices(action)):
                try:
                    self._try(action, organisation, chosen)
                except NotAllowed as no:
                    refused = no
                else:
                    return
        raise refused or Stuck(f"nobody in the case may {name} at {self.view.stage}")

    # -- one step ----------

    def _try(self, action: Action, organisation: str, chosen: str | None) -> None:
        """The step as `work.steps` takes it, but for the writing."""
        entry = next(iter(entries(self.procedure, BODIES[organisation].country)), None)
        given = defaults.given(self.procedure, action, self.view, chosen, self.gate, self.now, entry=entry)
        roles = frozenset(part.role for part in self.parts if part.organisation_id == organisation)
        step = follow(
            self.procedure,
            self.view,
            action.name,
            roles,
            self.now,
            on=given.on,
            until=given.until,
            guardian=given.guardian is not None,
            own_view=given.own_view,
        )
        self._well_given(action, given)
        planned = Planned(action, self.view, organisation, chosen, entry)
        if action.to is None and action.discloses is None:
            if action.consent:
                leaves = sharing.leaving(self.procedure, step, self.parts)
            else:
                leaves = sharing.stepping_back(self.procedure, step, self.parts, organisation)
            joins: tuple[Part, ...] = ()
        else:
            picks = Picks(
                self.procedure, lambda: tuple(BODIES.values()), organisation, chosen, given.gate or self.gate
            )
            shared = sharing.share(self.procedure, step, self.parts, picks)
            joins, leaves = shared.joins, shared.leaves
        self.parts = (*(part for part in self.parts if part not in leaves), *joins)
        self.view = step.view
        self.steps.append(planned)

    def _well_given(self, action: Action, given: Particulars) -> None:
        problems = wanting(self.procedure, action, given, child=self.view.child)
        assert not problems, (action.name, problems)

    def _who(self, action: Action) -> Iterable[str]:
        """The organisations that may take an action, in the order in which the procedure names them.

        The person's own acts are taken down by whoever answers for the case.
        """
        if words.PERSON in action.by:
            responsible = self.procedure.stages[self.view.stage].responsible
            able = sorted(self.parts, key=lambda part: part.role != responsible)
        else:
            able = [part for role in action.by for part in self.parts if part.role == role]
        return dict.fromkeys(part.organisation_id for part in able)

    def _choices(self, action: Action) -> tuple[str, ...]:
        """The organisations that an officer could name as the one to be told, those near the gate first."""
        if action.discloses is None:
            return ()
        found = (
            body
            for role in action.discloses.to
            for body in sharing.bodies_for(self.procedure, role, BODIES.values())
        )
        near = (self.gate, OPPOSITE.get(self.gate or ""))
        return tuple(
            dict.fromkeys(body.code for body in sorted(found, key=lambda body: body.place not in near))
        )

    # -- the good course ----------

    def _all_of_it(self, goal: str) -> None:
        while (action := self._next(goal)) is not None:
            self._done.add((action.name, self.view.entered))
            self.take(action.name)

    def _next(self, goal: str) -> Action | None:
        return next(
            (a for a in self._open() if a.to is None and self._wanted(a, goal) and self._reachable(a)), None
        )

    def _open(self) -> Iterable[Action]:
        """What may be done now by anybody who has a part in the case, consents before all else."""
        roles = frozenset(part.role for part in self.parts)
        found = [v.action for v in verdicts(self.procedure, self.view, roles, self.now) if v.open]
        return sorted(found, key=lambda action: action.consent is None)

    def _reachable(self, action: Action) -> bool:
        return any(True for _ in self._who(action))

    def _wanted(self, action: Action, goal: str) -> bool:
        """Whether this puts something on file that helps on the way to the goal."""
        if (action.name, self.view.entered) in self._done:
            return False
        if action.consent is not None:
            return action.consent.act == "give" and self._asked_for(action.consent.consent, goal)
        if words.PERSON in action.by or not action.records:
            return False
        return all(helps(fact, self.view, goal, self.without) for fact in action.records)

    def _asked_for(self, consent: str, goal: str) -> bool:
        """People are asked when it comes to it: when something that is to be done next needs their word."""
        if consent in self.view.consents or consent in self.without:
            return False
        gate = f"consent_to_{consent}"
        return any(
            gate in action.requires
            and (
                leads_on(self.procedure, self.view.stage, action) if action.to else self._wanted(action, goal)
            )
            for action in self.procedure.by_stage[self.view.stage]
            if action.consent is None
        )

    def _on(self, goal: str) -> None:
        """Takes the step to the nearest next stage."""
        order = list(self.procedure.stages)
        onward = [
            action
            for action in self._open()
            if leads_on(self.procedure, self.view.stage, action) and self._reachable(action)
        ]
        if not onward or order.index(self.view.stage) > order.index(goal):
            raise Stuck(
                f"{self.procedure.key}: no way on from {self.view.stage} to {goal}; {self._lacking()}"
            )
        self.take(min(onward, key=lambda action: order.index(action.to or "")).name)

    def _lacking(self) -> str:
        roles = frozenset(part.role for part in self.parts)
        return "; ".join(
            f"{v.action.name}: {', '.join(f'{r.code} {r.what}' for r in v.reasons)}"
            for v in verdicts(self.procedure, self.view, roles, self.now)
            if leads_on(self.procedure, self.view.stage, v.action) and v.reasons
        )
