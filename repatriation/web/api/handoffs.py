"""Handoffs for programs: deliver one, fetch what waits and its files, decide, fetch a receipt again."""

from typing import Annotated
from uuid import UUID

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ConfigDict, Field

from partners import envelope, jose, packets, receipts
from repatriation.web.api.problems import Problem
from repatriation.web.api.reading import body, json_body
from repatriation.web.callers import caller, machine
from repatriation.web.session import house, now
from repatriation.work.handoffs import deciding, fetching, outcome, receiving
from repatriation.work.partners import ledger


class DecisionSent(BaseModel):
    """A partner's decision: the receipt it signed, and in words why."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    receipt: Annotated[str, Field(min_length=10, max_length=4096)]
    reason: packets.Code | None = None
    note: packets.Note | None = None
    by: packets.Line | None = None
    reference: packets.Reference | None = None


def make_blueprint() -> Blueprint:
    """The calls."""
    blueprint = Blueprint("handoffs_api", __name__)

    @blueprint.post("/api/handoffs/deliver")
    @machine("handoff:send")
    def deliver() -> Response:
        sealed = body(envelope.MEDIA_TYPE, envelope.LARGEST)
        try:
            text = sealed.decode("ascii").strip()
            taken = receiving.receive(house(), caller().actor, now(), caller().partner_id, text)
        except UnicodeDecodeError:
            raise _refused("not_ascii") from None
        except jose.Unproven as problem:
            raise _refused(problem.code) from None
        except receiving.OtherDigest:
            ledger.refused(house(), caller().client_id, "envelope.other_digest", now())
            raise Problem("conflict") from None
        return _signed(taken.receipt)

    @blueprint.get("/api/handoffs/<uuid:jti>/receipt")
    @machine("receipts:read", "handoff:send")
    def receipt(jti: UUID) -> Response:
        return _signed(receiving.receipt_of(house(), caller().partner_id, str(jti)))

    @blueprint.get("/api/handoffs/inbox")
    @machine("handoff:receive")
    def inbox() -> ResponseReturnValue:
        found = fetching.waiting(house(), now(), caller().partner_id)
        return jsonify(
            handoffs=[
                {
                    "jti": each.jti,
                    "type": each.kind,
                    "expires": each.expires_at.isoformat(timespec="seconds"),
                    "envelope": each.envelope,
                }
                for each in found
            ]
        )

    @blueprint.post("/api/handoffs/<uuid:jti>/decision")
    @machine("handoff:decide")
    def decision(jti: UUID) -> ResponseReturnValue:
        sent = json_body(DecisionSent)
        packet = packets.Decision(about=str(jti), **sent.model_dump())
        try:
            state, _ = deciding.decided_by_partner(
                house(), caller().actor, now(), caller().partner_id, packet
            )
        except jose.Unproven as problem:
            raise _refused(f"receipt.{problem.code}") from None
        except outcome.Contradicted:
            raise Problem("conflict") from None
        return jsonify(jti=str(jti), state=state)

    @blueprint.get("/api/handoffs/<uuid:jti>/files/<int:number>")
    @machine("handoff:receive")
    def file(jti: UUID, number: int) -> Response:
        content = fetching.file_of(house(), caller().actor, now(), caller().partner_id, str(jti), number)
        return Response(content, mimetype="application/octet-stream")

    return blueprint


def _signed(text: str) -> Response:
    return Response(text, mimetype=receipts.MEDIA_TYPE)


def _refused(code: str) -> Problem:
    """One and the same refusal for whatever is wrong; the trail learns what it was."""
    ledger.refused(house(), caller().client_id, f"envelope.{code}", now())
    return Problem("envelope_refused")
