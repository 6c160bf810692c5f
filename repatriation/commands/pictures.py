"""`repatriation papers pictures`: made-up papers as pictures, for the README and for whoever asks."""

from pathlib import Path
from typing import Final

import click

from documents.printing import Sheet

SHOWN: Final = (
    ("travel_document", ("km", "en")),
    ("handover_minutes", ("th", "km")),
    ("referral_form", ("vi", "en")),
)
"""Which papers, in which pairs of languages: every language stands on one of them."""

SCALE: Final = 1.25
"""Dots for each of the 72 points of an inch."""

COLOURS: Final = 32

IN_THE_SQUARE: Final = ("RP1:" + 30 * "MADE-UP ")[:240]
"""As long as a token; whoever reads it is told what it is."""


@click.group("papers")
def command() -> None:
    """The papers."""


@command.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def pictures(folder: Path) -> None:
    """Draw the first page of three made-up papers into FOLDER, as PNG; the same pictures every time."""
    from contextlib import closing

    from documents.fonts import FontsUnfit, ready
    from documents.press import Press
    from documents.printing import CannotPrint

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with closing(Press(workers=1, fonts=ready())) as press:
            for kind, languages in SHOWN:
                file = folder / f"{kind}.png"
                file.write_bytes(_first_page(press.print(_made_up(kind, languages)).file))
                click.echo(file)
    except (CannotPrint, FontsUnfit, OSError) as problem:
        raise click.ClickException(f"The pictures could not be made: {problem}.") from None


def _made_up(kind: str, languages: tuple[str, str]) -> "Sheet":
    """The paper as it would be issued, on a day and with a number that are always the same."""
    from datetime import UTC, datetime

    from documents.composing import Issue, compose
    from documents.samples import sample
    from documents.squares import square

    draft = sample(kind, languages)
    number = f"{draft.issuer.country[:2]}26-7F3K-92QM"
    at = datetime(2026, 11, 25, 3, tzinfo=UTC)
    issue = Issue(number, 1, at, "K7M2QX", "https://returns.example.org/verify", "5e" * 32)
    return compose(draft, issue, lambda _digest: square(IN_THE_SQUARE, number, 33)).sheet


def _first_page(file: bytes) -> bytes:
    from io import BytesIO

    import pypdfium2

    written = BytesIO()
    with pypdfium2.PdfDocument(file) as document:
        image = document[0].render(scale=SCALE).to_pil().convert("RGB")
    image.quantize(COLOURS).save(written, "PNG", optimize=True)
    return written.getvalue()
