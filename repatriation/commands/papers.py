"""`repatriation papers`: look after the papers that were issued."""

import click


@click.group("papers")
def command() -> None:
    """The papers that were issued: how many there are, and whether each can be made again as it was."""


@command.command()
@click.option("--number", help="Only the paper of this number.")
@click.option("--limit", default=100, show_default=True, help="At most so many, the newest first.")
@click.pass_context
def verify(context: click.Context, number: str | None, limit: int) -> None:
    """Make papers again from their sealed data, and compare each with the file that was issued.

    Nothing is shown of what stands in them. Ends with 1 when a file is not the same any more, although the
    words and templates that it was made with are: those made with others are only counted.
    """
    from repatriation.opening import open_house
    from repatriation.settings import read_settings
    from repatriation.work.papers.inspection import made_again

    house = open_house(read_settings())
    if house.papers is None:
        raise click.ClickException("There are no keys for papers: run `repatriation db upgrade`.")
    counted = {"same": 0, "other words": 0, "not the same": 0}
    for result in made_again(house, number, limit):
        if result.same:
            counted["same"] += 1
        elif result.fault == "wording":
            counted["other words"] += 1
        else:
            counted["not the same"] += 1
            click.echo(f"{result.number}: {result.fault or 'the file differs'}", err=True)
    click.echo(", ".join(f"{count:,} {what}" for what, count in counted.items()))
    if counted["not the same"]:
        context.exit(1)
