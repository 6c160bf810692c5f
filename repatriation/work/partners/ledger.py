"""What partners' calls use up: proofs, assertions, pushed requests and codes, each of which counts once, and
room in the partner's bucket of calls.

Each is one INSERT under a unique key or one UPDATE whose rows are counted, so that of many at once one wins.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import BigInteger, Update, bindparam, case, delete, exists, insert, update
from sqlalchemy import select as core_select
from sqlmodel import Session, select
from sqlmodel.sql.sqltypes import UTCDateTime

from partners import codes, tokens
from partners.ledger import Once, Replayed, TooFast, Turned
from repatriation.records.doors import Clash
from repatriation.records.partners import (
    CallBucket,
    Code,
    KeptAnswer,
    Partner,
    PushedRequest,
    RevokedToken,
    UsedOnce,
)
from repatriation.records.trail import append
from repatriation.records.writing import Write, Writes, add_once, adding
from repatriation.work import throttling
from repatriation.work.house import House
from repatriation.work.partners import registry
from repatriation.work.partners.registry import Program

_PARTNER = Partner.metadata.tables["partner"]
_BUCKET = CallBucket.metadata.tables["call_bucket"]
_USED = UsedOnce.metadata.tables["used_once"]
_PUSHED = PushedRequest.metadata.tables["pushed_request"]
_CODE = Code.metadata.tables["code"]
_REVOKED = RevokedToken.metadata.tables["revoked_token"]
_ANSWERED = KeptAnswer.metadata.tables["kept_answer"]

BURST: Final = timedelta(seconds=20)
"""How far ahead of its rate a partner may be."""

_NOW = bindparam("now_us", type_=BigInteger())
_COST = bindparam("cost_us", type_=BigInteger())
_FULL = bindparam("full_us", type_=BigInteger())

COUNT: Final[Update] = (
    update(_BUCKET)
    .where(
        _BUCKET.c.client_id == bindparam("of_client"),
        _BUCKET.c.drained_at < _FULL,
        exists().where(_PARTNER.c.client_id == _BUCKET.c.client_id, _PARTNER.c.state == "active"),
    )
    .values(drained_at=case((_BUCKET.c.drained_at > _NOW, _BUCKET.c.drained_at), else_=_NOW) + _COST)
)
"""Put one call into a partner's bucket; hits no row when the bucket is full, or the partner not active."""

_ONCE: Final = insert(_USED)
_SEEN: Final = core_select(_USED.c.digest).where(_USED.c.digest == bindparam("of_digest"))

_GRANTED: Final = core_select(_CODE).where(_CODE.c.digest == bindparam("of_digest"))

_USE: Final = update(_CODE).where(
    _CODE.c.digest == bindparam("of_digest"),
    _CODE.c.used.is_(False),
    _CODE.c.until > bindparam("at", type_=UTCDateTime()),
)
"""Use a code up; hits no row when somebody was quicker."""

_NOW_AND_THEN: Final = "01"
"""One digest in 256 is below this: whoever brings it clears away what is over."""

_GRACE: Final = timedelta(minutes=10)
"""What is over is kept a little longer: a code that comes again must still be known, to end its token."""

# What refused a partner is written into the trail, but nobody shall be able to fill it: ten of a kind, then
# one more each minute.
_REFUSALS: Final = (10, timedelta(minutes=1))

# Who cannot say who they are is slowed down by the address they come from. Only what fails is counted, so
# that strangers behind the same address keep no partner out.
STRANGERS: Final = (100, timedelta(seconds=2))


