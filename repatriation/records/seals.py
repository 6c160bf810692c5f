"""Sealing the trail: events not sealed yet go under one signed root, which also covers every root before it.

Each user's transaction only touches the chain of its own case; the one order over all cases is made here,
afterwards.
"""

import base64
import datetime
from typing import Any

from sqlalchemy import bindparam, func, update
from sqlmodel import Session, col, select

from repatriation.records.cases import CaseFile
from repatriation.records.columns import Moment, Row, column, document, moment
from repatriation.records.instance import Instance, locked
from repatriation.records.keyring import Keyring
from repatriation.records.notes import Checkpoint, merkle_root, sign
from repatriation.records.trail import INSTANCE, Trail

CHAINS = 1000
"""Chains sealed at once, so that nobody waits long for the sealer."""


class Seal(Row, table=True):
    """One sealing: `ranges` says for each chain the first and last event under it; `note` is
    the signed checkpoint."""

    number: int = column("open", key=True)
    at: Moment = moment("open")
    size: int = column("open")
    root: str = column("open")
    note: str = column("open")
    ranges: dict[str, Any] = document("open")


_MARK = (
    update(Row.metadata.tables["case_file"])
    .where(col(CaseFile.id) == bindparam("the_id"))
    .values(sealed_seq=bindparam("sealed"), unsealed=col(CaseFile.trail_seq) > bindparam("sealed"))
)


def seal(session: Session, keyring: Keyring, now: datetime.datetime, origin: str) -> Seal | None:
    """Seal what is not sealed yet, up to CHAINS chains of it; None when there is nothing.

    Call again until None to seal everything. `origin` names this installation's log; keep it the same for
    ever.
    """
    mark = locked(session, "seal", {"sealed": 0})  # two sealers would take the same events
    instance = session.get(Instance, "trail", populate_existing=True)
    own_end = instance.value["seq"] if instance else 0
    waiting = _waiting(session)
    ranges: dict[str, tuple[int, int]] = {case_id: (sealed + 1, seq) for case_id, seq, sealed in waiting}
    if own_end > mark.value["sealed"]:
        ranges[INSTANCE] = (mark.value["sealed"] + 1, own_end)
    if not ranges:
        return None
    last = session.exec(select(Seal).order_by(col(Seal.number).desc()).limit(1)).first()
    leaves = leaves_of(last.root if last else None, _hashes(session, ranges))
    size = (last.size if last else 0) + sum(end - start + 1 for start, end in ranges.values())
    root = merkle_root(leaves)
    made = Seal(
        number=last.number + 1 if last else 1,
        at=now,
        size=size,
        root=base64.b64encode(root).decode(),
        note=sign(Checkpoint(origin, size, root), keyring.signing_key()),
        ranges={chain: list(ends) for chain, ends in ranges.items()},
    )
    session.add(made)
    if waiting:
        marks = [{"the_id": case_id, "sealed": seq} for case_id, seq, _ in waiting]
        session.connection().execute(_MARK, marks)
    mark.value = {"sealed": own_end}
    session.flush()
    return made


def oldest_unsealed(session: Session) -> datetime.datetime | None:
    """When the oldest event that is not sealed yet was recorded; None when all are sealed."""
    first = select(func.min(Trail.at)).join(CaseFile, col(CaseFile.id) == Trail.chain)
    of_cases = session.exec(first.where(col(CaseFile.unsealed), Trail.seq == CaseFile.sealed_seq + 1)).one()
    mark = session.get(Instance, "seal")
    sealed = mark.value["sealed"] if mark else 0
    of_instance = session.exec(
        select(func.min(Trail.at)).where(Trail.chain == INSTANCE, Trail.seq > sealed)
    ).one()
    return min((at for at in (of_cases, of_instance) if at is not None), default=None)


def leaves_of(root_before: str | None, hashes: list[str]) -> list[bytes]:
    """The leaves of a seal's tree: the root before it, then its events' digests by chain and number."""
    before = [] if root_before is None else [base64.b64decode(root_before)]
    return before + [bytes.fromhex(digest) for digest in hashes]


def _waiting(session: Session) -> list[tuple[str, int, int]]:
    found = select(CaseFile.id, CaseFile.trail_seq, CaseFile.sealed_seq)
    unsealed = found.where(col(CaseFile.unsealed))
    return list(session.exec(unsealed.order_by(CaseFile.id).limit(CHAINS)).all())


def _hashes(session: Session, ranges: dict[str, tuple[int, int]]) -> list[str]:
    """The digests of all events in the ranges, by chain and number. RuntimeError when one is missing."""
    rows = session.exec(
        select(Trail.chain, Trail.seq, Trail.hash).where(
            col(Trail.chain).in_(ranges), Trail.seq >= min(start for start, _ in ranges.values())
        )
    ).all()
    found = {(chain, seq): digest for chain, seq, digest in rows}
    wanted = [
        (chain, seq) for chain in sorted(ranges) for seq in range(ranges[chain][0], ranges[chain][1] + 1)
    ]
    missing = [place for place in wanted if place not in found]
    if missing:
        raise RuntimeError(f"event {missing[0][1]} of chain {missing[0][0]} is gone: verify the trail")
    return [found[place] for place in wanted]
