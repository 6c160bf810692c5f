"""Partners that the demonstration plays: they sign and answer as real ones would, and exist nowhere.

Their keys are made while the demonstration is loaded and thrown away with it, so that nobody can speak for
them afterwards.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from sqlmodel import col, select, update

from partners import cards, envelope, jose, receipts, registration
from partners.envelope import Kind
from partners.packets import Decision, Packet
from repatriation.records.handoffs import Handoff
from repatriation.records.outbox import Outbox
from repatriation.work.actors import Actor
from repatriation.work.handoffs import outcome, receiving
from repatriation.work.handoffs.post import locked_partner
from repatriation.work.house import House
from repatriation.work.partners import approval, registering, registry
from repatriation.work.partners.registry import Program
from repatriation.work.permissions import Permission, may

Answer = Literal["accepted", "declined"]

_ASKED: Final = "handoff:send handoff:receive handoff:decide receipts:read"


@dataclass(frozen=True, slots=True)
class Correspondent:
    """A partner of an organisation. One whose issuer is its name is an installation."""

    client_id: str
    issuer: str
    name: str
    organisation: str
    proves: jose.SigningKey = field(default_factory=jose.new_signing_key, repr=False)
    signs: jose.SigningKey = field(default_factory=jose.new_signing_key, repr=False)
    opens: Mapping[str, Any] = field(default_factory=lambda: jose.new_jwk("enc", jose.WRAP), repr=False)

    def register(self, house: House, now: datetime, more: str = "") -> None:
        """It asks to be let in, for whatever handoffs need and `more`."""
        sealing = jose.opening_key(self.opens).as_dict()
        asked = {
            "client_id": self.client_id,
            "client_name": self.name,
            "organisation": self.organisation,
            "scope": f"{_ASKED} {more}".strip(),
            "jwks": {"keys": [self.proves.public.as_dict()]},
            "envelope_jwks": {"keys": [self.signs.public.as_dict(), sealing]},
            "envelope_issuer": self.issuer,
        }
        registering.register(house, None, now, registration.of(asked))

    def let_in(self, house: House, actors: Mapping[str, Actor], now: datetime) -> None:
        """Two officers approve what handoffs need, and not more."""
        able = [actor for actor in actors.values() if may(actor.duty, Permission.APPROVE_PARTNERS)]
        scopes = frozenset(_ASKED.split())
        approval.approve_together(house, now, self.client_id, able[0], able[1], scopes)

    def lost_its_keys(self, house: House, now: datetime) -> None:
        """It sends a card with new keys that none of the old ones signed: officers must compare them."""
        proves, signs = jose.new_signing_key(), jose.new_signing_key()
        issued = int(now.timestamp())
        claims = {
            "iss": self.client_id,
            "iat": issued,
            "exp": issued + int(cards.LIFETIME.total_seconds()),
            "version": 1,
            "jwks": {"keys": [proves.public.as_dict()]},
            "envelope_jwks": {"keys": [signs.public.as_dict(), jose.opening_key(self.opens).as_dict()]},
        }
        registering.import_card(house, None, now, jose.sign(claims, cards.TYPE, signs))

    def says(self, house: House, now: datetime, kind: Kind, packet: Packet) -> Handoff:
        """It delivers a message; gives it as it was kept."""
        program = self.known(house)
        assert program.actor is not None
        signed = envelope.write(
            issuer=self.issuer,
            audience=house.issuer,
            jti=envelope.new_jti(),
            kind=kind,
            packet=packet,
            key=self.signs,
            now=now,
        )
        key = house.keyring.instance_keys().encryption_keys(now)[-1]
        receiving.receive(house, program.actor, now, program.sender, envelope.seal(signed.text, key))
        with house.doors.read() as session:
            return session.exec(select(Handoff).where(Handoff.jti == signed.claims.jti)).one()

    def gets(self, house: House, now: datetime, row: Handoff) -> None:
        """It signs for a message of ours."""
        with house.doors.act() as session:
            partner = locked_partner(session, row.partner_id)
            kept = session.get_one(Handoff, row.id, with_for_update=True)
            receipt = outcome.read_receipt(house, kept, partner, self._receipt(house, now, row, "received"))
            outcome.take(session, house, now, kept, partner, receipt)
            session.exec(update(Outbox).where(Outbox.once == f"deliver:{row.id}").values(state="sent"))  # type: ignore[arg-type]

    def gets_answers(self, house: House, now: datetime) -> None:
        """It signs for every message of ours on its way to it that answers one of its own."""
        partner_id = self.known(house).partner_id
        with house.doors.read() as session:
            rows = session.exec(
                select(Handoff).where(
                    Handoff.partner_id == partner_id,
                    Handoff.state == "queued",
                    col(Handoff.kind).in_(("decision", "update")),
                )
            ).all()
        for row in rows:
            self.gets(house, now, row)

    def decides(self, house: House, now: datetime, row: Handoff, state: Answer, **told: Any) -> None:
        """It decides about a message of ours, and says so."""
        receipt = self._receipt(house, now, row, state)
        self.says(house, now, "decision", Decision(about=row.jti, receipt=receipt, **told))

    def _receipt(
        self, house: House, now: datetime, row: Handoff, state: Literal["received", "accepted", "declined"]
    ) -> str:
        return receipts.write(
            issuer=self.issuer,
            audience=house.issuer,
            jti=row.jti,
            sha256=str(row.digest),
            state=state,
            key=self.signs,
            now=now,
        )

    def known(self, house: House) -> Program:
        """It as it is known here."""
        program = registry.find(house, self.client_id)
        assert program is not None
        return program
