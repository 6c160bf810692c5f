"""`repatriation import`: open cases from files that others keep."""

from pathlib import Path
from typing import IO, Any

import click

_MANY_ROWS = 2_000


@click.group("import")
def command() -> None:
    """Open cases, or enter services, from files that others keep."""


@command.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--organisation", metavar="CODE", help="The organisation that opens the cases.")
@click.option("--officer", metavar="NAME", help="Its officer in whose name it is done, if it has several.")
@click.option("--route", metavar="ROUTE", help="The route, such as tha-khm; may be left out where plain.")
@click.option("--stage", default="reported", show_default=True, help="The stage at which the cases begin.")
@click.option("--apply", is_flag=True, help="Open the cases. Without it nothing is changed, only told.")
@click.option(
    "--report",
    metavar="FILE.csv",
    type=click.Path(path_type=Path, dir_okay=False),
    help="What became of each row.",
)
@click.option(
    "--template",
    metavar="OUT.xlsx",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write an empty workbook to fill in, and do nothing else.",
)
@click.pass_context
def htcds(
    context: click.Context,
    file: Path | None,
    organisation: str | None,
    officer: str | None,
    route: str | None,
    stage: str,
    apply: bool,
    report: Path | None,
    template: Path | None,
) -> None:
    """Open a case for each row of FILE, a workbook of IOM's Human Trafficking Case Data Standard 2.0.

    A dry run by default: it says what would become of each row. With --apply the cases are opened, each
    wholly or not at all; a second run of the same file changes nothing, and one that was broken off goes on
    where it was.
    """
    if template is not None:
        _write_template(template)
        return
    if file is None:
        raise click.UsageError("Give the workbook to read, or --template with a name for an empty one.")
    from concurrent.futures.process import BrokenProcessPool

    from repatriation.htcds.faults import BadWorkbook
    from repatriation.records.keyring import KeyringError
    from repatriation.work.htcds.officers import Unclear
    from repatriation.work.refusals import ReadOnly

    try:
        _import(context, file, organisation, officer, route, stage, apply, report)
    except BadWorkbook as bad:
        raise click.ClickException(f"{bad}{_so_far(apply)}") from None
    except (Unclear, KeyringError) as problem:
        raise click.ClickException(str(problem)) from None
    except BrokenProcessPool:
        raise click.ClickException(f"A process that helped was ended.{_so_far(apply)}") from None
    except ReadOnly:
        raise click.ClickException("This officer's duty is to look, not to open cases.") from None
    except KeyboardInterrupt:
        click.echo(f"Broken off.{_so_far(apply)}", err=True)
        context.exit(130)


def _so_far(apply: bool) -> str:
    return " Rows reported as opened before this are in; run it again to go on." if apply else ""


def _write_template(path: Path) -> None:
    from repatriation.htcds.template import write_template

    if path.exists():
        raise click.ClickException(f"{path} is there already; it is not written over.")
    write_template(path)
    click.echo(f"Wrote an empty workbook to {path}.")


def _import(
    context: click.Context,
    file: Path,
    organisation: str | None,
    officer: str | None,
    route: str | None,
    stage: str,
    apply: bool,
    report: Path | None,
) -> None:
    from datetime import UTC, datetime

    from repatriation.htcds.rows import Reading
    from repatriation.htcds.workbook import open_workbook
    from repatriation.opening import open_house
    from repatriation.settings import read_settings
    from repatriation.work.htcds.importing import Importer, Plan
    from repatriation.work.htcds.officers import find_officer, find_route

    now = datetime.now(UTC)
    with open_workbook(file) as workbook:
        reading = Reading(workbook, now.date())
        for finding in reading.findings:
            click.echo(f"{finding} ({finding.severity})")
        house = open_house(read_settings())
        context.call_on_close(house.doors.dispose)
        actor = find_officer(house, organisation, officer)
        route = route or find_route(house, actor, stage, now)
        plan = Plan(actor, now, route, stage, _digest(file), apply)
        importer = context.with_resource(Importer(house, plan, _others(reading.expected)))
        click.echo(
            f"About {reading.expected:,} rows, for {actor.organisation}, route {route}, from “{stage}”."
            f"{'' if apply else ' A dry run: nothing is changed.'}"
        )
        said = _go_through(importer.rows(reading.rows()), reading.expected, report)
    for sentence in said.summary(apply):
        click.echo(sentence)


