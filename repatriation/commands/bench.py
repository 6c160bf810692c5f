"""`repatriation bench`: measure the work this program does, against a floor or a goal, on this machine."""

from pathlib import Path

import click

NAMES = (
    *("sop", "advance", "http", "fair", "crash", "clash", "list", "import", "documents", "partners"),
    *("boards", "followup"),
)
BOTH = ("sqlite", "postgresql")


@click.command("bench")
@click.argument("name", type=click.Choice((*NAMES, "all")))
@click.option(
    "--db", "kinds", type=click.Choice(BOTH), multiple=True, help="Which database; both by default."
)
@click.option("--url", help="A PostgreSQL server to make databases on; without it one is started.")
@click.option(
    "--json", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write it all here too."
)
@click.option("--quick", is_flag=True, help="Small sizes: shows that it works, and little of how quickly.")
def command(name: str, kinds: tuple[str, ...], url: str | None, file: Path | None, quick: bool) -> None:
    """Measure one thing (or `all`): in a temporary folder, never on the data of an installation.

    Figures of different machines say little; what counts are the ratios, whose two sides run side by side.
    """
    import json
    from tempfile import gettempdir

    from repatriation.bench import machine
    from repatriation.bench.suite import measure

    about = machine.describe(Path(gettempdir()))
    click.echo("  ".join(f"{what} {value}" for what, value in about.items()))
    reports = []
    for report in measure(NAMES if name == "all" else (name,), kinds or BOTH, quick=quick, url=url):
        reports.append(report)
        click.echo("\n" + "\n".join(report.lines()))
    if file is not None:
        said = {"machine": about, "quick": quick, "reports": [report.plain() for report in reports]}
        file.write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
