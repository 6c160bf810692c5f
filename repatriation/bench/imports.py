"""How quick an import is: from a workbook of the data standard to sealed cases on the disk."""

import datetime
import os
import resource
import time
from collections.abc import Iterator, Sequence
from itertools import product
from multiprocessing.connection import Connection
from pathlib import Path

from openpyxl import Workbook

from repatriation.bench.checks import examine
from repatriation.bench.crowd import APART
from repatriation.bench.place import Place
from repatriation.bench.report import Report
from repatriation.bench.world import Apart, Way, populate, ways
from repatriation.htcds.rows import Reading
from repatriation.htcds.standard import FIELDS, SHEET_COLUMNS
from repatriation.htcds.workbook import open_workbook
from repatriation.work.htcds.importing import Importer, Plan

GOAL = 2000
ROUTE = "tha-khm"


def run(place: Place) -> Report:
    """Makes a workbook, and has a process of its own read it in, as `repatriation import htcds` does."""
    rows = place.size(50_000, 500)
    report = Report("import", "a workbook made into sealed cases on the disk", place.kind)
    world = populate(place)
    way = next(way for way in ways(place.shelf) if way.new.route == ROUTE)
    file = place.folder / f"cases-{rows}.xlsx"
    if not file.exists():
        _workbook(file, rows)
    ours, theirs = APART.Pipe()
    process = APART.Process(target=_read_in, args=(theirs, world.apart, way, file, rows))
    process.start()
    theirs.close()
    took, worked, peak, early, late = ours.recv()
    process.join()
    counts = examine(world.house, {})
    world.close()
    report.add("rows", rows)
    report.add("size of the workbook", file.stat().st_size / 2**20, "MiB")
    report.add("rows read in", rows / took, "rows/s", *(("at least", GOAL) if place.kind == "sqlite" else ()))
    report.add("processor time of a row", worked / rows * 1e6, "µs")
    report.add("peak memory", peak, "MiB")
    report.add("memory at the end, of that after a fifth", late / early, "", "at most", 1.25)
    report.add("rows without a case", rows - counts.cases, "", "exactly", 0)
    report.add("breaks in the trail", counts.broken + counts.disagreeing, "", "exactly", 0)
    return report


def _read_in(pipe: Connection, apart: Apart, way: Way, file: Path, rows: int) -> None:
    """Reads it in; tells seconds, processor seconds, and MiB: peak, after a fifth, at the end."""
    world, now = apart.world(), datetime.datetime.now(datetime.UTC)
    others = min(3, (os.cpu_count() or 1) - 1) if rows >= GOAL else 0
    began, before, early, peak = time.perf_counter(), time.process_time(), 0.0, _memory()
    plan = Plan(world.actors[way.opener], now, ROUTE, way.new.stage, "0" * 64, apply=True)
    with open_workbook(file) as workbook, Importer(world.house, plan, others) as importer:
        for number, _ in enumerate(importer.rows(Reading(workbook, now.date()).rows()), start=1):
            if number == rows // 5:
                early = _memory()
            if number % 1000 == 0:
                peak = max(peak, _memory())
    took = time.perf_counter() - began
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    worked = sum(each.ru_utime + each.ru_stime for each in spent) - before
    pipe.send((took, worked, peak, early, _memory()))


def _memory() -> float:
    """Memory of our own, in MiB: without files that are only mapped, such as the database."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("RssAnon:")[2].split()[0]) / 1024


def _workbook(file: Path, rows: int) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Case Sheet")
    sheet.append(SHEET_COLUMNS)
    sheet.append([FIELDS[name].label for name in SHEET_COLUMNS])
    for said in _made_up(rows):
        sheet.append([said.get(name) for name in SHEET_COLUMNS])
    book.save(file)


def _made_up(rows: int) -> Iterator[dict[str, object]]:
    """Made-up people, each different; names say that they are made up."""
    first = datetime.date(1970, 1, 1)
    chosen = {name: _labels(name) for name in _CHOICES}
    for number, (given, family) in zip(range(rows), product(range(1000), range(1000)), strict=False):
        yield {
            "con_Consent": True,
            "prs_FirstName": f"Demo {given}",
            "prs_SecondName": f"Bench {family}",
            "prs_Birthdate": first + datetime.timedelta(days=number % 12_000),
            "prs_Citizenship": "Cambodia",
            "prs_MobilePhone": f"+855 {number:08}",
            "prs_MailingStreet": f"House {number}, Street {number % 90}",
            "prs_MailingCity": "Poipet",
            "prs_MailingCountry": "Cambodia",
            "vic_LocationOfRecruitment": "Banteay Meanchey",
            "vic_LocationOfExploitation": "Samut Sakhon",
            **{name: labels[number % len(labels)] for name, labels in chosen.items()},
        }


_CHOICES = (
    "prs_Gender",
    "vic_MethodOfRecruitment",
    "vic_MethodsOfControl",
    "vic_TypeOfExploitation",
    "vic_ForcedLabourIndustry",
)


def _labels(name: str) -> Sequence[str]:
    return [label for _, label in FIELDS[name].values]
