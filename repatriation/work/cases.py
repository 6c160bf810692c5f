"""Opens cases: one at a desk, or many from a file, each with its person, its first consent and its first
parts.
"""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import insert
from sqlmodel import Session, SQLModel, select

from repatriation.records import names, trail
from repatriation.records.cases import CaseFile, Fact, Party, new_reference
from repatriation.records.columns import new_id
from repatriation.records.consents import Consent
from repatriation.records.lean import Write
from repatriation.records.organisations import Organisation
from repatriation.records.outbox import Idempotency
from repatriation.records.people import NameToken, Person, PersonName, TraffickingAccount
from repatriation.records.sealing import new_case_key
from repatriation.records.trail import Trail
from repatriation.work.actors import Actor
from repatriation.work.clocks import clocks_of
from repatriation.work.house import House
from repatriation.work.newcase import ConsentEntered, NewCase
from repatriation.work.opened import body_of
from repatriation.work.refusals import Invalid, KeyReused, ReadOnly
from repatriation.work.sharing import Body, Part, Picks, first_parts
from repatriation.work.views import state_of
from sop.engine import NotAllowed, Reason, begin, follow
from sop.procedure import Procedure
from sop.shelf import NotOnTheShelf
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


def open_case(house: House, actor: Actor, now: datetime, new: NewCase, key: str | None = None) -> str:
    """Opens one case and gives its reference.

    `key` is an idempotency key: the same key and case again gives the first reference and opens nothing.

    Raises:
        KeyReused: the key came before with another case.
        ReadOnly: the officer's duty is to look.
        Invalid: the route is unknown, or the first consent does not fit.
        NotAllowed: a case may not begin at this stage, nobody of the officer's side answers for it, or the
        officer's
            organisation has no part on this route.
    """
    with house.doors.act() as session:
        opener = Opener(house, actor, now, every_body(session))
        request = _fingerprint(house, new)
        before = session.get(Idempotency, (actor.officer_id, key)) if key is not None else None
        if before is not None:
            if before.fingerprint != request or before.reference is None:
                raise KeyReused
            return before.reference
        sheaf = Sheaf()
        reference = opener.put(sheaf, new)
        sheaf.write(session)
        if key is not None:
            session.add(
                Idempotency(
                    officer_id=actor.officer_id, key=key, fingerprint=request, reference=reference, at=now
                )
            )
    return reference


def _fingerprint(house: House, new: NewCase) -> str:
    """What tells two cases to be opened apart. It is keyed, for what was entered names people."""
    return hmac.digest(
        house.keyring.digest_key("cases opened"), new.model_dump_json().encode(), "sha256"
    ).hex()


def every_body(session: Session) -> tuple[Body, ...]:
    """Every organisation, as opening a case needs to know it."""
    return tuple(body_of(row) for row in session.exec(select(Organisation)).all())


class Opener:
    """Opens any number of cases for one officer, given every organisation there is."""

    def __init__(self, house: House, actor: Actor, now: datetime, bodies: Sequence[Body]) -> None:
        if actor.reads_only:
            raise ReadOnly
        self.house, self.actor, self.now = house, actor, now
        self.bodies = tuple(bodies)
        self.digest_key = house.keyring.digest_key("names")
        self._begun: dict[tuple[str | bool | None, ...], tuple[tuple[Part, ...], frozenset[str]]] = {}
        self.own = next(body for body in self.bodies if body.id == actor.organisation_id)

    def put(self, sheaf: Sheaf, new: NewCase, reopens_id: str | None = None) -> str:
        """Adds one case's rows to a sheaf and gives its reference. Raises what `open_case` raises."""
        try:
            procedure = self.house.shelf.in_force(new.route, self.now.date())
        except NotOnTheShelf:
            raise Invalid({"route": "unknown"}) from None
        if self.actor.country not in (procedure.host, procedure.home):
            raise NotAllowed("open_case", (Reason("role", self.actor.country),))
        age_group = new.age_on(self.now.date())
        view = begin(procedure, new.stage, self.now, child=age_group != "adult")
        parts, roles = self._parts(procedure, new, view.child)
        folder = _Folder(self, sheaf, procedure, new, view, roles)
        folder.consent()
        folder.arrival()
        folder.person()
        folder.account()
        folder.close(parts, age_group, reopens_id)
        return folder.reference

    def put_mirrored(
        self,
        sheaf: Sheaf,
        new: NewCase,
        procedure: Procedure,
        view: CaseView,
        parts: Sequence[Part],
        side: str,
        teller: str,
    ) -> str:
        """Adds a case that another installation has as well, where it stands there, and gives its reference.
        `side` is the one played here, `teller` the officer in whose name the other installation writes.
        """
        own = frozenset(part.role for part in parts if part.organisation_id == self.actor.organisation_id)
        folder = _Folder(self, sheaf, procedure, new, view, own)
        folder.told(teller)
        folder.person()
        folder.account()
        folder.close(parts, new.age_group, None, side)
        return folder.reference

    def _parts(
        self, procedure: Procedure, new: NewCase, child: bool
    ) -> tuple[tuple[Part, ...], frozenset[str]]:
        """Who comes to know of the case, and the opener's own roles: alike for all that begin alike."""
        beginning = (procedure.digest, new.stage, new.gate, new.organisation, child)
        if beginning not in self._begun:
            parts = self._first_parts(procedure, new, child)
            own = frozenset(part.role for part in parts if part.organisation_id == self.actor.organisation_id)
            self._begun[beginning] = (parts, own)
        return self._begun[beginning]

    def _first_parts(self, procedure: Procedure, new: NewCase, child: bool) -> tuple[Part, ...]:
        responsible = procedure.stages[new.stage].responsible
        if procedure.country_of(responsible) != self.own.country:
            raise NotAllowed("open_case", (Reason("role", responsible),))
        picks = Picks(procedure, lambda: self.bodies, self.own.id, new.organisation, new.gate)
        parts = first_parts(procedure, new.stage, self.own, picks, child=child)
        if not any(part.organisation_id == self.own.id for part in parts):
            raise NotAllowed("open_case", (Reason("role", new.stage),))
        return parts


