"""The square on a paper that a telephone reads: a QR code as a drawing inside the page."""

import io
from functools import lru_cache

import segno

QUIET = 4
"""The white edge that a reader needs, in modules."""


@lru_cache(maxsize=256)
def square(text: str, title: str, size_mm: float) -> str:
    """The text as an SVG of that width with its white edge, and a title for those who hear the page.

    Level M survives a fold or a stamp over a corner. The text is made of the 45 characters that QR stores
    closely; ValueError when it is not.
    """
    code = segno.make_qr(text, error="m", mode="alphanumeric", boost_error=False)
    scale = size_mm / code.symbol_size(border=QUIET)[0]
    drawing = io.BytesIO()
    code.save(drawing, kind="svg", xmldecl=False, nl=False, unit="mm", scale=scale, border=QUIET, title=title)
    return drawing.getvalue().decode()