def _others(rows: int) -> int:
    """How many processes help: none for a small file, which is done before they begin."""
    import os

    return min(3, (os.cpu_count() or 1) - 1) if rows >= _MANY_ROWS else 0


def _digest(file: Path) -> str:
    import hashlib

    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


class _Said:
    """What is told at the end: how many rows met each fate, how often each finding was made."""

    MOST = 20

    def __init__(self) -> None:
        self.outcomes: dict[str, int] = {}
        self.codes: dict[tuple[str, str], int] = {}
        self.refusals: list[str] = []

    def add(self, outcome: Any) -> None:
        self.outcomes[outcome.outcome.value] = self.outcomes.get(outcome.outcome.value, 0) + 1
        for finding in outcome.findings:
            key = (finding.severity.value, finding.code)
            self.codes[key] = self.codes.get(key, 0) + 1
            if finding.severity.value == "refused" and len(self.refusals) < self.MOST:
                self.refusals.append(str(finding))

    def summary(self, apply: bool) -> list[str]:
        lines = [f"{_counted(count, 'row')} {outcome}." for outcome, count in self.outcomes.items()]
        lines += [
            f"  {severity}: {code}, {_counted(count, 'time')}"
            for (severity, code), count in sorted(self.codes.items())
        ]
        if self.refusals:
            lines += ["Refused, with why (the first of them; --report has all):", *self.refusals]
        if not self.outcomes:
            lines.append("There is no filled row in it.")
        elif not apply and "would open" in self.outcomes:
            lines.append("Nothing was changed. Run it again with --apply to open these cases.")
        return lines


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _go_through(outcomes: Any, expected: int, report: Path | None) -> _Said:
    said = _Said()
    sheet = _open_report(report)
    try:
        for outcome in _with_progress(outcomes, expected):
            said.add(outcome)
            if sheet is not None:
                _write_row(sheet, outcome)
    finally:
        if sheet is not None:
            sheet.close()
    return said


def _open_report(report: Path | None) -> IO[str] | None:
    import csv
    import os

    if report is None:
        return None
    try:
        descriptor = os.open(report, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise click.ClickException(f"The report cannot be written: {error.strerror}.") from None
    # The mark at the start makes spreadsheet programs read it as UTF-8.
    sheet = os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="")
    csv.writer(sheet).writerow(
        ["sheet", "row", "outcome", "case", "severity", "column", "field", "code", "sentence"]
    )
    return sheet


def _write_row(sheet: IO[str], outcome: Any) -> None:
    import csv

    # A sheet's name must not become a formula in the program that opens the report.
    name = f"'{outcome.sheet}" if outcome.sheet[:1] in ("=", "+", "-", "@") else outcome.sheet
    start = [name, outcome.row, outcome.outcome.value, outcome.reference or ""]
    writer = csv.writer(sheet)
    for finding in outcome.findings:
        writer.writerow(
            [
                *start,
                finding.severity.value,
                finding.column or "",
                finding.field or "",
                finding.code,
                finding.sentence,
            ]
        )
    if not outcome.findings:
        writer.writerow([*start, "", "", "", "", ""])


def _with_progress(outcomes: Any, expected: int) -> Any:
    import sys

    if sys.stderr.isatty():
        yield from _with_bar(outcomes, expected)
        return
    import time

    begun = told = time.monotonic()
    for number, outcome in enumerate(outcomes, start=1):
        yield outcome
        now = time.monotonic()
        if now - told >= 10:
            click.echo(
                f"{number:,} of about {expected:,} rows, {number / (now - begun):,.0f} a second", err=True
            )
            told = now


def _with_bar(outcomes: Any, expected: int) -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Rows"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("rows", total=expected)
        for number, outcome in enumerate(outcomes, start=1):
            yield outcome
            if number % 100 == 0:
                progress.update(task, completed=number)
        progress.update(task, completed=expected)
