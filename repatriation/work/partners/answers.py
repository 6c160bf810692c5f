"""Answers kept for a while, so that what a program asks for twice under one key is carried out once.

The work itself knows the key as well (`Asked.work_key`) and keeps its own answer in the transaction in which
it is done. So nothing happens twice even when a process dies between the work and the keeping of its answer.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Update, bindparam, delete, update
from sqlalchemy import select as core_select
from sqlmodel.sql.sqltypes import UTCDateTime

from repatriation.records.doors import Clash
from repatriation.records.lean import Lean
from repatriation.records.partners import KeptAnswer
from repatriation.records.writing import Write, Writes, adding
from repatriation.work.house import House
from repatriation.work.refusals import KeyReused

KEPT: Final = timedelta(days=7)
"""How long a program may be without an answer and ask again."""

HELD: Final = timedelta(minutes=2)
"""How long carrying out one request can take; whoever needs longer has died."""

_TRIES: Final = 3

_ROW = KeptAnswer.metadata.tables["kept_answer"]
_FIND: Final = core_select(_ROW).where(_ROW.c.digest == bindparam("of_digest"))
_TAKE_OVER: Final[Update] = update(_ROW).where(
    _ROW.c.digest == bindparam("of_digest"),
    _ROW.c.held_until == bindparam("was_held_until", type_=UTCDateTime()),
)


class UnderWay(Exception):
    """The same request is being carried out just now."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request under a key: the digest of partner and key, and the fingerprint of all that was said."""

    digest: str
    fingerprint: str

    @property
    def work_key(self) -> str:
        """The key under which the work itself knows the request."""
        return self.digest[:40]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it was given."""

    status: int
    headers: Mapping[str, str]
    body: str


def asked(house: House, partner_id: str, key: str, said: tuple[str, ...], body: bytes) -> Asked:
    """A request as it is remembered. Bodies hold names, so that the digests are keyed ones."""
    secret = house.keyring.digest_key("kept answers")

    def digest(*parts: bytes) -> str:
        told = b"".join(len(part).to_bytes(8) + part for part in parts)
        return hmac.digest(secret, told, "sha256").hex()

    return Asked(digest(partner_id.encode(), key.encode()), digest(*(part.encode() for part in said), body))


def begin(house: House, now: datetime, asked: Asked) -> Answer | None:
    """The answer already given to a request; none: it has not been carried out, and now is for us to do.

    Raises:
        KeyReused: the key came before with another request.
        UnderWay: somebody else is carrying it out.
    """

    def decide(row: Any) -> Writes:
        fresh = {"until": now + KEPT, "held_until": now + HELD}
        if row is None:
            given = {"digest": asked.digest, "fingerprint": asked.fingerprint, **fresh}
            return Writes(None, (adding(KeptAnswer, **given),))
        if row.until > now and row.fingerprint != asked.fingerprint:
            raise KeyReused
        if row.until > now and row.status is not None:
            return Writes(None, (), Answer(row.status, row.headers, row.body))
        if row.until > now and row.held_until > now:
            raise UnderWay
        began = row.version if row.until > now else None
        anew = {"fingerprint": asked.fingerprint, "version": began, "status": None, **fresh}
        which = {"of_digest": asked.digest, "was_held_until": row.held_until}
        return Writes(Write(_TAKE_OVER, {**which, **anew}))

    def read(lean: Lean) -> Any:
        return lean.one(_FIND, {"of_digest": asked.digest})

    for _ in range(_TRIES):
        try:
            answer: Answer | None = house.doors.step(read, decide, tries=1)
        except Clash:
            continue  # somebody was quicker: look at what they made of it
        return answer
    raise UnderWay


def pin(house: House, asked: Asked, version: int) -> int:
    """The version of a case that a request was begun on: this one, unless it was begun before."""
    with house.doors.act() as session:
        row = session.get_one(KeptAnswer, asked.digest)
        if row.version is None:
            row.version = version
        return row.version


def keep(house: House, asked: Asked, answer: Answer) -> None:
    """Keep the answer, to be given again."""
    with house.doors.act() as session:
        row = session.get_one(KeptAnswer, asked.digest)
        row.status, row.headers, row.body = answer.status, dict(answer.headers), answer.body


def let_go(house: House, asked: Asked) -> None:
    """Forget a request that came to nothing: it may be made again, also another under the same key."""
    with house.doors.act() as session:
        session.exec(delete(KeptAnswer).where(_ROW.c.digest == asked.digest))
