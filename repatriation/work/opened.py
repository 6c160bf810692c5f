"""A case as one step reads it: its row, every live part in it, and the answer already given to this request."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select

from repatriation.records.cases import CaseFile, Party
from repatriation.records.lean import Lean
from repatriation.records.organisations import Organisation
from repatriation.records.outbox import Idempotency
from repatriation.work.actors import Actor
from repatriation.work.refusals import NotFound
from repatriation.work.sharing import Body, Part


class Taken(NamedTuple):
    """A step that was taken, or that had been taken already under the same key.

    `opened` is the reference of the new case, where the step reopened an old one.
    """

    reference: str
    version: int
    stage: str
    opened: str | None = None


class Opened(NamedTuple):
    """A case as one step reads it: its row, every live part in it, and the answer already given to this key."""

    row: Mapping[str, Any]
    parts: tuple[Part, ...]
    roles: frozenset[str]
    answered: Mapping[str, Any] | None
    lean: Lean

    def bodies(self) -> tuple[Body, ...]:
        """Every organisation. Asked for only where a step brings one in; most steps need none."""
        return tuple(body_of(body) for body in self.lean.all(_BODIES, {}))


_CASE = CaseFile.__table__.columns  # type: ignore[attr-defined]
_PARTY = Party.__table__.columns  # type: ignore[attr-defined]
_KEYS = Idempotency.__table__.columns  # type: ignore[attr-defined]

_READ = (
    select(
        *(
            column
            for column in _CASE
            if column.name not in ("sealed_seq", "opened_at", "demonstration", "reopens_id")
        ),
        _PARTY.role.label("part_role"),
        _PARTY.organisation_id.label("part_organisation"),
        _KEYS.fingerprint.label("key_fingerprint"),
        _KEYS.answer.label("key_answer"),
    )
    .join(Party, (_PARTY.case_id == _CASE.id) & _PARTY.until.is_(None))
    .outerjoin(Idempotency, (_KEYS.officer_id == bindparam("officer")) & (_KEYS.key == bindparam("key")))
    .where(_CASE.reference == bindparam("reference"))
)
_BODIES = select(
    *(Organisation.__table__.columns[n] for n in ("id", "code", "country", "functions", "stationed", "place"))  # type: ignore[attr-defined]
)


def open_for_step(lean: Lean, actor: Actor, reference: str, key: str | None) -> Opened:
    """The case as an officer's step finds it.

    Raises:
        NotFound: no such case, or the officer's organisation has no part in it.
    """
    rows = lean.all(_READ, {"reference": reference, "officer": actor.officer_id, "key": key or ""})
    parts = tuple(Part(row.part_role, row.part_organisation) for row in rows)
    roles = frozenset(part.role for part in parts if part.organisation_id == actor.organisation_id)
    if not roles:
        raise NotFound(reference)
    row = rows[0]._asdict()
    answered = None
    if row["key_fingerprint"] is not None:
        answered = {**row["key_answer"], "fingerprint": row["key_fingerprint"]}
    return Opened(row, parts, roles, answered, lean)


def body_of(row: Any) -> Body:
    """An organisation's row as sharing needs it."""
    return Body(row.id, row.code, row.country, frozenset(row.functions), row.stationed, row.place)
