"""What a paper costs: composed, sealed with a token, printed and signed; beside it bare WeasyPrint."""

import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import count, cycle, islice
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

from documents.composing import Composed, Draft, Issue, compose
from documents.fonts import ready
from documents.keys import Generation, new_generation
from documents.kinds import KINDS
from documents.press import Press
from documents.printing import Printed
from documents.samples import sample
from documents.signing import Signer
from documents.squares import square
from documents.tokens import Claims, write_token
from repatriation.bench.bare import Bare, bare
from repatriation.bench.place import Place
from repatriation.bench.report import Report

PAIRS: Final = (("km", "th"), ("vi", "en"))
"""The longest pair of languages, in which every kind is measured, and the shortest."""

HUNDRED: Final = 100
HUNDREDS: Final = 5
"""A worker's memory is read after each hundred papers. Half as many show how fast two workers are."""

MOST_PROCESSOR: Final = 200
"""Milliseconds of a processor's time that a one-page paper may take, all in all: on two, ten a second. Unlike
papers by the clock, it can be told on a machine that has other work as well."""

MOST_GROWTH: Final = 4
"""MB between the two that still count as flat: what papers of 13 kinds leave in tables of fixed size."""


@dataclass(frozen=True, slots=True)
class Papermaker:
    """All that a paper is made with. Safe for several threads, as in the program itself."""

    press: Press
    keys: Generation
    numbers: Iterator[int] = field(default_factory=count)

    def make(self, draft: Draft) -> bytes:
        """The paper, from its fields to the signed file."""
        return self.sign(self.press.print(self.compose(draft).sheet))

    def compose(self, draft: Draft) -> Composed:
        """The paper with its number and square."""
        number = f"KH26-7F3K-{next(self.numbers):04}"  # its own, or the square of the last one would do
        issue = Issue(number, 1, MOMENT, "ABC234", "https://returns.example.org/verify", "ab" * 32)
        return compose(draft, issue, partial(self._square, issue, KINDS[draft.kind].letter))

    def sign(self, printed: Printed) -> bytes:
        """The printed file, signed."""
        return Signer(self.keys).sign(printed.file, MOMENT)

    def _square(self, issue: Issue, letter: str, digest: bytes) -> str:
        claims = Claims("returns.example.org", issue.number, letter, issue.at, None, digest[:16])
        return square(write_token(claims, self.keys.token_key), issue.number, 33)


MOMENT: Final = datetime.now(UTC).replace(microsecond=0)


class Taken(NamedTuple):
    """The seconds that one paper took: all of it, the printing alone, and bare WeasyPrint beside it."""

    whole: float
    printing: float
    bare: float


def run(place: Place) -> Report:
    """Every kind warm and cold, beside bare WeasyPrint in turn; then many one-page papers, and memory."""
    report = Report("documents", "papers composed, given a token, printed and signed, beside bare WeasyPrint")
    folder = ready()
    keys = Generation.load(1, new_generation("Benchmark", MOMENT))
    kinds = tuple(KINDS) if not place.quick else ("return_certificate", "handover_minutes")
    with closing(Press(1, fonts=folder)) as press, bare(folder) as alone:
        maker = Papermaker(press, keys)
        _warm(report, maker, alone, kinds, place.size(7, 2))
        shortest, pages = _shortest(maker, kinds)
    for draft in shortest:
        report.add(f"pages of {draft.kind} in {' and '.join(draft.languages)}", pages)
    _cold(report, folder, keys, kinds)
    _many(report, folder, keys, shortest, place.size(HUNDRED, 4))
    return report


def _warm(report: Report, maker: Papermaker, alone: Bare, kinds: Sequence[str], times: int) -> None:
    """Each kind several times, ours and the bare page in turn, so that both meet the same machine."""
    wholes, printings, bares = 0.0, 0.0, 0.0
    for kind in kinds:
        draft = sample(kind, PAIRS[0])
        _one(maker, alone, draft)
        taken = [_one(maker, alone, draft) for _ in range(times)]
        whole, printing, plain = (median(each) for each in zip(*taken, strict=True))
        wholes, printings, bares = wholes + whole, printings + printing, bares + plain
        report.add(f"{kind}: warm", whole * 1000, "ms")
        report.add(f"{kind}: printing alone", printing * 1000, "ms")
        report.add(f"{kind}: bare WeasyPrint", plain * 1000, "ms")
    report.add("all kinds: whole making of bare WeasyPrint", wholes / bares, "times", "at most", 1.2)
    report.add("all kinds: printing alone of bare WeasyPrint", printings / bares, "times")


