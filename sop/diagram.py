"""The lane diagram of a procedure: who answers for each stage, who takes each act, and where it leads."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from sop import vocabulary as words
from sop.drawing import INK, PAD, SOFT, Line, badge, height, lettering, lines, outline, path
from sop.procedure import Action, Consent, Procedure, Stage
from sop.wording import Run, pick, role, word

LANE: Final = 306
GAP: Final = 10
LEFT: Final = 14
TRACK: Final = 13
STAGE_INSET: Final = 12
ACT_INSET: Final = 34
ACT_WIDTH: Final = LANE - ACT_INSET - 26
HOST, MIDDLE, HOME = 0, 1, 2
TINTS: Final = ("#eef3f9", "#f7f4ec", "#eef6ef")
LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Box:
    """One shape with its lettering, in one lane or over several."""

    kind: str
    lane: int
    spans: int
    inset: float
    block: tuple[Line, ...]
    assumed: bool
    badge: str = ""
    target: str | None = None

    @property
    def x(self) -> float:
        return _lane_x(self.lane) + self.inset

    @property
    def width(self) -> float:
        whole = self.spans * LANE + (self.spans - 1) * GAP
        return whole - self.inset - (STAGE_INSET if self.kind in ("stage", "asked") else 26)

    @property
    def height(self) -> float:
        return height(self.block)


def _lane_x(lane: int) -> float:
    return LEFT + lane * (LANE + GAP)


def lane_of(role_name: str) -> int:
    """The lane of a role: the host country, the person and partners, or the home country."""
    return {"host": HOST, "home": HOME}.get(role_name.partition(".")[0], MIDDLE)


def numbered(procedure: Procedure) -> dict[str, str]:
    """The label of each stage: numbers on the way to a closed file, in order; letters for the ways out."""
    order = sorted(procedure.stages.values(), key=lambda stage: words.PHASES.index(stage.phase))
    way = [s.name for s in order if not s.end] + [s.name for s in order if s.name == words.CLOSED]
    exits = [s.name for s in order if s.end and s.name != words.CLOSED]
    return {**{name: str(i) for i, name in enumerate(way, 1)}, **dict(zip(exits, LETTERS, strict=False))}


def ranges(labels: Iterable[str]) -> str:
    """Stage numbers as a reader writes them: 1-4, 7."""
    parts: list[list[int]] = []
    for number in sorted(int(label) for label in labels):
        if parts and parts[-1][-1] == number - 1:
            parts[-1][1:] = [number]
        else:
            parts.append([number])
    return ", ".join("-".join(map(str, part)) for part in parts)


def within_text(action: Action, language: str) -> Run | None:
    """The shortest telling of an action's time limits, or none when no source gives any."""
    told = []
    for limit in action.within:
        if limit.value == 0:
            told.append(word("diagram", "at_once", language).text)
        else:
            unit = word("unit", limit.unit, language).text
            told.append(f"{word('diagram', 'within', language).text}: {limit.value} {unit}")
    return Run("; ".join(dict.fromkeys(told)), language) if told else None


