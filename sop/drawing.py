"""The few shapes of the lane diagram as SVG: presentation attributes only, so that a strict content policy
holds."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final, NamedTuple

from sop.lettering import wrap
from sop.wording import Run

INK: Final = "#1d1d1f"
SOFT: Final = "#4a4a52"
BLUE: Final = "#1f4e79"
TALL: Final = frozenset({"km", "th"})
"""Languages that stack marks above and below a letter, and need the room."""

PAD: Final = 7
TIP: Final = 15


class Line(NamedTuple):
    """One line of lettering."""

    text: str
    language: str
    size: float
    bold: bool
    colour: str

    @property
    def leading(self) -> float:
        """How much height the line takes."""
        return self.size * (1.72 if self.language in TALL else 1.36)


def lines(run: Run, room: float, size: float = 13, bold: bool = False, colour: str = INK) -> list[Line]:
    """A run of words broken to fit so many pixels."""
    ems = room * (0.93 if bold else 1.0) / size
    return [Line(text, run.language, size, bold, colour) for text in wrap(run.text, ems)]


def height(block: Iterable[Line]) -> float:
    """The height of a block of lines with its padding."""
    return round(sum(line.leading for line in block) + 2 * PAD)


class Mark(NamedTuple):
    """One line of lettering in its place: where it starts (or its middle), and its base line."""

    line: Line
    x: float
    base: float
    centred: bool = False


def lettering(block: Sequence[Line], x: float, top: float) -> list[Mark]:
    """A block of lines below one another."""
    marks = []
    y = top + PAD
    for line in block:
        marks.append(Mark(line, x, y + line.leading * (0.72 if line.language in TALL else 0.78)))
        y += line.leading
    return marks


def as_svg(mark: Mark) -> str:
    """A line of lettering as SVG text, which says its language."""
    line = mark.line
    weight = ' font-weight="700"' if line.bold else ""
    anchor = ' text-anchor="middle"' if mark.centred else ""
    return (
        f'<text x="{mark.x:g}" y="{mark.base:.1f}" font-size="{line.size:g}" fill="{line.colour}"'
        f'{weight}{anchor} lang="{line.language}" xml:lang="{line.language}">{escape(line.text)}</text>'
    )


def as_html(mark: Mark, scale: float) -> str:
    """A line of lettering as HTML over a drawing that is so many millimetres to the pixel.

    For paper: WeasyPrint sets SVG text letter by letter, which takes Khmer apart; HTML text it shapes.
    """
    line = mark.line
    # The base line of a line box lies below its middle by half of what the letters rise more than they hang.
    top = (mark.base - line.leading / 2 - 0.388 * line.size) * scale
    left = f"left:{mark.x * scale:.2f}mm"
    if mark.centred:
        left = f"left:{(mark.x - 12) * scale:.2f}mm;width:{24 * scale:.2f}mm;text-align:center"
    return (
        f'<span lang="{line.language}" style="position:absolute;{left};top:{top:.2f}mm;white-space:nowrap;'
        f"font-size:{line.size * scale:.3f}mm;line-height:{line.leading * scale:.3f}mm;color:{line.colour}"
        f'{";font-weight:700" if line.bold else ""}">{escape(line.text)}</span>'
    )


def panel(x: float, y: float, w: float, h: float, colour: str) -> str:
    """A coloured ground without an edge."""
    return f'<rect x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" rx="3" fill="{colour}"/>'


def right_edge(kind: str, x: float, w: float, h: float, down: float) -> float:
    """Where a shape ends on the right, so far below its top: one that moves somebody has a point there."""
    return x + w - (TIP * (1 - min(down / (h / 2), 1)) if kind == "moves" else 0)


def outline(kind: str, x: float, y: float, w: float, h: float, assumed: bool) -> str:
    """The shape that says what a box is: stage, act, moves, tells, asked or end."""
    dash = ' stroke-dasharray="6 4"' if assumed else ""
    paint = {
        "stage": ("#ffffff", BLUE, 2.2),
        "act": ("#ffffff", "#5b5b66", 1.3),
        "moves": ("#fff3d6", "#7a4a00", 2.6),
        "tells": ("#f3ecfa", "#5a3385", 1.5),
        "asked": ("#e6f4f1", "#0b6156", 1.5),
        "end": ("#ececef", "#33333a", 2.2),
    }[kind]
    style = f'fill="{paint[0]}" stroke="{paint[1]}" stroke-width="{paint[2]}"{dash}'
    if kind == "moves":
        points = [(x, y), (x + w - TIP, y), (x + w, y + h / 2), (x + w - TIP, y + h), (x, y + h)]
    elif kind == "tells":
        points = [
            (x, y),
            (x + w, y),
            (x + w, y + h),
            (x + 30, y + h),
            (x + 16, y + h + 9),
            (x + 16, y + h),
            (x, y + h),
        ]
    elif kind == "end":
        c = 11
        points = [
            (x + c, y), (x + w - c, y), (x + w, y + c), (x + w, y + h - c),
            (x + w - c, y + h), (x + c, y + h), (x, y + h - c), (x, y + c),
        ]  # fmt: skip
    else:
        radius = {"stage": 9, "act": 0, "asked": min(h / 2, 18)}[kind]
        return f'<rect x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" rx="{radius:g}" {style}/>'
    return f'<polygon points="{" ".join(f"{px:g},{py:g}" for px, py in points)}" {style}/>'


def path(points: Sequence[tuple[float, float]], marker: str | None = None, assumed: bool = False) -> str:
    """A line of straight pieces, with an arrowhead at its end when a marker is named."""
    steps = "L".join(f"{x:g} {y:g}" for x, y in points)
    tail = f' marker-end="url(#{marker})"' if marker else ""
    dash = ' stroke-dasharray="6 4"' if assumed else ""
    return f'<path d="M{steps}" fill="none" stroke="{SOFT}" stroke-width="1.5"{dash}{tail}/>'


def badge(x: float, y: float, filled: bool) -> str:
    """The disc for the number of a stage or the letter of a way out."""
    fill = BLUE if filled else "#ffffff"
    return f'<circle cx="{x:g}" cy="{y:g}" r="11.5" fill="{fill}" stroke="{BLUE}" stroke-width="1.4"/>'


def badge_mark(label: str, x: float, y: float, filled: bool) -> Mark:
    """The number or letter in such a disc."""
    return Mark(Line(label, "en", 12, True, "#ffffff" if filled else BLUE), x, y + 4.3, centred=True)
