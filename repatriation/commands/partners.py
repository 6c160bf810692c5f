"""`repatriation partner`: whose programs may call here."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

File = click.Path(exists=True, dir_okay=False, path_type=Path)


def refused(problem: Any) -> click.ClickException:
    """What was wrong, a line each."""
    from repatriation.web.partner_words import refusals

    return click.ClickException("\n".join(refusals(problem)))


def _nobody(client_id: str, wanted: str) -> click.ClickException:
    return click.ClickException(f"There is no partner {client_id} that {wanted}.")


@contextmanager
def _deciding(client_id: str, wanted: str) -> Iterator[None]:
    """An act of officers about one partner; why it cannot be, in a sentence."""
    from repatriation.work.refusals import Invalid, NotFound

    try:
        yield
    except Invalid as problem:
        raise refused(problem) from None
    except NotFound:
        raise _nobody(client_id, wanted) from None


def _switch(client_id: str, by: str | None, stands: str, shall: str) -> None:
    """Shut a partner out that is active, or let one go on that is suspended; in need no officer is named."""
    from datetime import UTC, datetime

    from repatriation.opening import open_house
    from repatriation.settings import read_settings
    from repatriation.work.enrolment import officer_named
    from repatriation.work.partners import approval

    house = open_house(read_settings())
    act = approval.suspend if shall == "suspended" else approval.resume
    may_not = f", or {by} may not approve partners" if by is not None else ""
    with _deciding(client_id, f"is {stands}{may_not}"):
        actor = officer_named(house, by) if by is not None else None
        act(house, actor, datetime.now(UTC), client_id)
    click.echo(f"{client_id} is {shall}.")


def _take(file: Path, by: str | None, organisation: str = "") -> None:
    """Take what a partner sent, and say what came of it."""
    from datetime import UTC, datetime

    from partners.cards import BadCard
    from partners.registration import BadRegistration
    from repatriation.opening import open_house
    from repatriation.settings import read_settings
    from repatriation.web.partner_words import came_of
    from repatriation.work.enrolment import officer_named
    from repatriation.work.partners import sent
    from repatriation.work.refusals import Invalid, NotFound

    house = open_house(read_settings())
    try:
        actor = officer_named(house, by) if by is not None else None
        taken = sent.take(house, actor, datetime.now(UTC), file.read_bytes(), organisation)
    except (BadRegistration, BadCard, Invalid) as problem:
        raise refused(problem) from None
    except NotFound:
        raise click.ClickException(f"{by} may not approve partners.") from None
    told = taken.fingerprint
    said = came_of(taken) + (f"\n  {told.words}\n  {told.digits}" if told is not None else "")
    if taken.outcome != "quarantined":
        click.echo(said)
        return
    if told is not None:
        said += (
            "\nIf all of that is what they read to you, two officers let it in anew:\n"
            f"  repatriation partner card accept {taken.client_id} --by OFFICER --and OFFICER "
            "--fingerprint DIGITS\nIf it is not theirs, throw the card away:\n"
            f"  repatriation partner card discard {taken.client_id} --by OFFICER --fingerprint DIGITS"
        )
    raise click.ClickException(said)


@click.group("partner")
def command() -> None:
    """Partners' programs: register, approve, suspend them; exchange cards."""


@command.command()
@click.argument("file", type=File)
@click.option("--by", help="The user name of the officer who registers it.")
def register(file: Path, by: str | None) -> None:
    """Register the program that FILE (JSON) describes, in the names of RFC 7591 with `organisation`,
    `envelope_jwks` and `envelope_issuer`. It may do nothing until two officers have approved it.
    """
    _take(file, by)


@command.command()
@click.argument("client_id")
@click.option("--by", "first", required=True, help="The user name of one officer.")
@click.option("--and", "second", required=True, help="The user name of another.")
@click.option(
    "--scope", "agreed", multiple=True, help="What it may do, out of what it asks for; else what is listed."
)
def approve(client_id: str, first: str, second: str, agreed: tuple[str, ...]) -> None:
    """Let CLIENT_ID in: two different officers, who have compared its fingerprint, answer for it."""
    from datetime import UTC, datetime

    from repatriation.opening import open_house
    from repatriation.settings import read_settings
    from repatriation.work.enrolment import officer_named
    from repatriation.work.partners import approval

    house = open_house(read_settings())
    with _deciding(client_id, "waits, or one of the two may not approve partners"):
        actors = (officer_named(house, first), officer_named(house, second))
        scopes = frozenset(agreed) or None
        approval.approve_together(house, datetime.now(UTC), client_id, *actors, scopes)
    click.echo(f"{client_id} is active.")


@command.command("scopes")
@click.argument("client_id")
@click.option("--scope", "agreed", multiple=True, required=True, help="What it may do; may be given again.")
@click.option("--by", "first", required=True, help="The user name of one officer.")
@click.option("--and", "second", help="The user name of another; needed to give something back.")
def scopes_(client_id: str, agreed: tuple[str, ...], first: str, second: str | None) -> None:
    """Say anew what CLIENT_ID may do from its next request on: one officer for less, two for anything that it
    asked for.
    """
    from datetime import UTC, datetime

    from repatriation.opening import open_house
    from repatriation.settings import read_settings
    from repatriation.work.enrolment import officer_named
    from repatriation.work.partners import approval

    house, now, scopes = open_house(read_settings()), datetime.now(UTC), frozenset(agreed)
    with _deciding(client_id, "was let in, or an officer named may not approve partners"):
        actor = officer_named(house, first)
        if second is None:
            approval.narrow(house, actor, now, client_id, scopes)
        else:
            approval.agree_together(house, now, client_id, actor, officer_named(house, second), scopes)
    click.echo(f"{client_id} may do: {' '.join(sorted(scopes))}.")