class Sheet:
    """One drawing in the making: the boxes of each stage one below the other, and the lines between them."""

    def __init__(self, procedure: Procedure, language: str, name: str, phases: Collection[str]) -> None:
        self.procedure, self.language, self.name = procedure, language, name
        self.labels = numbered(procedure)
        self.marker = f"{name}-arrow"
        way = [s for s, label in self.labels.items() if label.isdigit()]
        self.way = [n for n in way if procedure.stages[n].phase in phases or (n == words.CLOSED and "ended" in phases)]
        self.exits = [n for n in self.labels if n not in way] if "ended" in phases else []
        self.y = 0.0
        self.under: list[str] = []
        self.shapes: list[str] = []
        self.top_of: dict[str, float] = {}
        self.centre_of: dict[str, float] = {}
        self.far: list[tuple[Box, float, str]] = []
        self.near: list[tuple[Box, float, str]] = []
        self.shown: set[str] = set()
        targets = {to for n in self.way for to in self._far_targets(n)}
        self.tracks = {to: i for i, to in enumerate(n for n in self.way if n in targets)}
        self.right = _lane_x(3) + len(self.tracks) * TRACK + 12

    # ---------------------------------------------------------------------------------------------- what there is

    def leaving(self, stage: str) -> list[Action]:
        """The acts drawn under a stage: those that lead on, then those that tell somebody, each once."""
        at = self.procedure.by_stage[stage]
        on = [a for a in at if a.to is not None and a.to != stage and self.labels[a.to].isdigit()]
        tell = [a for a in at if a not in on and a.discloses and (a.to is None or a.to == stage)]
        tell = [a for a in tell if a.name not in self.shown]
        following = self._next(stage)
        return [*tell, *sorted(on, key=lambda a: a.to == following)]

    def _next(self, stage: str) -> str | None:
        place = self.way.index(stage)
        return self.way[place + 1] if place + 1 < len(self.way) else None

    def _far_targets(self, stage: str) -> set[str]:
        at = self.procedure.by_stage[stage]
        return {a.to for a in at if a.to in self.way and a.to not in (stage, self._next(stage)) and a.to is not None}

    def word(self, group: str, name: str) -> Run:
        return word(group, name, self.language)

    # ---------------------------------------------------------------------------------------------- boxes

    def stage_box(self, stage: Stage) -> Box:
        room = LANE - 2 * STAGE_INSET - 22
        block: list[Line] = []
        entry = self.word("diagram", "entry") if stage.entry else None
        head = stage.article or ""
        if stage.grounding == "assumed":
            head = " · ".join(filter(None, (head, self.word("grounding", "assumed").text)))
        block += lines(Run(head or " ", self.language), room - 26, 11, colour=SOFT) or [Line("", "en", 11, False, SOFT)]
        block += lines(role(self.procedure, stage.responsible, self.language), room, 11.5, True, "#1f4e79")
        block += lines(pick(stage.text, self.language), room, 13.5)
        if entry:
            block += lines(Run(f"▸ {entry.text}", entry.language), room, 11, True, "#0b6156")
        out = sorted({self.labels[a.to] for a in self.procedure.by_stage[stage.name] if a.to and a.to in self.labels})
        out = [label for label in out if not label.isdigit()]
        if out:
            told = self.word("phase", "ended")
            block += lines(Run(f"{told.text}: {' '.join(out)}", told.language), room, 11, colour=SOFT)
        kind = "end" if stage.end else "stage"
        lane = lane_of(stage.responsible)
        return Box(kind, lane, 1, STAGE_INSET, tuple(block), stage.grounding == "assumed", self.labels[stage.name])

    def act_box(self, action: Action, stage: str) -> Box:
        lanes = [lane_of(by) for by in action.by]
        lane, spans = min(lanes), max(lanes) - min(lanes) + 1
        room = spans * LANE + (spans - 1) * GAP - ACT_INSET - 26 - 24
        kind = "moves" if action.moves else "tells" if action.discloses else "act"
        block: list[Line] = []
        if action.moves:
            block += lines(self.word("diagram", "moves"), room, 11, True, "#7a4a00")
        actors = list(dict.fromkeys(role(self.procedure, by, self.language) for by in action.by))
        block += lines(_joined(actors), room, 11, True, SOFT)
        block += lines(pick(action.text, self.language), room, 12.5)
        if action.discloses:
            told = list(dict.fromkeys(role(self.procedure, to, self.language) for to in action.discloses.to))
            tells = self.word("diagram", "tells")
            block += lines(Run(f"{tells.text}: {_joined(told).text}", tells.language), room, 11, colour="#5a3385")
        foot = []
        timed = within_text(action, self.language)
        if timed:
            foot.append(timed.text)
        if action.grounding == "assumed":
            foot.append(self.word("grounding", "assumed").text)
        if action.to and action.to != stage:
            foot.append(f"→ {self.labels[action.to]}")
        else:
            also = [self.labels[n] for n in action.frm if n != stage and self.labels[n].isdigit()]
            if also:
                foot.append(f"{self.word('diagram', 'stages').text}: {ranges([*also, self.labels[stage]])}")
        if foot:
            block += lines(Run(" · ".join(foot), self.language), room, 11, colour=SOFT)
        to = action.to if action.to != stage else None
        return Box(kind, lane, spans, ACT_INSET, tuple(block), action.grounding == "assumed", target=to)

    def asked_box(self, consent: Consent) -> Box:
        room = LANE - 2 * STAGE_INSET - 24
        block = lines(self.word("diagram", "asked"), room, 11, True, "#0b6156")
        block += lines(pick(consent.text, self.language), room, 12)
        stages = ranges(self.labels[n] for n in consent.frm if self.labels[n].isdigit())
        foot = f"{self.word('diagram', 'stages').text}: {stages}"
        if consent.grounding == "assumed":
            foot += f" · {self.word('grounding', 'assumed').text}"
        block += lines(Run(foot, self.language), room, 11, colour=SOFT)
        return Box("asked", MIDDLE, 1, STAGE_INSET, tuple(block), consent.grounding == "assumed")

    # ---------------------------------------------------------------------------------------------- placing

    def put(self, box: Box, y: float) -> None:
        self.shapes.append(outline(box.kind, box.x, y, box.width, box.height, box.assumed))
        self.shapes.append(lettering(box.block, box.x + 12 + (26 if False else 0), y))
        if box.badge:
            self.shapes.append(badge(box.badge, box.x + box.width - 16, y + 17, filled=box.kind == "stage"))
