"""Reads a case for an officer: where it stands, what may be done, what is on file and what has happened."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, tzinfo

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from partners.federation import own_roles
from repatriation.records.cases import CaseFile, Fact, Party
from repatriation.records.consents import Consent
from repatriation.records.organisations import Officer, Organisation
from repatriation.records.people import Identification
from repatriation.records.scope import visible_case, visible_ids
from repatriation.records.sealing import Safe
from repatriation.records.trail import Trail
from repatriation.records.visits import Visit, VisitAddition
from repatriation.work.actors import Actor
from repatriation.work.caselines import asked, identified, parts
from repatriation.work.casepage import (
    Asked,
    Body,
    CasePage,
    FactLine,
    IdentificationLine,
    NoteLine,
    TrailLine,
    VisitLine,
)
from repatriation.work.federation.telling import side_played
from repatriation.work.followup.turns import ATTEMPT, stands
from repatriation.work.house import House
from repatriation.work.line import ahead, passed
from repatriation.work.moves import moves
from repatriation.work.refusals import NotFound
from repatriation.work.views import case_view
from sop.awaiting import turn
from sop.clocks import zone_of
from sop.deadlines import due
from sop.view import CaseView


def case_page(house: House, actor: Actor, now: datetime, reference: str) -> CasePage:
    """A case as this officer may see it now.

    Raises:
        NotFound: no such case, or the officer's organisation has no part in it.
    """
    with house.doors.read() as session:
        return _Reader(house, actor, now, session, reference).page()


class _Reader:
    """Reads one case in one session."""

    def __init__(self, house: House, actor: Actor, now: datetime, session: Session, reference: str) -> None:
        self.house, self.actor, self.now, self.session = house, actor, now, session
        self.case = find(session, actor, reference)
        self.procedure = house.shelf.pinned(self.case.digest)
        self.parties = session.exec(
            select(Party).where(Party.case_id == self.case.id).order_by(col(Party.since), col(Party.role))
        ).all()
        self.roles = frozenset(
            part.role
            for part in self.parties
            if part.until is None and part.organisation_id == actor.organisation_id and not actor.reads_only
        )
        if self.case.side is not None:
            self.roles = own_roles(self.roles, side_played(self.case.side))
        self.events = session.exec(
            select(Trail).where(Trail.chain == self.case.id).order_by(col(Trail.seq))
        ).all()
        self.facts = session.exec(
            select(Fact).where(Fact.case_id == self.case.id).order_by(col(Fact.seq), col(Fact.id))
        ).all()
        self.bodies = self._bodies()
        self.officers = self._officers()

    def page(self) -> CasePage:
        case, procedure = self.case, self.procedure
        view = case_view(case)
        stage = procedure.stages[case.stage]
        way = ahead(procedure, case.stage, view.facts)
        return CasePage(
            reference=case.reference,
            procedure=procedure,
            view=view,
            stage=stage,
            age_group=case.age_group,
            gate=case.gate,
            expected_on=case.expected_on,
            opened_at=case.opened_at,
            updated_at=case.updated_at,
            closed_at=case.closed_at,
            roles=self.roles,
            holder=self.bodies.get(case.holder_id),
            turn=turn(procedure, view, self.now),
            passed=passed(procedure, self._entered()),
            ahead=way,
            moves=moves(procedure, view, self.roles, self.now, way, case.side),
            deadlines=due(procedure, view, self.now, self.house.calendars),
            facts=self._facts(view),
            notes=self._notes(),
            consents=self._consents(view),
            parts=parts(self.parties, self.bodies),
            identifications=self._identifications(),
            visits=self._visits(),
            trail=self._trail(),
            reopened_from=self._visible(col(CaseFile.id) == case.reopens_id) if case.reopens_id else None,
            reopened_as=self._visible(col(CaseFile.reopens_id) == case.id),
        )

    def _bodies(self) -> Mapping[str, Body]:
        wanted = {self.case.holder_id} | {part.organisation_id for part in self.parties}
        wanted |= {event.organisation_id for event in self.events if event.organisation_id}
        rows = self.session.exec(select(Organisation).where(col(Organisation.id).in_(wanted))).all()
        return {row.id: Body(row.id, row.code, row.name, row.name_local, row.country) for row in rows}

    def _officers(self) -> Mapping[str | None, str]:
        wanted = {event.officer_id for event in self.events if event.officer_id}
        rows = self.session.exec(
            select(Officer.id, Officer.display_name).where(col(Officer.id).in_(wanted))
        ).all()
        return dict(rows)

    def _entered(self) -> tuple[tuple[str, datetime], ...]:
        """Every stage with the moment it was entered, as the trail tells it."""
        entered = []
        for event in self.events:
            stage = event.detail.get("stage" if event.tag == "case:opened" else "to")
            if stage and stage != event.detail.get("from"):
                entered.append((stage, event.at))
        if not entered or entered[-1][0] != self.case.stage:
            entered.append((self.case.stage, self.case.entered_at))
        return tuple(entered)

    def _facts(self, view: CaseView) -> tuple[FactLine, ...]:
        by = {row.name: row for row in self.facts if isinstance(row, Fact) and row.event == "recorded"}
        lines = []
        for name, fact in view.facts.items():
            row = by.get(name)
            lines.append(
                FactLine(
                    name,
                    fact.at,
                    fact.until,
                    fact.on,
                    not fact.counts(self.now),
                    self.officers.get(row.officer_id) if row else None,
                    self._body(row.organisation_id) if row else None,
                )
            )
        return tuple(sorted(lines, key=lambda line: line.at))

    def _notes(self) -> tuple[NoteLine, ...]:
        written = [row for row in self.facts if row.note is not None and self._may_read(row)]
        if not written:
            return ()
        key = Safe(self.house.keyring).key_of(self.case)
        return tuple(
            NoteLine(
                str(key.open("fact", "note", row.id, row.note)),
                row.action,
                row.at,
                self.officers.get(row.officer_id),
                self._body(row.organisation_id),
            )
            for row in written
        )

    def _may_read(self, row: Fact) -> bool:
        """Whether a note is for this officer.

        Whoever only looks sees from the facts that something was noted, and not what. A body of the other
        country reads what was written since it was told of the case, and not what was written among the
        others before, when nobody thought of it as a reader.
        """
        if self.actor.reads_only:
            return False
        writer = self._body(row.organisation_id)
        if writer is None or writer.country == self.actor.country:
            return True
        own = [part.since for part in self.parties if part.organisation_id == self.actor.organisation_id]
        return row.at >= min(own)

    def _consents(self, view: CaseView) -> tuple[Asked, ...]:
        rows = self.session.exec(
            select(Consent).where(Consent.case_id == self.case.id).order_by(col(Consent.seq))
        ).all()
        return asked(self.procedure, view, rows, self.now)

    def _identifications(self) -> tuple[IdentificationLine, ...]:
        rows = self.session.exec(
            select(Identification)
            .where(Identification.case_id == self.case.id)
            .order_by(col(Identification.seq))
        ).all()
        return identified(rows)

    def _visits(self) -> tuple[VisitLine, ...]:
        rows = self.session.exec(select(Visit).where(Visit.case_id == self.case.id)).all()
        added = Counter(
            self.session.exec(
                select(VisitAddition.visit_id).where(VisitAddition.case_id == self.case.id)
            ).all()
        )
        zone = zone_of(self.procedure.home)
        rows = sorted(rows, key=lambda row: (_day_of(row, zone), row.id))
        return tuple(self._visit(row, added[row.id]) for row in rows)

    def _visit(self, row: Visit, added: int) -> VisitLine:
        standing = None
        if row.state == "planned" and row.due_on is not None:
            standing = stands(self.house, row.due_on, self.procedure.home, self.now)
        return VisitLine(
            id=row.id,
            state=row.state,
            standing=standing,
            slot=row.slot,
            attempt=row.kind == ATTEMPT,
            reason=row.reason,
            attempts=row.attempts,
            finding=row.finding,
            contact=row.contact,
            answers=row.answers,
            added=added,
            due_on=row.due_on,
            at=row.at,
            mode=row.mode,
            seen_alone=row.seen_alone,
            outcome=row.outcome,
            safety=row.safety,
            notes=any(words is not None for words in (row.notes, row.needs, row.steps)),
            officer=self.officers.get(row.officer_id),
        )

    def _trail(self) -> tuple[TrailLine, ...]:
        return tuple(
            TrailLine(
                event.at,
                event.tag,
                event.detail.get("action"),
                event.detail.get("to"),
                event.detail.get("version", 0),
                event.detail,
                self.officers.get(event.officer_id),
                self._body(event.organisation_id),
            )
            for event in reversed(self.events)
        )

    def _body(self, organisation_id: str | None) -> Body | None:
        return self.bodies.get(organisation_id) if organisation_id else None

    def _visible(self, which: ColumnElement[bool]) -> str | None:
        """The reference of another case, if the officer may know of it."""
        seen = col(CaseFile.id).in_(visible_ids(self.actor.organisation_id))
        return self.session.exec(select(CaseFile.reference).where(which, seen).limit(1)).first()


def _day_of(row: Visit, zone: tzinfo) -> date:
    """The day that a visit belongs to: that of the meeting, else the one it is planned for."""
    return row.at.astimezone(zone).date() if row.at else row.due_on or date.max


def may_see(house: House, actor: Actor, reference: str) -> bool:
    """Whether the officer's organisation has a part in the case."""
    with house.doors.read() as session:
        return session.exec(visible_case(actor.organisation_id, reference)).first() is not None


def find(session: Session, actor: Actor, reference: str) -> CaseFile:
    """The case of a reference, if the officer's organisation has a part in it. Raises NotFound."""
    case = session.exec(visible_case(actor.organisation_id, reference)).first()
    if case is None:
        raise NotFound(reference)
    return case


def roles_of(session: Session, case_id: str, organisation_id: str) -> frozenset[str]:
    """The roles that an organisation plays in a case now."""
    return frozenset(
        session.exec(
            select(Party.role).where(
                Party.case_id == case_id,
                Party.organisation_id == organisation_id,
                col(Party.until).is_(None),
            )
        ).all()
    )
