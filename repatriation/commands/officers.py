"""`repatriation officer`: who may sign in."""

from collections.abc import Callable

import click

from repatriation.commands.organisations import refused


@click.group("officer")
def command() -> None:
    """The officers who may sign in: invite or enter them, let them in, close their accounts."""


@command.command()
@click.argument("username")
@click.option("--name", required=True, help="As colleagues see it.")
@click.option("--organisation", required=True, help="The organisation's code.")
@click.option("--duty", required=True, help="consular, coordinator, reception, caseworker, …")
@click.option("--language", default="en", show_default=True, help="km, th, vi or en.")
@click.password_option(help="12 characters or more; asked for when not given.")
def enter(username: str, name: str, organisation: str, duty: str, language: str, password: str) -> None:
    """Enter the officer USERNAME."""
    from datetime import UTC, datetime

    from repatriation.opening import open_house
    from repatriation.records.organisations import DUTIES
    from repatriation.settings import read_settings
    from repatriation.work.accounts import SHORTEST_PASSWORD, WeakPassword
    from repatriation.work.enrolment import enter_officer
    from repatriation.work.refusals import Invalid

    try:
        enter_officer(
            open_house(read_settings()),
            datetime.now(UTC),
            username=username,
            display_name=name,
            organisation=organisation,
            duty=duty,
            language=language,
            password=password,
        )
    except WeakPassword:
        raise click.ClickException(f"The password needs {SHORTEST_PASSWORD} characters or more.") from None
    except Invalid as problem:
        if "duty" in problem.problems:
            click.echo(f"The duties are {', '.join(DUTIES)}.", err=True)
        raise refused(problem.problems) from None
    click.echo(f"{username} may sign in.")


@command.command()
@click.argument("username")
@click.option("--name", required=True, help="As colleagues see it.")
@click.option("--organisation", required=True, help="The organisation's code.")
@click.option("--duty", required=True, help="consular, coordinator, reception, caseworker, …")
@click.option("--language", default="en", show_default=True, help="km, th, vi or en.")
def invite(username: str, name: str, organisation: str, duty: str, language: str) -> None:
    """Print a link by which somebody makes the account USERNAME themselves. It is good once."""
    from datetime import UTC, datetime

    from repatriation.opening import open_house
    from repatriation.settings import read_settings
    from repatriation.work import invitations
    from repatriation.work.refusals import Invalid

    settings = read_settings()
    try:
        token = invitations.invite(
            open_house(settings),
            None,
            datetime.now(UTC),
            organisation=organisation,
            username=username,
            display_name=name,
            duty=duty,
            language=language,
        )
    except Invalid as problem:
        raise refused(problem.problems) from None
    click.echo(f"{settings.issuer}/invitation/{token}")
    click.echo(f"Good once, for {invitations.GOOD_FOR.days} days. Hand it over yourself.", err=True)


@command.command("let-in")
@click.argument("number")
@click.option("--username", required=True, help="The short name of the new account.")
@click.option("--name", required=True, help="As colleagues see it.")
@click.option("--duty", required=True, help="consular, coordinator, reception, caseworker, …")
@click.option("--language", default="en", show_default=True, help="km, th, vi or en.")
def let_in(number: str, username: str, name: str, duty: str, language: str) -> None:
    """Give a duty to whoever waits with NUMBER, vouched for by their organisation's own sign-in."""
    from datetime import UTC, datetime

    from repatriation.opening import open_house
    from repatriation.settings import read_settings
    from repatriation.work import admission
    from repatriation.work.refusals import Invalid

    try:
        admission.let_in(
            open_house(read_settings()),
            None,
            datetime.now(UTC),
            number=number,
            username=username,
            display_name=name,
            duty=duty,
            language=language,
        )
    except Invalid as problem:
        raise refused(problem.problems) from None
    click.echo(f"{username} may sign in with their organisation.")


@command.command("forget-factors")
@click.argument("username")
def forget_factors(username: str) -> None:
    """Take app, passkeys and recovery codes off USERNAME, who has lost them; the password stays."""
    from repatriation.work.factors import remove_all

    _with_account(username, remove_all)
    click.echo(f"{username} signs in with the password alone, until they add something.")


@command.command()
@click.argument("username")
@click.password_option(help="12 characters or more; asked for when not given.")
def password(username: str, password: str) -> None:
    """Give USERNAME another password; every session of theirs ends."""
    from repatriation.work.accounts import SHORTEST_PASSWORD, WeakPassword, set_password

    try:
        _with_account(username, set_password, password)
    except WeakPassword:
        raise click.ClickException(f"The password needs {SHORTEST_PASSWORD} characters or more.") from None
    click.echo(f"{username} has another password, and is signed out everywhere.")


@command.command()
@click.argument("username")
def close(username: str) -> None:
    """Let USERNAME in no more. What they did stays under their name."""
    from repatriation.work.accounts import close_account

    _with_account(username, close_account)
    click.echo(f"{username} is let in no more.")


def _with_account(username: str, act: Callable[..., object], *more: str) -> None:
    """Do to the account of that name what the operator asks; say so where there is none."""
    from datetime import UTC, datetime

    from repatriation.opening import open_house
    from repatriation.settings import read_settings
    from repatriation.work.enrolment import officer_id
    from repatriation.work.refusals import Invalid

    house = open_house(read_settings())
    try:
        with house.doors.read() as session:
            found = officer_id(session, username)
        act(house, None, datetime.now(UTC), found, *more)
    except Invalid as problem:
        raise refused(problem.problems) from None


@command.command("list")
def list_() -> None:
    """Every officer, with duty and organisation."""
    from repatriation.opening import open_house
    from repatriation.settings import read_settings
    from repatriation.work.enrolment import officers

    for officer, body in officers(open_house(read_settings())):
        closed = "" if officer.active else "  closed"
        click.echo(f"{officer.username:<36} {officer.duty:<12} {officer.language}  {body.code}{closed}")
