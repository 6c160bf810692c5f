"""What is told of a case line by line, from its rows, whether a session read them or the quick way did."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from repatriation.work.casepage import Asked, Body, ConsentLine, IdentificationLine, PartLine
from sop.engine import consent_is_live
from sop.procedure import Procedure
from sop.view import CaseView


def asked(procedure: Procedure, view: CaseView, rows: Iterable[Any], now: datetime) -> tuple[Asked, ...]:
    """What the person is asked at this stage, or was asked before, with every decision in its order."""
    said: dict[str, list[ConsentLine]] = {}
    for row in rows:
        line = ConsentLine(
            row.name,
            row.decision,
            row.at,
            row.until,
            row.language,
            row.how,
            row.interpreter is not None,
            row.guardian is not None,
            row.own_view,
        )
        said.setdefault(row.name, []).append(line)
    return tuple(
        Asked(consent, consent_is_live(view, name, now), tuple(said.get(name, ())))
        for name, consent in procedure.consents.items()
        if name in said or view.stage in consent.frm
    )


def parts(parties: Sequence[Any], bodies: Mapping[str, Body]) -> tuple[PartLine, ...]:
    """One line for each organisation: its live roles, or those it had when it has none any more."""
    lines = []
    for organisation_id in dict.fromkeys(part.organisation_id for part in parties):
        own = [part for part in parties if part.organisation_id == organisation_id]
        live = [part for part in own if part.until is None] or own
        until = None if live[0].until is None else max(part.until for part in live if part.until)
        roles = tuple(dict.fromkeys(part.role for part in live))
        lines.append(PartLine(bodies[organisation_id], roles, min(part.since for part in own), until))
    return tuple(lines)


def identified(rows: Iterable[Any]) -> tuple[IdentificationLine, ...]:
    """Screenings and identifications, in their order."""
    return tuple(
        IdentificationLine(row.kind, row.outcome, row.authority, row.country, row.form_version, row.at)
        for row in rows
    )
