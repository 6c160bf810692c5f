"""`repatriation keys`: the keys that seal what is kept. They are files, outside the database."""

import click


@click.group("keys")
def command() -> None:
    """The keys in the keyring folder: list them, begin a new epoch, end an old one."""


@command.command("list")
def list_() -> None:
    """Say which epochs' keys are there, and how many cases are sealed under each."""
    from repatriation.opening import open_house
    from repatriation.records.sealing import cases_by_epoch
    from repatriation.settings import read_settings

    house = open_house(read_settings())
    with house.doors.read() as session:
        counted = cases_by_epoch(session)
    for epoch in sorted({*house.keyring.epochs, *counted}):
        newest = "  (new cases)" if epoch == house.keyring.epoch else ""
        there = "" if epoch in house.keyring.epochs else "  KEY MISSING: these cannot be opened"
        click.echo(f"epoch {epoch:>4}: {counted.get(epoch, 0):>9,} cases{newest}{there}")


@command.command()
def rotate() -> None:
    """Begin a new epoch and move every case to it. Goes on where it was stopped."""
    from repatriation.opening import open_house
    from repatriation.records.sealing import rewrap
    from repatriation.settings import read_settings

    house = open_house(read_settings())
    with house.doors.act() as session:
        left = rewrap(session, house.keyring, limit=0)
    if left == 0:
        click.echo(f"Epoch {house.keyring.rotate()} has begun.")
    while True:
        with house.doors.act() as session:
            left = rewrap(session, house.keyring)
        if not left:
            break
        click.echo(f"{left:,} cases left")
    click.echo(f"Every case is sealed under epoch {house.keyring.epoch}.")


@command.command()
@click.argument("epoch", type=int)
@click.confirmation_option(prompt="What is still sealed under it, in backups too, is lost for ever. Go on?")
def retire(epoch: int) -> None:
    """Destroy the key of an old EPOCH, and with it whatever was erased while it was in use."""
    from repatriation.opening import open_house
    from repatriation.records.keyring import KeyringError
    from repatriation.records.sealing import cases_by_epoch
    from repatriation.settings import read_settings

    house = open_house(read_settings())
    with house.doors.read() as session:
        still = cases_by_epoch(session).get(epoch, 0)
    if still:
        raise click.ClickException(f"{still:,} cases are still sealed under epoch {epoch}: rotate first.")
    try:
        house.keyring.retire(epoch)
    except (KeyringError, FileNotFoundError) as problem:
        raise click.ClickException(f"Epoch {epoch} cannot be retired: {problem}") from None
    click.echo(f"The key of epoch {epoch} is gone.")
