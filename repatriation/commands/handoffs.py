"""`repatriation handoffs`: deliver what waits to go to partners."""

import click


@click.group("handoffs")
def command() -> None:
    """Handoffs to partners' installations: deliver what is due."""


@command.command()
@click.option("--most", default=100, show_default=True, help="How many deliveries to try at most.")
def deliver(most: int) -> None:
    """One round: take back what a consent no longer covers, end what is over, deliver what is due.

    To be run every minute. Several may run at once.
    """
    from datetime import UTC, datetime

    from repatriation.opening import open_house
    from repatriation.settings import read_settings
    from repatriation.work.handoffs.delivering import deliver_due

    done = deliver_due(open_house(read_settings()), datetime.now(UTC), most=most)
    click.echo(
        f"{done.delivered} delivered, {done.put_off} put off, {done.given_up} given up, "
        f"{done.withdrawn} taken back, {done.expired} ended."
    )
