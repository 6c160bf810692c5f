"""Writes one step down: the case, what was recorded, who knows now, the trail, and what is to be told."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from repatriation.records import trail
from repatriation.records.cases import Fact, Party
from repatriation.records.columns import new_id
from repatriation.records.consents import Consent
from repatriation.records.handoffs import TAKE_BACK, TAKEN_BACK
from repatriation.records.outbox import Idempotency, Outbox
from repatriation.records.people import Identification
from repatriation.records.sealing import CaseKey
from repatriation.records.stays import LEFT
from repatriation.records.trail import Event, Head
from repatriation.records.writing import ADVANCE, PART, PARTS, Write, Writes
from repatriation.work.actors import Actor
from repatriation.work.clocks import clocks_of, next_look
from repatriation.work.federation import telling
from repatriation.work.house import House
from repatriation.work.opened import Opened, Taken
from repatriation.work.papers.filing import Filed
from repatriation.work.particulars import Particulars, identification_of
from repatriation.work.reopening import Anew
from repatriation.work.sharing import Part, Sharing
from repatriation.work.views import state_after
from sop.engine import DECISIONS, Step
from sop.procedure import Procedure
from sop.view import CaseView

_ARRIVAL = frozenset({"expected_on", "gate"})
_TURN = frozenset({"turn_at"})
_UNSEALED = frozenset({"unsealed"})
_STANDING = frozenset({"stage", "entered_at", "closed_at"})
_NOTHING: frozenset[str] = frozenset()

_JOIN, _FACT, _CONSENT = insert(Party), insert(Fact), insert(Consent)
_IDENTIFICATION, _TELL, _ANSWER = insert(Identification), insert(Outbox), insert(Idempotency)


class Scribe:
    """Everything that one step writes."""

    def __init__(
        self,
        house: House,
        actor: Actor,
        now: datetime,
        procedure: Procedure,
        opened: Opened,
        before: CaseView,
        step: Step,
        given: Particulars,
        shared: Sharing,
        anew: Anew | None = None,
        paper: Filed = Filed(),  # noqa: B008 - a tuple, which nobody can change
    ) -> None:
        self.house, self.actor, self.now, self.procedure = house, actor, now, procedure
        self.anew, self.paper = anew, paper
        self.row, self.step, self.given, self.shared, self.opened = opened.row, step, given, shared, opened
        self.case_id: str = opened.row.id
        self.before = before
        self.after: CaseView = step.view
        self.ended: bool = procedure.stages[step.view.stage].end
        clocks = clocks_of(house, procedure, step.view, now)
        self.due_on: date | None = clocks.due_on
        self.turn_at = next_look(opened.row.turn_at, clocks, now)

    def writes(self, key: str | None, request: str) -> Writes:
        event, actor = self._event(), self.actor
        taken = Taken(
            self.row.reference,
            self.after.version,
            self.after.stage,
            self.anew.reference if self.anew else None,
        )
        rest = [
            *self._facts(),
            *self._consent(),
            *self._identification(),
            *self._parts(),
            *self._left(),
            *self.paper.writes,
            event.write,
            *self._tell(),
            *self._take_back(),
            *telling.writes(
                self.procedure, self.opened, self.before, self.step, self.given, self.shared, actor, self.now
            ),
            *(self.anew.writes if self.anew else ()),
        ]
        if key is not None:
            rest.append(Write(_ANSWER, self._answer(key, request, taken)))
        return Writes(self._advance(event.head), tuple(rest), taken)

    def _advance(self, head: Head) -> Write:
        scheduled = self.after.facts.get("handover_scheduled")
        expected_on, gate = scheduled.on if scheduled else None, self.given.gate or self.row.gate
        same = _ARRIVAL if (expected_on, gate) == (self.row.expected_on, self.row.gate) else _NOTHING
        if self.turn_at == self.row.turn_at:
            same |= _TURN
        if self.row.unsealed:
            same |= _UNSEALED
        closed_at = (self.row.closed_at or self.now) if self.ended else None
        standing = (self.row.stage, self.row.entered_at, self.row.closed_at)
        if (self.after.stage, self.after.entered, closed_at) == standing:
            same |= _STANDING
        values = {
            "case_id": self.case_id,
            "was_version": self.row.version,
            "was_trail_seq": self.row.trail_seq,
            "stage": self.after.stage,
            "entered_at": self.after.entered,
            "holder_id": self.shared.holder_id or self.row.holder_id,
            "state": state_after(self.after, self.before, self.row.state),
            "expected_on": expected_on,
            "gate": gate,
            "turn_at": self.turn_at,
            "version": self.after.version,
            "trail_seq": head.seq,
            "trail_head": head.hash,
            "unsealed": True,
            "updated_at": self.now,
            "closed_at": closed_at,
        }
        return Write(ADVANCE, values, same)

    def _facts(self) -> list[Write]:
        """What was put on file and what was taken off it. A note stands with the first thing put on file.

        A step that records nothing and yet has a note (an exit, with its reason) is put on file under its
        own name.
        """
        recorded = list(self.step.recorded) or ([self.step.action.name] if self.given.note else [])
        cleared = [fact for fact in self.step.cleared if fact not in recorded]
        return [Write(_FACT, self._fact(fact, "cleared", None)) for fact in cleared] + [
            Write(_FACT, self._fact(fact, "recorded", self.given.note if number == 0 else None))
            for number, fact in enumerate(recorded)
        ]

    def _fact(self, name: str, event: str, note: str | None) -> dict[str, Any]:
        fact = self.after.facts.get(name)
        row_id = new_id()
        return {
            "id": row_id,
            "case_id": self.case_id,
            "seq": self.after.version,
            "name": name,
            "event": event,
            "at": self.now,
            "until": fact.until if fact else None,
            "on_date": fact.on if fact else None,
            "action": self.step.action.name,
            "officer_id": self.actor.officer_id,
            "organisation_id": self.actor.organisation_id,
            "note": self._sealed("fact", "note", row_id, note),
        }

    def _sealed(self, table: str, column: str, row_id: str, value: str | None) -> bytes | None:
        if value is None:
            return None
        data_key = self.house.keyring.unwrap(self.row.wrapped_key, self.row.key_epoch)
        return CaseKey(self.case_id, data_key).seal(table, column, row_id, value)

    def _consent(self) -> list[Write]:
        act = self.step.action.consent
        if act is None:
            return []
        row_id = new_id()
        values = {
            "id": row_id,
            "case_id": self.case_id,
            "seq": self.after.version,
            "name": act.consent,
            "purpose": self.procedure.consents[act.consent].purpose,
            "decision": DECISIONS[act.act],
            "at": self.now,
            "until": self.given.until,
            "language": self.given.language,
            "how": self.given.how,
            "interpreter": self._sealed("consent", "interpreter", row_id, self.given.interpreter),
            "guardian": self._sealed("consent", "guardian", row_id, self.given.guardian),
            "own_view": self.given.own_view,
            "officer_id": self.actor.officer_id,
        }
        return [Write(_CONSENT, values)]

    def _identification(self) -> list[Write]:
        found = identification_of(self.step.action)
        if found is None:
            return []
        kind, outcome = found
        values = {
            "id": new_id(),
            "case_id": self.case_id,
            "seq": self.after.version,
            "kind": kind,
            "outcome": outcome,
            "authority": self.given.authority,
            "country": self.actor.country,
            "form_version": self.given.form_version,
            "at": self.now,
            "officer_id": self.actor.officer_id,
        }
        return [Write(_IDENTIFICATION, values)]

    def _parts(self) -> list[Write]:
        keys = {
            "updated_at": self.now,
            "stage": self.after.stage,
            "due_on": self.due_on,
        }
        over = {"until": self.now, "stage": None}
        writes = [Write(PART, {**self._of(part), **over}) for part in self.shared.leaves]
        if writes:  # one statement may touch a row only once, so those who stay are named one by one
            staying = (part for part in self.opened.parts if part not in self.shared.leaves)
            writes += [Write(PART, {**self._of(part), **keys}) for part in staying]
        elif self._lists_change():
            writes.append(Write(PARTS, {"of_case_id": self.case_id, **keys}))
        return writes + [Write(_JOIN, self._part(part)) for part in self.shared.joins]

    def _left(self) -> list[Write]:
        """The stage that the case left, with how long it stood there."""
        if self.after.stage == self.row.stage:
            return []
        stay = {
            "case_id": self.case_id,
            "seq": self.after.version,
            "route": self.procedure.route,
            "stage": self.row.stage,
            "entered_at": self.row.entered_at,
            "left_at": self.now,
            "minutes": (self.now - self.row.entered_at) // timedelta(minutes=1),
        }
        return [Write(LEFT, stay)]

    def _of(self, part: Part) -> dict[str, Any]:
        return {
            "of_case_id": self.case_id,
            "of_organisation_id": part.organisation_id,
            "of_role": part.role,
        }

    def _lists_change(self) -> bool:
        """Whether a list could show the case elsewhere: by stage, clock, or the day of the last step."""
        here = self.procedure.by_stage[self.after.stage]
        moved = self.after.stage != self.row.stage or any(action.within for action in here)
        return moved or self.row.updated_at.date() != self.now.date()

    def _part(self, part: Part) -> dict[str, Any]:
        return {
            "id": new_id(),
            "case_id": self.case_id,
            "role": part.role,
            "organisation_id": part.organisation_id,
            "since": self.now,
            "updated_at": self.now,
            "stage": self.after.stage,
            "due_on": self.due_on,
            "route": self.procedure.route,
        }

    def _event(self) -> Event:
        action, given = self.step.action, self.given
        detail = {
            "action": action.name,
            "from": self.row.stage,
            "to": self.after.stage,
            "version": self.after.version,
            "roles": sorted(self.opened.roles),
            "recorded": list(self.step.recorded),
            "cleared": list(self.step.cleared),
            "on": given.on.isoformat() if given.on else None,
            "until": given.until.isoformat() if given.until else None,
            "guardian": given.guardian is not None,
            "own_view": given.own_view,
            "opened": self.anew.reference if self.anew else None,
            "paper": self.paper.named,
            "joined": [f"{part.role}:{part.organisation_id}" for part in self.shared.joins],
            "left": [f"{part.role}:{part.organisation_id}" for part in self.shared.leaves],
        }
        tag = (
            "case:stage:changed"
            if action.to
            else ("consent:recorded" if action.consent else "case:fact:recorded")
        )
        said = {name: value for name, value in detail.items() if value not in (None, False, [])}
        head = Head(self.case_id, self.row.trail_seq, self.row.trail_head)
        return trail.event(head, self.actor, self.now, tag, said)

    def _tell(self) -> list[Write]:
        """One message a step, for everybody else who has a part in the case when it is sent, and one for each
        whose part ended with it. They say which step it was, and nothing of what was entered.
        """
        left = {part.organisation_id for part in self.shared.leaves}
        others = {part.organisation_id for part in (*self.opened.parts, *self.shared.joins)}
        told: list[tuple[str, str | None]] = [("case:left", organisation) for organisation in sorted(left)]
        if others - left - {self.actor.organisation_id}:
            told.append(("case:moved", None))
        by = self.actor.organisation_id
        detail = {
            "reference": self.row.reference,
            "version": self.after.version,
            "by": by,
            "action": self.step.action.name,
        }
        return [
            Write(_TELL, {"id": new_id(), "case_id": self.case_id, "kind": kind, "recipient_id": recipient,
                          "run_at": self.now, "detail": detail, "state": "open", "attempts": 0})
            for kind, recipient in told
        ]  # fmt: skip

    def _take_back(self) -> list[Write]:
        """What left under a consent that is taken back counts no more from this moment on. Whoever has it is
        told afterwards.
        """
        act = self.step.action.consent
        if act is None or act.act != "withdraw":
            return []
        ended = {"of_case_id": self.case_id, "of_consent": act.consent, "standing": False}
        detail = {"consent": act.consent}
        told = {"id": new_id(), "case_id": self.case_id, "kind": TAKEN_BACK, "recipient_id": None,
                "run_at": self.now, "detail": detail, "state": "open", "attempts": 0}  # fmt: skip
        return [Write(TAKE_BACK, ended), Write(_TELL, told)]

    def _answer(self, key: str, request: str, taken: Taken) -> dict[str, Any]:
        return {
            "officer_id": self.actor.officer_id,
            "key": key,
            "fingerprint": request,
            "reference": taken.reference,
            "answer": {"version": taken.version, "stage": taken.stage, "opened": taken.opened},
            "at": self.now,
        }
