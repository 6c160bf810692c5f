"""A case as one step reads it: its row, every live part in it, and the answer already given to this
request.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Text, cast, select

from repatriation.records.lean import Lean
from repatriation.records.organisations import Organisation
from repatriation.records.scope import STEP_CASE
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
    """A case as one step reads it: its row, every live part in it, and the answer already given to this
    key.
    """

    row: Any
    parts: tuple[Part, ...]
    roles: frozenset[str]
    answered: Mapping[str, Any] | None
    lean: Lean

    def bodies(self) -> tuple[Body, ...]:
        """Every organisation. Asked for only where a step brings one in; most steps need none."""
        return tuple(_body(*row) for row in self.lean.all(_BODIES, {}))


_KEPT = Organisation.metadata.tables["organisation"].c
_BODIES = select(
    _KEPT.id,
    _KEPT.code,
    _KEPT.country,
    cast(_KEPT.functions, Text).label("functions"),
    _KEPT.stationed,
    _KEPT.place,
)


@lru_cache(maxsize=4096)
def _body(
    organisation_id: str,
    code: str,
    country: str,
    functions: str,
    stationed: str | None,
    place: str | None,
) -> Body:
    """An organisation from its row, made once for each thing that the row can say."""
    return Body(organisation_id, code, country, frozenset(json.loads(functions)), stationed, place)


def open_for_step(lean: Lean, actor: Actor, reference: str, key: str | None) -> Opened:
    """The case as an officer's step finds it.

    Raises:
        NotFound: no such case, or the officer's organisation has no part in it.
    """
    row = lean.one(
        STEP_CASE,
        {
            "reference": reference,
            "organisation_id": actor.organisation_id,
            "officer_id": actor.officer_id,
            "key": key or "",
        },
    )
    if row is None:
        raise NotFound(reference)
    parts = tuple(Part(*part.split(":")) for part in row.parts.split(","))
    roles = frozenset(part.role for part in parts if part.organisation_id == actor.organisation_id)
    answered = None
    if row.given_fingerprint is not None:
        answered = {**row.given_answer, "fingerprint": row.given_fingerprint}
    return Opened(row, parts, roles, answered, lean)


def body_of(row: Any) -> Body:
    """An organisation's row as sharing needs it."""
    return Body(row.id, row.code, row.country, frozenset(row.functions), row.stationed, row.place)
