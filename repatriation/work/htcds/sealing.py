"""Makes cases of rows, sealed and ready to be written, in this process or in several beside it.

Sealing one case takes longer than reading or writing it, and one process uses one core. So for a large file
other processes seal while this one reads and writes. They are forks: they have the keys because this process
has them, get rows and give back sealed rows through pipes, never touch the database, and end with this one.
"""

import multiprocessing
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import parent_process
from typing import Final, Self

from repatriation.htcds.findings import Finding, Severity
from repatriation.htcds.rows import HtcdsRow
from repatriation.work.cases import Opener
from repatriation.work.folder import Sheaf
from repatriation.work.htcds.entering import new_case
from repatriation.work.refusals import Invalid
from sop.engine import NotAllowed


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where the cases begin."""

    route: str
    stage: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Sealed:
    """A row whose case is sealed and waits to be written; without a sheaf, the procedure refused it."""

    findings: tuple[Finding, ...]
    reference: str = ""
    sheaf: Sheaf | None = None


Sealer = Callable[[Sequence[HtcdsRow]], list[Sealed]]

_WORDS: Final = {
    "role": "Your organisation does not open cases at this stage of this route ({what}).",
    "nobody_there": "No organisation of this installation is {what}, who would answer for the case.",
    "organisation_needed": "Several organisations could be {what}; one of them has to open the case itself.",
    "unknown": "This installation has no such {what}.",
}
_OTHER_WORDS: Final = "The procedure does not allow a case to be opened here ({code}: {what})."


def seal(opener: Opener, beginning: Beginning, rows: Sequence[HtcdsRow]) -> list[Sealed]:
    """Each row as a sealed case, or as refused with why."""
    return [_seal(opener, beginning, row) for row in rows]


def _seal(opener: Opener, beginning: Beginning, row: HtcdsRow) -> Sealed:
    entered, further = new_case(row, beginning.route, beginning.stage, beginning.now)
    findings = (*row.findings, *further)
    sheaf = Sheaf()
    try:
        reference = opener.put(sheaf, entered)
    except NotAllowed as refusal:
        why = [_refusal(row, reason.code, reason.what) for reason in refusal.reasons]
    except Invalid as refusal:
        why = [_refusal(row, code, place) for place, code in refusal.problems.items()]
    else:
        return Sealed(findings, reference, sheaf)
    return Sealed((*findings, *why))


def _refusal(row: HtcdsRow, code: str, what: str) -> Finding:
    sentence = _WORDS.get(code, _OTHER_WORDS).format(code=code, what=what or "case")
    return Finding(Severity.REFUSED, row.sheet, row.number, None, None, code, sentence)


class Hands:
    """Seals rows: with no others, at once; with others, while this process does something else."""

    def __init__(self, opener: Opener, beginning: Beginning, others: int = 0) -> None:
        self._opener, self._beginning = opener, beginning
        # Forking is safe only while there is one thread, and not every system can fork.
        able = "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1
        self.others = others if able else 0
        self._pool: ProcessPoolExecutor | None = None
        if self.others:
            opener.desk.house.doors.dispose()  # a connection must not be shared with a fork
            self._pool = ProcessPoolExecutor(
                self.others, multiprocessing.get_context("fork"), _begin, (opener, beginning)
            )
            self._pool.submit(os.getpid).result()  # they all begin now, before there are threads

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def seal(self, rows: Sequence[HtcdsRow]) -> "Future[list[Sealed]]":
        """The rows sealed, now or soon."""
        if self._pool is not None:
            return self._pool.submit(_seal_there, rows)
        done: Future[list[Sealed]] = Future()
        done.set_result(seal(self._opener, self._beginning, rows))
        return done


_there: dict[str, Sealer] = {}


def _begin(opener: Opener, beginning: Beginning) -> None:
    """Begin as a process that seals: know how, and end when the one that asks has ended, however it did."""
    _there["seal"] = lambda rows: seal(opener, beginning, rows)
    parent = parent_process()
    assert parent is not None

    def end_with_parent() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=end_with_parent, daemon=True).start()


def _seal_there(rows: Sequence[HtcdsRow]) -> list[Sealed]:
    return _there["seal"](rows)
