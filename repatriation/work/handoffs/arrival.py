"""What is written down of an envelope the moment it comes: all that was said, sealed under a key of its own,
the receipt for it, the log and the trail. One SELECT sees what matters before, and one step writes.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import BindParameter, Select, String, Update, bindparam, exists, select, update

from partners import envelope, jose, packets, receipts
from partners.envelope import Envelope
from partners.packets import Handing
from repatriation.records.columns import new_id
from repatriation.records.handoffs import Exchange, Handoff, HandoffFile, HandoffReceipt, Responsibility
from repatriation.records.organisations import SYSTEM, Officer, Organisation
from repatriation.records.outbox import Outbox
from repatriation.records.partners import Partner
from repatriation.records.sealing import CaseKey, new_case_key
from repatriation.records.trail import Head, event
from repatriation.records.writing import Write, adding
from repatriation.work.actors import Actor
from repatriation.work.handoffs.post import attention
from repatriation.work.house import House
from repatriation.work.opened import body_of
from repatriation.work.refusals import NotFound
from repatriation.work.sharing import bodies_for
from sop.procedure import Procedure
from sop.shelf import NotOnTheShelf

_PARTNER = Partner.metadata.tables["partner"]
_HANDOFF = Handoff.metadata.tables["handoff"]
_RECEIPT = HandoffReceipt.metadata.tables["handoff_receipt"]
_EXCHANGE = Exchange.metadata.tables["exchange"]
_BODY = Organisation.metadata.tables["organisation"]
_OFFICER = Officer.metadata.tables["officer"]


def _given(name: str) -> BindParameter[Any]:
    return bindparam(name, type_=String())


_WITH_PARTNER: Final = _EXCHANGE.c.partner_id == _PARTNER.c.id
_THIS: Final = (_HANDOFF.c.issuer == _given("of_issuer"), _HANDOFF.c.jti == _given("of_jti"))

_SEEN: Final[Select[Any]] = select(
    *(_PARTNER.c[name] for name in ("organisation_id", "trail_seq", "trail_head")),
    select(_EXCHANGE.c.number)
    .where(_WITH_PARTNER)
    .order_by(_EXCHANGE.c.number.desc())
    .limit(1)
    .scalar_subquery()
    .label("number"),
    exists().where(_WITH_PARTNER, _EXCHANGE.c.digest == _given("of_prev")).label("linked"),
    exists()
    .where(
        _HANDOFF.c.partner_id == _PARTNER.c.id,
        _HANDOFF.c.about == _given("of_jti"),
        _HANDOFF.c.issuer == _given("of_issuer"),
        _HANDOFF.c.kind == "withdrawal",
    )
    .label("taken_back"),
    # Found by its name, and only then asked to whom it went: PostgreSQL might else read all that ever passed
    # with the partner.
    select(_HANDOFF.c.partner_id)
    .where(_HANDOFF.c.issuer == _given("of_house"), _HANDOFF.c.jti == _given("of_jti"))
    .scalar_subquery()
    .label("ours_to"),
    select(_HANDOFF.c.digest).where(*_THIS).scalar_subquery().label("before"),
    select(_RECEIPT.c.text)
    .join(_HANDOFF, _HANDOFF.c.id == _RECEIPT.c.handoff_id)
    .where(*_THIS, _RECEIPT.c.state == "received")
    .scalar_subquery()
    .label("receipt"),
).where(_PARTNER.c.id == _given("of_partner"))
"""What is known when an envelope comes: where the log and the chain of its sender end, whether what it names
as the one before it passed here, whether it was taken back before it came, to whom we sent one under its
name, and the digest and the receipt of the one that came under its name already. Given: of_partner,
of_house, of_issuer, of_jti, of_prev."""

_MANNED: Final[Select[Any]] = select(
    *(_BODY.c[name] for name in ("id", "code", "country", "functions", "stationed", "place"))
).where(
    _BODY.c.id.in_(
        select(_OFFICER.c.organisation_id).where(_OFFICER.c.active.is_(True), _OFFICER.c.duty != SYSTEM)
    )
)

_CHAIN: Final[Update] = update(_PARTNER).where(
    _PARTNER.c.id == bindparam("of_partner"), _PARTNER.c.trail_seq == bindparam("was_trail_seq")
)
"""The guard: of what one partner sends at once, one after the other is written down."""


Ask = Callable[[Select[Any], dict[str, Any]], Sequence[Any]]
"""Puts a question to the database, in a step or in a session."""


class Seen(NamedTuple):
    """What is known when an envelope comes: the row of `_SEEN`, and the organisations that may be meant."""

    row: Any
    bodies: Sequence[Any]

    @property
    def taken_back(self) -> bool:
        """Whether the withdrawal came before what it takes back."""
        return bool(self.row.taken_back)


class OtherDigest(Exception):
    """Something else came before under the same jti, or was sent by us: between two parties a jti names one
    envelope, so that no message can be about two.
    """


class Arrival:
    """One envelope that was opened, with all that is written of it. What is dear, the key of its own and the
    receipt, is made once, however often the writing is tried.
    """

    def __init__(self, house: House, actor: Actor, now: datetime, partner_id: str, came: Envelope) -> None:
        self._house, self._actor, self._now = house, actor, now
        self.partner_id, self._came = partner_id, came
        self.id = new_id()
        self._key, self._wrapped, self._epoch = new_case_key(house.keyring, self.id)
        self.receipt = receipts.write(
            issuer=house.issuer,
            audience=came.claims.iss,
            jti=came.claims.jti,
            sha256=came.digest,
            state="received",
            key=house.keyring.instance_keys().envelope_key(now),
            now=now,
        )

    def look(self, ask: Ask) -> Seen:
        """See what is known. NotFound when there is no such partner any more."""
        claims, packet = self._came.claims, self._came.packet
        given = {
            "of_partner": self.partner_id,
            "of_house": self._house.issuer,
            "of_issuer": claims.iss,
            "of_jti": claims.jti,
            "of_prev": claims.prev,
        }
        rows = ask(_SEEN, given)
        if not rows:
            raise NotFound(self.partner_id)
        named = isinstance(packet, Handing) and (packet.organisation or packet.to)
        return Seen(rows[0], ask(_MANNED, {}) if named else ())

    def first_receipt(self, seen: Seen) -> str | None:
        """The receipt that this envelope got when it came before; None when it comes for the first time.

        Raises:
            OtherDigest: something else came, or was sent, under its name.
            jose.Unproven: it comes for the first time, and too late or too early.
        """
        if seen.row.ours_to == self.partner_id:
            raise OtherDigest
        if seen.row.before is None:
            envelope.refuse_untimely(self._came.claims, self._now)
            return None
        if seen.row.before != self._came.digest:
            raise OtherDigest
        return str(seen.row.receipt)

    def writes(self, seen: Seen) -> tuple[Write, ...]:
        """All that is written, whatever it says; the first of them is the guard that it is written once."""
        packet = self._came.packet
        head = Head(self.partner_id, seen.row.trail_seq, seen.row.trail_head)
        detail = {
            "handoff": self.id,
            "kind": self._came.claims.type,
            "partner": self.partner_id,
            "sha256": jose.decode(self._came.digest).hex(),
        }
        made = event(head, self._actor, self._now, "handoff:arrived", detail)
        chain = {
            "of_partner": self.partner_id,
            "was_trail_seq": seen.row.trail_seq,
            "trail_seq": made.head.seq,
            "trail_head": made.head.hash,
        }
        rest = [self._row(seen), *self._files(), self._signed(), self._log(seen), made.write]
        if isinstance(packet, Handing):
            rest.append(self._answers(seen))
        return (Write(_CHAIN, chain), *rest)

    def told(self, seen: Seen) -> Write:
        """That whoever it is for is told."""
        return adding(Outbox, **attention(self.id, None, self._for_whom(seen), "arrived", self._now))

    def _row(self, seen: Seen) -> Write:
        claims, packet = self._came.claims, self._came.packet
        handing = packet if isinstance(packet, Handing) else None
        return adding(
            Handoff,
            id=self.id,
            wrapped_key=self._wrapped,
            key_epoch=self._epoch,
            direction="received",
            kind=claims.type,
            partner_id=self.partner_id,
            issuer=claims.iss,
            jti=claims.jti,
            about=None if isinstance(packet, Handing) else packet.about,
            what=packet.what if isinstance(packet, packets.Update) else None,
            role=handing.to if handing else None,
            route=handing.route if handing else None,
            purpose=handing.purpose if handing else None,
            step=handing.step if handing else None,
            handling=list(handing.handling) if handing else [],
            organisation_id=self._for_whom(seen),
            state="received",
            waiting=handing is not None,
            standing=handing is not None,
            attention="arrived" if handing is not None else None,
            digest=self._came.digest,
            prev=claims.prev,
            at=self._now,
            expires_at=self._came.expires,
            signed=self._key.seal("handoff", "signed", self.id, self._came.text),
        )

    def _files(self) -> list[Write]:
        return [
            _file(self._key, self.id, number, named)
            for number, named in enumerate(self._came.claims.attachments, start=1)
        ]

    def _signed(self) -> Write:
        return adding(
            HandoffReceipt,
            handoff_id=self.id,
            issuer=self._house.issuer,
            state="received",
            at=self._now,
            text=self.receipt,
        )

    def _answers(self, seen: Seen) -> Write:
        """Until somebody here accepts, whoever sent it answers for the person."""
        return adding(
            Responsibility,
            handoff_id=self.id,
            number=1,
            issuer=self._came.claims.iss,
            organisation_id=seen.row.organisation_id,
            because="received",
            at=self._now,
        )

    def _for_whom(self, seen: Seen) -> str | None:
        packet = self._came.packet
        return _for_whom(self._house, packet, seen.bodies) if isinstance(packet, Handing) else None

    def _log(self, seen: Seen) -> Write:
        claims = self._came.claims
        return adding(
            Exchange,
            partner_id=self.partner_id,
            number=(seen.row.number or 0) + 1,
            direction="received",
            jti=claims.jti,
            digest=self._came.digest,
            prev=claims.prev,
            linked=claims.prev is None or bool(seen.row.linked),
            at=self._now,
        )


def _file(key: CaseKey, handoff_id: str, number: int, named: envelope.Attachment) -> Write:
    row_id = new_id()
    return adding(
        HandoffFile,
        id=row_id,
        handoff_id=handoff_id,
        number=number,
        media_type=named.media_type,
        size=named.size,
        sha256=named.sha256,
        href=named.href,
        name=key.seal("handoff_file", "name", row_id, named.name),
        key=key.seal("handoff_file", "key", row_id, named.key),
    )


def _for_whom(house: House, packet: Handing, rows: Sequence[Any]) -> str | None:
    """The organisation here that a handoff is for: the one it names, or the only one that could hold the role
    it names. None where it is not plain; then whoever could, may take it up.
    """
    bodies = [body_of(row) for row in rows]
    named = [body for body in bodies if body.code == packet.organisation]
    procedure = _procedure(house, packet)
    if procedure is not None and packet.to:
        named = named or list(bodies_for(procedure, packet.to, bodies))
    return named[0].id if len(named) == 1 else None


def _procedure(house: House, packet: Handing) -> Procedure | None:
    try:
        return house.shelf.pinned(packet.procedure or "")
    except NotOnTheShelf:
        return next((each for each in house.shelf if each.route == packet.route), None)
