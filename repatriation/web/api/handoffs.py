"""Handoffs for programs: deliver one, fetch what waits and its files, decide, fetch a receipt again."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from flask import Blueprint, Response
from pydantic import BaseModel, ConfigDict, Field

from partners import envelope, files, jose, packets, receipts
from partners.ledger import TooFast
from repatriation.web.api.calls import Said, call
from repatriation.web.api.problems import Problem
from repatriation.web.api.reading import body
from repatriation.web.callers import caller
from repatriation.web.session import house, now
from repatriation.work.handoffs import arrival, deciding, fetching, outcome, receiving
from repatriation.work.partners import ledger
from repatriation.work.refusals import Invalid


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


class FileTaken(BaseModel):
    """A file that was handed over, as the envelope of its handoff names it."""

    jti: str
    number: int
    sha256: str


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

    @call(
        blueprint,
        "PUT",
        "/api/handoffs/<uuid:jti>/files/<int:number>",
        scopes=("handoff:send",),
        body=_SEALED,
        answer=FileTaken,
        problems=("invalid",),
    )
    def hand_file(jti: UUID, number: int) -> Said:
        """Hand over a sealed file that a handoff of one's own names

        For programs that cannot be asked for their files. The handoff comes first; number is the place of
        the file among its attachments, from 1. The body is the file as it travels: a nonce of 12 bytes, what
        AES-256-GCM makes of the file under the key that the envelope gives, and the tag of 16 bytes. What is
        refused as invalid has a code: other_file, when size or SHA-256 are others than were named; sealed,
        when the key does not open it; kind, when it is not of the media type that was named, or none that is
        taken; over, when the handoff was declined, taken back or erased. The same again changes nothing.
        """
        content = body(_SEALED, files.TRAVELS)
        try:
            fetching.take_file(house(), caller().actor, now(), caller().partner_id, str(jti), number, content)
        except Invalid as problem:
            raise Problem("invalid", errors=[{"code": code} for code in problem.problems.values()]) from None
        except TooFast:
            raise Problem("too_fast", headers={"Retry-After": "10"}) from None
        return Said(FileTaken(jti=str(jti), number=number, sha256=jose.digest(content)))

    return blueprint


def _signed(text: str) -> Response:
    return Response(text, mimetype=receipts.MEDIA_TYPE)


def _refused(code: str) -> Problem:
    """One and the same refusal for whatever is wrong; the trail learns what it was."""
    ledger.refused(house(), caller().client_id, f"envelope.{code}", now())
    return Problem("envelope_refused")
