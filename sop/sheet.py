"""One sheet of the lane diagram: puts the boxes from top to bottom and draws the lines between them."""

from collections.abc import Collection
from html import escape
from typing import Final

from sop import vocabulary as words
from sop.boxes import GAP, HOME, HOST, INSET, LANE, LEFT, MIDDLE, Box, Lettering, lane_x, numbered
from sop.drawing import (
    INK,
    SOFT,
    Line,
    Mark,
    as_html,
    as_svg,
    badge,
    badge_mark,
    height,
    lettering,
    lines,
    outline,
    panel,
    path,
    right_edge,
)
from sop.procedure import Action, Procedure, Stage

TRACK: Final = 13
ROW: Final = 15
TINTS: Final = ("#eef3f9", "#f8f5ec", "#eef6ef")
FONTS: Final = (
    "Noto Sans, Segoe UI, system-ui, Noto Sans Khmer, Khmer UI, Noto Sans Thai, Leelawadee UI, sans-serif"
)


class Sheet:
    """One drawing. Boxes are put from top to bottom; a line is drawn once both its ends are known."""

    def __init__(
        self,
        procedure: Procedure,
        language: str,
        title_id: str,
        stages: Collection[str],
        drawn: Collection[str] = (),
    ) -> None:
        self.procedure, self.title_id = procedure, escape(title_id)
        self.marker = f"{self.title_id}-arrow"
        self.labels = numbered(procedure)
        self.letters = Lettering(procedure, language, self.labels)
        shown = [n for n in self.labels if n in stages]
        self.way = [n for n in shown if self.labels[n].isdigit()]
        self.exits = [n for n in shown if not self.labels[n].isdigit()]
        far = {a.to for n in self.way for a in procedure.by_stage[n] if self._is_far(n, a)}
        self.tracks = {n: lane_x(3) + i * TRACK + 6 for i, n in enumerate(n for n in self.way if n in far)}
        self.wide = round(lane_x(3) + len(self.tracks) * TRACK + LEFT - GAP)
        self.y = 0.0
        self.bands: list[str] = []
        self.lines: list[str] = []
        self.shapes: list[str] = []
        self.near: list[tuple[Box, float]] = []
        self.far: list[tuple[Box, float, str]] = []
        self.inlet: dict[str, tuple[float, float]] = {}
        self.marks: list[Mark] = []
        self.drawn = set(drawn)
        self._lay_out()

    @property
    def high(self) -> int:
        """How high the sheet is, in pixels."""
        return round(self.y + 10)

    def _lay_out(self) -> None:
        top = self._heads() if self.way else 0.0
        phase = ""
        for name in self.way:
            stage = self.procedure.stages[name]
            if stage.phase != phase and name != words.CLOSED:
                phase = stage.phase
                self._stage(stage, phase)
            else:
                self._stage(stage, "")
        self._far_lines()
        if self.way:
            self.y += 16
            lanes = [panel(lane_x(i), top, LANE, self.y - top, TINTS[i]) for i in (HOST, MIDDLE, HOME)]
            self.bands[:0] = lanes
        if self.exits:
            self._ways_out()
        self._legend()

    # ---- the boxes

    def _heads(self) -> float:
        """The names of the three lanes; gives back where the lanes begin."""
        deepest = 0.0
        sides = ("host", self.procedure.host), ("middle", ""), ("home", self.procedure.home)
        for lane, (side, country) in enumerate(sides):
            block: list[Line] = []
            if country:
                block += lines(self.letters.word("country", country), LANE - 24, 15, True)
            block += lines(
                self.letters.word("side", side), LANE - 24, 12, not country, SOFT if country else INK
            )
            self.marks += lettering(block, lane_x(lane) + INSET, 0)
            deepest = max(deepest, height(block))
        self.y = deepest
        return deepest

    def _stage(self, stage: Stage, phase: str) -> None:
        """A stage with all that hangs on it, below whatever is there already."""
        joint = self.y + 10
        self.y += 16
        if phase:
            self._strip(phase)
        self.y += 16 + (10 if stage.name in self.tracks else 0)
        box = self.letters.stage(stage)
        top = self.y
        self._near_lines(box.x + box.width / 2, joint)
        self.inlet[stage.name] = (box.x + box.width / 2 + 60, top)
        self._put(box, top)
        asked = [
            c for c in self.procedure.consents.values() if stage.name in c.frm and c.name not in self.drawn
        ]
        below = top + box.height + ROW if box.lane == MIDDLE else top
        for consent in asked:
            self.drawn.add(consent.name)
            question = self.letters.asked(consent)
            self._put(question, below)
            below += question.height + 8
        self._acts(stage.name, box, top + box.height, below if asked else top)

    def _acts(self, stage: str, box: Box, start: float, free_from: float) -> None:
        """The acts of a stage, one below the other; those that touch the middle lane stand below its
        boxes."""
        trunk = box.x + 11
        bottom = start
        for action in self._leaving(stage):
            act = self.letters.act(action, stage)
            far = self._is_far(stage, action)
            y = bottom + ROW
            if far or act.x + act.width > lane_x(MIDDLE) > box.x or (box.lane == HOME and act.lane != HOME):
                y = max(y, free_from + 6)
            self._put(act, y)
            self._join(trunk, start, act, y)
            if far and act.target is not None:
                self.far.append((act, y, act.target))
            elif act.target in self.way:
                self.near.append((act, y))
            bottom = y + act.height
        self.y = max(bottom, free_from)

    def _leaving(self, stage: str) -> list[Action]:
        """The acts drawn under a stage: those that only tell somebody (once), then those that lead on."""
        here = self.procedure.by_stage[stage]
        on = [a for a in here if a.to is not None and a.to != stage and self.labels[a.to].isdigit()]
        tell = [a for a in here if a.discloses and a.to in (None, stage) and a.name not in self.drawn]
        self.drawn.update(a.name for a in tell)
        return [*tell, *sorted(on, key=lambda action: not self._is_far(stage, action))]

    def _is_far(self, stage: str, action: Action) -> bool:
        """Whether an act leads to a stage of this drawing that is not simply the next one."""
        if action.to not in self.way or action.to == stage:
            return False
        return self.way.index(action.to) != self.way.index(stage) + 1

    def _ways_out(self) -> None:
        """Every end but a closed file, three in a row, with the acts and the stages that lead there."""
        self.y += 14
        self._strip("ended")
        for first in range(0, len(self.exits), 3):
            row = [
                self.letters.way_out(self.procedure.stages[name], column)
                for column, name in enumerate(self.exits[first : first + 3])
            ]
            self.y += 12
            for box in row:
                self._put(box, self.y)
            self.y += max(box.height for box in row)

    def _legend(self) -> None:
        """What each shape says, in words."""
        self.y += 20
        room = (3 * LANE + 2 * GAP) / 4
        words_of = {"stage": "stage", "act": "action", "moves": "moves", "tells": "tells", "asked": "asked"}
        signs = [*words_of.items(), ("end", "end"), ("dashed", "dashed")]
        deepest = 0.0
        for place, (kind, name) in enumerate(signs):
            x, y = LEFT + (place % 4) * room, self.y + (place // 4) * 52
            shape = "act" if kind == "dashed" else kind
            self.shapes.append(outline(shape, x + 2, y + 6, 40, 24, kind == "dashed"))
            block = lines(self.letters.word("diagram", name), room - 62, 11)
            self.marks += lettering(block, x + 52, y - 2)
            deepest = max(deepest, y + height(block))
        self.y = deepest

    def _strip(self, phase: str) -> None:
        block = lines(self.letters.word("phase", phase), 3 * LANE, 13, True, "#ffffff")
        high = height(block) - 8
        self.bands.append(panel(LEFT, self.y, 3 * LANE + 2 * GAP, high, "#3d4a5c"))
        self.marks += lettering(block, LEFT + INSET, self.y - 4)
        self.y += high

    def _put(self, box: Box, y: float) -> None:
        self.shapes.append(outline(box.kind, box.x, y, box.width, box.height, box.assumed))
        self.marks += lettering(box.block, box.x + (14 if box.kind == "asked" else 11), y)
        if box.badge:
            at = box.x + box.width - 18, y + 19, box.kind == "stage"
            self.shapes.append(badge(*at))
            self.marks.append(badge_mark(box.badge, *at))

    # ---- the lines

    def _join(self, trunk: float, start: float, act: Box, y: float) -> None:
        """From a stage down beside its acts and into one of them."""
        enter = y + 15
        if act.x <= trunk <= act.x + act.width:
            points = [(trunk, start), (trunk, y)]
        elif act.x > trunk:
            points = [(trunk, start), (trunk, enter), (act.x, enter)]
        else:
            points = [
                (trunk, start),
                (trunk, enter),
                (right_edge(act.kind, act.x, act.width, act.height, 15), enter),
            ]
        self.lines.append(path(points, self.marker, act.assumed))

    def _near_lines(self, middle: float, joint: float) -> None:
        """From every act just above to the stage that comes next."""
        for act, y in self.near:
            bottom, side = y + act.height, act.x + act.width
            if (act, y) == self.near[-1]:
                start = [(side - 30, bottom - 2)]
            else:
                start = [(side - 20, bottom - 12), (side + 15, bottom - 12)]
            points = [*start, (start[-1][0], joint), (middle, joint), (middle, self.y)]
            self.lines.append(path(points, self.marker, act.assumed))
        self.near.clear()

    def _far_lines(self) -> None:
        """From acts that lead back, or over several stages, along a track of the stage they lead to."""
        for act, y, target in self.far:
            track, (x, top) = self.tracks[target], self.inlet[target]
            leave, arrive = y + act.height - 12, top - 14
            start = act.x + act.width - 20
            points = [(start, leave), (track, leave), (track, arrive), (x, arrive), (x, top)]
            self.lines.append(path(points, self.marker, act.assumed))

    # ---- the page

    def svg(self) -> str:
        """The sheet as SVG: grounds, lines, boxes over them, then the lettering."""
        return self._drawing(f'width="{self.wide}" height="{self.high}"', list(map(as_svg, self.marks)))

    def html(self, width: float) -> str:
        """The sheet as SVG with its lettering laid over it as HTML, so many millimetres wide, for paper."""
        scale = width / self.wide
        size = f"width:{width:g}mm;height:{self.high * scale:.2f}mm"
        drawing = self._drawing(f'style="{size};position:absolute;left:0;top:0"', [])
        letters = "".join(as_html(mark, scale) for mark in self.marks)
        return f'<div class="sheet" style="position:relative;{size}">{drawing}{letters}</div>'

    def _drawing(self, size: str, letters: list[str]) -> str:
        name, language = self.title_id, self.letters.language
        heading, about = (self.letters.word("diagram", key) for key in ("heading", "about"))
        title = f"{heading.text}: {self.procedure.name}, {self.procedure.edition}"
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.wide} {self.high}" {size} '
                f'class="lanes" role="graphics-document document" lang="{language}" xml:lang="{language}" '
                f'aria-labelledby="{name}" aria-describedby="{name}-about" font-family="{FONTS}">',
                f'<title id="{name}">{escape(title)}</title>',
                f'<desc id="{name}-about">{escape(about.text)}</desc>',
                f'<defs><marker id="{self.marker}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" '
                'markerHeight="8" markerUnits="userSpaceOnUse" orient="auto">'
                f'<path d="M0 0L10 5L0 10z" fill="{SOFT}"/></marker></defs>',
                panel(0, 0, self.wide, self.high, "#ffffff"),
                *self.bands,
                *self.lines,
                *self.shapes,
                *letters,
                "</svg>",
            ]
        )
