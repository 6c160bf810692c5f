"""`repatriation trail`: verify that the log is whole, and seal it so that it can be verified later."""

from pathlib import Path

import click

PROBLEMS = {
    "edited": "does not fit its own digest: it was changed",
    "missing": "is not there",
    "unlinked": "does not follow the one before it",
    "head_differs": "is not where the case or partner says its trail ends",
    "seal_unsigned": "is under a seal whose signature does not fit",
    "seal_differs": "is under a seal whose root does not fit: what it covers was changed",
    "seal_missing": "is under a seal that is gone",
    "note_unknown": "is told of by a checkpoint that is not ours",
    "unreadable": "does not tell a step that could be taken again",
    "not_allowed": "tells a step that the procedure of its case does not allow",
    "stands_elsewhere": "leads elsewhere than its case stands: stage, facts or consents were changed",
    "consent_differs": "is where the consents on file stop being those that its steps recorded",
}


@click.group("trail")
def command() -> None:
    """The trail of what was done: verify it, seal it."""


@command.command()
@click.option(
    "--note",
    "notes",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A checkpoint kept outside this machine; may be given many times.",
)
@click.pass_context
def verify(context: click.Context, notes: tuple[Path, ...]) -> None:
    """Look at every event and every seal, and take every case again from its trail; ends with 1 when anything
    is wrong.

    What was cut off the end is found only where a seal covers it, and what was cut off together with its seal
    only by a checkpoint that was kept outside.
    """
    from repatriation.opening import open_house
    from repatriation.records.verify import verify as look
    from repatriation.settings import read_settings
    from repatriation.work.retracing import retrace

    house = open_house(read_settings())
    with house.doors.read() as session:
        found = look(session, house.keyring, [note.read_text(encoding="utf-8") for note in notes])
    click.echo(f"{found.events:,} events in {found.chains:,} chains under {found.seals:,} seals.")
    retraced = retrace(house)
    click.echo(f"{retraced.cases:,} cases were taken again from their trails, step by step.")
    if retraced.shared:
        click.echo(f"{retraced.shared:,} shared with another installation were not: half is in its trail.")
    problems = (*found.problems, *retraced.problems)
    for problem in problems:
        click.echo(f"Chain {problem.chain}, event {problem.seq} {PROBLEMS[problem.code]}.", err=True)
    if problems:
        context.exit(1)
    click.echo("The trail is whole, and every case stands where it leads.")


@command.command()
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder, best on another machine, to which the signed checkpoint is written as well.",
)
def seal(out: Path | None) -> None:
    """Seal all events that are not sealed yet, and sign a checkpoint, as the clock does every hour."""
    from datetime import UTC, datetime

    from repatriation.opening import open_house
    from repatriation.records.seals import seal as put_seal
    from repatriation.settings import read_settings

    settings = read_settings()
    house = open_house(settings)
    last = None
    while True:
        with house.doors.act() as session:
            made = put_seal(session, house.keyring, datetime.now(UTC), settings.issuer)
            if made is None:
                break
            last = (made.number, made.size, made.note)
    if last is None:
        click.echo("Everything is sealed already.")
        return
    number, size, note = last
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / f"checkpoint-{number:08}.txt").write_text(note, encoding="utf-8")
    click.echo(f"Sealed {size:,} events. The checkpoint:\n\n{note}")
