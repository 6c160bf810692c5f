"""`repatriation import services`: the directory of services from a spreadsheet."""

from pathlib import Path
from typing import Any

import click


@click.group("import")
def command() -> None:
    """Open cases, or enter services, from files that others keep."""


@command.command("services")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--organisation", metavar="CODE", help="The organisation in whose name it is done.")
@click.option("--officer", metavar="NAME", help="Its officer, if it has several.")
@click.option("--apply", is_flag=True, help="Enter them. Without it nothing is changed, only told.")
@click.pass_context
def read_in(
    context: click.Context, file: Path, organisation: str | None, officer: str | None, apply: bool
) -> None:
    """Enter the services and shelters of FILE, a workbook as `export services` writes it, into the directory.

    A dry run by default: it says what is new, what is changed, and what is wrong with which cell. With
    --apply all is entered, or nothing where a cell is wrong.
    """
    from datetime import UTC, datetime

    from repatriation.opening import open_house
    from repatriation.settings import read_settings
    from repatriation.work.htcds.officers import Unclear, find_officer
    from repatriation.work.services import sheets

    house = open_house(read_settings())
    context.call_on_close(house.doors.dispose)
    now = datetime.now(UTC)
    try:
        actor = find_officer(house, organisation, officer)
        read = sheets.read(house, actor, now, file)
    except (Unclear, sheets.NoSheet) as problem:
        raise click.ClickException(str(problem)) from None
    _tell(read)
    if read.faults:
        raise click.ClickException("Nothing was changed. Put these cells right first.")
    if not apply:
        click.echo("Nothing was changed. Run it again with --apply to enter them.")
        return
    sheets.apply(house, actor, now, read)
    click.echo("Entered.")


def _tell(read: Any) -> None:
    for fault in read.faults:
        click.echo(str(fault))
    click.echo(f"{len(read.new):,} new, {len(read.changed):,} changed, {read.same:,} as they were.")
