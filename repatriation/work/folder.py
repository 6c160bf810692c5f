"""A case on its way into the records: its rows, sealed under a key of its own, before they are written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import insert
from sqlmodel import Session, SQLModel

from repatriation.records import names, trail
from repatriation.records.cases import CaseFile, Fact, Party, new_reference
from repatriation.records.columns import new_id
from repatriation.records.consents import Consent
from repatriation.records.lean import Write
from repatriation.records.people import NameToken, Person, PersonName, TraffickingAccount
from repatriation.records.sealing import new_case_key
from repatriation.records.trail import Trail
from repatriation.work.actors import Actor
from repatriation.work.clocks import clocks_of
from repatriation.work.house import House
from repatriation.work.newcase import ConsentEntered, NewCase
from repatriation.work.refusals import Invalid
from repatriation.work.sharing import Part
from repatriation.work.views import state_of
from sop.engine import follow
from sop.procedure import Procedure
from sop.view import CaseView

FIRST_CONSENT: Final = "protection"
"""The one consent that a case may open with: nobody is moved, or spoken of abroad, on the word of a file."""

ARRIVED: Final = "record_arrival"
"""The act by which an arrival that nobody announced comes on file, where the procedure has it."""

_ORDER: Final[tuple[type[SQLModel], ...]] = (
    CaseFile,
    Party,
    Person,
    PersonName,
    NameToken,
    TraffickingAccount,
    Consent,
    Fact,
    Trail,
)


@dataclass(slots=True)
class Sheaf:
    """The rows of cases about to be opened, by table, to be written together."""

    rows: dict[type[SQLModel], list[dict[str, Any]]] = field(
        default_factory=lambda: {table: [] for table in _ORDER}
    )

    def add(self, table: type[SQLModel], **values: Any) -> None:
        """One more row."""
        self.rows[table].append(values)

    def writes(self) -> tuple[Write, ...]:
        """Every row as a write of its own, for a step that opens a case beside."""
        return tuple(Write(insert(table), row) for table in _ORDER for row in self.rows[table])

    def write(self, session: Session) -> None:
        """Writes every row, parents before children."""
        for table in _ORDER:
            if self.rows[table]:
                session.connection().execute(insert(table), self.rows[table])


class Desk(NamedTuple):
    """Where cases are opened: by whom, when, and with which key their names are made findable."""

    house: House
    actor: Actor
    now: datetime
    digest_key: bytes


class Folder:
    """One case on its way into a sheaf."""

    def __init__(
        self,
        desk: Desk,
        sheaf: Sheaf,
        procedure: Procedure,
        new: NewCase,
        view: CaseView,
        roles: frozenset[str],
    ) -> None:
        self.desk, self.sheaf, self.procedure = desk, sheaf, procedure
        self.new, self.view, self.roles = new, view, roles
        self.id, self.reference = new_id(), new_reference(new.route)
        self.key, self.wrapped, self.epoch = new_case_key(desk.house.keyring, self.id)
        self.head = trail.Head(self.id)
        self._event(
            "case:opened", {"route": procedure.route, "edition": procedure.edition, "stage": view.stage}
        )

    def consent(self) -> None:
        """The consent that the case opens with, through the same engine as every later one."""
        said = self.new.consent
        if said is None:
            return
        # Every other one is asked for later, as a step of its own, with how and in which language it was.
        if said.name != FIRST_CONSENT or said.name not in self.procedure.consents:
            raise Invalid({"consent": "unknown"})
        name = self.procedure.consents[said.name].give
        self._step(name, guardian=said.guardian is not None, own_view=said.own_view)
        self._keep_consent(said)

    def _keep_consent(self, said: ConsentEntered) -> None:
        row = new_id()
        self.sheaf.add(
            Consent,
            id=row,
            case_id=self.id,
            seq=self.view.version,
            name=said.name,
            purpose=self.procedure.consents[said.name].purpose,
            decision="given",
            at=self.desk.now,
            until=None,
            language=said.language,
            how=said.how,
            interpreter=self._sealed("consent", "interpreter", row, said.interpreter),
            guardian=self._sealed("consent", "guardian", row, said.guardian),
            own_view=said.own_view,
            scope=None,
            officer_id=self.desk.actor.officer_id,
        )

    def arrival(self) -> None:
        """That somebody arrived whom nobody announced, and what was noted at the desk."""
        action = self.procedure.actions.get(ARRIVED)
        note = self.new.note
        if action is not None and self.view.stage in action.frm and not self.roles.isdisjoint(action.by):
            self._step(ARRIVED)
            for fact in action.records:
                self._keep_fact(fact, ARRIVED, note)
                note = None
        if note is not None:
            self._keep_fact("case_opened", "open_case", note)

    def _keep_fact(self, name: str, action: str, note: str | None) -> None:
        row = new_id()
        self.sheaf.add(
            Fact,
            id=row,
            case_id=self.id,
            seq=self.view.version,
            name=name,
            event="recorded",
            at=self.desk.now,
            until=None,
            on_date=None,
            action=action,
            officer_id=self.desk.actor.officer_id,
            organisation_id=self.desk.actor.organisation_id,
            note=self._sealed("fact", "note", row, note),
        )

    def told(self, teller: str) -> None:
        """What was on file in the other installation: that it is so since when, and not in whose words."""
        for name, fact in self.view.facts.items():
            self.sheaf.add(
                Fact,
                id=new_id(),
                case_id=self.id,
                seq=self.view.version,
                name=name,
                event="recorded",
                at=fact.at,
                until=fact.until,
                on_date=fact.on,
                action="open_case",
                officer_id=teller,
                organisation_id=None,
                note=None,
            )
        for name, said in self.view.consents.items():
            self.sheaf.add(
                Consent,
                id=new_id(),
                case_id=self.id,
                seq=self.view.version,
                name=name,
                purpose=self.procedure.consents[name].purpose,
                decision=said.decision,
                at=said.at,
                until=said.until,
                language=None,
                how=None,
                interpreter=None,
                guardian=None,
                own_view=said.own_view,
                scope=None,
                officer_id=teller,
            )

    def _step(self, action: str, *, guardian: bool = False, own_view: bool = False) -> None:
        before = self.view.stage
        step = follow(
            self.procedure,
            self.view,
            action,
            self.roles,
            self.desk.now,
            guardian=guardian,
            own_view=own_view,
        )
        self.view = step.view
        detail: dict[str, Any] = {
            "action": action,
            "from": before,
            "to": step.view.stage,
            "version": step.view.version,
            "roles": sorted(self.roles),
            "recorded": list(step.recorded),
            "guardian": guardian,
            "own_view": own_view,
        }
        tag = "consent:recorded" if step.action.consent else "case:fact:recorded"
        self._event(tag, {name: value for name, value in detail.items() if value not in (None, False, [])})

    def person(self) -> None:
        """The person and their names, and the tokens by which a name finds the case."""
        entered, person_id = self.new.person, new_id()
        values: dict[str, Any] = {}
        for column, value in entered.model_dump(
            mode="json", exclude={"names", "birth_year_estimated"}
        ).items():
            values[column] = self._sealed("person", column, person_id, value)
        self.sheaf.add(
            Person, id=person_id, case_id=self.id, birth_year_estimated=entered.birth_year_estimated, **values
        )
        said: list[str] = []
        for name in entered.names:
            row = new_id()
            written = {part: getattr(name, part) for part in ("given", "middle", "family", "full")}
            self.sheaf.add(
                PersonName,
                id=row,
                person_id=person_id,
                case_id=self.id,
                script=name.script,
                **{part: self._sealed("person_name", part, row, value) for part, value in written.items()},
            )
            said += [value for value in written.values() if value]
        for token in sorted(names.tokens(self.desk.digest_key, said)):
            self.sheaf.add(NameToken, token=token, case_id=self.id)

    def account(self) -> None:
        """What was done to the person."""
        row = new_id()
        values = self.new.account.model_dump(mode="json")
        if any(value not in (None, (), [], {}) for value in values.values()):
            sealed = {
                column: self._sealed("trafficking_account", column, row, value)
                for column, value in values.items()
            }
            self.sheaf.add(TraffickingAccount, id=row, case_id=self.id, **sealed)

    def _sealed(self, table: str, column: str, row: str, value: object) -> bytes | None:
        """A value under the case's own key; nothing stays nothing."""
        return None if value in (None, (), [], {}) else self.key.seal(table, column, row, value)

    def close(
        self, parts: Sequence[Part], age_group: str, reopens_id: str | None, side: str | None = None
    ) -> None:
        """The row of the case, once all that it opens with is known."""
        scheduled = self.view.facts.get("handover_scheduled")
        desk = self.desk
        due_on, turn_at = clocks_of(desk.house, self.procedure, self.view, desk.now)
        responsible = self.procedure.stages[self.view.stage].responsible
        holder = next(part.organisation_id for part in parts if part.role == responsible)
        self.sheaf.add(
            CaseFile,
            id=self.id,
            reference=self.reference,
            route=self.procedure.route,
            edition=self.procedure.edition,
            digest=self.procedure.digest,
            stage=self.view.stage,
            entered_at=self.view.entered,
            holder_id=holder,
            age_group=age_group,
            state=state_of(self.view),
            expected_on=scheduled.on if scheduled else None,
            gate=self.new.gate,
            version=self.view.version,
            trail_seq=self.head.seq,
            trail_head=self.head.hash,
            sealed_seq=0,
            unsealed=True,
            opened_at=desk.now,
            updated_at=desk.now,
            closed_at=None,
            reopens_id=reopens_id,
            wrapped_key=self.wrapped,
            key_epoch=self.epoch,
            demonstration=desk.house.demonstration,
            side=side,
            turn_at=turn_at,
        )
        for part in parts:
            self.sheaf.add(
                Party,
                id=new_id(),
                case_id=self.id,
                role=part.role,
                organisation_id=part.organisation_id,
                since=desk.now,
                until=None,
                updated_at=desk.now,
                stage=self.view.stage,
                due_on=due_on,
                route=self.procedure.route,
            )

    def _event(self, tag: str, detail: Mapping[str, Any]) -> None:
        event = trail.event(self.head, self.desk.actor, self.desk.now, tag, detail)
        self.head = event.head
        self.sheaf.add(Trail, **event.row)