@command.command()
@click.argument("client_id")
@click.option("--by", help="The user name of the officer who decides it.")
def suspend(client_id: str, by: str | None) -> None:
    """Let CLIENT_ID do nothing from its next request on."""
    _switch(client_id, by, "active", "suspended")


@command.command()
@click.argument("client_id")
@click.option("--by", help="The user name of the officer who decides it.")
def resume(client_id: str, by: str | None) -> None:
    """Let CLIENT_ID, which is suspended, go on."""
    _switch(client_id, by, "suspended", "active")


@command.command("list")
def list_() -> None:
    """Every partner's program, how it stands, what it asks for and what is agreed, and the fingerprint of
    its keys.
    """
    from repatriation.opening import open_house
    from repatriation.settings import read_settings
    from repatriation.work.partners import listing

    for one in listing.partners(open_house(read_settings())):
        click.echo(f"{one.state:<10} {one.client_id:<40} {one.organisation:<20} {' '.join(one.scopes)}")
        if left_out := sorted(set(one.asked) - set(one.scopes)):
            click.echo(f"           asks for besides: {' '.join(left_out)}")
        click.echo(f"           {one.fingerprint.words}\n           {one.fingerprint.digits}")


@command.group()
def card() -> None:
    """The cards that installations give of themselves."""


@card.command("export")
@click.option("--name", required=True, help="What partners shall call this installation.")
@click.option("--contact", "contacts", multiple=True, help="A telephone number; may be given again.")
@click.option("--scope", "asked", multiple=True, help="What to ask to be let do; may be given again.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="A file; else it is printed.")
def card_export(name: str, contacts: tuple[str, ...], asked: tuple[str, ...], out: Path | None) -> None:
    """Write this installation's own card, signed, good for 30 days."""
    from datetime import UTC, datetime

    from partners import scopes
    from repatriation.opening import open_house
    from repatriation.records.keyring import KeyringError
    from repatriation.settings import read_settings
    from repatriation.work.partners import sent

    if strange := set(asked) - scopes.SCOPES.keys():
        raise click.ClickException(f"There is no scope {', '.join(sorted(strange))}.")
    try:
        text, print_ = sent.own_card(open_house(read_settings()), datetime.now(UTC), name, contacts, asked)
    except KeyringError as problem:
        raise click.ClickException(str(problem)) from None
    if out is None:
        click.echo(text)
    else:
        out.write_text(text + "\n", encoding="utf-8")
        click.echo(f"The card is in {out}. It holds nothing secret.")
    click.echo(f"To be read out by telephone:\n  {print_.words}\n  {print_.digits}", err=True)


@card.command("import")
@click.argument("file", type=File)
@click.option("--organisation", default="", help="The code of the organisation, for a partner not known yet.")
@click.option("--by", help="The user name of the officer who brings it.")
def card_import(file: Path, organisation: str, by: str | None) -> None:
    """Take the card in FILE: register an installation that is not known, or change the keys of a partner that
    is, an installation or a program.
    """
    _take(file, by, organisation)


@card.command("discard")
@click.argument("client_id")
@click.option("--by", required=True, help="The user name of the officer who decides it.")
@click.option("--fingerprint", "compared", required=True, help="The digits of the card that was put aside.")
def card_discard(client_id: str, by: str, compared: str) -> None:
    """Throw away the card of CLIENT_ID that was put aside, because the partner says that it is not theirs."""
    from datetime import UTC, datetime

    from repatriation.opening import open_house
    from repatriation.settings import read_settings
    from repatriation.work.enrolment import officer_named
    from repatriation.work.partners import approval

    house = open_house(read_settings())
    with _deciding(client_id, f"has such a card, or {by} may not approve partners"):
        digits = " ".join(compared.split())
        approval.discard(house, officer_named(house, by), datetime.now(UTC), client_id, digits)
    click.echo(f"The card of {client_id} is thrown away.")


@card.command("accept")
@click.argument("client_id")
@click.option("--by", "first", required=True, help="The user name of one officer.")
@click.option("--and", "second", required=True, help="The user name of another.")
@click.option("--fingerprint", "compared", required=True, help="The digits, as the partner read them out.")
def card_accept(client_id: str, first: str, second: str, compared: str) -> None:
    """Let CLIENT_ID in anew with the keys of its card that was put aside, because no key that counts signed
    it: two different officers, who have compared the fingerprint by telephone, answer for it.
    """
    from datetime import UTC, datetime

    from repatriation.opening import open_house
    from repatriation.settings import read_settings
    from repatriation.work.enrolment import officer_named
    from repatriation.work.partners import approval

    house = open_house(read_settings())
    with _deciding(client_id, "has such a card, or one of the two may not approve partners"):
        actors = (officer_named(house, first), officer_named(house, second))
        digits = " ".join(compared.split())
        approval.take_up_together(house, datetime.now(UTC), client_id, *actors, digits)
    click.echo(f"{client_id} is active, with its new keys.")
