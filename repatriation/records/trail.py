"""The trail: what was done, by whom and when, each event holding the digest of the one before it.

There is one chain for each case, one for what each partner delivers, and one for the installation itself.
No personal data stands in it: an event's detail holds codes, numbers and dates only, so that erasing a person
never touches it.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Index, Insert, insert, text, update
from sqlmodel import Session, col, select

from repatriation.records.cases import CaseFile
from repatriation.records.columns import Moment, Row, column, document, moment
from repatriation.records.instance import Instance, locked
from repatriation.records.lean import Write

INSTANCE = "instance"
"""The chain of what belongs to no case: signing in, keys, settings. Its head is kept under
`trail` in `instance`."""

_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True)

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/+-]{0,99}")
"""What a code looks like: no spaces, no letters beyond ASCII, so that neither a sentence nor a
Khmer name passes."""


IDENTITY_OPENED = "person:identity:opened"
"""The tag of the event that an identity was opened."""

NOTES_OPENED = "visit:notes:opened"
PLAN_OPENED = "plan:opened"
PAPER_OPENED = "paper:file:opened"

OPENED = ", ".join(f"'{tag}'" for tag in (IDENTITY_OPENED, NOTES_OPENED, PLAN_OPENED, PAPER_OPENED))
"""Whatever was sealed in a case and somebody opened, as a list in SQL: a database uses a partial index only
where it can see the values."""

_OPENED = text(f"tag IN ({OPENED})")


class Trail(Row, table=True):
    """One event. Only ever added."""

    __table_args__ = (
        Index("ix_trail_opened", "at", "chain", sqlite_where=_OPENED, postgresql_where=_OPENED),
    )

    chain: str = column("open", key=True)
    seq: int = column("open", key=True)
    at: Moment = moment("open")
    officer_id: str | None = column("open", None)
    organisation_id: str | None = column("open", None)
    tag: str = column("open")
    detail: dict[str, Any] = document("open", make=dict)
    prev: str = column("open")
    hash: str = column("open")


class By(Protocol):
    """Whoever acts: an officer for an organisation."""

    @property
    def officer_id(self) -> str: ...
    @property
    def organisation_id(self) -> str: ...


class Head(NamedTuple):
    """The end of a chain, onto which the next event goes."""

    chain: str
    seq: int = 0
    hash: str = ""


class Event(NamedTuple):
    """An event made but not yet written: the row to insert, and the chain's new head."""

    row: dict[str, Any]
    head: Head

    @property
    def write(self) -> Write:
        """The event as one of a step's writes; its guard must set `trail_seq` and `trail_head`
        from `head`."""
        return Write(ADD, self.row)


ADD: Insert = insert(Row.metadata.tables["trail"])


def event(head: Head, actor: By | None, now: datetime, tag: str, detail: Mapping[str, Any]) -> Event:
    """The next event of a chain. `actor` is None for what the program does by itself.

    ValueError when `now` is naive or `detail` holds anything but codes, numbers, dates, None, or lists and
    mappings of these.
    """
    if now.utcoffset() is None:
        raise ValueError("a moment must know its time zone")
    row: dict[str, Any] = {
        "chain": head.chain,
        "seq": head.seq + 1,
        "at": now.astimezone(UTC),
        "officer_id": actor.officer_id if actor else None,
        "organisation_id": actor.organisation_id if actor else None,
        "tag": coded(tag),
        "detail": coded(dict(detail)),
        "prev": head.hash,
    }
    row["hash"] = digest(tuple(row.values()))
    return Event(row, Head(head.chain, head.seq + 1, row["hash"]))


def digest(fields: Sequence[Any]) -> str:
    """The SHA-256 of everything in an event but its own digest, as canonical JSON, in hexadecimal.

    `fields` are the values of the columns in the order of the table, with or without the digest at the end.
    """
    chain, seq, at, officer_id, organisation_id, tag, detail, prev = fields[:8]
    told = at.astimezone(UTC).isoformat(timespec="microseconds")
    canonical = _CANONICAL.encode([chain, seq, told, officer_id, organisation_id, tag, detail, prev])
    return hashlib.sha256(canonical.encode()).hexdigest()


def coded(value: Any) -> Any:
    """The value with dates as text. ValueError when it could tell something about a person in words."""
    kind = type(value)
    if kind is str:
        return _code(value)
    if kind is dict:
        return {_code(str(key)): coded(inner) for key, inner in value.items()}
    if kind is list:
        return [coded(inner) for inner in value]
    if isinstance(value, str):
        return _code(value)
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {coded(str(key)): coded(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        inside = [coded(inner) for inner in value]
        return sorted(inside) if isinstance(value, set | frozenset) else inside
    raise ValueError(f"the trail takes codes only, no {type(value).__name__}")


@lru_cache(maxsize=4096)
def _code(value: str) -> str:
    if not _CODE.fullmatch(value):
        raise ValueError("the trail takes codes only, no words")
    return value


def append(
    session: Session,
    actor: By | None,
    now: datetime,
    tag: str,
    detail: Mapping[str, Any],
    case_id: str | None = None,
) -> Head:
    """Add an event to the chain of a case, or of the installation, in the session's transaction; gives the
    new head.

    The chain's head is locked until the transaction ends, so that two cannot append after the same event.
    LookupError when there is no such case.
    """
    session.flush()
    head = _case_head(session, case_id) if case_id else _instance_head(session)
    made = event(head, actor, now, tag, detail)
    session.exec(ADD.values(made.row))
    if case_id:
        new = {"trail_seq": made.head.seq, "trail_head": made.head.hash, "unsealed": True}
        session.exec(
            update(CaseFile)
            .where(col(CaseFile.id) == case_id)
            .values(new)
            .execution_options(synchronize_session="evaluate")
        )
    else:
        session.get_one(Instance, "trail").value = {"seq": made.head.seq, "head": made.head.hash}
        session.flush()
    return made.head


def _case_head(session: Session, case_id: str) -> Head:
    found = session.exec(
        select(CaseFile.trail_seq, CaseFile.trail_head).where(CaseFile.id == case_id).with_for_update()
    ).first()
    if found is None:
        raise LookupError("there is no such case")
    return Head(case_id, *found)


def _instance_head(session: Session) -> Head:
    kept = locked(session, "trail", {"seq": 0, "head": ""}).value
    return Head(INSTANCE, kept["seq"], kept["head"])
