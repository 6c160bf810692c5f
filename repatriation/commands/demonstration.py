"""`repatriation demo`: made-up people, organisations and cases to look around in, and who can sign in."""

import click


@click.group("demo", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """Load the demonstration: made-up organisations, officers and cases.

    Only in demonstration mode, and never beside real cases. A second run changes nothing.
    """
    if context.invoked_subcommand is not None:
        return
    from datetime import UTC, datetime

    from repatriation.demonstration.load import Refused, load
    from repatriation.opening import open_house, prepare_paper_keys
    from repatriation.records.keyring import Keyring, KeyringError
    from repatriation.settings import read_settings

    settings = read_settings()
    if not settings.demonstration:
        raise click.ClickException(
            "This installation is not in demonstration mode (REPATRIATION_DEMONSTRATION)."
        )
    if not settings.keyring_folder.exists():
        Keyring.create(settings.keyring_folder)
    now = datetime.now(UTC)
    try:
        prepare_paper_keys(settings, now)
        loaded = load(open_house(settings), now)
    except (Refused, KeyringError) as problem:
        raise click.ClickException(str(problem)) from None
    found = f"{loaded.organisations} organisations, {loaded.officers} officers, {loaded.cases} cases"
    click.echo(f"The demonstration {'is there already' if loaded.already else 'is loaded'}: {found}.")


@command.command()
@click.option("--json", "as_json", is_flag=True, help="For programs: a list of objects.")
def accounts(as_json: bool) -> None:
    """Who can sign in to the demonstration, and with which password."""
    import json

    from repatriation.demonstration.officers import ACCOUNTS
    from repatriation.demonstration.organisations import ORGANISATIONS

    names = {made.code: made.name for made in ORGANISATIONS}
    columns = ("username", "password", "role", "organisation", "country", "language")
    rows = [
        (who.username, who.password, who.duty, names[who.organisation], who.country, who.language)
        for who in ACCOUNTS
    ]
    if as_json:
        click.echo(json.dumps([dict(zip(columns, row, strict=True)) for row in rows], ensure_ascii=False))
        return
    order = (0, 1, 2, 4, 5, 3)
    wide = [max(len(row[n]) for row in (columns, *rows)) for n in range(len(columns))]
    for row in (columns, *rows):
        click.echo("  ".join(row[n].ljust(wide[n]) for n in order).rstrip())
