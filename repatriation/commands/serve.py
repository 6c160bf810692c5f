"""`repatriation serve`: the service itself, on this machine or behind a reverse proxy."""

import click


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, help="The port to listen on.")
@click.option("--processes", default=2, show_default=True, help="How many processes answer.")
@click.option("--threads", default=4, show_default=True, help="How many requests each answers at once.")
def command(host: str, port: int, processes: int, threads: int) -> None:
    """Serve the pages.

    The settings are the REPATRIATION_* variables, checked before anything listens.
    """
    from datetime import UTC, datetime

    from flask import Flask
    from gunicorn.app.base import BaseApplication

    from repatriation.app import create_app
    from repatriation.opening import NotReady, open_to_serve
    from repatriation.records.keyring import KeyringError
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

    class Service(BaseApplication):  # type: ignore[misc]  # Gunicorn ships no types
        """Gunicorn, told here and not by a file."""

        def load_config(self) -> None:
            """What Gunicorn is told."""
            told = {
                "bind": f"{host}:{port}",
                "workers": processes,
                "worker_class": "gthread",
                "threads": threads,
                "timeout": 60,
                "loglevel": "warning",
                "proc_name": "repatriation",
                "control_socket_disable": True,
                # ProxyFix believes proxies by their number; Gunicorn must not judge by address as well.
                "forwarded_allow_ips": "*" if settings.proxy_hops else "127.0.0.1",
                "when_ready": lambda _: click.echo(f"Serving at http://{host}:{port} - stop with Ctrl+C"),
            }
            for name, value in told.items():
                self.cfg.set(name, value)

        def load(self) -> Flask:
            """The application in one process. The house was opened and proved once, before the fork; its
            doors forget the parent's connections by themselves.
            """
            log_to_stderr()
            return create_app(settings, house)

    Service().run()
