"""The papers of a case once issued: listed, opened as an act, revoked, made afterwards, made again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import insert
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from documents.composing import composed_from
from documents.fields import MOST_PEOPLE
from documents.kinds import KINDS
from repatriation.records import trail
from repatriation.records.cases import CaseFile
from repatriation.records.federation import MirrorStep
from repatriation.records.organisations import Officer, Organisation
from repatriation.records.papers import REVOKED_FOR, UNDONE, Paper, PaperRevocation, papers_numbered
from repatriation.records.scope import visible_ids
from repatriation.records.sealing import CaseKey, Safe, Shredded
from repatriation.records.trail import Trail
from repatriation.work.actors import Actor
from repatriation.work.casepage import Body
from repatriation.work.house import House
from repatriation.work.papers.filing import Made, Prepared, revocation, row_of
from repatriation.work.papers.issuing import Asked, printed_and_signed
from repatriation.work.papers.rules import may_open
from repatriation.work.reading import find, roles_of
from repatriation.work.refusals import Invalid, NoPaper, NotFound, ReadOnly
from sop.procedure import Procedure

REASONS: Final = tuple(reason for reason in REVOKED_FOR if reason not in ("replaced", UNDONE))
"""Why an officer may revoke a paper; that a newer one replaces it, or that its step does not count, is found
out without being asked.
"""

_ADD, _REVOKE = insert(Paper), insert(PaperRevocation)


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A paper as the list of a case shows it. `mine`: issued by the officer's own organisation."""

    number: str
    kind: str
    version: int
    languages: tuple[str, ...]
    action: str
    issued_at: datetime
    expires_at: datetime | None
    pages: int
    officer: str
    body: Body
    revoked_at: datetime | None
    reason: str | None
    superseded_by: str | None
    mine: bool
    may_open: bool

    @property
    def valid(self) -> bool:
        """Whether it was not revoked."""
        return self.revoked_at is None


class Lacking(NamedTuple):
    """A step that names a paper and was taken without one, and may have it made now."""

    action: str
    version: int
    kind: str
    at: datetime


class File(NamedTuple):
    """A file that leaves the safe."""

    number: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Papers:
    """Everything on paper in a case, as one officer may know of it."""

    reference: str
    procedure: Procedure
    issued: tuple[PaperLine, ...]
    lacking: tuple[Lacking, ...]


def papers_of(house: House, actor: Actor, reference: str) -> Papers:
    """The papers of a case, newest first, and those that can be made yet.

    Raises:
        NotFound: no such case, or not this officer's to know of.
    """
    with house.doors.read() as session:
        case = find(session, actor, reference)
        procedure = house.shelf.pinned(case.digest)
        lines = _lines(session, actor, case)
        lacking = () if actor.reads_only else _lacking(session, actor, case, procedure)
        return Papers(case.reference, procedure, lines, lacking)


def fetch(house: House, actor: Actor, now: datetime, reference: str, number: str) -> File:
    """The file of a paper, as it was issued. That it was opened is written to the case's trail first.

    Raises:
        NotFound: no such case or paper, or not this officer's to open.
    """
    return fetch_all(house, actor, now, reference, (number,))[0]


def fetch_all(
    house: House, actor: Actor, now: datetime, reference: str, numbers: Sequence[str]
) -> tuple[File, ...]:
    """The files of several papers of one case, in the order asked for, each opening in the trail.

    Raises:
        NotFound: as `fetch`; then none is opened.
    """
    with house.doors.act() as session:
        case = find(session, actor, reference)
        allowed = {line.number: line for line in _lines(session, actor, case) if line.may_open}
        if not numbers or set(numbers) - allowed.keys():
            raise NotFound
        for number in numbers:
            detail = {"number": number, "kind": allowed[number].kind}
            trail.append(session, actor, now, trail.PAPER_OPENED, detail, case.id)
        key = Safe(house.keyring).key_of(case)
        rows = {row.number: row for row in _rows(session, case)}
        return tuple(File(number, _file(key, rows[number])) for number in numbers)