def admit(house: House, now: datetime, token: tokens.Token, once: tuple[Once, ...]) -> Program:
    """Let one call with a token in: the program must be active, its token live, its bucket not full, and
    nothing in `once` may have come before. One transaction; a call that is turned away after it counts too.

    Raises Turned, TooFast, Replayed.
    """
    writes = Writes(_counted(house, token.client_id, now), _remember(once))
    subject = token.subject if token.for_person else None
    asked = {"client_id": token.client_id, "subject": subject, "token_id": token.id}
    rows = _step(
        house,
        now,
        token.client_id,
        once,
        lambda: house.doors.tell(writes, registry.FIND, asked, lasting=False),
    )
    admitted = _let_in(registry.program(rows, subject))
    if admitted.revoked or admitted.cut_off(token.issued):
        raise Turned("revoked")
    return admitted


def count(
    house: House, now: datetime, client_id: str, once: tuple[Once, ...], further: tuple[Write, ...] = ()
) -> None:
    """Let one call without a token in, of a program that has proved who it is: it must be active, its bucket
    not full, and nothing in `once` may have come before. What is `further` written is written with it.

    Raises Turned, TooFast, Replayed.
    """
    writes = Writes(_counted(house, client_id, now), (*_remember(once), *further))
    # What only counts matters for a minute.
    lasting = bool(further)
    _step(
        house,
        now,
        client_id,
        once,
        lambda: house.doors.step(lambda _: None, lambda _: writes, tries=1, lasting=lasting),
    )


@dataclass(frozen=True, slots=True)
class Ledger:
    """The ledger as the authorization server asks for it."""

    house: House
    now: datetime
    address: str = ""

    def find(self, client_id: str, subject: str | None = None, token_id: str | None = None) -> Program | None:
        """The program of this name as it stands now, in the place of an officer if one is named."""
        return registry.find(self.house, client_id, subject, token_id)

    def admit(self, client_id: str, once: tuple[Once, ...]) -> None:
        """Count a call and remember what may come once. Raises Turned, TooFast, Replayed."""
        count(self.house, self.now, client_id, once)

    def push(
        self, client_id: str, once: tuple[Once, ...], digest: str, asked: codes.Asked, until: datetime
    ) -> None:
        """As `admit`, and keep a pushed request."""
        values = {"digest": digest, "client_id": client_id, "asked": asked.as_dict(), "until": until}
        count(self.house, self.now, client_id, once, (adding(PushedRequest, **values),))

    def granted(self, digest: str) -> codes.Granted | None:
        """What a code stands for."""
        row = self.house.doors.look(lambda lean: lean.one(_GRANTED, {"of_digest": digest}))
        if row is None:
            return None
        return codes.Granted(
            client_id=row.client_id,
            officer_id=row.officer_id,
            asked=codes.Asked.of(row.asked),
            auth_time=row.auth_time,
            until=row.until,
            used=row.used,
            token_id=row.token_id,
        )

    def redeem(self, client_id: str, once: tuple[Once, ...], digest: str, token: tokens.Token) -> bool:
        """Use a code up for a token; False when it was used before, which ends the token it was used for.

        Raises Turned, Replayed.
        """

        def decide(program: Program | None) -> Writes:
            _let_in(program)
            used = {"of_digest": digest, "at": self.now, "used": True, "token_id": token.id}
            return Writes(Write(_USE, used), _remember(once))

        try:
            self.house.doors.step(
                lambda lean: registry.read(lean, client_id, token.subject, None), decide, tries=1
            )
        except Clash as problem:
            if problem.__cause__ is not None:
                raise Replayed(_there_already(self.house, once)) from None
            self._end_first_token(digest, token)
            return False
        return True

    def revoke(self, client_id: str, token: tokens.Token) -> None:
        """Let a token count no more."""
        with self.house.doors.act() as session:
            partner_id = session.exec(select(Partner.id).where(Partner.client_id == client_id)).one()
            if _end(session, token.id, token.expires):
                detail = {"partner": partner_id, "by": "partner"}
                append(session, None, self.now, "partner:token:revoked", detail)

    def stranger(self) -> None:
        """Count a try of somebody who could not say who they are. Raises TooFast."""
        key = ("stranger", self.address)
        with self.house.doors.read() as session:
            full = throttling.is_full(session, key, STRANGERS, self.now)
        if not full:
            with self.house.doors.act() as session:
                full = not throttling.count(session, key, STRANGERS, self.now)
        if full:
            raise TooFast

    def refused(self, client_id: str, code: str) -> None:
        """Write down that a call of a program that there is was refused, and why."""
        refused(self.house, client_id, code, self.now)

    def _end_first_token(self, digest: str, token: tokens.Token) -> None:
        with self.house.doors.act() as session:
            code = session.get(Code, digest)
            # It was used within the last minutes, so its token is over when one of now would be.
            if code is not None and code.token_id is not None and _end(session, code.token_id, token.expires):
                append(session, None, self.now, "partner:token:revoked", {"by": "code_used_twice"})