class _Folder:
    """One case on its way into a sheaf."""

    def __init__(
        self,
        opener: Opener,
        sheaf: Sheaf,
        procedure: Procedure,
        new: NewCase,
        view: CaseView,
        roles: frozenset[str],
    ) -> None:
        self.opener, self.sheaf, self.procedure, self.new, self.view, self.roles = (
            opener,
            sheaf,
            procedure,
            new,
            view,
            roles,
        )
        self.id, self.reference = new_id(), new_reference(new.route)
        self.key, self.wrapped, self.epoch = new_case_key(opener.house.keyring, self.id)
        self.head = trail.Head(self.id)
        self._event(
            "case:opened", {"route": procedure.route, "edition": procedure.edition, "stage": view.stage}
        )

    # -- what is on file from the start
    # -----------------------------------------------------------------------------

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
            at=self.opener.now,
            until=None,
            language=said.language,
            how=said.how,
            interpreter=self._sealed("consent", "interpreter", row, said.interpreter),
            guardian=self._sealed("consent", "guardian", row, said.guardian),
            own_view=said.own_view,
            scope=None,
            officer_id=self.opener.actor.officer_id,
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
            at=self.opener.now,
            until=None,
            on_date=None,
            action=action,
            officer_id=self.opener.actor.officer_id,
            organisation_id=self.opener.actor.organisation_id,
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
            self.opener.now,
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

    # -- the person, sealed
    # -----------------------------------------------------------------------------------------

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
        for token in sorted(names.tokens(self.opener.digest_key, said)):
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

    # -- the case itself
    # ---------------------------------------------------------------------------------------------

    def close(
        self, parts: Sequence[Part], age_group: str, reopens_id: str | None, side: str | None = None
    ) -> None:
        """The row of the case, once all that it opens with is known."""
        scheduled = self.view.facts.get("handover_scheduled")
        opener = self.opener
        due_on, turn_at = clocks_of(opener.house, self.procedure, self.view, opener.now)
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
            opened_at=opener.now,
            updated_at=opener.now,
            closed_at=None,
            reopens_id=reopens_id,
            wrapped_key=self.wrapped,
            key_epoch=self.epoch,
            demonstration=opener.house.demonstration,
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
                since=opener.now,
                until=None,
                updated_at=opener.now,
                stage=self.view.stage,
                due_on=due_on,
                route=self.procedure.route,
            )

    def _event(self, tag: str, detail: Mapping[str, Any]) -> None:
        event = trail.event(self.head, self.opener.actor, self.opener.now, tag, detail)
        self.head = event.head
        self.sheaf.add(Trail, **event.row)


def open_many(opener: Opener, session: Session, cases: Iterable[NewCase]) -> list[str]:
    """Opens many cases in the caller's transaction, all or none of them. Raises what `open_case` raises."""
    sheaf = Sheaf()
    references = [opener.put(sheaf, new) for new in cases]
    sheaf.write(session)
    return references