def fetch_numbered(house: House, actor: Actor, now: datetime, number: str) -> File:
    """As `fetch`, by the number alone. A paper that stands in several cases is opened in the first of them
    that the caller may know of.

    Raises:
        NotFound: no such paper, or not this officer's to open.
    """
    with house.doors.read() as session:
        references = session.exec(
            select(CaseFile.reference)
            .join(Paper, col(Paper.case_id) == col(CaseFile.id))
            .where(Paper.number == number, col(CaseFile.id).in_(visible_ids(actor.organisation_id)))
            .order_by(col(CaseFile.id))
            .limit(MOST_PEOPLE)
        ).all()
    for reference in references:
        try:
            return fetch(house, actor, now, reference, number)
        except (NotFound, Shredded):
            continue  # its roles in another of the cases may let it
    raise NotFound


def revoke(house: House, actor: Actor, now: datetime, reference: str, number: str, reason: str) -> None:
    """Says that a paper no longer counts, in every case in which it stands. Only its issuer may.

    Raises:
        NotFound: no such case or paper, or another organisation's.
        Invalid: the reason is none of `REASONS`, or it was revoked already.
        ReadOnly: the officer's duty is to look.
    """
    if actor.reads_only:
        raise ReadOnly
    if reason not in REASONS:
        raise Invalid({"reason": "needed"})
    with house.doors.act() as session:
        case = find(session, actor, reference)
        line = next((line for line in _lines(session, actor, case) if line.number == number), None)
        if line is None or not line.mine:
            raise NotFound
        if not line.valid:
            raise Invalid({"reason": "revoked_already"})
        session.exec(_REVOKE.values(revocation(actor, now, number, reason)))
        detail = {"number": number, "kind": line.kind, "reason": reason}
        for row in session.exec(papers_numbered(number).order_by(col(Paper.case_id))).all():
            trail.append(session, actor, now, "paper:revoked", detail, row.case_id)


def lacking_paper(house: House, actor: Actor, reference: str, version: int) -> Lacking:
    """The step of a version of a case, if its paper can be made afterwards. Raises NotFound."""
    found = papers_of(house, actor, reference).lacking
    step = next((each for each in found if each.version == version), None)
    if step is None:
        raise NotFound
    return step


def file_later(house: House, actor: Actor, now: datetime, paper: Prepared, version: int) -> None:
    """Files a paper for a step that was taken without one. `version`: of the case after that step.

    Raises:
        NotFound: the step is not there, is another organisation's, or has its paper.
    """
    with house.doors.act() as session:
        case = find(session, actor, paper.reference)
        session.refresh(case, with_for_update=True)  # so that the step is not undone meanwhile
        lacking = _lacking(session, actor, case, house.shelf.pinned(case.digest))
        if not any((each.version, each.action) == (version, paper.action) for each in lacking):
            raise NotFound
        old = []
        if paper.replaces:
            lines = _lines(session, actor, case)
            old = [line.number for line in lines if line.kind == paper.kind and line.mine and line.valid]
        session.exec(_ADD.values(row_of(house, actor, case, paper, version)))
        for number in old:
            session.exec(_REVOKE.values(revocation(actor, now, number, "replaced", paper.number)))
        detail = {**paper.named, "of": version, **({"replaced": old} if old else {})}
        trail.append(session, actor, now, "paper:issued", detail, case.id)


class Same(NamedTuple):
    """Whether a paper made again from its data is the very same file."""

    number: str
    same: bool
    fault: str | None = None


def same_again(house: House, key: CaseKey, row: Paper) -> Same:
    """Makes a paper again from its sealed data and compares the two files by digest."""
    workshop = house.papers
    if workshop is None:
        return Same(row.number, same=False, fault="not_ready")
    data = key.open_bytes("paper", "data", row.id, row.data or b"")
    made, issue = composed_from(data)
    assert issue is not None
    try:
        keys = workshop.keys.generation(row.keys)
        asked = Asked("", row.action, made.languages, {})
        again = printed_and_signed(workshop, made, issue, asked, 0, keys)
    except KeyError:
        return Same(row.number, same=False, fault="keys")
    except NoPaper as problem:
        return Same(row.number, same=False, fault=problem.code)
    if again.data != data:
        return Same(row.number, same=False, fault="wording")
    return Same(row.number, again.named["file"] == row.file_sha256)


