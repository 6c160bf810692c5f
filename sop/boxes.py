"""What stands in each box of the lane diagram: the lettering of stages, acts, consents and ways out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from sop import vocabulary as words
from sop.drawing import BLUE, SOFT, Line, height, lines
from sop.procedure import Action, Consent, Procedure, Stage
from sop.wording import Run, body, pick, role, word

LANE: Final = 306
GAP: Final = 10
LEFT: Final = 14
INSET: Final = 12
"""How far a stage stands from the edge of its lane."""
ACT_INSET: Final = 36
"""Acts stand further in, so that the line from the stage can run down beside them."""
ACT_MARGIN: Final = 28
HOST, MIDDLE, HOME = 0, 1, 2
LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SMALL: Final = 11.0
GREEN, BROWN, PURPLE = "#0b6156", "#7a4a00", "#5a3385"


def lane_x(lane: int) -> float:
    """The left edge of a lane."""
    return LEFT + lane * (LANE + GAP)


def lane_of(role_name: str) -> int:
    """The lane of a role: the host country, the person and partners, or the home country."""
    return {"host": HOST, "home": HOME}.get(role_name.partition(".")[0], MIDDLE)


class Box(NamedTuple):
    """One shape with its lettering, in one lane or over several."""

    kind: str
    lane: int
    x: float
    width: float
    block: tuple[Line, ...]
    assumed: bool
    badge: str = ""
    target: str | None = None

    @property
    def height(self) -> float:
        """As high as its lettering asks for."""
        return height(self.block)


def numbered(procedure: Procedure) -> dict[str, str]:
    """The label of each stage: numbers on the way to a closed file, in order; letters for the ways out."""
    order = sorted(procedure.stages.values(), key=lambda stage: words.PHASES.index(stage.phase))
    way = [s.name for s in order if not s.end] + [s.name for s in order if s.name == words.CLOSED]
    exits = [s.name for s in order if s.end and s.name != words.CLOSED]
    return {**{name: str(i) for i, name in enumerate(way, 1)}, **dict(zip(exits, LETTERS, strict=False))}


def ranges(labels: Iterable[str]) -> str:
    """Stage numbers as a reader writes them: 1–4, 7."""
    parts: list[list[int]] = []
    for number in sorted(int(label) for label in labels if label.isdigit()):
        if parts and parts[-1][-1] == number - 1:
            parts[-1][1:] = [number]
        else:
            parts.append([number])
    return ", ".join("–".join(map(str, part)) for part in parts)


@dataclass(frozen=True)
class Lettering:
    """The boxes of one procedure in one language."""

    procedure: Procedure
    language: str
    labels: Mapping[str, str]

    def word(self, group: str, name: str) -> Run:
        """One of the fixed words in the language of the drawing."""
        return word(group, name, self.language)

    def stage(self, stage: Stage) -> Box:
        """A stage: its number, who answers for it, what it is, and the letters of the ways out of it."""
        room = LANE - 2 * INSET - 24
        head = [stage.article or "", *self._assumed(stage.grounding)]
        block = self._small(head, room - 30)
        block += lines(role(self.procedure, stage.responsible, self.language), room - 30, 11.5, True, BLUE)
        block += lines(pick(stage.text, self.language), room, 13.5)
        if stage.entry:
            entry = self.word("diagram", "entry")
            block += lines(Run(f"» {entry.text}", entry.language), room, SMALL, True, GREEN)
        out = {self.labels[a.to] for a in self.procedure.by_stage[stage.name] if a.to}
        letters = sorted(label for label in out if not label.isdigit())
        if letters:
            block += self._small([f"{self.word('phase', 'ended').text}: {' '.join(letters)}"], room)
        lane = lane_of(stage.responsible)
        kind, mark = "end" if stage.end else "stage", self.labels[stage.name]
        x, width = lane_x(lane) + INSET, LANE - 2 * INSET
        return Box(kind, lane, x, width, tuple(block), stage.grounding == "assumed", mark)

    def act(self, action: Action, stage: str) -> Box:
        """An act: who takes it, what it is, whom it tells, how soon, and where it leads."""
        lanes = [lane_of(by) for by in action.by]
        lane, spans = min(lanes), max(lanes) - min(lanes) + 1
        width = spans * LANE + (spans - 1) * GAP - ACT_INSET - ACT_MARGIN
        room = width - (34 if action.moves else 22)
        block: list[Line] = []
        if action.moves:
            block += lines(self.word("diagram", "moves"), room, SMALL, True, BROWN)
        block += lines(self.actors(action), room, SMALL, True, SOFT)
        block += lines(pick(action.text, self.language), room, 12.5)
        if action.discloses:
            told = "; ".join(role(self.procedure, to, self.language).text for to in action.discloses.to)
            tells = self.word("diagram", "tells")
            block += lines(Run(f"{tells.text}: {told}", tells.language), room, SMALL, False, PURPLE)
        foot = [*self.within(action), *self._assumed(action.grounding)]
        target = action.to if action.to != stage else None
        if target is not None:
            foot.append(f"→ {self.labels[target]}")
        elif len(action.frm) > 1:
            foot.append(self._stages(action.frm))
        block += self._small(foot, room)
        kind = "moves" if action.moves else "tells" if action.discloses else "act"
        x, assumed = lane_x(lane) + ACT_INSET, action.grounding == "assumed"
        return Box(kind, lane, x, width, tuple(block), assumed, "", target)

    def asked(self, consent: Consent) -> Box:
        """A consent: what the person is asked, and in which stages they may answer or change their mind."""
        room = LANE - 2 * INSET - 28
        block = lines(self.word("diagram", "asked"), room, SMALL, True, GREEN)
        block += lines(pick(consent.text, self.language), room, 12.5)
        block += self._small([self._stages(consent.frm), *self._assumed(consent.grounding)], room)
        x, width = lane_x(MIDDLE) + INSET, LANE - 2 * INSET
        return Box("asked", MIDDLE, x, width, tuple(block), consent.grounding == "assumed")

    def way_out(self, stage: Stage, column: int) -> Box:
        """An end other than a closed file: what it is, who leads there by which act, and from which
        stages."""
        room = LANE - 2 * INSET - 28
        block = lines(pick(stage.text, self.language), room - 26, 12.5, True)
        for action in self.procedure.actions.values():
            if action.to == stage.name:
                own = words.PERSON in action.by
                block += lines(pick(action.text, self.language), room, 12)
                block += lines(self.actors(action), room, SMALL, own, GREEN if own else SOFT)
                block += self._small([self._stages(action.frm), *self._assumed(action.grounding)], room)
        x, width = lane_x(column) + INSET, LANE - 2 * INSET
        assumed = stage.grounding == "assumed"
        return Box("end", column, x, width, tuple(block), assumed, self.labels[stage.name])

    def actors(self, action: Action) -> Run:
        """Who may take an act: the body's own name when there is one only, else the plain words."""
        if len(action.by) == 1:
            return role(self.procedure, action.by[0], self.language)
        either = [body(by, self.language) for by in action.by]
        return Run(" / ".join(dict.fromkeys(each.text for each in either)), either[0].language)

    def within(self, action: Action) -> list[str]:
        """An action's time limits in the fewest words; nothing where no source gives any."""
        told = []
        for limit in action.within:
            if limit.value == 0:
                told.append(self.word("diagram", "at_once").text)
            else:
                unit = self.word("unit", limit.unit).text
                told.append(f"{self.word('diagram', 'within').text}: {limit.value} {unit}")
        return list(dict.fromkeys(told))

    def _stages(self, names: Iterable[str]) -> str:
        return f"{self.word('diagram', 'stages').text}: {ranges(self.labels[n] for n in names)}"

    def _assumed(self, grounding: str) -> list[str]:
        return [self.word("grounding", "assumed").text] if grounding == "assumed" else []

    def _small(self, parts: Sequence[str], room: float) -> list[Line]:
        return lines(Run(" · ".join(filter(None, parts)), self.language), room, SMALL, False, SOFT)
