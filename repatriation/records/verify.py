"""Verifying the trail: every way in which it could have been changed, looked for."""

import base64
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from repatriation.records.cases import CaseFile
from repatriation.records.columns import Row
from repatriation.records.instance import Instance
from repatriation.records.keyring import Keyring
from repatriation.records.notes import NoteBroken, merkle_root, opened
from repatriation.records.partners import Partner
from repatriation.records.seals import Seal, leaves_of
from repatriation.records.trail import INSTANCE, digest

_AT_ONCE = 5000


class Problem(NamedTuple):
    """Something wrong with the trail: a code, and where. Words are chosen where it is shown.

    edited: the event does not fit its own digest; missing: an event is not there; unlinked: it does not
    follow the one before it; head_differs: the chain ends elsewhere than its case or partner says;
    seal_unsigned, seal_differs: a seal's signature or root does not fit; seal_missing: a seal is gone;
    note_unknown: a checkpoint from outside is not ours.
    """

    code: str
    chain: str
    seq: int


class Found(NamedTuple):
    """The outcome of verifying: how much was looked at, and what is wrong with it."""

    events: int
    chains: int
    seals: int
    problems: tuple[Problem, ...]


class _Chains(NamedTuple):
    digests: dict[str, list[str]]
    problems: list[Problem]


def verify(session: Session, keyring: Keyring, notes: Iterable[str] = ()) -> Found:
    """Look at every event and every seal. `notes` are checkpoints that were kept outside this database.

    Cutting off the newest events, or writing a chain anew from some event on, is found only where a seal
    covers it; cutting off the newest seals too, only where a note from outside tells of them.
    """
    digests, problems = _chains(session)
    problems += _heads(session, digests)
    seals = session.exec(select(Seal).order_by(col(Seal.number))).all()
    problems += _seals(seals, digests, keyring)
    problems += _notes(seals, notes, keyring)
    events = sum(map(len, digests.values()))
    return Found(events, len(digests), len(seals), tuple(problems))


def _chains(session: Session) -> _Chains:
    """Each chain on its own: nothing edited, nothing missing in the middle, each linked to the one before."""
    table = Row.metadata.tables["trail"]
    rows = session.connection().execute(
        core_select(table).order_by(table.c.chain, table.c.seq), execution_options={"yield_per": _AT_ONCE}
    )
    digests: dict[str, list[str]] = {}
    problems: list[Problem] = []
    for row in rows:
        chain, seq, prev, own = row[0], row[1], row[7], row[8]
        before = digests.setdefault(chain, [])
        while seq > len(before) + 1:
            problems.append(Problem("missing", chain, len(before) + 1))
            before.append("")
        if prev != (before[-1] if before else "") and not (before and before[-1] == ""):
            problems.append(Problem("unlinked", chain, seq))
        if digest(row) != own:
            problems.append(Problem("edited", chain, seq))
        before.append(own)
    return _Chains(digests, problems)


def _heads(session: Session, digests: dict[str, list[str]]) -> list[Problem]:
    """Each case's file, each partner, and the installation's note, must name the last event of its chain."""
    heads: list[tuple[str, int, str]] = [
        *session.exec(select(CaseFile.id, CaseFile.trail_seq, CaseFile.trail_head)),
        *session.exec(select(Partner.id, Partner.trail_seq, Partner.trail_head)),
    ]
    instance = session.get(Instance, "trail")
    if instance is not None:
        heads.append((INSTANCE, instance.value["seq"], instance.value["head"]))
    problems = []
    for chain, seq, head in heads:
        events = digests.get(chain, [])
        if (len(events), events[-1] if events else "") != (seq, head):
            problems.append(Problem("head_differs", chain, seq))
    return problems


def _seals(seals: Iterable[Seal], digests: dict[str, list[str]], keyring: Keyring) -> list[Problem]:
    """Each seal must be signed, follow the one before, and have the root its events give."""
    problems: list[Problem] = []
    public = keyring.signing_key().public_key()
    sealed: dict[str, int] = {}
    before: Seal | None = None
    for seal in seals:
        where = ("seal", seal.number)
        if seal.number != (before.number if before else 0) + 1:
            problems.append(Problem("seal_missing", "seal", seal.number - 1))
        try:
            said = opened(seal.note, public)
        except NoteBroken:
            problems.append(Problem("seal_unsigned", *where))
        else:
            if (said.size, base64.b64encode(said.root).decode()) != (seal.size, seal.root):
                problems.append(Problem("seal_differs", *where))
        problems += _covered(seal, before, sealed, digests)
        before = seal
    return problems


def _covered(
    seal: Seal, before: Seal | None, sealed: dict[str, int], digests: dict[str, list[str]]
) -> list[Problem]:
    hashes: list[str] = []
    size = before.size if before else 0
    problems: list[Problem] = []
    for chain, (start, end) in sorted(seal.ranges.items()):
        events = digests.get(chain, [])
        problems += [Problem("missing", chain, seq) for seq in range(max(start, len(events) + 1), end + 1)]
        if start != sealed.get(chain, 0) + 1:
            problems.append(Problem("seal_differs", "seal", seal.number))
        sealed[chain] = end
        hashes += events[start - 1 : end]
        size += end - start + 1
    if not problems and hashes and all(hashes):
        root = base64.b64encode(merkle_root(leaves_of(before.root if before else None, hashes))).decode()
        if (root, size) != (seal.root, seal.size):
            problems.append(Problem("seal_differs", "seal", seal.number))
    return problems


def _notes(seals: Iterable[Seal], notes: Iterable[str], keyring: Keyring) -> list[Problem]:
    """Every checkpoint that was kept elsewhere must be among the seals."""
    public = keyring.signing_key().public_key()
    known: set[tuple[int, Any]] = {(seal.size, seal.root) for seal in seals}
    problems = []
    for number, note in enumerate(notes, start=1):
        try:
            said = opened(note, public)
        except NoteBroken:
            problems.append(Problem("note_unknown", "note", number))
            continue
        if (said.size, base64.b64encode(said.root).decode()) not in known:
            problems.append(Problem("seal_missing", "note", number))
    return problems
