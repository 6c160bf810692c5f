"""The lane diagram of a procedure: who answers for each stage, who takes each act, and where it leads.

Three lanes run from top to bottom: the host country, the person and partners, the home country. A stage
stands in the lane of the body that answers for it, an act in the lane of whoever takes it; an act that
either side may take reaches over both. What is told twice, by shape and in words: what moves the person,
what tells somebody about them, what they are asked, where a case ends. Dashed lines are assumed. No style
sheet, script or font: it may stand in any page.
"""

from collections.abc import Callable, Collection, Sequence
from functools import partial

from sop.boxes import numbered
from sop.procedure import Procedure
from sop.sheet import Sheet


def lanes_svg(procedure: Procedure, language: str, title_id: str = "lanes-title") -> str:
    """The lane diagram of a whole procedure as one SVG element that stands in a page by itself.

    `title_id` is the id of its title; every other id in it begins so, hence several drawings may share a
    page.
    """
    return Sheet(procedure, language, title_id, numbered(procedure)).svg()


def lanes_pages(
    procedure: Procedure,
    language: str,
    title_id: str = "lanes-title",
    width: float = 182,
    tallest: float = 235,
) -> tuple[str, ...]:
    """The same for paper: HTML sheets of a width in millimetres, none higher than `tallest`.

    The way of a case comes first, as many stages to a sheet as it holds; the ways out stand on a sheet of
    their own. An act that leads to a stage on another sheet names its number.
    """
    labels = numbered(procedure)
    way = [name for name in labels if labels[name].isdigit()]
    sheets: list[str] = []
    drawn: set[str] = set()
    while way:
        name = f"{title_id}-{len(sheets) + 1}"
        draw = partial(_page, procedure, language, name, tuple(way), frozenset(drawn))
        page, taken = _fullest(draw, len(way), tallest / width)
        sheets.append(_fitted(page, width, tallest))
        drawn |= page.drawn
        way = way[taken:]
    exits = [name for name in labels if not labels[name].isdigit()]
    last = Sheet(procedure, language, f"{title_id}-{len(sheets) + 1}", exits)
    sheets.append(_fitted(last, width, tallest))
    return tuple(sheets)


def _page(
    procedure: Procedure, language: str, name: str, way: Sequence[str], drawn: Collection[str], taken: int
) -> Sheet:
    return Sheet(procedure, language, name, way[:taken], drawn)


def _fitted(page: Sheet, width: float, tallest: float) -> str:
    return page.html(min(width, tallest * page.wide / page.high))


def _fullest(draw: Callable[[int], Sheet], most: int, ratio: float) -> tuple[Sheet, int]:
    """The sheet with as many stages as it holds, and how many those are; at least one."""
    page = draw(1)
    for taken in range(2, most + 1):
        longer = draw(taken)
        if longer.high > longer.wide * ratio:
            return page, taken - 1
        page = longer
    return page, most
