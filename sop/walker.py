"""The walk through every case that a procedure can produce."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from sop import vocabulary as words
from sop.procedure import Procedure
from sop.rules import Breach
from sop.terrain import Gates, Move, Terrain, folded, implied, met

MOST: Final = 500_000
"""No file has so many cases honestly: each of ours has under fifty thousand. Beyond it a walk is given up."""


class TooManyCases(Exception):
    """The walk was given up, so that nothing is proved."""


class Walker(Terrain):
    """One walk, with all cases grown-up or all cases children."""

    def __init__(self, procedure: Procedure, *, child: bool) -> None:
        super().__init__(procedure, child=child)
        self.cases = self.steps = 0
        self.seen: list[int] = []

    # --------------------------------------------------------------------------------------------------

    def come_of_age(self, children: "Walker") -> list[int]:
        """The cases of the children's walk as they stand on the day the child is eighteen."""
        wide, width = len(children.bits), len(self.bits)
        shared = [(bit, self.bits[name]) for name, bit in children.bits.items() if name in self.bits]
        keep = sum(bit for bit, _ in shared)
        turned: dict[int, int] = {}
        cases = set()
        for case in children.seen:
            here, bits = case >> wide, case & keep
            if bits not in turned:
                turned[bits] = sum(own for bit, own in shared if bits & bit)
            cases.add((here << width) | (turned[bits] & self.live[here]))
        return sorted(cases)

    def run(self, found: dict[tuple[str, str], Breach], further: Iterable[int] = ()) -> None:
        """Visits every case, from every entry and from `further` ones, and adds each breach once."""
        width = len(self.bits)
        entries = (self.index[s.name] << width for s in self.procedure.stages.values() if s.entry)
        starts = list(dict.fromkeys((*entries, *further)))
        plans = [self._plan(stage, width) for stage in range(len(self.names))]
        known, queue, low = set(starts), starts, (1 << width) - 1
        onward: list[tuple[int, ...]] = []
        for case in queue:  # the list grows while we walk it
            if len(queue) > MOST:
                raise TooManyCases
            bits = case & low
            plan = plans[case >> width]
            if not plan.exits <= known:
                queue.extend(sorted(plan.exits - known))
                known |= plan.exits
            targets = []
            stays = plan.always_stays
            for has, lacks, some, more, sets, keep, home, move in plan.ways:
                if bits & has != has or bits & lacks or (some and not bits & some):
                    continue
                if more and not met(more, bits):
                    continue
                if move is not None:
                    self._hold(move, bits, found)
                    stays = stays or self._stays(move)
                target = home | ((bits | sets) & keep)
                if target == case:
                    continue
                targets.append(target)
                if target not in known:
                    known.add(target)
                    queue.append(target)
            if not stays:
                place = f"stage {self.names[case >> width]}"
                breach = Breach("no_way_to_stay", place, "the person has no open way to stay")
                found.setdefault(("no_way_to_stay", place), breach)
            onward.append(tuple(targets))
            self.steps += len(targets) + len(plan.exits)
        self.cases, self.seen = len(queue), queue
        self._withdrawable(found)
        self._stuck(queue, onward, width, found)

    def _plan(self, stage: int, width: int) -> "_Plan":
        """The moves out of a stage, made ready to be walked quickly.

        What is true of every case of the stage is settled here once: a rule that the action's own gates
        already imply, a way to stay that nothing can close, and a move that changes nothing anybody can see.
        """
        name = self.names[stage]
        always = name not in self.before
        ways: dict[_Way, None] = {}
        exits = set()
        for move in self.moves[stage]:
            has, lacks, some, more = folded(move.gates)
            asked = move.action is not None and any(
                not implied(rule, move.gates, has, lacks) for rule in self.rules[move.action.name]
            )
            stays = self._stays(move)
            always = always or (stays and not move.gates)
            live = self.live[move.to]
            changes = (move.sets | move.clears) & live or move.to != stage
            if not (changes or asked or stays):
                continue
            watched = move if asked or (stays and not always) else None
            keep, home = live & ~move.clears, move.to << width
            unseen = not keep & (self.possible[stage] | move.sets)
            apart = self._ends(move.to) and self.names[move.to] != words.CLOSED
            if not move.gates and watched is None and unseen and apart:
                exits.add(home)
            else:
                ways[_Way(has, lacks, some, more, move.sets, keep, home, watched)] = None
        return _Plan(tuple(ways), frozenset(exits), always)

    def _hold(self, move: Move, bits: int, found: dict[tuple[str, str], Breach]) -> None:
        if move.action is None:
            return
        for rule in self.rules[move.action.name]:
            if not met(rule.gates, bits):
                place = f"action {move.name}"
                found.setdefault((rule.code, place), Breach(rule.code, place, rule.detail))

    def _withdrawable(self, found: dict[tuple[str, str], Breach]) -> None:
        consents = self.procedure.consents
        for name in sorted(self.before):
            if not any(name in consents[consent].frm for consent in self.return_consents):
                place = f"stage {name}"
                breach = Breach("consent_is_final", place, "consent to return cannot be taken back here")
                found.setdefault(("consent_is_final", place), breach)

    def _stays(self, move: Move) -> bool:
        action = move.action
        return (
            action is not None and action.by == (words.PERSON,) and self._ends(move.to) and not action.moves
        )

    def _ends(self, stage: int) -> bool:
        return self.procedure.stages[self.names[stage]].end

    def _stuck(
        self,
        queue: list[int],
        onward: list[tuple[int, ...]],
        width: int,
        found: dict[tuple[str, str], Breach],
    ) -> None:
        """Looks for cases from which a closed file cannot be reached any more, working back from the end."""
        closed = self.index[words.CLOSED]
        good = {case for case in queue if case >> width == closed}
        ends = [stage.end for stage in self.procedure.stages.values()]
        left = [
            (case, targets) for case, targets in zip(queue, onward, strict=True) if not ends[case >> width]
        ]
        left.reverse()
        while True:
            rest = []
            for case, targets in left:
                if good.isdisjoint(targets):
                    rest.append((case, targets))
                else:
                    good.add(case)
            if len(rest) == len(left):
                break
            left = rest
        for case, _ in left:
            place = f"stage {self.names[case >> width]}"
            on_file = ", ".join(name for name, bit in self.bits.items() if case & bit) or "nothing"
            who = "child" if self.child else "grown-up"
            found.setdefault(
                ("stuck", place), Breach("stuck", place, f"a case ({who}; on file: {on_file}) has no way on")
            )


class _Way(NamedTuple):
    """One move as plain numbers, with the move itself where it must be watched.

    All of `has` must stand, none of `lacks`, one of `some` if it names any, and `more` is whatever else is
    asked.
    """

    has: int
    lacks: int
    some: int
    more: Gates
    sets: int
    keep: int
    home: int
    watched: Move | None


class _Plan(NamedTuple):
    """What may happen in a stage. `exits` are the ends that every case of it can come to, whatever is on
    file.
    """

    ways: tuple[_Way, ...]
    exits: frozenset[int]
    always_stays: bool
