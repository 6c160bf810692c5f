"""`repatriation demo federation`: two installations on this machine, and one person who goes home across."""

import click


@click.group("demo")
def command() -> None:
    """Two installations and one case."""


@command.command("federation")
@click.option("--brief", is_flag=True, help="Only the comparison at the end.")
def federation(brief: bool) -> None:
    """A return from Thailand to Cambodia, across two installations that this makes and takes away again.

    Bangkok works on PostgreSQL where its programs are there, else on SQLite; Phnom Penh on SQLite. Each is
    served on this machine, and all that passes between them goes by HTTP, signed and sealed. Ends well only
    when both hold the same at the end.
    """
    import logging
    import tempfile
    from pathlib import Path

    from repatriation.bench import border, crossing

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="border-") as folder:
        compared = crossing.run(Path(folder), crossing.in_silence if brief else click.echo)
    click.echo("\n".join(border.shown(compared)))
    if not compared.same:
        raise click.ClickException("The two installations do not hold the same.")
