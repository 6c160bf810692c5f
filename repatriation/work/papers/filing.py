"""Writes a paper down with its step, in one transaction; refuses a step that lacks its paper."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from functools import cached_property
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, bindparam, exists, insert
from sqlalchemy import select as core_select

from repatriation.records.cases import CaseFile
from repatriation.records.columns import new_id
from repatriation.records.lean import Write
from repatriation.records.papers import Paper, PaperRevocation
from repatriation.records.sealing import CaseKey
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.opened import Opened
from repatriation.work.papers.languages import Pair
from repatriation.work.papers.rules import is_made_with
from repatriation.work.refusals import Invalid, PaperNeeded
from sop.procedure import Action


@dataclass(frozen=True)
class Prepared:
    """A paper that is printed and signed, and becomes one when it is written down with its step.

    `version` is the version of the case that the officer saw; `edition` counts the papers of the kind.
    """

    reference: str
    version: int
    action: str
    kind: str
    replaces: bool
    letter: str
    number: str
    edition: int
    languages: Pair
    issued_at: datetime
    expires_at: datetime | None
    pages: int
    keys: int
    data: bytes
    file: bytes
    request: str

    def in_case(self, reference: str, version: int, action: str) -> "Prepared":
        """The same paper for another case of its group, on the version that the officer saw of that one."""
        return replace(self, reference=reference, version=version, action=action)

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the file, in hexadecimal."""
        return hashlib.sha256(self.file).hexdigest()

    @property
    def named(self) -> dict[str, Any]:
        """What the trail says of it: number, kind, version, and the digest of the file."""
        return {"number": self.number, "kind": self.kind, "version": self.edition, "file": self.digest}


class Made(Enum):
    """Where a step's paper is, if it is not made with it."""

    ELSEWHERE = "elsewhere"
    """Made-up cases tell of a time before papers were made here. Taken for those alone."""


class AlreadyFiled(NamedTuple):
    """One set of minutes stands for several acts that it tells of: it was filed with an earlier one."""

    number: str


StepPaper = Prepared | AlreadyFiled | Made | None


class Filed(NamedTuple):
    """What a step writes for its paper, and what the trail says of it."""

    writes: tuple[Write, ...] = ()
    named: dict[str, Any] | str | None = None


_PAPER = Paper.metadata.tables["paper"]
_REVOKED = PaperRevocation.metadata.tables["paper_revocation"]
_ADD, _REVOKE = insert(_PAPER), insert(_REVOKED)

_STANDING: Final[Select[Any]] = core_select(_PAPER.c.number).where(
    _PAPER.c.case_id == bindparam("case"),
    _PAPER.c.kind == bindparam("kind"),
    _PAPER.c.organisation_id == bindparam("organisation"),
    ~exists().where(_REVOKED.c.number == _PAPER.c.number),
)
"""The valid papers of a kind that an organisation has issued in a case."""


_CASE = CaseFile.metadata.tables["case_file"]
_MADE_UP: Final[Select[Any]] = core_select(_CASE.c.id).where(
    _CASE.c.id == bindparam("case"), _CASE.c.demonstration.is_(True)
)


def filed(
    house: House, actor: Actor, now: datetime, opened: Opened, action: Action, paper: StepPaper
) -> Filed:
    """What is written for the paper of a step.

    Raises:
        PaperNeeded: the act is taken only together with its paper, and there is none.
        Invalid: the paper is not this act's, or not for the version of the case that it is taken on.
    """
    if paper is None:
        if is_made_with(action):
            raise PaperNeeded(str(action.document))
        return Filed()
    if paper is Made.ELSEWHERE:
        if opened.lean.one(_MADE_UP, {"case": opened.row.id}) is None:
            raise PaperNeeded(str(action.document))
        return Filed(named=paper.value) if action.document else Filed()
    if isinstance(paper, AlreadyFiled):
        return _already(actor, opened, action, paper)
    assert isinstance(paper, Prepared)
    row = opened.row
    said = (paper.reference, paper.version, paper.action, paper.kind)
    if said != (row.reference, row.version, action.name, action.document):
        raise Invalid({"paper": "another"})
    return _written(house, actor, now, opened, paper)


def row_of(house: House, actor: Actor, case: Any, paper: Prepared, seq: int) -> dict[str, Any]:
    """The row of a paper, its data and its file sealed for their place in one case."""
    row_id = new_id()
    key = CaseKey(case.id, house.keyring.unwrap(case.wrapped_key, case.key_epoch))
    return {
        "id": row_id,
        "case_id": case.id,
        "number": paper.number,
        "kind": paper.kind,
        "version": paper.edition,
        "languages": " ".join(paper.languages),
        "organisation_id": actor.organisation_id,
        "officer_id": actor.officer_id,
        "action": paper.action,
        "seq": seq,
        "issued_at": paper.issued_at,
        "expires_at": paper.expires_at,
        "letter": paper.letter,
        "pages": paper.pages,
        "keys": paper.keys,
        "data": key.seal_bytes("paper", "data", row_id, paper.data),
        "file": key.seal_bytes("paper", "file", row_id, paper.file),
        "data_sha256": hashlib.sha256(paper.data).hexdigest(),
        "file_sha256": paper.digest,
    }


def revocation(
    actor: Actor, now: datetime, number: str, reason: str, by: str | None = None
) -> dict[str, Any]:
    """The row by which a paper stops counting."""
    return {
        "number": number,
        "at": now,
        "reason": reason,
        "officer_id": actor.officer_id,
        "organisation_id": actor.organisation_id,
        "superseded_by": by,
    }


def _written(house: House, actor: Actor, now: datetime, opened: Opened, paper: Prepared) -> Filed:
    old = _standing(actor, opened, paper.kind) if paper.replaces else []
    writes = [Write(_ADD, row_of(house, actor, opened.row, paper, opened.row.version + 1))]
    writes += [Write(_REVOKE, revocation(actor, now, each, "replaced", paper.number)) for each in old]
    named = {**paper.named, "replaced": old} if old else paper.named
    return Filed(tuple(writes), named)


def _already(actor: Actor, opened: Opened, action: Action, paper: AlreadyFiled) -> Filed:
    if action.document != "handover_minutes" or paper.number not in _standing(actor, opened, action.document):
        raise PaperNeeded(str(action.document))
    return Filed(named={"number": paper.number, "kind": action.document})


def _standing(actor: Actor, opened: Opened, kind: str) -> list[str]:
    case = {"case": opened.row.id, "kind": kind, "organisation": actor.organisation_id}
    return [row.number for row in opened.lean.all(_STANDING, case)]
