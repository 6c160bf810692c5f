"""Drawings beside a table: bars for lengths and shares, as inline SVG. The table says the same in words."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from markupsafe import Markup

from sop.procedure import Limit

WIDTH = 100.0

_DAYS_IN = {"hours": 1 / 24, "days": 1.0, "working days": 7 / 5}
"""Working days are drawn as the days that they usually take; the table says what they are."""


class Tick(NamedTuple):
    """A time limit on a drawing: where it ends, in days, and whether a source says so."""

    days: float
    sourced: bool


def ticks(limits: Iterable[Limit]) -> tuple[Tick, ...]:
    """Time limits as they are drawn."""
    return tuple(Tick(limit.value * _DAYS_IN[limit.unit], limit.grounding == "sourced") for limit in limits)


def longest(lengths: Iterable[float | None], marks: Iterable[Tick]) -> float:
    """The end of the scale: all that is drawn has room on it."""
    known = [length for length in lengths if length is not None]
    return max([*known, *(mark.days for mark in marks), 1.0]) * 1.04


def span(median: float | None, ninetieth: float | None, marks: Sequence[Tick], scale: float) -> Markup:
    """How long half, and nine of ten, took, with the time limits across it."""
    drawn = [_rectangle("plot-track", 0, WIDTH, 9, 2)]
    if ninetieth is not None:
        drawn.append(_rectangle("plot-most", 0, _at(ninetieth, scale), 5, 10))
    if median is not None:
        drawn.append(_rectangle("plot-half", 0, _at(median, scale), 5, 10))
    for mark in marks:
        at, kind = _at(mark.days, scale), "sourced" if mark.sourced else "assumed"
        drawn.append(
            Markup('<line class="plot-limit plot-{}" x1="{:.2f}" x2="{:.2f}" y1="0" y2="20"/>').format(
                kind, at, at
            )
        )
    return _drawing(drawn)


def share(part: int, whole: int) -> Markup:
    """What part of a whole."""
    drawn = [_rectangle("plot-rest", 0, WIDTH, 5, 10)]
    if whole:
        drawn.append(_rectangle("plot-half", 0, WIDTH * part / whole, 5, 10))
    return _drawing(drawn)


_START = Markup(
    '<svg class="plot" viewBox="0 0 100 20" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
)


def _drawing(parts: Iterable[Markup]) -> Markup:
    return _START + Markup("").join(parts) + Markup("</svg>")


def _rectangle(kind: str, x: float, width: float, y: float, height: float) -> Markup:
    return Markup('<rect class="{}" x="{:.2f}" y="{}" width="{:.2f}" height="{}"/>').format(
        kind, x, y, width, height
    )


def _at(days: float, scale: float) -> float:
    """Where on the drawing; what took less than a day still shows."""
    return min(WIDTH, max(days / scale * WIDTH, 0.6))
