"""`repatriation keys`: the keys that seal what is kept, sign papers and are known to partners: files, outside
the database.
"""

from datetime import timedelta
from pathlib import Path

import click

PAPER_KEYS_LAST = timedelta(days=365)
"""The age at which new keys for papers are due."""

PARTNER_KEYS = ("token", "envelope", "encryption", "client")
ROTATED = ("cases", "papers", *PARTNER_KEYS)


@click.group("keys")
def command() -> None:
    """The keys in the keyring folder: list them, make new ones, end an old epoch, publish what verifies."""


@command.command("list")
def list_() -> None:
    """Say which keys are there: how many cases each epoch seals, and how old the keys for papers are."""
    from datetime import UTC, datetime

    from documents.keys import fingerprint
    from repatriation.opening import open_house
    from repatriation.records.keyring import KeyringError
    from repatriation.records.sealing import cases_by_epoch
    from repatriation.settings import read_settings

    settings = read_settings()
    house = open_house(settings)
    with house.doors.read() as session:
        counted = cases_by_epoch(session)
    for epoch in sorted({*house.keyring.epochs, *counted}):
        newest = "  (new cases)" if epoch == max(house.keyring.epochs, default=None) else ""
        there = "" if epoch in house.keyring.epochs else "  KEY MISSING: these cannot be opened"
        click.echo(f"epoch {epoch:>4}: {counted.get(epoch, 0):>9,} cases{newest}{there}")
    try:
        keys = house.keyring.paper_keys()
    except KeyringError as problem:
        raise click.ClickException(str(problem)) from None
    for made in keys.generations:
        age = datetime.now(UTC) - made.begins
        signs = "  (new papers)" if made is keys.newest else ""
        due = "  DUE: rotate them" if signs and not settings.demonstration and age > PAPER_KEYS_LAST else ""
        click.echo(
            f"papers {made.number:>3}: {age.days:>9,} days old, sign until {made.ends:%Y-%m-%d}{signs}{due}"
        )
        click.echo(f"            root {fingerprint(made.root)}")
    _list_partner_keys(settings.keyring_folder)


def _list_partner_keys(folder: Path) -> None:
    """A line for each key that partners meet: its age, and whether a newer one is due."""
    from datetime import UTC, datetime

    from partners.keys import SOON
    from repatriation.records.keyring import Keyring, KeyringError

    now = datetime.now(UTC)
    try:
        keys = Keyring(folder).instance_keys()
    except KeyringError as problem:
        raise click.ClickException(str(problem)) from None
    over, soon = keys.overdue(now), keys.overdue(now, SOON)
    for purpose, kept in keys.kept.items():
        for key in kept:
            age = (now - key.made).days
            said = "  OVER: rotate it" if key in over else "  due soon" if key in soon else ""
            ended = "  (counts no more)" if key in keys.ended(now) else ""
            click.echo(f"{purpose:<10} {key.number:>3}: {age:>5,} days old  {key.kid}{said}{ended}")


@command.command()
@click.option("--for", "purpose", type=click.Choice(ROTATED), default="cases", show_default=True)
def rotate(purpose: str) -> None:
    """Make new keys. For cases: begin a new epoch and move every case to it, going on where it was stopped.
    For papers: sign new ones with new keys; those issued before stay verifiable. For token, envelope,
    encryption or client: a new key that partners can learn before it takes over; what counts no more is
    destroyed.
    """
    from datetime import UTC, datetime

    from repatriation.opening import open_house, rotate_paper_keys
    from repatriation.records.keyring import KeyringError
    from repatriation.records.sealing import rewrap
    from repatriation.settings import read_settings

    settings = read_settings()
    if purpose in PARTNER_KEYS:
        _rotate_partner_key(settings.keyring_folder, purpose)
        return
    if purpose == "papers":
        try:
            number = rotate_paper_keys(settings, datetime.now(UTC))
        except KeyringError as problem:
            raise click.ClickException(str(problem)) from None
        click.echo(f"New papers are signed by generation {number}. Publish the key list anew.")
        return
    house = open_house(settings)
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


def _rotate_partner_key(folder: Path, purpose: str) -> None:
    from datetime import UTC, datetime

    from repatriation.records.keyring import Keyring, KeyringError

    now = datetime.now(UTC)
    try:
        keyring = Keyring(folder)
        key = keyring.add_partner_key(purpose, now)
        gone = keyring.destroy_ended(now)
    except (KeyringError, FileExistsError) as problem:
        raise click.ClickException(str(problem)) from None
    begins = now + key.purpose.known_before
    click.echo(f"Key {key.number} for {purpose} is published now and used from {begins:%Y-%m-%d %H:%M} UTC.")
    if purpose in ("envelope", "encryption", "client"):
        click.echo("Give partners your new card: repatriation partner card export")
    for old in gone:
        click.echo(f"Key {old.number} for {old.purpose.name} counted no more and is destroyed.")


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


@command.command("export-public")
@click.option(
    "--for", "purpose", type=click.Choice(["papers", "partners"]), default="papers", show_default=True
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="A file; else it is printed.")
def export_public(purpose: str, out: Path | None) -> None:
    """Write the list of public keys with which anybody can check a paper, also without a network; or, for
    partners, the JWK set with which they check tokens, envelopes and receipts and seal to us.
    """
    import json
    from datetime import UTC, datetime

    from documents.keys import published
    from repatriation.records.keyring import Keyring, KeyringError
    from repatriation.settings import read_settings

    try:
        keyring = Keyring(read_settings().keyring_folder)
        keys = (
            published(keyring.paper_keys())
            if purpose == "papers"
            else keyring.instance_keys().jwks(datetime.now(UTC))
        )
        listed = json.dumps(keys, indent=2)
    except KeyringError as problem:
        raise click.ClickException(str(problem)) from None
    if out is None:
        click.echo(listed)
    else:
        out.write_text(listed + "\n", encoding="utf-8")
        click.echo(f"The key list is in {out}. It holds nothing secret.")
