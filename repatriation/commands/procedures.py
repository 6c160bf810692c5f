"""`repatriation sop`: check, print and draw the procedures, and ask one what may be done in a case."""

from pathlib import Path
from typing import Any

import click

COLUMNS = 2
"""A book has one column a language, and room for two."""

LONGEST_SETTING = 300.0
"""Seconds. A book has eighty pages, where a paper has two."""


@click.group("sop")
def command() -> None:
    """The procedures: check, print, draw, and ask them."""


@command.command()
@click.argument("files", nargs=-1, type=click.Path(dir_okay=False, path_type=Path))
@click.pass_context
def check(context: click.Context, files: tuple[Path, ...]) -> None:
    """Read route FILES (all that are installed, when none is named) and walk through every case of each.

    Ends with 0 when every file may be used and with 1 when one may not.
    """
    from time import perf_counter

    from sop.floor import stand
    from sop.grounds import grounds
    from sop.reader import ProcedureError, read
    from sop.shelf import CORRIDORS

    refused = 0
    installed = (
        path for folder in (CORRIDORS, *_further_corridors()) for path in sorted(folder.glob("*.toml"))
    )
    for path in files or installed:
        started = perf_counter()
        try:
            procedure = read(path)
            walk = stand(procedure)
        except (ProcedureError, OSError) as problem:
            refused += 1
            click.echo(f"{path.name}: refused", err=True)
            for sentence in _sentences(problem):
                click.echo(f"  {sentence}", err=True)
            continue
        took = (perf_counter() - started) * 1000
        assumed = [ground.assumed for ground in grounds(procedure)]
        click.echo(
            f"{path.name}: {len(procedure.stages)} stages, {len(procedure.actions)} actions, "
            f"{walk.cases:,} cases visited, {walk.steps:,} steps, {took:,.0f} ms, "
            f"{assumed.count(False)} sourced, {assumed.count(True)} assumed"
        )
    context.exit(1 if refused else 0)


def _sentences(problem: Exception) -> list[str]:
    """One line a rule that is broken, each with the file it is broken in."""
    from sop.floor import BelowTheFloor

    if isinstance(problem, BelowTheFloor):
        return [f"{problem.where}: {breach.sentence}" for breach in problem.breaches]
    if isinstance(problem, OSError):
        return [f"{problem.filename}: cannot be read ({problem.strerror})"]
    return [str(problem)]


@command.command()
@click.argument("route")
@click.option("--language", default="en", show_default=True, help="km, th, vi or en")
def diagram(route: str, language: str) -> None:
    """Draw ROUTE (such as tha-khm, or tha-khm-2019) in lanes, as SVG, on standard output."""
    from sop.diagram import lanes_svg

    procedure = _procedure(route)
    _speaks(procedure.languages, (language,))
    click.echo(lanes_svg(procedure, language))


@command.command("print")
@click.argument("route")
@click.option("--languages", default="en", show_default=True, help="one or two of km, th, vi, en, as xx,yy")
@click.option(
    "--pdf", "file", type=click.Path(dir_okay=False, path_type=Path), help="Set it as pages, into this file."
)
def print_(route: str, languages: str, file: Path | None) -> None:
    """Print ROUTE as a book that a ministry can read article by article: as HTML on standard output, or as a
    PDF with the hash of the route's file on every page and the file itself in it.
    """
    from repatriation.work.book import in_words
    from sop.book import book_html

    procedure = _procedure(route)
    chosen = tuple(dict.fromkeys(languages.split(",")))
    _speaks(procedure.languages, chosen)
    if len(chosen) > COLUMNS:
        raise click.BadParameter("name one language, or two with a comma between", param_hint="--languages")
    if file is None:
        click.echo(book_html(procedure, chosen, write_day=in_words(chosen)))
    else:
        _set_as_pages(procedure, chosen, file)


def _set_as_pages(procedure: Any, languages: tuple[str, ...], file: Path) -> None:
    from contextlib import closing

    from documents.fonts import FontsUnfit, ready
    from documents.press import Press
    from documents.printing import CannotPrint
    from repatriation.work.book import FileChanged, book_sheet

    try:
        with closing(Press(workers=1, seconds=LONGEST_SETTING, fonts=ready())) as press:
            printed = press.print(book_sheet(procedure, languages))
        file.write_bytes(printed.file)
    except (CannotPrint, FontsUnfit, FileChanged, OSError) as problem:
        raise click.ClickException(f"The book could not be printed: {problem}.") from None
    click.echo(f"{file}: {printed.pages} pages, with {procedure.path.name} in it, SHA-256 {procedure.digest}")


@command.command()
@click.argument("reference")
@click.option("--as", "role", required=True, help="whose view: a role such as host.coordination, or person")
def verdicts(reference: str, role: str) -> None:
    """Say what ROLE may do now in the case REFERENCE, and why the rest is closed."""
    from datetime import UTC, datetime

    from repatriation.opening import open_house
    from repatriation.settings import read_settings
    from repatriation.work.inspection import inspect
    from repatriation.work.refusals import NotFound
    from sop import engine, vocabulary
    from sop.awaiting import turn

    if role not in vocabulary.ROLES:
        known = ", ".join(sorted(vocabulary.ROLES))
        raise click.BadParameter(f"“{role}” is not a role; the roles are {known}", param_hint="--as")
    try:
        procedure, view = inspect(open_house(read_settings()), reference)
    except NotFound:
        raise click.ClickException("There is no case of this reference.") from None
    now = datetime.now(UTC)
    awaited = turn(procedure, view, now)
    stage = procedure.stages[view.stage]
    click.echo(f"{reference}: {stage.text['en']} ({stage.name}), version {view.version}")
    click.echo(
        f"answers for it: {awaited.responsible}; awaited: {', '.join(awaited.waiting_for) or 'nobody'}"
    )
    for verdict in engine.verdicts(procedure, view, frozenset({role}), now):
        why = "; ".join(" ".join(filter(None, reason)) for reason in verdict.reasons)
        state = "open  " if verdict.open else "closed"
        click.echo(f"  {state}  {verdict.action.name}  {why}".rstrip())


def _further_corridors() -> tuple[Path, ...]:
    """The further folders of this installation. Reading a procedure needs no keys, so none are asked for."""
    from repatriation.settings import read_settings

    return read_settings(demonstration=True).corridors


def _procedure(route: str) -> Any:
    from datetime import UTC, datetime

    from sop.shelf import NotOnTheShelf, stock

    shelf = stock(_further_corridors())
    for procedure in shelf:
        if procedure.key == route:
            return procedure
    try:
        return shelf.in_force(route, datetime.now(UTC).date())
    except NotOnTheShelf:
        known = ", ".join(procedure.key for procedure in shelf)
        said = f"there is no route “{route}”; there are {known}"
        raise click.BadParameter(said, param_hint="ROUTE") from None


def _speaks(spoken: tuple[str, ...], wanted: tuple[str, ...]) -> None:
    for language in wanted:
        if language not in spoken:
            said = f"this route's file has no words in “{language}”; it has {', '.join(spoken)}"
            raise click.BadParameter(said, param_hint="language")
