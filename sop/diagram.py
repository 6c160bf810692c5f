"""The lane diagram of a procedure: who answers for each stage, who takes each act, and where it leads.

Three lanes run from top to bottom: the host country, the person and partners, the home country. A stage stands in the
lane of the body that answers for it, an act in the lane of whoever takes it; an act that either side may take reaches
over both. What is told twice, by shape and in words: what moves the person, what tells somebody about them, what they
are asked, where a case ends. Dashed lines are assumed. No style sheet, script or font: it may stand in any page.
"""

from collections.abc import Collection
from html import escape
from typing import Final, NamedTuple

from sop import vocabulary as words
from sop.boxes import GAP, HOME, HOST, INSET, LANE, LEFT, MIDDLE, Box, Lettering, lane_of, lane_x, numbered
from sop.drawing import INK, SOFT, Shape, badge, height, lettering, lines, outline, path
from sop.procedure import Action, Procedure, Stage
from sop.wording import Run

TRACK: Final = 13
ROW: Final = 17
TINTS: Final = ("#eef3f9", "#f8f5ec", "#eef6ef")
FONTS: Final = "Noto Sans, Segoe UI, system-ui, Noto Sans Khmer, Khmer UI, Noto Sans Thai, Leelawadee UI, sans-serif"


def lanes_svg(
    procedure: Procedure, language: str, title_id: str = "lanes-title", phases: Collection[str] = words.PHASES
) -> str:
    """The lane diagram as one SVG element that stands in a page by itself.

    `title_id` is the id of its title; every other id in it begins so, hence several drawings may share a page.
    `phases` draws a part: stages outside it are named by number at the acts that lead to them.
    """
    return _Sheet(procedure, language, title_id, phases).svg()


class _Out(NamedTuple):
    """A line that still has to find its stage: from which box, at which height."""

    box: Box
    y: float


class _Sheet:
    """One drawing in the making. Boxes are put from top to bottom; a line is drawn once both its ends are known."""

    def __init__(self, procedure: Procedure, language: str, title_id: str, phases: Collection[str]) -> None:
        self.procedure, self.language, self.title_id = procedure, language, title_id
        self.labels = numbered(procedure)
        self.letters = Lettering(procedure, language, self.labels)
        stages = procedure.stages
        self.way = [n for n, label in self.labels.items() if label.isdigit() and stages[n].phase in phases]
        self.exits = [n for n, label in self.labels.items() if not label.isdigit() and stages[n].phase in phases]
        far = {a.to for n in self.way for a in procedure.by_stage[n] if self._is_far(n, a)}
        self.tracks = {name: lane_x(3) + i * TRACK + 4 for i, name in enumerate(n for n in self.way if n in far)}
        self.width = lane_x(3) + len(self.tracks) * TRACK + LEFT - 4
        self.marker = f"{title_id}-arrow"
        self.y = 0.0
        self.lines: list[str] = []
        self.shapes: list[str] = []
        self.near: list[_Out] = []
        self.far: list[_Out] = []
        self.arrives: dict[str, float] = {}
        self.told: set[str] = set()
        self.asked: set[str] = set()

    def svg(self) -> str:
        """Puts everything in its place, then writes it down: lanes, lines, boxes."""
        self._heads()
        top = self.y
        phase = ""
        for name in self.way:
            stage = self.procedure.stages[name]
            self._stage(stage, stage.phase if stage.phase != phase and name != words.CLOSED else "")
            phase = stage.phase
        self._far_lines()
        self.y += 16
        lanes = [outline(Shape("lane", lane_x(i), top, LANE, self.y - top), TINTS[i]) for i in range(3)]
        if self.exits:
            self._ways_out()
        self._legend()
        return self._written(lanes if self.way else [])

    # ------------------------------------------------------------------------------------------------ the stages

    def _stage(self, stage: Stage, phase: str) -> None:
        box = self.letters.stage(stage)
        joint = self.y + 10
        self.y += 20
        if phase:
            self._strip(phase)
        arrive = self.y + 10
        self.arrives[stage.name] = arrive
        self.y += 30
        self._near_lines(box, joint)
        top = self.y
        self._put(box, top)
        below = top
        for consent in self.procedure.consents.values():
            if consent.name not in self.asked and stage.name in consent.frm:
                self.asked.add(consent.name)
                asked = self.letters.asked(consent)
                below = below if below > top or box.lane != MIDDLE else top + box.height + ROW
                self._put(asked, below)
                below += asked.height + 8
        self._acts(stage, box, top, below)

    def _acts(self, stage: Stage, box: Box, top: float, below_asked: float) -> None:
        trunk = box.x + 11
        start = top + box.height
        self.y = start + ROW
        bottom = start
        for action in self._leaving(stage.name):
            act = self.letters.act(action, stage.name)
            far = act.target is not None and self._is_far(stage.name, action)
            crosses = lane_of_right(act) >= MIDDLE or far or act.lane != box.lane
            y = max(self.y, below_asked + 6) if crosses else self.y
            self._put(act, y)
            self._join(trunk, start, act, y)
            if far:
                self.far.append(_Out(act, y))
            elif act.target in self.way:
                self.near.append(_Out(act, y))
            bottom = y + act.height
            self.y = bottom + ROW
        self.y = max(bottom, below_asked)

    def _join(self, trunk: float, start: float, act: Box, y: float) -> None:
        """The line from a stage down beside its acts and to one of them."""
        enter = y + 15
        if act.x <= trunk <= act.x + act.width:
            points = [(trunk, start), (trunk, y)]
        elif act.x > trunk:
            points = [(trunk, start), (trunk, enter), (act.x, enter)]
        else:
            points = [(trunk, start), (trunk, enter), (act.x + act.width, enter)]
        self.lines.append(path(points, self.marker, act.assumed))

    def _leaving(self, stage: str) -> list[Action]:
        """The acts drawn under a stage: those that only tell somebody (once), then those that lead on."""
        here = self.procedure.by_stage[stage]
        on = [a for a in here if a.to is not None and a.to != stage and self.labels[a.to].isdigit()]
        tell = [a for a in here if a.discloses and a.to in (None, stage) and a.name not in self.told]
        self.told.update(a.name for a in tell)
        return [*tell, *sorted(on, key=lambda action: not self._is_far(stage, action))]

    def _is_far(self, stage: str, action: Action) -> bool:
        """Whether an act leads to a stage of this drawing that is not simply the next one."""
        if action.to not in self.way or action.to == stage:
            return False
        return self.way.index(action.to) != self.way.index(stage) + 1

    # ------------------------------------------------------------------------------------------------ the lines

    def _near_lines(self, box: Box, joint: float) -> None:
        """From every act above to the stage that comes next."""
        middle = box.x + box.width / 2
        for act, y in self.near:
            out, bottom = act.x + act.width - 22, y + act.height
            side = act.x + act.width + 15
            last = (act, y) == self.near[-1]
            start = [(out, bottom)] if last else [(act.x + act.width, bottom - 12), (side, bottom - 12)]
            points = [*start, (start[-1][0], joint), (middle, joint), (middle, self.y)]
            self.lines.append(path(points, self.marker))
        self.near.clear()

    def _far_lines(self) -> None:
        """From acts that lead back, or over several stages, along a track of their own at the right-hand edge."""
        for act, y in self.far:
            if act.target is None:
                continue
            track, arrive = self.tracks[act.target], self.arrives[act.target]
            into = self.inlet[act.target]
            leave = y + act.height - 12
            points = [(act.x + act.width, leave), (track, leave), (track, arrive), (into[0], arrive), into]
            self.lines.append(path(points, self.marker))
