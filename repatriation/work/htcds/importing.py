"""Opens the cases of a workbook, hundreds in a transaction; a second run of the same file changes nothing."""

import hmac
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Final, NamedTuple, Self

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from repatriation.htcds.findings import Finding
from repatriation.htcds.rows import HtcdsRow
from repatriation.records import trail
from repatriation.records.cases import CaseFile
from repatriation.records.imports import ImportRow, ImportRun
from repatriation.work.actors import Actor
from repatriation.work.cases import Opener, every_body
from repatriation.work.folder import Sheaf
from repatriation.work.house import House
from repatriation.work.htcds.sealing import Beginning, Hands, Sealed

BATCH: Final = 500
"""Rows in one transaction: commits then cost little, and other writers wait well under a second."""


class Outcome(StrEnum):
    """What became of a row, or in a dry run would become of it."""

    WOULD_OPEN = "would open"
    OPENED = "opened"
    BEFORE = "opened before"
    REFUSED = "refused"


class RowOutcome(NamedTuple):
    """One row's fate. It holds nothing personal: a place, the reference of its case, and sentences."""

    sheet: str
    row: int
    outcome: Outcome
    reference: str | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """How a file is read in: by whom, when, on which route, from which stage. `digest` is the file's."""

    actor: Actor
    now: datetime
    route: str
    stage: str
    digest: str
    apply: bool


class _Batch(NamedTuple):
    """Rows of which each was refused, opened before, or is being sealed."""

    rows: list[HtcdsRow]
    keys: list[str]
    before: dict[str, str | None]
    sealed: "Future[list[Sealed]]"


class _Ready(NamedTuple):
    """A case to be written."""

    key: str
    number: int
    sheaf: Sheaf


