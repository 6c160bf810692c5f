"""A procedure in bits, ready to be walked: each fact or consent that some safeguard reads is one bit.

A bit that nothing further on can read is not kept, and holds that nothing tells apart share one; neither
changes a verdict. Time limits count as already run.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sop.procedure import Action, Procedure
from sop.rules import CHILD_GATES, stages_before_handover
from sop.safeguards import SAFEGUARDS, Safeguard
from sop.vocabulary import HOLDS

Gates = tuple[tuple[tuple[int, int], ...], ...]
"""For each gate its alternatives, each a pair of masks: the bits that must stand and those that must not."""


class Move(NamedTuple):
    """An action, or a lapse, in bits: alternatives of (must have, must lack), what it sets and clears, and
    where to.
    """

    name: str
    gates: Gates
    sets: int
    clears: int
    to: int
    action: Action | None


class BitRule(NamedTuple):
    """A rule to hold at the moment an action is open: these bits must be as said."""

    code: str
    detail: str
    gates: Gates


class Terrain:
    """One procedure in bits, for cases that are all grown-up or all children."""

    def __init__(self, procedure: Procedure, *, child: bool) -> None:
        self.procedure, self.child = procedure, child
        self.names = list(procedure.stages)
        self.index = {name: number for number, name in enumerate(self.names)}
        self.bits: dict[str, int] = {}
        self.before = stages_before_handover(procedure)
        self.folded = self._holds_that_fold()
        self.return_consents = [c.name for c in procedure.consents.values() if c.purpose == "return"]
        actions = list(procedure.actions.values())
        for action in actions:
            for safeguard in self._asked(action):
                for alternative in safeguard.alternatives:
                    for read in (*alternative.has, *alternative.lacks):
                        self._bit(read)
                    for consent in alternative.consents:
                        self._bit(f"consent:{consent}")
        self.rules = {action.name: self._rules(action) for action in actions}
        self.moves = [self._moves(stage) for stage in self.names]
        self.live = self._live()
        self.possible = self._possible()

    # -- bits
    # ----------------------------------------------------------------------------------------------------

    def _bit(self, name: str) -> int:
        """The bit of a fact or consent; holds that nothing tells apart share one."""
        name = "hold_*" if name in self.folded else name
        return self.bits.setdefault(name, 1 << len(self.bits))

    def _known(self, names: Iterable[str]) -> int:
        mask = 0
        for name in names:
            mask |= self.bits.get("hold_*" if name in self.folded else name, 0)
        return mask

    def _holds_that_fold(self) -> frozenset[str]:
        """Holds that are read only together, by `no_hold`, and by the action that lifts them.

        Whether one or three of them stand, the same actions are open, but for lifts; so they walk as one bit.
        """
        candidates = set(HOLDS)
        for action in self.procedure.actions.values():
            gates = self.procedure.gates[action.name]
            for safeguard in gates:
                if safeguard.name == "no_hold":
                    continue
                lone = len(gates) == 1 and set(action.clears) == safeguard.reads and action.to is None
                if not lone:
                    candidates -= safeguard.reads
            if action.clears and not gates:
                candidates -= set(action.clears)
            if len(set(action.clears) & candidates) > 1:
                candidates -= set(action.clears)
        return frozenset(candidates) if len(candidates) > 1 else frozenset()

    def _asked(self, action: Action) -> Iterator[Safeguard]:
        for safeguard in self.procedure.gates[action.name]:
            if self.child or not safeguard.children_only:
                yield safeguard

    def _alternatives(self, safeguard: Safeguard) -> tuple[tuple[int, int], ...]:
        if safeguard.for_children and not self.child:
            return ()
        found = []
        for alternative in safeguard.alternatives:
            has = lacks = 0
            for fact in alternative.has:
                has |= self._bit(fact)
            for consent in alternative.consents:
                has |= self._bit(f"consent:{consent}")
            for fact in alternative.lacks:
                lacks |= self._bit(fact)
            found.append((has, lacks))
        return tuple(found)

    # -- what the floor asks at an action
    # ---------------------------------------------------------------------------

    def _rules(self, action: Action) -> tuple[BitRule, ...]:
        rules: list[BitRule] = []
        if action.moves:
            agreed = tuple((self._bit(f"consent:{name}"), 0) for name in self.return_consents)
            rules.append(
                BitRule("moves_without_consent", "could move a person without consent to return", (agreed,))
            )
            free = (self._alternatives(SAFEGUARDS["no_hold"]),)
            rules.append(BitRule("moves_under_hold", "could move a person while the return is held", free))
            if self.child:
                for name in CHILD_GATES:
                    gates = (self._alternatives(SAFEGUARDS[name]),)
                    rules.append(BitRule("moves_child", f"could move a child without “{name}”", gates))
        if action.discloses is not None:
            for role in action.discloses.to:
                agreed = tuple(
                    (self._bit(f"consent:{consent.name}"), 0)
                    for consent in self.procedure.consents.values()
                    if consent.purpose == action.discloses.purpose and role in consent.to
                )
                told = f"could tell {role} without consent to {action.discloses.purpose}"
                rules.append(BitRule("discloses_without_consent", told, (agreed,)))
                if action.discloses.purpose == "notification":
                    against = f"could tell {role} although the person objects"
                    rules.append(BitRule("notifies_against_objection", against, (agreed,)))
        return tuple(rules)

    # -- moves
    # -----------------------------------------------------------------------------------------------------

    def _moves(self, stage: str) -> list[Move]:
        here = self.index[stage]
        moves = []
        for action in self.procedure.by_stage[stage]:
            gates = [self._alternatives(safeguard) for safeguard in self._asked(action)]
            sets, clears = self._known(action.records), self._known(action.clears)
            if action.consent is not None:
                own = self._known([f"consent:{action.consent.consent}"])
                if action.consent.act == "give":
                    sets |= own
                elif action.consent.act == "withdraw":
                    gates.append(((own, 0),))
                    clears |= own
                else:
                    gates.append(((0, own),))
            to = self.index[action.to] if action.to else here
            moves.append(Move(action.name, tuple(gates), sets, clears & ~sets, to, action))
        return moves + self._lapses(here, moves)

    def _lapses(self, here: int, moves: list[Move]) -> list[Move]:
        """What may lapse by itself in a stage, where something in the stage reads it.

        Where nothing does, lapsing there and lapsing later come to the same, so the walk lets it lapse later.
        """
        read = 0
        for move in moves:
            read |= self._read_by(move)
        lapsing = {f for a in self.procedure.actions.values() if a.lapses is not None for f in a.records}
        expiring = {f"consent:{name}" for name in self.procedure.consents}
        bits = ((name, self._known([name])) for name in sorted(lapsing | expiring))
        return [
            Move(f"{name} lapses", (((bit, 0),),), 0, bit, here, None) for name, bit in bits if bit & read
        ]

    def _live(self) -> list[int]:
        """For each stage, the bits that something from there on may still read."""
        live = [0] * len(self.names)
        reads = [[(m, self._read_by(m)) for m in moves] for moves in self.moves]
        grown = True
        while grown:
            grown = False
            for here, moves in enumerate(reads):
                wanted = live[here]
                for move, read in moves:
                    wanted |= read | (live[move.to] & ~(move.sets | move.clears) if move.to != here else 0)
                if wanted != live[here]:
                    live[here], grown = wanted, True
        return live

    def _possible(self) -> list[int]:
        """For each stage, the bits that may stand when a case comes there or while it is there."""
        possible = [0] * len(self.names)
        grown = True
        while grown:
            grown = False
            for here, moves in enumerate(self.moves):
                for move in moves:
                    after = possible[move.to] | possible[here] | move.sets
                    if after != possible[move.to]:
                        possible[move.to], grown = after, True
        return possible

    def _read_by(self, move: Move) -> int:
        if move.action is None or (move.action.consent is not None and not move.sets):
            return (
                0  # a lapse or a word of the person only changes a bit that is live for others, or not at all
            )
        has, lacks, _, _ = folded(move.gates)
        asked = [rule for rule in self.rules[move.action.name] if not implied(rule, move.gates, has, lacks)]
        mask = 0
        for alternatives in (*move.gates, *(gate for rule in asked for gate in rule.gates)):
            for must, bar in alternatives:
                mask |= must | bar
        return mask


def folded(gates: Gates) -> tuple[int, int, int, Gates]:
    """Gates as masks, where one alternative or a choice of single bits lets them be; the others stay as
    they are.
    """
    has = lacks = some = 0
    more = []
    for alternatives in gates:
        if len(alternatives) == 1:
            has, lacks = has | alternatives[0][0], lacks | alternatives[0][1]
        elif (
            alternatives
            and not some
            and all(bits.bit_count() == 1 and not barred for bits, barred in alternatives)
        ):
            for bits, _ in alternatives:
                some |= bits
        else:
            more.append(alternatives)
    return has, lacks, some, tuple(more)


def implied(rule: BitRule, gates: Gates, has: int, lacks: int) -> bool:
    """Whether a rule holds wherever these gates are met."""
    return all(
        asked in gates or any(has & wanted == wanted and lacks & barred == barred for wanted, barred in asked)
        for asked in rule.gates
    )


def met(gates: Gates, bits: int) -> bool:
    for alternatives in gates:
        for has, lacks in alternatives:
            if bits & has == has and not bits & lacks:
                break
        else:
            return False
    return True
