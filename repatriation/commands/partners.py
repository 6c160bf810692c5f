"""`repatriation partner`: whose programs may call here."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click

PROBLEMS = {
    "unknown": "is not known here",
    "taken": "is registered already",
    "ourselves": "is this very installation",
    "missing": "must be given",
    "extra_forbidden": "is no member of a registration",
    "second_officer_needed": "has approved already: another officer must approve too",
    "needed": "must be given",
    "not_fewer": "must be fewer than are agreed to now, when one officer changes them",
    "not_asked_for": "must be among those that the program asks for",
    "send_jwks": "is not fetched: send the public keys themselves, as jwks",
    "no_certificates": "is not known here: programs say who they are by private_key_jwt and DPoP, not by a "
    "certificate",
    "private_key": "holds a private key: send public keys only, and make new ones",
    "kid_twice": "holds two keys of one name",
    "no_key": "holds no key, or too many",
    "changed": "is another by now: compare anew",
    "one_key_for_two_purposes": "envelopes must be signed by another key than assertions",
    "redirect_uris_needed": "redirect_uris must be given for authorization_code",
    "envelope_incomplete": "envelope_jwks and envelope_issuer belong together",
}

File = click.Path(exists=True, dir_okay=False, path_type=Path)


def refused(problems: Mapping[str, str]) -> click.ClickException:
    """What was wrong, a line each."""
    return click.ClickException(
        "\n".join(
            f"{member}: {PROBLEMS.get(code, f'cannot be taken ({code})')}"
            for member, code in problems.items()
        )
    )


def _nobody(client_id: str, wanted: str) -> click.ClickException:
    return click.ClickException(f"There is no partner {client_id} that {wanted}.")


@contextmanager
def _deciding(client_id: str, wanted: str) -> Iterator[None]:
    """An act of officers about one partner; why it cannot be, in a sentence."""
    from repatriation.work.refusals import Invalid, NotFound

    try:
        yield
    except Invalid as problem:
        raise refused(problem.problems) from None
    except NotFound:
        raise _nobody(client_id, wanted) from None


def _put_aside(client_id: str, aside: tuple[str, str] | None) -> click.ClickException:
    said = (
        f"The card of {client_id} is signed by no key that counts. It is put aside and changes nothing: ask "
        "the partner by telephone, on a number you knew before, whether it is theirs."
    )
    if aside is not None:
        words, digits = aside
        said += (
            f"\n  {words}\n  {digits}\nIf all of that is what they read to you, two officers let it in anew: "
            f"repatriation partner card accept {client_id} --by OFFICER --and OFFICER --fingerprint DIGITS"
        )
    return click.ClickException(said)


@click.group("partner")
def command() -> None:
    """Partners' programs: register, approve, suspend them; exchange cards."""


@command.command()
@click.argument("file", type=File)
def register(file: Path) -> None:
    """Register the program that FILE (JSON) describes, in the names of RFC 7591 with `organisation`,
    `envelope_jwks` and `envelope_issuer`. It may do nothing until two officers have approved it.
    """
    from datetime import UTC, datetime

    from partners import registration
    from repatriation.opening import open_house
    from repatriation.settings import read_settings
    from repatriation.work.partners import approval
    from repatriation.work.refusals import Invalid

    house = open_house(read_settings())
    try:
        asked = registration.read(file.read_bytes())
        client_id = approval.register(house, None, datetime.now(UTC), asked)
    except (registration.BadRegistration, Invalid) as problem:
        raise refused(problem.problems) from None
    print_ = registration.fingerprint(asked.jwks, asked.envelope_jwks, asked.envelope_issuer)
    click.echo(f"{client_id} waits for approval. Compare by telephone, with the partner:")
    click.echo(f"  {print_.words}\n  {print_.digits}")


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
def suspend(client_id: str) -> None:
    """Let CLIENT_ID do nothing from its next request on."""
    from datetime import UTC, datetime

    from repatriation.opening import open_house
    from repatriation.settings import read_settings
    from repatriation.work.partners import approval
    from repatriation.work.refusals import NotFound

    try:
        approval.suspend(open_house(read_settings()), None, datetime.now(UTC), client_id)
    except NotFound:
        raise _nobody(client_id, "is active") from None
    click.echo(f"{client_id} is suspended.")


@command.command()
@click.argument("client_id")
def resume(client_id: str) -> None:
    """Let CLIENT_ID, which is suspended, go on."""
    from datetime import UTC, datetime

    from repatriation.opening import open_house
    from repatriation.settings import read_settings
    from repatriation.work.partners import approval
    from repatriation.work.refusals import NotFound

    try:
        approval.resume(open_house(read_settings()), None, datetime.now(UTC), client_id)
    except NotFound:
        raise _nobody(client_id, "is suspended") from None
    click.echo(f"{client_id} is active.")


@command.command("list")
def list_() -> None:
    """Every partner's program, how it stands, what it asks for and what is agreed, and the fingerprint of
    its keys.
    """
    from repatriation.opening import open_house
    from repatriation.settings import read_settings
    from repatriation.work.partners import approval

    for one in approval.partners(open_house(read_settings())):
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

    from partners import cards, scopes
    from repatriation.opening import open_house
    from repatriation.records.keyring import KeyringError
    from repatriation.settings import read_settings

    if strange := set(asked) - scopes.SCOPES.keys():
        raise click.ClickException(f"There is no scope {', '.join(sorted(strange))}.")
    settings, now = read_settings(), datetime.now(UTC)
    try:
        keys = open_house(settings).keyring.instance_keys()
    except KeyringError as problem:
        raise click.ClickException(str(problem)) from None
    text = cards.write(settings.issuer, name, keys, now, asked=asked, contacts=contacts)
    print_ = cards.read(text, now).fingerprint()
    if out is None:
        click.echo(text)
    else:
        out.write_text(text + "\n", encoding="utf-8")
        click.echo(f"The card is in {out}. It holds nothing secret.")
    click.echo(f"To be read out by telephone:\n  {print_.words}\n  {print_.digits}", err=True)


@card.command("import")
@click.argument("file", type=File)
@click.option("--organisation", default="", help="The code of the organisation, for a partner not known yet.")
def card_import(file: Path, organisation: str) -> None:
    """Take the card in FILE: register an installation that is not known, or change the keys of a partner that
    is, an installation or a program.
    """
    from datetime import UTC, datetime

    from partners import cards
    from repatriation.opening import open_house
    from repatriation.settings import read_settings
    from repatriation.work.partners import approval
    from repatriation.work.refusals import Invalid

    house, now = open_house(read_settings()), datetime.now(UTC)
    try:
        text = file.read_text(encoding="utf-8")
        outcome = approval.import_card(house, None, now, text, organisation)
    except (cards.BadCard, UnicodeDecodeError) as problem:
        raise click.ClickException(
            f"The card cannot be taken ({getattr(problem, 'code', 'not text')})."
        ) from None
    except Invalid as problem:
        raise refused(problem.problems) from None
    told = cards.read(text, now)
    if outcome == "quarantined":
        raise _put_aside(told.issuer, approval.put_aside(house, now, told.issuer))
    if outcome == "keys_changed":
        click.echo(f"The keys of {told.issuer} are changed.")
        return
    print_ = told.fingerprint()
    click.echo(f"{told.issuer} waits for approval. Compare by telephone, with the partner:")
    click.echo(f"  {print_.words}\n  {print_.digits}")


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