class Importer:
    """Reads the rows of one file in; a context manager. Go through `rows` once; break it off anywhere.

    `others` is how many processes beside this one seal cases (see `sealing`).
    """

    def __init__(self, house: House, plan: Plan, others: int = 0) -> None:
        self.house, self.plan = house, plan
        self.counts: Counter[Outcome] = Counter()
        self._key = house.keyring.digest_key("import")
        with house.doors.read() as session:
            bodies = every_body(session)
        opener = Opener(house, plan.actor, plan.now, bodies)
        self._hands = Hands(opener, Beginning(plan.route, plan.stage, plan.now), others)
        self._run_id: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        self._hands.__exit__(*problem)

    def rows(self, rows: Iterable[HtcdsRow]) -> Iterator[RowOutcome]:
        """What becomes of each row, in order. With `apply`, a row is told of once its case is on the disk."""
        source = iter(rows)
        ahead: deque[_Batch] = deque()
        while batch := list(islice(source, BATCH)):
            ahead.append(self._begin(batch))
            if len(ahead) > 2 * self._hands.others:
                yield from self._settle(ahead.popleft())
        while ahead:
            yield from self._settle(ahead.popleft())
        if self._run_id is not None:
            self._finish()

    def _begin(self, rows: list[HtcdsRow]) -> _Batch:
        keys = [self._keyed(row) if row.key else "" for row in rows]
        with self.house.doors.read() as session:
            before = _opened_before(session, keys)
        new = [row for row, key in zip(rows, keys, strict=True) if key and key not in before]
        return _Batch(rows, keys, before, self._hands.seal(new))

    def _settle(self, batch: _Batch) -> Iterator[RowOutcome]:
        new = [
            (row, key)
            for row, key in zip(batch.rows, batch.keys, strict=True)
            if key and key not in batch.before
        ]
        sealed = {key: done for (_, key), done in zip(new, batch.sealed.result(), strict=True)}
        ready = [
            _Ready(key, row.number, done.sheaf) for row, key in new if (done := sealed[key]).sheaf is not None
        ]
        before = batch.before | (self._write(ready) if self.plan.apply and ready else {})
        for row, key in zip(batch.rows, batch.keys, strict=True):
            outcome = self._outcome(row, key, before, sealed.get(key))
            self.counts[outcome.outcome] += 1
            yield outcome

    def _outcome(
        self, row: HtcdsRow, key: str, before: dict[str, str | None], sealed: Sealed | None
    ) -> RowOutcome:
        findings = sealed.findings if sealed else row.findings
        if key in before:
            return RowOutcome(row.sheet, row.number, Outcome.BEFORE, before[key], findings)
        if sealed is None or sealed.sheaf is None:
            return RowOutcome(row.sheet, row.number, Outcome.REFUSED, None, findings)
        if not self.plan.apply:
            return RowOutcome(row.sheet, row.number, Outcome.WOULD_OPEN, None, findings)
        return RowOutcome(row.sheet, row.number, Outcome.OPENED, sealed.reference, findings)

    def _write(self, ready: Sequence[_Ready]) -> dict[str, str | None]:
        """Write the cases in one transaction; gives those that another run of the file opened meanwhile."""
        try:
            return self._write_once(ready)
        except IntegrityError:
            # Another run wrote some of these rows between our look and our commit. Now they can be seen.
            return self._write_once(ready)

    def _write_once(self, ready: Sequence[_Ready]) -> dict[str, str | None]:
        with self.house.doors.act() as session:
            meanwhile = _opened_before(session, [each.key for each in ready])
            wanted = [each for each in ready if each.key not in meanwhile]
            if wanted:
                run = self._run(session)
                together = Sheaf()
                for each in wanted:
                    for table, values in each.sheaf.rows.items():
                        together.rows[table] += values
                together.write(session)
                rows = [_import_row(each, run.id) for each in wanted]
                session.connection().execute(insert(ImportRow), rows)
                run.opened += len(wanted)
                session.add(run)
        return meanwhile

    def _run(self, session: Session) -> ImportRun:
        """The run that this is or goes on with; made with its first case, so one in vain leaves no trace."""
        if self._run_id is not None:
            return session.get_one(ImportRun, self._run_id)
        digest = hmac.digest(self._key, self.plan.digest.encode(), "sha256").hex()
        unfinished = select(ImportRun).where(ImportRun.digest == digest, col(ImportRun.finished_at).is_(None))
        run = session.exec(unfinished.order_by(col(ImportRun.at))).first()
        if run is None:
            actor = self.plan.actor
            run = ImportRun(at=self.plan.now, officer_id=actor.officer_id, kind="htcds", digest=digest)
            session.add(run)
            session.flush()
            detail = {"run": run.id, "route": self.plan.route, "stage": self.plan.stage}
            trail.append(session, actor, self.plan.now, "import:run:begun", detail)
        self._run_id = run.id
        return run

    def _finish(self) -> None:
        with self.house.doors.act() as session:
            run = session.get_one(ImportRun, self._run_id)
            run.rows = self.counts.total()
            run.refused = self.counts[Outcome.REFUSED]
            run.finished_at = self.plan.now
            session.add(run)
            detail = {"run": run.id, "rows": run.rows, "opened": run.opened, "refused": run.refused}
            trail.append(session, self.plan.actor, self.plan.now, "import:run:finished", detail)

    def _keyed(self, row: HtcdsRow) -> str:
        """The row's digest under a key of this installation, without which nobody can guess at rows."""
        return hmac.digest(self._key, row.key.encode(), "sha256").hex()


def _opened_before(session: Session, keys: Sequence[str]) -> dict[str, str | None]:
    wanted = [key for key in keys if key]
    if not wanted:
        return {}
    found = session.exec(
        select(ImportRow.row_key, CaseFile.reference)
        .join(CaseFile, col(CaseFile.id) == ImportRow.case_id, isouter=True)
        .where(col(ImportRow.row_key).in_(wanted))
    )
    return {row[0]: row[1] for row in found.all()}


def _import_row(ready: _Ready, run_id: str) -> dict[str, object]:
    (case,) = ready.sheaf.rows[CaseFile]
    return {
        "row_key": ready.key,
        "run_id": run_id,
        "number": ready.number,
        "case_id": case["id"],
        "problem": None,
    }
