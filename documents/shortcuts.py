"""Shortcuts through WeasyPrint 70.0: what it works out at length for each box, worked out at once.

Nothing comes out otherwise: the same files, to the last byte, in less time. Whatever a shortcut does not know
for certain goes the long way. They lean on how 70.0 is built; `documents.repair` refuses any other version.
"""

import re
from typing import Any, Final

from tinyhtml5 import inputstream  # type: ignore[import-untyped]  # it has no types
from weasyprint import svg
from weasyprint.css import ComputedStyle
from weasyprint.css.computed_values import COMPUTER_FUNCTIONS, PHYSICAL_FUNCTIONS
from weasyprint.css.properties import INHERITED, INITIAL_NOT_COMPUTED, INITIAL_VALUES
from weasyprint.formatting_structure.boxes import Box
from weasyprint.layout import preferred


def take_shortcuts() -> None:
    """Puts them in. Once is enough; more does no harm."""
    ComputedStyle.__missing__ = _value
    Box.is_in_normal_flow = _is_in_normal_flow
    svg.TAGS["path"] = _path
    inputstream.characters_until_regex = Stretches()
    preferred.split_first_line = _narrowest


# The value of a property that no rule names, which is nearly every one.

LONG_WAY: Final = frozenset(
    {"display", "float", "page", "position", *(name for name in INITIAL_VALUES if "text_decoration_" in name)}
)
"""Properties that depend on others, or on more than the box above."""

ALIASES: Final = {
    name: tuple({rule(block="ttb", inline=inline) for inline in ("ltr", "rtl")})
    for name, rule in PHYSICAL_FUNCTIONS.items()
}
"""The names by which a rule may mean one side of a box, in either direction of writing."""

long_way_to_value: Final = ComputedStyle.__missing__


def _value(style: Any, name: str) -> Any:
    """A property of an element that was not asked for before."""
    cascaded, above = style.cascaded, style.parent_style
    if name in cascaded or name in LONG_WAY or above is None or name not in INITIAL_VALUES:
        return long_way_to_value(style, name)
    for alias in ALIASES.get(name, ()):
        if alias in cascaded:
            return long_way_to_value(style, name)
    if name in INHERITED:
        value = above[name]
    else:
        value = INITIAL_VALUES[name]
        if name in INITIAL_NOT_COMPUTED:
            value = COMPUTER_FUNCTIONS[name](style, name, value)
    style[name] = value
    return value


FLOATED: Final = frozenset({"left", "right", "inline-start", "inline-end", "footnote"})
OUT_OF_FLOW: Final = frozenset({"absolute", "fixed"})


def _is_in_normal_flow(box: Any) -> bool:
    """Whether a box stands where it comes, which is asked of every box many times over."""
    style = box.style
    position = style["position"]
    return (
        style["float"] not in FLOATED
        and position not in OUT_OF_FLOW
        and position[0] not in ("running()", "note()")
    )


# The square of a paper: hundreds of strokes that go right and then to the next row.

STROKES: Final = re.compile(r"M(\d+) (\d+\.5)((?:h\d+(?:m-?\d+ \d+)?)+)")
STROKE: Final = re.compile(r"h(\d+)(?:m(-?\d+) (\d+))?")

long_way_of_path: Final = svg.TAGS["path"]


def _path(drawing: Any, node: Any, font_size: float) -> None:
    """Draws a path that is made of such strokes; any other goes the long way."""
    strokes = STROKES.fullmatch(node.get("d", ""))
    if strokes is None:
        long_way_of_path(drawing, node, font_size)
        return
    draw = drawing.stream
    draw.move_to(0, 0)
    x, y = float(strokes[1]), float(strokes[2])
    draw.move_to(x, y)
    for length, right, down in STROKE.findall(strokes[3]):
        x += float(length)
        draw.line_to(x, y)
        if right:
            x, y = x + float(right), y + float(down)
            draw.move_to(x, y)


# The narrowest that a cell can be, which is asked letter by letter where a line may break at any of them.

ENOUGH: Final = 24
BEYOND: Final = 8
"""So many letters are looked at, and so many of them must come after the break. With all that follow, tables
full of Khmer took so long that the press gave them up."""

long_way_to_line: Final = preferred.split_first_line


def _narrowest(
    text: str, style: Any, context: Any, most: float | None, spacing: float, **more: Any
) -> tuple[Any, int, int | None, float, float, float]:
    """The first line of a text; where it holds a letter and no more, that of the beginning is the same."""
    if most == 0 and len(text) > ENOUGH and style["overflow_wrap"] == "anywhere":
        line = long_way_to_line(text[:ENOUGH], style, context, most, spacing, **more)
        if line[2] is not None and line[2] <= len(text[: ENOUGH - BEYOND].encode()):
            return line  # type: ignore[no-any-return]  # its module has no types
    return long_way_to_line(text, style, context, most, spacing, **more)  # type: ignore[no-any-return]


# Markup, read in stretches that end at certain letters.


class Stretches(dict[tuple[Any, bool], re.Pattern[str]]):
    """What such a stretch looks like. The parser means to keep them, but keeps each where it never looks."""

    def __missing__(self, key: tuple[Any, bool]) -> re.Pattern[str]:
        ends, within = key
        letters = "".join(f"\\x{ord(letter):02x}" for letter in ends)
        self[key] = re.compile(f"[{'' if within else '^'}{letters}]+")
        return self[key]
