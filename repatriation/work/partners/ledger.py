"""What partners' calls use up: proofs, assertions, pushed requests and codes, each of which counts once, and
room in the partner's bucket of calls.

Each is one INSERT under a unique key or one UPDATE whose rows are counted, so that of many at once one wins.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import BigInteger, Update, bindparam, case, delete, insert, update
from sqlalchemy import select as core_select
from sqlmodel import select

from repatriation.records.doors import Clash
from repatriation.records.lean import Write, Writes
from repatriation.records.partners import Code, Partner, PushedRequest, RevokedToken, UsedOnce
from repatriation.records.trail import append
from repatriation.work.accounts import count_try
from repatriation.work.house import House
from repatriation.work.partners import registry
from repatriation.work.partners.registry import Program

_PARTNER = Partner.metadata.tables["partner"]
_USED = UsedOnce.metadata.tables["used_once"]
_PUSHED = PushedRequest.metadata.tables["pushed_request"]
_CODE = Code.metadata.tables["code"]
_REVOKED = RevokedToken.metadata.tables["revoked_token"]

BURST: Final = timedelta(seconds=20)
"""How far ahead of its rate a partner may be."""

_NOW = bindparam("now_us", type_=BigInteger())
_COST = bindparam("cost_us", type_=BigInteger())
_FULL = bindparam("full_us", type_=BigInteger())

COUNT: Final[Update] = (
    update(_PARTNER)
    .where(
        _PARTNER.c.id == bindparam("of_partner"),
        _PARTNER.c.state == "active",
        _PARTNER.c.drained_at < _FULL,
    )
    .values(drained_at=case((_PARTNER.c.drained_at > _NOW, _PARTNER.c.drained_at), else_=_NOW) + _COST)
)
"""Put one call into a partner's bucket; hits no row when the bucket is full, or the partner not active."""

_ONCE: Final = insert(_USED)

_GRACE: Final = timedelta(minutes=10)
"""What is over is kept a little longer: a code that comes again must still be known, to end its token."""

# What refused a partner is written into the trail, but nobody shall be able to fill it: ten of a kind, then
# one more each minute.
_REFUSALS: Final = (10, timedelta(minutes=1))


class Replayed(Exception):
    """What may come once came a second time."""


class TooFast(Exception):
    """The partner calls faster than was agreed."""


class Turned(Exception):
    """The program is not active, or what it holds counts no more; `code` says which, for the trail."""

    def __init__(self, code: str, partner_id: str | None = None) -> None:
        self.code, self.partner_id = code, partner_id
        super().__init__(code)


def admit(
    house: House,
    now: datetime,
    client_id: str,
    once: tuple[tuple[str, datetime], ...],
    *,
    subject: str | None = None,
    token_id: str | None = None,
) -> Program:
    """Let one call in: the program must be active, its token live, its bucket not full, and nothing in `once`
    may have come before. One transaction.

    Raises Turned, TooFast, Replayed.
    """

    def decide(program: Program | None) -> Writes:
        if program is None:
            raise Turned("unknown")
        if not program.active:
            raise Turned("not_active", program.partner_id)
        if program.revoked:
            raise Turned("revoked", program.partner_id)
        if program.actor is None:
            raise Turned("no_officer", program.partner_id)
        return Writes(_counted(house, program.partner_id, now), _remember(once), program)

    try:
        admitted: Program = house.doors.step(
            lambda lean: registry.read(lean, client_id, subject, token_id), decide, tries=1
        )
    except Clash as problem:
        if problem.__cause__ is not None:  # a row was there already
            raise Replayed from None
        raise TooFast from None
    return admitted


def refused(house: House, client_id: str, code: str, now: datetime) -> None:
    """Write into the trail that a call of a known partner's was refused, and why. A name that nobody has is
    not written down, nor more refusals than anybody would read.
    """
    with house.doors.act() as session:
        partner_id = session.exec(select(Partner.id).where(Partner.client_id == client_id)).first()
        if partner_id is not None and count_try(session, ("refused", partner_id, code), _REFUSALS, now):
            append(session, None, now, "partner:call:refused", {"partner": partner_id, "code": code})


def clear(house: House, now: datetime, most: int = 1000) -> int:
    """Delete rows whose time is over, at most so many of each kind; says how many. For the clock, and for
    whoever adds such rows.
    """
    cleared = 0
    with house.doors.act() as session:
        for table, key in ((_USED, "digest"), (_PUSHED, "digest"), (_CODE, "digest"), (_REVOKED, "id")):
            gone = core_select(table.c[key]).where(table.c.until < now - _GRACE).limit(most)
            deleted = session.connection().execute(delete(table).where(table.c[key].in_(gone)))
            cleared += deleted.rowcount
    return cleared


def _counted(house: House, partner_id: str, now: datetime) -> Write:
    microseconds = int(now.timestamp() * 1_000_000)
    return Write(
        COUNT,
        {
            "of_partner": partner_id,
            "now_us": microseconds,
            "cost_us": 1_000_000 // house.partner_rate,
            "full_us": microseconds + int(BURST.total_seconds() * 1_000_000),
        },
    )


def _remember(once: tuple[tuple[str, datetime], ...]) -> tuple[Write, ...]:
    return tuple(Write(_ONCE, {"digest": digest, "until": until}) for digest, until in once)