def _one(maker: Papermaker, alone: Bare, draft: Draft) -> Taken:
    began = time.perf_counter()
    composed = maker.compose(draft)
    ready_to_print = time.perf_counter()
    printed = maker.press.print(composed.sheet)
    is_printed = time.perf_counter()
    maker.sign(printed)
    ended = time.perf_counter()
    return Taken(ended - began, is_printed - ready_to_print, alone.print(composed.sheet.html))


def _shortest(maker: Papermaker, kinds: Sequence[str]) -> tuple[list[Draft], int]:
    """The samples that take the fewest pages, and how many: one-page papers, if there are any."""
    drafts = [sample(kind, pair) for kind in kinds for pair in PAIRS]
    pages = [maker.press.print(maker.compose(draft).sheet).pages for draft in drafts]
    fewest = min(pages)
    return [draft for draft, count in zip(drafts, pages, strict=True) if count == fewest], fewest


def _cold(report: Report, folder: Path, keys: Generation, kinds: Sequence[str]) -> None:
    """The first paper of a new worker, after it has started and proved itself."""
    starts = []
    for kind in kinds:
        draft = sample(kind, PAIRS[0])
        with closing(Press(1, fonts=folder)) as press:
            began = time.perf_counter()
            press.fitness()
            started = time.perf_counter()
            Papermaker(press, keys).make(draft)
            report.add(f"{kind}: cold", (time.perf_counter() - started) * 1000, "ms")
            starts.append(started - began)
    report.add("a worker started and proved", median(starts), "s")


def _many(report: Report, folder: Path, keys: Generation, drafts: Sequence[Draft], hundred: int) -> None:
    """Papers as fast as one worker makes them, and what it holds after each hundred; then as fast as two."""
    alone = _made(folder, keys, drafts, 1, [hundred] * HUNDREDS)
    report.add("one worker", alone.rate, "papers/s")
    for round_, held in enumerate(alone.held, 1):
        report.add(f"its memory after {round_ * hundred} papers", held, "MB")
    report.add("its memory: growth", alone.held[-1] - alone.held[0], "MB", "at most", MOST_GROWTH)
    both = _made(folder, keys, drafts, 2, [hundred * HUNDREDS // 2])
    report.add("two workers", both.rate, "papers/s", "at least", 10)
    report.add(
        "two workers: processor time of a paper", both.processor * 1000, "ms", "at most", MOST_PROCESSOR
    )


class Run(NamedTuple):
    """Papers a second, the processor time of one in seconds, and the memory in MB after each round."""

    rate: float
    processor: float
    held: list[float]


def _made(
    folder: Path, keys: Generation, drafts: Sequence[Draft], workers: int, rounds: Sequence[int]
) -> Run:
    """Rounds of papers, with one caller more than there are workers, so that none of these waits."""
    held, seconds, processor = [], 0.0, 0.0
    with closing(Press(workers, fonts=folder)) as press, ThreadPoolExecutor(workers + 1) as threads:
        maker = Papermaker(press, keys)
        endless = cycle(drafts)
        list(threads.map(maker.make, islice(endless, 2 * workers)))
        for papers in rounds:
            spent, began = _processor(press), time.perf_counter()
            list(threads.map(maker.make, islice(endless, papers)))
            seconds += time.perf_counter() - began
            processor += _processor(press) - spent
            held.append(_memory(press))
    return Run(sum(rounds) / seconds, processor / sum(rounds), held)


def _processor(press: Press) -> float:
    """The seconds of processor time that this program and the workers of its press have taken so far."""
    return time.process_time() + sum(_taken(process) for process in press.processes)


def _taken(process: int) -> float:
    told = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    user, system = int(told[11]), int(told[12])  # the first two fields, a name in brackets, are cut off
    return (user + system) / os.sysconf("SC_CLK_TCK")


def _memory(press: Press) -> float:
    """What the largest worker of a press holds in memory, in MB."""
    held = [_resident(process) for process in press.processes]
    return max(held) / 1e6


def _resident(process: int) -> int:
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024