def _file(key: CaseKey, row: Paper) -> bytes:
    return key.open_bytes("paper", "file", row.id, row.file or b"")


def _rows(session: Session, case: CaseFile) -> Sequence[Paper]:
    return session.exec(
        select(Paper)
        .where(Paper.case_id == case.id)
        .order_by(col(Paper.issued_at).desc(), col(Paper.id).desc())
    ).all()


def _lines(session: Session, actor: Actor, case: CaseFile) -> tuple[PaperLine, ...]:
    roles = roles_of(session, case.id, actor.organisation_id)
    # The sealed columns stay where they are: a list has no use for them.
    rows = session.exec(
        select(Paper, Officer.display_name, Organisation, PaperRevocation)
        .join(Officer, col(Officer.id) == col(Paper.officer_id))
        .join(Organisation, col(Organisation.id) == col(Paper.organisation_id))
        .outerjoin(PaperRevocation, col(PaperRevocation.number) == col(Paper.number))
        .where(Paper.case_id == case.id)
        .order_by(col(Paper.issued_at).desc(), col(Paper.id).desc())
        .options(defer(col(Paper.data)), defer(col(Paper.file)))  # type: ignore[arg-type]
    ).all()
    return tuple(_line(actor, roles, *row) for row in rows)


def _line(
    actor: Actor,
    roles: frozenset[str],
    row: Paper,
    officer: str,
    body: Organisation,
    revoked: PaperRevocation | None,
) -> PaperLine:
    mine = body.id == actor.organisation_id and not actor.reads_only
    return PaperLine(
        number=row.number,
        kind=row.kind,
        version=row.version,
        languages=tuple(row.languages.split(" ")),
        action=row.action,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        pages=row.pages,
        officer=officer,
        body=Body(body.id, body.code, body.name, body.name_local, body.country),
        revoked_at=revoked.at if revoked else None,
        reason=revoked.reason if revoked else None,
        superseded_by=revoked.superseded_by if revoked else None,
        mine=mine,
        may_open=not actor.reads_only and may_open(row.kind, roles, body.country == actor.country, mine),
    )


def _settled(session: Session, case: CaseFile) -> tuple[set[int], set[int]]:
    """The steps, by the versions they made, that have their paper or shall have none, because they do not
    count; and those that were undone for a while, count after all, and so lack their paper again.
    """
    papers = session.exec(
        select(Paper.seq, PaperRevocation.reason)
        .outerjoin(PaperRevocation, col(PaperRevocation.number) == col(Paper.number))
        .where(Paper.case_id == case.id)
    ).all()
    steps = dict(
        session.exec(
            select(MirrorStep.version, MirrorStep.state).where(
                MirrorStep.case_id == case.id, col(MirrorStep.ours).is_(True)
            )
        ).all()
    )
    counted = {version for version, state in steps.items() if state == "counted"}
    undone = {seq for seq, reason in papers if reason == UNDONE} & counted
    again = undone - {seq for seq, reason in papers if reason != UNDONE}
    refused = {version for version, state in steps.items() if state == "refused"}
    return ({seq for seq, _ in papers} | refused) - again, again


def _lacking(session: Session, actor: Actor, case: CaseFile, procedure: Procedure) -> tuple[Lacking, ...]:
    """The organisation's own steps that name a paper and have none."""
    have, again = _settled(session, case)
    events = session.exec(
        select(Trail)
        .where(Trail.chain == case.id, Trail.organisation_id == actor.organisation_id)
        .order_by(col(Trail.seq).desc())
    ).all()
    found = []
    for event in events:
        action = procedure.actions.get(str(event.detail.get("action", "")))
        version = event.detail.get("version", 0)
        named = event.detail.get("paper", Made.ELSEWHERE.value) != Made.ELSEWHERE.value
        there = version in have or (named and version not in again)
        if action is not None and action.document in KINDS and version and not there:
            found.append(Lacking(action.name, version, str(action.document), event.at))
    return tuple(found)