def refused(house: House, client_id: str, code: str, now: datetime) -> None:
    """Write into the trail that a call of a known partner's was refused, and why. A name that nobody has is
    not written down, nor more refusals than anybody would read.
    """
    with house.doors.act() as session:
        partner_id = session.exec(select(Partner.id).where(Partner.client_id == client_id)).first()
        if partner_id is not None and throttling.count(
            session, ("refused", partner_id, code), _REFUSALS, now
        ):
            append(session, None, now, "partner:call:refused", {"partner": partner_id, "code": code})


def clear(house: House, now: datetime, most: int = 1000) -> int:
    """Delete rows whose time is over, at most so many of each kind; says how many. For the clock, and for
    whoever adds such rows.
    """
    cleared = 0
    kept = {_USED: "digest", _PUSHED: "digest", _CODE: "digest", _REVOKED: "id", _ANSWERED: "digest"}
    with house.doors.act() as session:
        for table, key in kept.items():
            gone = core_select(table.c[key]).where(table.c.until < now - _GRACE).limit(most)
            deleted = session.connection().execute(delete(table).where(table.c[key].in_(gone)))
            cleared += deleted.rowcount
    return cleared


def _step(
    house: House, now: datetime, client_id: str, once: tuple[Once, ...], take: Callable[[], Any]
) -> Any:
    """One step that counts a call; what it gives."""
    try:
        answer = take()
    except Clash as problem:
        if problem.__cause__ is not None:
            raise Replayed(_there_already(house, once)) from None
        program = registry.find(house, client_id)
        if program is None:
            raise Turned("unknown") from None
        if not program.active:
            raise Turned("not_active") from None
        raise TooFast from None
    if once[0].digest < _NOW_AND_THEN:
        clear(house, now)
    return answer


def _let_in(program: Program | None) -> Program:
    if program is None:
        raise Turned("unknown")
    if not program.active:
        raise Turned("not_active")
    if program.actor is None:
        raise Turned("no_officer")
    return program


def _end(session: Session, token_id: str, until: datetime) -> bool:
    """Let a token count no more; False when it is ended already."""
    return add_once(session, RevokedToken, id=token_id, until=until + tokens.LEEWAY)


def _there_already(house: House, once: tuple[Once, ...]) -> str:
    """Which of these was there already: the first, when it cannot be told any more."""
    for each in once:
        wanted = {"of_digest": each.digest}
        if house.doors.look(lambda lean, wanted=wanted: lean.one(_SEEN, wanted)):  # type: ignore[misc]
            return each.digest
    return once[0].digest


def _counted(house: House, client_id: str, now: datetime) -> Write:
    microseconds = int(now.timestamp() * 1_000_000)
    return Write(
        COUNT,
        {
            "of_client": client_id,
            "now_us": microseconds,
            "cost_us": 1_000_000 // house.partner_rate,
            "full_us": microseconds + int(BURST.total_seconds() * 1_000_000),
        },
    )


def _remember(once: tuple[Once, ...]) -> tuple[Write, ...]:
    return tuple(Write(_ONCE, {"digest": each.digest, "until": each.until}) for each in once)
