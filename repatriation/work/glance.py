"""Reads where a case stands, for programs that ask often: what `work.reading` tells, without what only a page
shows, and as quickly as the database allows.
"""

from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, literal_column, select

from repatriation.records.cases import Fact, Party
from repatriation.records.consents import Consent
from repatriation.records.lean import Lean
from repatriation.records.organisations import Organisation
from repatriation.records.people import Identification
from repatriation.records.scope import GLANCE_CASE, GLANCE_ID, GLANCE_VERSION
from repatriation.work.actors import Actor
from repatriation.work.caselines import asked, identified, parts
from repatriation.work.casepage import Body, CaseGlance, FactLine
from repatriation.work.house import House
from repatriation.work.reading import case_page
from repatriation.work.refusals import NotFound
from repatriation.work.views import case_view
from sop.awaiting import turn
from sop.deadlines import due
from sop.view import CaseView

_BODY = Organisation.metadata.tables["organisation"]
_PART = Party.metadata.tables["party"]
_FACT = Fact.metadata.tables["fact"]
_SAID = Consent.metadata.tables["consent"]
_FOUND = Identification.metadata.tables["identification"]

_PARTS: Final[Select[Any]] = (
    select(
        *(_PART.c[name] for name in ("role", "organisation_id", "since", "until")),
        *(_BODY.c[name] for name in ("code", "name", "name_local", "country")),
    )
    .join(_BODY, _BODY.c.id == _PART.c.organisation_id)
    .where(_PART.c.case_id == GLANCE_ID)
    .order_by(_PART.c.since, _PART.c.role)
)
_FACTS: Final[Select[Any]] = (
    select(
        _FACT.c.name,
        _FACT.c.organisation_id,
        *(_BODY.c[name] for name in ("code", "name_local", "country")),
        _BODY.c.name.label("body"),
    )
    .join(_BODY, _BODY.c.id == _FACT.c.organisation_id)
    .where(_FACT.c.case_id == GLANCE_ID, _FACT.c.event == "recorded")
    .order_by(_FACT.c.seq, _FACT.c.id)
)
_CONSENTS: Final[Select[Any]] = (
    select(
        *(_SAID.c[name] for name in ("name", "decision", "at", "until", "language", "how")),
        *(_SAID.c[name] for name in ("interpreter", "guardian", "own_view")),
    )
    .where(_SAID.c.case_id == GLANCE_ID)
    .order_by(_SAID.c.seq)
)
_ONE = select(literal_column("1").label("one")).subquery("one")
_IDENTIFICATIONS: Final[Select[Any]] = (
    select(
        GLANCE_VERSION.label("version"),
        *(_FOUND.c[name] for name in ("kind", "outcome", "authority", "country", "form_version", "at")),
    )
    .select_from(_ONE.outerjoin(_FOUND, _FOUND.c.case_id == GLANCE_ID))
    .order_by(_FOUND.c.seq)
)
"""Read last, and with how far the case is then: a row without a kind when there is none."""

_QUESTIONS: Final = (GLANCE_CASE, _PARTS, _FACTS, _CONSENTS, _IDENTIFICATIONS)
"""Put in one breath. Given, each: reference, organisation_id."""

_TRIES: Final = 3


class _Rows(NamedTuple):
    """A case and what lies with it, all of one version."""

    case: Any
    parts: list[Any]
    facts: list[Any]
    consents: list[Any]
    identifications: list[Any]


def glance(house: House, actor: Actor, now: datetime, reference: str) -> CaseGlance:
    """Where a case stands, as this officer or program may see it now.

    Raises:
        NotFound: no such case, or the organisation has no part in it.
    """
    given = {"reference": reference, "organisation_id": actor.organisation_id}
    rows = house.doors.look(lambda lean: _read(lean, given))
    if rows is None:
        # It moves on under every look. A session sees one moment, at a price.
        return case_page(house, actor, now, reference)
    return _told(house, actor, now, rows)


def _read(lean: Lean, given: dict[str, str]) -> _Rows | None:
    """The rows, or None when the case moved on each time. Raises NotFound."""
    for _ in range(_TRIES):
        cases, bodies, facts, consents, found = lean.each([(question, given) for question in _QUESTIONS])
        if not cases:
            raise NotFound(given["reference"])
        (case,) = cases
        # Each SELECT sees its own moment, and a case changes by its version only.
        if found[0].version == case.version:
            return _Rows(case, bodies, facts, consents, [row for row in found if row.kind is not None])
    return None


def _told(house: House, actor: Actor, now: datetime, rows: _Rows) -> CaseGlance:
    case = rows.case
    procedure = house.shelf.pinned(case.digest)
    view = case_view(case)
    bodies = {
        part.organisation_id: Body(part.organisation_id, part.code, part.name, part.name_local, part.country)
        for part in rows.parts
    }
    roles = frozenset(
        part.role
        for part in rows.parts
        if part.until is None and part.organisation_id == actor.organisation_id and not actor.reads_only
    )
    return CaseGlance(
        reference=case.reference,
        procedure=procedure,
        view=view,
        stage=procedure.stages[case.stage],
        age_group=case.age_group,
        gate=case.gate,
        expected_on=case.expected_on,
        opened_at=case.opened_at,
        updated_at=case.updated_at,
        closed_at=case.closed_at,
        roles=roles,
        holder=bodies.get(case.holder_id),
        turn=turn(procedure, view, now),
        deadlines=due(procedure, view, now, house.calendars),
        facts=_facts(view, rows.facts, now),
        consents=asked(procedure, view, rows.consents, now),
        parts=parts(rows.parts, bodies),
        identifications=identified(rows.identifications),
        reopened_from=case.reopened_from,
        reopened_as=case.reopened_as,
    )


def _facts(view: CaseView, rows: list[Any], now: datetime) -> tuple[FactLine, ...]:
    """What counts as on file, with who put it there. Which officer did is for pages alone."""
    by = {
        row.name: Body(row.organisation_id, row.code, row.body, row.name_local, row.country) for row in rows
    }
    lines = [
        FactLine(name, fact.at, fact.until, fact.on, not fact.counts(now), None, by.get(name))
        for name, fact in view.facts.items()
    ]
    return tuple(sorted(lines, key=lambda line: line.at))
