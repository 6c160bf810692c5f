"""`repatriation clock`: reminds of visits and time limits, sends mail and handoffs, seals the trail."""

import click


@click.command("clock")
@click.option("--once", is_flag=True, help="One round of everything, and end.")
@click.option("--beside", is_flag=True, help="End when the process that started it has ended.")
def command(once: bool, beside: bool) -> None:
    """Run the clock, in a process of its own, until SIGTERM or Ctrl+C. Several may run at once.

    Without it nobody is reminded, no mail goes out, no handoff is delivered and nothing is sealed.
    """
    from datetime import UTC, datetime

    from repatriation.clockwork import Clockwork
    from repatriation.opening import NotReady, open_to_tick
    from repatriation.records.keyring import KeyringError
    from repatriation.settings import read_settings
    from repatriation.web.access_log import log_to_stderr
    from sop.reader import ProcedureError

    settings = read_settings()
    try:
        house = open_to_tick(settings, datetime.now(UTC))
    except KeyringError as problem:
        raise click.ClickException(f"{problem} (`repatriation db prepare` makes what is needed)") from None
    except (NotReady, ProcedureError) as problem:
        raise click.ClickException(str(problem)) from None
    log_to_stderr()
    clockwork = Clockwork(house)
    if once:
        for work in (clockwork.turn, clockwork.chores, clockwork.post, clockwork.deliver):
            work()
        return
    if house.relay is None:
        click.echo("No mail server is set (REPATRIATION_SMTP_HOST): notices are in the inbox alone.")
    click.echo("The clock runs - stop with Ctrl+C")
    clockwork.run(beside)
