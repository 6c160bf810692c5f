"""Opens the cases of a workbook, hundreds in a transaction; a second run of the same file changes nothing."""

import hmac
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Final, NamedTuple

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from repatriation.htcds.findings import Finding, Severity
from repatriation.htcds.rows import HtcdsRow
from repatriation.records import trail
from repatriation.records.cases import CaseFile
from repatriation.records.imports import ImportRow, ImportRun
from repatriation.work.actors import Actor
from repatriation.work.cases import Opener, Sheaf, every_body
from repatriation.work.house import House
from repatriation.work.htcds.entering import new_case
from repatriation.work.refusals import Invalid
from sop.engine import NotAllowed

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


@dataclass(slots=True)
class _Ready:
    """A row whose case is sealed and waits to be written."""

    row: HtcdsRow
    key: str
    reference: str
    sheaf: Sheaf
    findings: tuple[Finding, ...]


class Importer:
    """Reads the rows of one file in. Go through `rows` to its end; it may be broken off anywhere."""

    def __init__(self, house: House, plan: Plan) -> None:
        self.house, self.plan = house, plan
        self.counts: Counter[Outcome] = Counter()
        self._key = house.keyring.digest_key("import")
        with house.doors.read() as session:
            self._opener = Opener(house, plan.actor, plan.now, every_body(session))
        self._run_id: str | None = None

    def rows(self, rows: Iterable[HtcdsRow]) -> Iterator[RowOutcome]:
        """What becomes of each row, in order. With `apply`, a row is told of once its case is on the disk."""
        source = iter(rows)
        while batch := list(islice(source, BATCH)):
            for outcome in self._batch(batch):
                self.counts[outcome.outcome] += 1
                yield outcome
        if self._run_id is not None:
            self._finish()

    def _batch(self, rows: Sequence[HtcdsRow]) -> list[RowOutcome]:
        keys = [self._keyed(row) if row.key else "" for row in rows]
        with self.house.doors.read() as session:
            before = _opened_before(session, keys)
        told: list[RowOutcome | _Ready] = []
        for row, key in zip(rows, keys, strict=True):
            if not key:
                told.append(RowOutcome(row.sheet, row.number, Outcome.REFUSED, None, row.findings))
            elif key in before:
                told.append(RowOutcome(row.sheet, row.number, Outcome.BEFORE, before[key], row.findings))
            else:
                told.append(self._make_ready(row, key))
        ready = [each for each in told if isinstance(each, _Ready)]
        meanwhile = self._write(ready) if self.plan.apply and ready else {}
        return [self._outcome(each, meanwhile) if isinstance(each, _Ready) else each for each in told]

    def _outcome(self, ready: _Ready, meanwhile: dict[str, str | None]) -> RowOutcome:
        row = ready.row
        if not self.plan.apply:
            return RowOutcome(row.sheet, row.number, Outcome.WOULD_OPEN, None, ready.findings)
        if ready.key in meanwhile:
            return RowOutcome(row.sheet, row.number, Outcome.BEFORE, meanwhile[ready.key], ready.findings)
        return RowOutcome(row.sheet, row.number, Outcome.OPENED, ready.reference, ready.findings)

    def _make_ready(self, row: HtcdsRow, key: str) -> "_Ready | RowOutcome":
        entered, further = new_case(row, self.plan.route, self.plan.stage, self.plan.now)
        sheaf = Sheaf()
        try:
            reference = self._opener.put(sheaf, entered)
        except NotAllowed as refusal:
            why = tuple(_not_allowed(row, reason.code, reason.what) for reason in refusal.reasons)
            return RowOutcome(row.sheet, row.number, Outcome.REFUSED, None, (*row.findings, *further, *why))
        except Invalid as refusal:
            why = tuple(_not_allowed(row, code, place) for place, code in refusal.problems.items())
            return RowOutcome(row.sheet, row.number, Outcome.REFUSED, None, (*row.findings, *further, *why))
        return _Ready(row, key, reference, sheaf, (*row.findings, *further))

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
                session.connection().execute(
                    insert(ImportRow), [_import_row(each, run.id) for each in wanted]
                )
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
        "number": ready.row.number,
        "case_id": case["id"],
        "problem": None,
    }


def _not_allowed(row: HtcdsRow, code: str, what: str) -> Finding:
    sentence = _WORDS.get(code, "The procedure does not allow this case to be opened ({code}: {what}).")
    return Finding(
        Severity.REFUSED,
        row.sheet,
        row.number,
        None,
        None,
        code,
        sentence.format(code=code, what=what or "case"),
    )


_WORDS: Final = {
    "role": "Your organisation does not open cases at this stage of this route ({what}).",
    "nobody_there": "No organisation of this installation is {what}, who would answer for the case.",
    "organisation_needed": "Several organisations could be {what}; one of them has to open the case itself.",
    "unknown": "This installation has no such {what}.",
}
