"""Handoffs for programs: deliver one, fetch what waits and its files, decide, fetch a receipt again."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from flask import Blueprint, Response
from pydantic import BaseModel, ConfigDict, Field

from partners import envelope, jose, packets, receipts
from repatriation.web.api.calls import Said, call
from repatriation.web.api.problems import Problem
from repatriation.web.api.reading import body
from repatriation.web.callers import caller
from repatriation.web.session import house, now
from repatriation.work.handoffs import arrival, deciding, fetching, outcome, receiving
from repatriation.work.partners import ledger


class DecisionSent(BaseModel):
    """A partner's decision: the receipt it signed, and in words why."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    receipt: Annotated[str, Field(min_length=10, max_length=4096)]
    reason: packets.Code | None = None
    note: packets.Note | None = None
    by: packets.Line | None = None
    reference: packets.Reference | None = None


class Waiting(BaseModel):
    """A handoff that waits: its envelope is sealed to the caller."""

    jti: str
    type: str
    expires: datetime
    envelope: str


class Inbox(BaseModel):
    """Every handoff that waits."""

    handoffs: tuple[Waiting, ...]


class Decided(BaseModel):
    """The handoff, and how it stands now."""

    jti: str
    state: str


_SEALED: Final = "application/octet-stream"


def make_blueprint() -> Blueprint:
    """The calls."""
    blueprint = Blueprint("handoffs_api", __name__)

    @call(
        blueprint,
        "POST",
        "/api/handoffs/deliver",
        scopes=("handoff:send",),
        body=envelope.MEDIA_TYPE,
        answer=receipts.MEDIA_TYPE,
        problems=("conflict", "envelope_refused"),
    )
    def deliver() -> Response:
        """Deliver a handoff

        The body is an envelope: a JWE around a JWS. The answer is the receipt that this side signs; the same
        envelope again gets the same receipt again.
        """
        sealed = body(envelope.MEDIA_TYPE, envelope.LARGEST)
        try:
            text = sealed.decode("ascii").strip()
            taken = receiving.receive(house(), caller().actor, now(), caller().sender, text)
        except UnicodeDecodeError:
            raise _refused("not_ascii") from None
        except jose.Unproven as problem:
            raise _refused(problem.code) from None
        except arrival.OtherDigest:
            ledger.refused(house(), caller().client_id, "envelope.other_digest", now())
            raise Problem("conflict") from None
        return _signed(taken.receipt)

    @call(
        blueprint,
        "GET",
        "/api/handoffs/<uuid:jti>/receipt",
        scopes=("receipts:read", "handoff:send"),
        answer=receipts.MEDIA_TYPE,
    )
    def receipt(jti: UUID) -> Response:
        """Fetch the receipt of a handoff of one's own again"""
        return _signed(receiving.receipt_of(house(), caller().partner_id, str(jti)))

    @call(blueprint, "GET", "/api/handoffs/inbox", scopes=("handoff:receive",), answer=Inbox)
    def inbox() -> Said:
        """List the handoffs that wait for the caller"""
        found = fetching.waiting(house(), now(), caller().partner_id)
        return Said(
            Inbox(
                handoffs=tuple(
                    Waiting(jti=each.jti, type=each.kind, expires=each.expires_at, envelope=each.envelope)
                    for each in found
                )
            )
        )

    @call(
        blueprint,
        "POST",
        "/api/handoffs/<uuid:jti>/decision",
        scopes=("handoff:decide",),
        body=DecisionSent,
        answer=Decided,
        problems=("conflict", "envelope_refused"),
    )
    def decision(jti: UUID, body: DecisionSent) -> Said:
        """Accept or decline a handoff, by a receipt that says so"""
        packet = packets.Decision(about=str(jti), **body.model_dump())
        try:
            state, _ = deciding.decided_by_partner(
                house(), caller().actor, now(), caller().partner_id, packet
            )
        except jose.Unproven as problem:
            raise _refused(f"receipt.{problem.code}") from None
        except outcome.Contradicted:
            raise Problem("conflict") from None
        return Said(Decided(jti=str(jti), state=state))

    @call(
        blueprint,
        "GET",
        "/api/handoffs/<uuid:jti>/files/<int:number>",
        scopes=("handoff:receive",),
        answer=_SEALED,
    )
    def file(jti: UUID, number: int) -> Response:
        """Fetch a sealed file that a handoff names"""
        content = fetching.file_of(house(), caller().actor, now(), caller().partner_id, str(jti), number)
        return Response(content, mimetype=_SEALED)

    return blueprint


def _signed(text: str) -> Response:
    return Response(text, mimetype=receipts.MEDIA_TYPE)


def _refused(code: str) -> Problem:
    """One and the same refusal for whatever is wrong; the trail learns what it was."""
    ledger.refused(house(), caller().client_id, f"envelope.{code}", now())
    return Problem("envelope_refused")
