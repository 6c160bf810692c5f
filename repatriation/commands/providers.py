"""`repatriation provider`: organisations whose own sign-in vouches for their people."""

from pathlib import Path

import click


@click.group("provider")
def command() -> None:
    """The OpenID providers of organisations: enter, list and suspend them."""


@command.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def enter(file: Path) -> None:
    """Enter the provider that FILE describes, or bring it up to date; say what it must be told of us.

    FILE is JSON: code, name, organisation, issuer, client_id, and where they differ from the usual
    authentication (private_key_jwt or client_secret_basic), client_secret, assertion_audience (issuer or
    token_endpoint), algorithms, hosts.
    """
    import json
    from datetime import UTC, datetime

    from repatriation.opening import open_house
    from repatriation.settings import read_settings
    from repatriation.work.providers import client_keys, enter_provider
    from repatriation.work.refusals import Invalid
    from repatriation.work.vouching import returns_to

    settings = read_settings()
    house = open_house(settings)
    try:
        given = json.loads(file.read_bytes())
        entered = enter_provider(house, datetime.now(UTC), given if isinstance(given, dict) else {})
    except ValueError as problem:
        raise click.ClickException(_lines(problem.problems if isinstance(problem, Invalid) else {})) from None
    click.echo(f"{entered.code} is entered. Tell the provider:")
    click.echo(f"  redirect_uri: {returns_to(settings.issuer, entered.code)}")
    click.echo(f"  token_endpoint_auth_method: {entered.authentication}")
    if entered.client_secret is None:
        click.echo(f"  jwks: {json.dumps(client_keys(house, entered.code))}")


@command.command("list")
def list_() -> None:
    """Every provider, with the organisation for whose people it vouches and how many accounts it has."""
    from repatriation.opening import open_house
    from repatriation.settings import read_settings
    from repatriation.work.providers import providers

    for line in providers(open_house(read_settings())):
        stopped = "  suspended" if line.suspended else ""
        click.echo(
            f"{line.code:<24} {line.organisation:<32} {line.accounts:>4} accounts  {line.issuer}{stopped}"
        )


@command.command()
@click.argument("code")
def suspend(code: str) -> None:
    """Believe the provider CODE no more, from the next request on; sessions it vouched for end."""
    _suspend(code, suspended=True)
    click.echo(f"{code} is suspended. Nobody signs in with it, and who had is signed out.")


@command.command()
@click.argument("code")
def resume(code: str) -> None:
    """Believe the provider CODE again."""
    _suspend(code, suspended=False)
    click.echo(f"{code} is believed again.")


def _suspend(code: str, *, suspended: bool) -> None:
    from datetime import UTC, datetime

    from repatriation.opening import open_house
    from repatriation.settings import read_settings
    from repatriation.work.providers import suspend_provider
    from repatriation.work.refusals import Invalid

    try:
        suspend_provider(open_house(read_settings()), datetime.now(UTC), code, suspended=suspended)
    except Invalid as problem:
        raise click.ClickException(_lines(problem.problems)) from None


def _lines(problems: dict[str, str]) -> str:
    if not problems:
        return "the file holds no JSON"
    return "\n".join(f"{field}: {said}" for field, said in problems.items())
