"""What no procedure may do, and the walk that proves it of a route file before the file is used.

The walk visits every case that the file can produce, grown-up and child, letting the person take consent
back and facts lapse at any moment. It runs on bits: each fact or consent that any safeguard reads is one
bit, and a bit that nothing further on can read is dropped, which changes no verdict. Time limits count as
already run, so for the rules about safety the walk can only err towards complaint. What it cannot see is
whether an officer wrote the truth.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from sop import vocabulary as words
from sop.procedure import Action, Procedure
from sop.reader import ProcedureError
from sop.safeguards import HOLDS, SAFEGUARDS, Safeguard

_Gates = tuple[tuple[tuple[int, int], ...], ...]


class Rule(NamedTuple):
    """One rule of the floor: its code and its sentence."""

    code: str
    sentence: str


FLOOR: Final = (
    Rule("moves_without_consent", "Nobody is moved without their own live consent to return."),
    Rule(
        "moves_under_hold",
        "Nobody is moved while proceedings, illness, a closed gate or second thoughts stand.",
    ),
    Rule(
        "moves_child",
        "No child is moved without a guardian, a best-interests determination and a receiving carer.",
    ),
    Rule(
        "discloses_without_consent",
        "Nobody is spoken of without live consent for that purpose and that recipient.",
    ),
    Rule("notifies_against_objection", "The home country is not told against the person's objection."),
    Rule("no_way_to_stay", "Until the handover, the person can always say that they stay."),
    Rule("consent_is_final", "Until the handover, consent to return can always be taken back."),
    Rule("stuck", "From every case there is a way on to a closed file."),
    Rule("unreachable", "Every stage can be reached, and every stage but an end can be left."),
    Rule("nobody_responsible", "In every stage a named agency answers for the case."),
)

SENTENCES: Final = {rule.code: rule.sentence for rule in FLOOR}
CHILD_GATES: Final = ("child_guardian", "child_best_interests", "child_receiving_carer")


@dataclass(frozen=True, slots=True)
class Breach:
    """One thing in a file that the floor forbids."""

    code: str
    place: str
    detail: str

    @property
    def sentence(self) -> str:
        """What is wrong, where, and which rule it breaks."""
        return f"{self.place}: {self.detail}. {SENTENCES[self.code]}"


@dataclass(frozen=True, slots=True)
class Walk:
    """The outcome of the walk over one procedure."""

    cases: int
    steps: int
    breaches: tuple[Breach, ...]


class BelowTheFloor(ProcedureError):
    """A route file that would allow what no procedure may allow."""

    def __init__(self, procedure: Procedure, breaches: tuple[Breach, ...]) -> None:
        self.breaches = breaches
        super().__init__(procedure.path.name, "", " ".join(breach.sentence for breach in breaches))


def stand(procedure: Procedure) -> Walk:
    """Walks a procedure through.

    Raises:
        BelowTheFloor: when anything in it is forbidden.
    """
    walk = examine(procedure)
    if walk.breaches:
        raise BelowTheFloor(procedure, walk.breaches)
    return walk


def examine(procedure: Procedure) -> Walk:
    """Walks a procedure through and says everything that is wrong with it."""
    breaches = list(_at_rest(procedure))
    if any(breach.code in ("unreachable", "nobody_responsible") for breach in breaches):
        return Walk(0, 0, tuple(breaches))
    found: dict[tuple[str, str], Breach] = {}
    children, grown = _Walker(procedure, child=True), _Walker(procedure, child=False)
    children.run(found)
    grown.run(found, grown.come_of_age(children))
    return Walk(children.cases + grown.cases, children.steps + grown.steps, (*breaches, *found.values()))


def stages_before_handover(procedure: Procedure) -> frozenset[str]:
    """The stages from which a movement homeward may still come."""
    before = {stage for action in procedure.actions.values() if action.moves for stage in action.frm}
    grown = True
    while grown:
        grown = False
        for action in procedure.actions.values():
            if action.to in before and not action.frm <= before:
                before |= action.frm
                grown = True
    return frozenset(before)


def _at_rest(procedure: Procedure) -> Iterator[Breach]:
    """What can be seen without walking: the shape of the stages and who answers for them."""
    reached = {stage.name for stage in procedure.stages.values() if stage.entry}
    grown = True
    while grown:
        found = {a.to for a in procedure.actions.values() if a.to and not reached.isdisjoint(a.frm)} - reached
        reached |= found
        grown = bool(found)
    for stage in procedure.stages.values():
        place = f"stage {stage.name}"
        if stage.name not in reached:
            yield Breach("unreachable", place, "no action leads here from any entry")
        leaves = any(action.to not in (None, stage.name) for action in procedure.by_stage[stage.name])
        if not stage.end and not leaves:
            yield Breach("unreachable", place, "no action leads on from here")
        if stage.end and leaves:
            yield Breach("unreachable", place, "is an end, yet an action leads on from here")
        if not _held(procedure, stage.responsible):
            yield Breach("nobody_responsible", place, f"“{stage.responsible}” is no agency of this file")
    for action in procedure.actions.values():
        for role in action.by:
            if role != words.PERSON and role not in words.SUPPORT and not _held(procedure, role):
                yield Breach(
                    "nobody_responsible", f"action {action.name}", f"“{role}” is no agency of this file"
                )
    if words.CLOSED not in procedure.stages:
        yield Breach("stuck", "stages", f"there is no stage “{words.CLOSED}”")


def _held(procedure: Procedure, role: str) -> bool:
    country = procedure.country_of(role)
    return country is not None and bool(procedure.agencies[country].get(role.partition(".")[2]))


class _Move(NamedTuple):
    """An action, or a lapse, in bits: alternatives of (must have, must lack), what it sets and clears, and
    where to.
    """

    name: str
    gates: _Gates
    sets: int
    clears: int
    to: int
    action: Action | None


class _Floor(NamedTuple):
    """A rule to hold at the moment an action is open: these bits must be as said."""

    code: str
    detail: str
    gates: _Gates


class _Walker:
    """One walk, with all cases grown-up or all cases children."""

    def __init__(self, procedure: Procedure, *, child: bool) -> None:
        self.procedure, self.child = procedure, child
        self.cases = self.steps = 0
        self.seen: list[int] = []
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
        candidates = set(HOLDS) | {
            f for a in self.procedure.actions.values() for f in a.records if f.startswith("hold_")
        }
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

    def _rules(self, action: Action) -> tuple[_Floor, ...]:
        rules: list[_Floor] = []
        if action.moves:
            agreed = tuple((self._bit(f"consent:{name}"), 0) for name in self.return_consents)
            rules.append(
                _Floor("moves_without_consent", "could move a person without consent to return", (agreed,))
            )
            free = (self._alternatives(SAFEGUARDS["no_hold"]),)
            rules.append(
                _Floor("moves_under_hold", "could move a person while the return is held back", free)
            )
            if self.child:
                for name in CHILD_GATES:
                    gates = (self._alternatives(SAFEGUARDS[name]),)
                    rules.append(_Floor("moves_child", f"could move a child without “{name}”", gates))
        if action.discloses is not None:
            for role in action.discloses.to:
                agreed = tuple(
                    (self._bit(f"consent:{consent.name}"), 0)
                    for consent in self.procedure.consents.values()
                    if consent.purpose == action.discloses.purpose and role in consent.to
                )
                told = f"could tell {role} without consent to {action.discloses.purpose}"
                rules.append(_Floor("discloses_without_consent", told, (agreed,)))
                if action.discloses.purpose == "notification":
                    against = f"could tell {role} although the person objects"
                    rules.append(_Floor("notifies_against_objection", against, (agreed,)))
        return tuple(rules)

    # -- moves
    # -----------------------------------------------------------------------------------------------------

    def _moves(self, stage: str) -> list[_Move]:
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
            moves.append(_Move(action.name, tuple(gates), sets, clears & ~sets, to, action))
        return moves + self._lapses(here, moves)

    def _lapses(self, here: int, moves: list[_Move]) -> list[_Move]:
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
            _Move(f"{name} lapses", (((bit, 0),),), 0, bit, here, None) for name, bit in bits if bit & read
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

    def _read_by(self, move: _Move) -> int:
        if move.action is None or (move.action.consent is not None and not move.sets):
            return (
                0  # a lapse or a word of the person only changes a bit that is live for others, or not at all
            )
        has, lacks, _, _ = _folded(move.gates)
        asked = [rule for rule in self.rules[move.action.name] if not _implied(rule, move.gates, has, lacks)]
        mask = 0
        for alternatives in (*move.gates, *(gate for rule in asked for gate in rule.gates)):
            for must, bar in alternatives:
                mask |= must | bar
        return mask

    # -- the walk
    # --------------------------------------------------------------------------------------------------

    def come_of_age(self, children: "_Walker") -> list[int]:
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
                if more and not _met(more, bits):
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
            has, lacks, some, more = _folded(move.gates)
            asked = move.action is not None and any(
                not _implied(rule, move.gates, has, lacks) for rule in self.rules[move.action.name]
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

    def _hold(self, move: _Move, bits: int, found: dict[tuple[str, str], Breach]) -> None:
        if move.action is None:
            return
        for rule in self.rules[move.action.name]:
            if not _met(rule.gates, bits):
                place = f"action {move.name}"
                found.setdefault((rule.code, place), Breach(rule.code, place, rule.detail))

    def _withdrawable(self, found: dict[tuple[str, str], Breach]) -> None:
        consents = self.procedure.consents
        for name in sorted(self.before):
            if not any(name in consents[consent].frm for consent in self.return_consents):
                place = f"stage {name}"
                breach = Breach("consent_is_final", place, "consent to return cannot be taken back here")
                found.setdefault(("consent_is_final", place), breach)

    def _stays(self, move: _Move) -> bool:
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
    more: _Gates
    sets: int
    keep: int
    home: int
    watched: _Move | None


class _Plan(NamedTuple):
    """What may happen in a stage. `exits` are the ends that every case of it can come to, whatever is on
    file.
    """

    ways: tuple[_Way, ...]
    exits: frozenset[int]
    always_stays: bool


def _folded(gates: _Gates) -> tuple[int, int, int, _Gates]:
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


def _implied(rule: _Floor, gates: _Gates, has: int, lacks: int) -> bool:
    """Whether a rule holds wherever these gates are met."""
    return all(
        asked in gates or any(has & wanted == wanted and lacks & barred == barred for wanted, barred in asked)
        for asked in rule.gates
    )


def _met(gates: _Gates, bits: int) -> bool:
    for alternatives in gates:
        for has, lacks in alternatives:
            if bits & has == has and not bits & lacks:
                break
        else:
            return False
    return True
