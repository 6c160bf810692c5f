"""What this installation keeps about itself, under a key: small documents, none of them about a person."""

from typing import Any

from sqlmodel import Session

from repatriation.records.columns import Row, column, document


class Instance(Row, table=True):
    """One thing this installation knows about itself."""

    key: str = column("open", key=True)
    value: Any = document("open")


def locked(session: Session, key: str, start: Any) -> Instance:
    """What is kept under a key, locked until the transaction ends; begun with `start` when
    there is nothing yet."""
    kept = session.get(Instance, key, with_for_update=True, populate_existing=True)
    if kept is None:
        kept = Instance(key=key, value=start)
        session.add(kept)
        session.flush()
    return kept
