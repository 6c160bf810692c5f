"""Sealing the trail: events not sealed yet go under one signed root, which also covers every root before it.

Each user's transaction only touches the chain of its own case; the one order over all cases is made here,
afterwards.
"""

import base64
import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, bindparam, func, update
from sqlmodel import Session, col, select

from repatriation.records.cases import CaseFile
from repatriation.records.columns import Moment, Row, column, document, moment
from repatriation.records.instance import Instance, locked
from repatriation.records.keyring import Keyring
from repatriation.records.notes import Checkpoint, merkle_root, sign
from repatriation.records.partners import Partner
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


_CHAINED: tuple[type[CaseFile | Partner], ...] = (CaseFile, Partner)
"""The tables whose rows have a chain of their own."""


def seal(session: Session, keyring: Keyring, now: datetime.datetime, origin: str) -> Seal | None:
    """Seal what is not sealed yet, up to CHAINS chains of it; None when there is nothing.

    Call again until None to seal everything. `origin` names this installation's log; keep it the same for
    ever.
    """
    mark = locked(session, "seal", {"sealed": 0})  # two sealers would take the same events
    instance = session.get(Instance, "trail", populate_existing=True)
    own_end = instance.value["seq"] if instance else 0
    waiting = _waiting(session)
    ranges: dict[str, tuple[int, int]] = {
        chain: (sealed + 1, seq) for rows in waiting.values() for chain, seq, sealed in rows
    }
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
    for table, rows in waiting.items():
        _mark(session, table, rows)
    mark.value = {"sealed": own_end}
    session.flush()
    return made


def oldest_unsealed(session: Session) -> datetime.datetime | None:
    """When the oldest event that is not sealed yet was recorded; None when all are sealed."""
    oldest = [_oldest_unsealed(session, table) for table in _CHAINED]
    mark = session.get(Instance, "seal")
    sealed = mark.value["sealed"] if mark else 0
    oldest.append(
        session.exec(select(func.min(Trail.at)).where(Trail.chain == INSTANCE, Trail.seq > sealed)).one()
    )
    return min((at for at in oldest if at is not None), default=None)


def _oldest_unsealed(session: Session, table: type[CaseFile | Partner]) -> datetime.datetime | None:
    first = select(func.min(Trail.at)).join(table, col(table.id) == Trail.chain)
    return session.exec(first.where(_unsealed(table), Trail.seq == table.sealed_seq + 1)).one()


def leaves_of(root_before: str | None, hashes: list[str]) -> list[bytes]:
    """The leaves of a seal's tree: the root before it, then its events' digests by chain and number."""
    before = [] if root_before is None else [base64.b64decode(root_before)]
    return before + [bytes.fromhex(digest) for digest in hashes]


_Waiting = dict[type[CaseFile | Partner], list[tuple[str, int, int]]]
"""For each table the chains with events not sealed yet: which, where it ends, up to where it is sealed."""


def _waiting(session: Session) -> _Waiting:
    found: _Waiting = {}
    for table in _CHAINED:
        ends = select(col(table.id), col(table.trail_seq), col(table.sealed_seq))
        unsealed = ends.where(_unsealed(table)).order_by(col(table.id))
        if rows := session.exec(unsealed.limit(CHAINS)).all():
            found[table] = list(rows)
    return found


def _unsealed(table: type[CaseFile | Partner]) -> ColumnElement[bool]:
    """Cases are many, and each says so itself; partners are few."""
    if table is CaseFile:
        return col(CaseFile.unsealed).is_(True)
    return col(table.trail_seq) > col(table.sealed_seq)


def _mark(session: Session, table: type[CaseFile | Partner], rows: list[tuple[str, int, int]]) -> None:
    kept = Row.metadata.tables[str(table.__tablename__)]
    sealed: BindParameter[Any] = bindparam("sealed")
    mark = update(kept).where(kept.c.id == bindparam("the_id")).values(sealed_seq=sealed)
    if table is CaseFile:
        mark = mark.values(unsealed=kept.c.trail_seq > sealed)
    session.connection().execute(mark, [{"the_id": chain, "sealed": seq} for chain, seq, _ in rows])


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
