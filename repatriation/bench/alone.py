"""The program of `repatriation.bench.bare`: prints whatever comes, with fonts and style that were read once.

Started with FONTCONFIG_FILE set and the number of its end of a pipe; answers with the seconds that each took.
"""

import sys
import time
from contextlib import suppress
from multiprocessing.connection import Connection

from weasyprint import CSS, HTML
from weasyprint.pdf.fonts import Font, harfbuzz_subset
from weasyprint.text.fonts import FontConfiguration

from documents.repair import cut_to_glyphs
from documents.typesetting import style_rules


def work(channel: Connection) -> None:
    """Prints until nobody asks any more."""
    if harfbuzz_subset is None:
        # Without HarfBuzz's own library WeasyPrint cuts faces with fontTools, which would flatter us.
        Font.subset = cut_to_glyphs
    fonts = FontConfiguration()
    styles = [CSS(string=rule, font_config=fonts) for rule in style_rules("paper")]
    channel.send("ready")
    with suppress(EOFError):
        while True:
            html = channel.recv()
            began = time.perf_counter()
            HTML(string=html).write_pdf(font_config=fonts, stylesheets=styles)
            channel.send(time.perf_counter() - began)


if __name__ == "__main__":
    work(Connection(int(sys.argv[1])))
