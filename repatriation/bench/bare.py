"""WeasyPrint by itself, in a process of its own: the same markup, style and faces, a plain PDF, no hooks."""

import contextlib
import os
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from documents.fonts import CONFIGURATION
from repatriation.bench.crowd import crowd


class Bare(NamedTuple):
    """Our end of that process."""

    pipe: Connection

    def print(self, html: str) -> float:
        """Prints a page there. The seconds that it took, by that process's own clock."""
        self.pipe.send(html)
        seconds: float = self.pipe.recv()
        return seconds


@contextlib.contextmanager
def bare(folder: Path) -> Iterator[Bare]:
    """The process, ready to print with the faces in a folder."""
    with crowd([(_work, (folder,))]) as (pipe,):
        pipe.recv()
        yield Bare(pipe)


def _work(pipe: Connection, folder: Path) -> None:
    """Prints whatever comes, with fonts and style that were read once."""
    os.environ["FONTCONFIG_FILE"] = str(folder / CONFIGURATION)  # before Pango is loaded, which reads it once

    import weasyprint.pdf.fonts
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    from documents import repair, typesetting

    if weasyprint.pdf.fonts.harfbuzz_subset is None:
        # Without HarfBuzz's own library WeasyPrint cuts faces with fontTools, which would flatter us.
        weasyprint.pdf.fonts.Font.subset = repair.cut_to_glyphs
    fonts = FontConfiguration()
    styles = [CSS(string=rule, font_config=fonts) for rule in typesetting.style_rules("paper")]
    pipe.send("ready")
    with contextlib.suppress(EOFError):
        while True:
            html = pipe.recv()
            began = time.perf_counter()
            HTML(string=html).write_pdf(font_config=fonts, stylesheets=styles)
            pipe.send(time.perf_counter() - began)
