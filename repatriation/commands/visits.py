"""`repatriation visits`: which visits follow a return, and making them anew once that has changed."""

import click


@click.group("visits")
def command() -> None:
    """Visits after the return: their schedule, and making them anew."""


@command.command()
def schedule() -> None:
    """Show on which days people are visited, and on whose word."""
    from repatriation.settings import read_settings
    from sop import visiting

    found = visiting.load(read_settings().schedule or visiting.SCHEDULE)
    click.echo(f"{found.edition}: {found.status}. {found.source}")
    click.echo(f"Grown-ups: {' '.join(found.adults)}")
    click.echo(f"Children: {' '.join(found.children)}")
    rhythm = found.rhythm
    click.echo(
        f"Due soon {rhythm.soon_days} days before, missed {rhythm.missed_days} days after, "
        f"each at {rhythm.hour}:00 in the home country."
    )
    click.echo(
        f"Lost contact is offered after {found.attempts} visits in a row that found nobody; "
        f"each is followed by another after {found.again}, where no day was agreed."
    )


@command.command()
def remake() -> None:
    """Make the planned visits of every case anew, where the installation's schedule has changed.

    What took place, was moved, or was chosen for one case alone stays as it is. May be run again: nothing is
    doubled.
    """
    from datetime import UTC, datetime

    from repatriation.opening import open_house
    from repatriation.settings import read_settings
    from repatriation.work.followup.remaking import remake_all

    changed = remake_all(open_house(read_settings()), datetime.now(UTC))
    click.echo(f"Cases whose visits have changed: {changed}.")
