"""`repatriation calendar`: days on which offices work, or do not, other than the calendar files say."""

from datetime import datetime

import click

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group("calendar")
def command() -> None:
    """Days that a decree changed; open time limits are reckoned anew at once."""


@command.command("list")
def list_days() -> None:
    """Every day that was entered."""
    from repatriation.opening import open_house
    from repatriation.settings import read_settings
    from repatriation.work.decrees import decrees

    found = decrees(open_house(read_settings()))
    for each in found:
        works = "works" if each.works else "closed"
        click.echo(
            f"{each.country}  {each.day}  {works:6}  {each.source} ({each.officer or 'at the machine'})"
        )
    if not found:
        click.echo("No day was entered; all are as the calendar files say.")


@command.command()
@click.argument("country")
@click.argument("day", type=DAY)
@click.option("--works/--closed", required=True, help="Whether offices are open on that day.")
@click.option("--source", required=True, help="Who says so: the decree, or the office that announced it.")
def enter(country: str, day: datetime, works: bool, source: str) -> None:
    """Enter a DAY (2026-04-13) of a COUNTRY (KHM, THA, VNM)."""
    from datetime import UTC

    from repatriation.opening import open_house
    from repatriation.settings import read_settings
    from repatriation.work.decrees import enter_day
    from repatriation.work.refusals import Invalid

    house = open_house(read_settings())
    try:
        done = enter_day(
            house, None, datetime.now(UTC), country=country, day=day.date(), works=works, source=source
        )
    except Invalid as wrong:
        said = ", ".join(f"{name}: {code}" for name, code in wrong.problems.items())
        raise click.ClickException(f"The day was not entered ({said}).") from None
    click.echo(f"Entered. {done.looked_at} open cases were looked at, {done.moved} time limits moved.")


@command.command("take-back")
@click.argument("country")
@click.argument("day", type=DAY)
def take_back(country: str, day: datetime) -> None:
    """Let a DAY of a COUNTRY be again as the calendar files say."""
    from datetime import UTC

    from repatriation.opening import open_house
    from repatriation.settings import read_settings
    from repatriation.work.decrees import take_back_day
    from repatriation.work.refusals import NotFound

    house = open_house(read_settings())
    try:
        done = take_back_day(house, None, datetime.now(UTC), country=country, day=day.date())
    except NotFound:
        raise click.ClickException("No such day was entered.") from None
    click.echo(f"Taken back. {done.looked_at} open cases were looked at, {done.moved} time limits moved.")
