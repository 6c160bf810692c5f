"""`repatriation serve`: the service itself, on this machine or behind a reverse proxy."""

import click


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, help="The port to listen on.")
@click.option("--processes", default=2, show_default=True, help="How many processes answer.")
@click.option("--clock", is_flag=True, help="Run the clock beside it too, in a process of its own.")
@click.option("--threads", default=4, show_default=True, help="How many requests each answers at once.")
def command(host: str, port: int, processes: int, clock: bool, threads: int) -> None:
    """Serve the pages.

    The settings are the REPATRIATION_* variables, checked before anything listens.
    """
    from datetime import UTC, datetime

    from flask import Flask

    from repatriation.app import create_app
    from repatriation.opening import NotReady, open_to_serve
    from repatriation.records.keyring import KeyringError
    from repatriation.service import Desk, Service
    from repatriation.settings import read_settings
    from repatriation.web.access_log import log_to_stderr
    from sop.reader import ProcedureError

    settings = read_settings()
    try:
        house = open_to_serve(settings, datetime.now(UTC))
    except KeyringError as problem:
        raise click.ClickException(f"{problem} (`repatriation db prepare` makes what is needed)") from None
    except (NotReady, ProcedureError) as problem:
        raise click.ClickException(str(problem)) from None

    if house.papers is None or house.papers.fault:
        click.echo(
            "No paper can be issued: the press or its keys failed their test. All else is served.", err=True
        )

    def make() -> Flask:
        # The house was opened and proved once, before the fork; its doors and its press forget the parent's
        # connections and workers by themselves.
        log_to_stderr()
        return create_app(settings, house)

    Service(Desk(host, port, processes, threads, settings.proxy_hops > 0, clock), make).run()
