"""`repatriation export`: what is kept here, in files for others."""

from pathlib import Path

import click


@click.group("export")
def command() -> None:
    """Write what is kept here into files for others."""


@command.command("services")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_context
def write_out(context: click.Context, file: Path) -> None:
    """Write the directory of services and shelters into FILE, a new workbook."""
    from datetime import UTC, datetime

    from repatriation.opening import open_house
    from repatriation.settings import read_settings
    from repatriation.work.services.sheets import write

    house = open_house(read_settings())
    context.call_on_close(house.doors.dispose)
    try:
        count = write(house, datetime.now(UTC).date(), file)
    except FileExistsError:
        raise click.ClickException(f"{file} is there already; it is not written over.") from None
    except OSError as problem:
        raise click.ClickException(f"The file cannot be written: {problem.strerror}.") from None
    click.echo(f"Wrote {count:,} services to {file}.")
