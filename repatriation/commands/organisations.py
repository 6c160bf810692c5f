"""`repatriation organisation`: the bodies that take part in cases."""

import click

PROBLEMS = {
    "malformed": "begins with a small letter and has 2 to 41 small letters, digits and hyphens",
    "needed": "must be given",
    "unknown": "is not one of the words known here",
    "taken": "is taken already",
}


def refused(problems: dict[str, str]) -> click.ClickException:
    """What was wrong with what was entered, one line each."""
    return click.ClickException("\n".join(f"{field}: {PROBLEMS[code]}" for field, code in problems.items()))


@click.group("organisation")
def command() -> None:
    """The ministries, missions, police offices, shelters and NGOs that take part in cases."""


@command.command()
@click.argument("code")
@click.option("--name", required=True, help="Its name in English.")
@click.option("--name-local", help="Its name in its own language.")
@click.option("--country", required=True, help="KHM, THA or VNM.")
@click.option(
    "--function",
    "functions",
    multiple=True,
    required=True,
    help="What it may do; may be given again. A body that is none of the state also has ngo or iom: "
    "its papers bear no motto, and those that only a state issues it cannot issue.",
)
@click.option("--stationed", help="For a mission: the country it serves in.")
@click.option("--place", help="For a post at a gate: the gate, such as poipet or bavet.")
def enter(
    code: str,
    name: str,
    name_local: str | None,
    country: str,
    functions: tuple[str, ...],
    stationed: str | None,
    place: str | None,
) -> None:
    """Enter the organisation CODE (such as mosvy), or bring it up to date."""
    from datetime import UTC, datetime

    from repatriation.opening import open_house
    from repatriation.settings import read_settings
    from repatriation.work.enrolment import FUNCTIONS, enter_organisation
    from repatriation.work.refusals import Invalid

    try:
        enter_organisation(
            open_house(read_settings()),
            datetime.now(UTC),
            code=code,
            name=name,
            name_local=name_local,
            country=country,
            functions=functions,
            stationed=stationed,
            place=place,
        )
    except Invalid as problem:
        if "functions" in problem.problems:
            click.echo(f"The functions are {', '.join(sorted(FUNCTIONS))}.", err=True)
        raise refused(problem.problems) from None
    click.echo(f"{code} is entered.")


@command.command("list")
def list_() -> None:
    """Every organisation, and what it may do."""
    from repatriation.opening import open_house
    from repatriation.settings import read_settings
    from repatriation.work.enrolment import organisations

    for body in organisations(open_house(read_settings())):
        where = ", ".join(filter(None, (body.stationed, body.place)))
        click.echo(f"{body.country}  {body.code:<32} {', '.join(body.functions):<40} {where}".rstrip())
