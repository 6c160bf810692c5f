"""What a benchmark found, on the screen and as JSON: figures, their units, and their goals."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Bound = Literal["at least", "at most", "exactly"]


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure should be."""

    bound: Bound
    value: float

    def met(self, found: float) -> bool:
        """Whether a figure is as it should be."""
        if self.bound == "at least":
            return found >= self.value
        return found <= self.value if self.bound == "at most" else found == self.value


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing that was measured or counted."""

    name: str
    value: float
    unit: str = ""
    goal: Goal | None = None

    @property
    def verdict(self) -> str:
        """The goal in words, and whether it was met; nothing where there is no goal."""
        if self.goal is None:
            return ""
        met = "met" if self.goal.met(self.value) else "MISSED"
        return f"{self.goal.bound} {self.goal.value:g}: {met}"


@dataclass(slots=True)
class Report:
    """The figures of one benchmark on one database, or on none."""

    name: str
    work: str
    database: str = ""
    figures: list[Figure] = field(default_factory=list)

    def add(
        self, name: str, value: float, unit: str = "", bound: Bound | None = None, goal: float = 0
    ) -> None:
        """One more figure; with a bound, it has a goal."""
        self.figures.append(Figure(name, value, unit, Goal(bound, goal) if bound else None))

    def value(self, name: str) -> float:
        """A figure by its name. KeyError when there is none."""
        return {figure.name: figure.value for figure in self.figures}[name]

    @property
    def missed(self) -> tuple[Figure, ...]:
        """The figures that are not as they should be."""
        return tuple(figure for figure in self.figures if figure.goal and not figure.goal.met(figure.value))

    def lines(self) -> Iterable[str]:
        """The report as a table, for a screen."""
        yield f"{self.name}{f' on {self.database}' if self.database else ''}: {self.work}"
        wide = max((len(figure.name) for figure in self.figures), default=0)
        for figure in self.figures:
            said = f"{_number(figure.value)} {figure.unit}".strip()
            yield f"  {figure.name:<{wide}}  {said:<16} {figure.verdict}".rstrip()

    def plain(self) -> dict[str, Any]:
        """The report as JSON holds it."""
        return asdict(self) | {
            "figures": [
                asdict(figure) | {"met": figure.goal.met(figure.value) if figure.goal else None}
                for figure in self.figures
            ]
        }


def _number(value: float) -> str:
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.1f}" if abs(value) >= 100 else f"{value:.3g}"
