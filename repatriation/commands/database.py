"""`repatriation db`: make the database and the keys of a new installation, and keep the tables up to date."""

import click


@click.group("db")
def command() -> None:
    """The database: make it, bring it up to date, look whether it can be used."""


@command.command()
def prepare() -> None:
    """Make what a new installation needs: folder, keys, tables. Does no harm when they are there."""
    from datetime import UTC, datetime

    from repatriation.opening import open_doors, prepare_paper_keys, prepare_partner_keys
    from repatriation.records import migrations
    from repatriation.records.keyring import Keyring
    from repatriation.settings import read_settings

    settings = read_settings()
    settings.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not settings.keyring_folder.is_dir():
        Keyring.create(settings.keyring_folder)
        click.echo(
            f"Made new keys in {settings.keyring_folder}. Keep a copy of them apart from the database."
        )
    prepare_paper_keys(settings, datetime.now(UTC))
    prepare_partner_keys(settings, datetime.now(UTC))
    doors = open_doors(settings)
    migrations.upgrade(doors)
    click.echo(f"The tables are at revision {migrations.current(doors)}.")


@command.command()
def upgrade() -> None:
    """Bring the tables up to what this program knows, wholly or not at all; make keys that it lacks."""
    from datetime import UTC, datetime

    from repatriation.opening import open_doors, prepare_paper_keys, prepare_partner_keys
    from repatriation.records import migrations
    from repatriation.settings import read_settings

    settings = read_settings()
    prepare_paper_keys(settings, datetime.now(UTC))
    prepare_partner_keys(settings, datetime.now(UTC))
    doors = open_doors(settings)
    migrations.upgrade(doors)
    click.echo(f"The tables are at revision {migrations.current(doors)}.")


@command.command()
@click.argument("revision")
@click.confirmation_option(prompt="What is kept in tables and columns that go is lost. Go on?")
def downgrade(revision: str) -> None:
    """Take the tables back to REVISION; `base` leaves nothing."""
    from repatriation.opening import open_doors
    from repatriation.records import migrations
    from repatriation.settings import read_settings

    doors = open_doors(read_settings())
    migrations.downgrade(doors, revision)
    click.echo(f"The tables are at revision {migrations.current(doors) or 'base'}.")


@command.command()
@click.pass_context
def check(context: click.Context) -> None:
    """Say whether the database can be used; ends with 1 when not, and says why."""
    from repatriation.opening import open_doors, what_is_wrong
    from repatriation.settings import read_settings

    wrong = what_is_wrong(open_doors(read_settings()))
    for sentence in wrong:
        click.echo(sentence, err=True)
    if wrong:
        context.exit(1)
    click.echo("The database can be used.")
