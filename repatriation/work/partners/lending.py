"""An officer lets a partner's program act in their place: what is asked, and the code that a yes gives."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select, update

from partners import codes
from repatriation.records.organisations import Organisation
from repatriation.records.partners import Code, Partner, PushedRequest
from repatriation.records.trail import append
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.partners import registry
from repatriation.work.refusals import NotFound


@dataclass(frozen=True, slots=True)
class Question:
    """What a program asks an officer for. `digest` names the pushed request."""

    digest: str
    client_id: str
    program: str
    organisation: str
    asked: codes.Asked
    may_lend: bool


def question(house: House, actor: Actor, now: datetime, client_id: str, request_uri: str) -> Question:
    """What a pushed request asks this officer. Raises NotFound when there is none, it is over, or it was
    pushed for another organisation's officers.
    """
    return _question(house, actor, now, client_id, codes.digest(request_uri))


def agree(house: House, actor: Actor, now: datetime, client_id: str, request_uri: str, auth_time: int) -> str:
    """The officer says yes: the address their browser is sent back to, with a code. The pushed request is
    used up. Raises NotFound, also when the officer may not lend all that is asked.
    """
    asked = _question(house, actor, now - codes.TO_DECIDE, client_id, codes.digest(request_uri))
    if not asked.may_lend:
        raise NotFound(client_id)
    code = codes.new_code()
    _use_up(
        house,
        actor,
        now,
        asked,
        "given",
        Code(
            digest=codes.digest(code),
            client_id=client_id,
            officer_id=actor.officer_id,
            asked=asked.asked.as_dict(),
            auth_time=auth_time,
            until=now + codes.CODE_LIVES,
        ),
    )
    return asked.asked.answered(house.issuer, code=code)


def decline(house: House, actor: Actor, now: datetime, client_id: str, request_uri: str) -> str:
    """The officer says no: the address their browser is sent back to. Raises NotFound."""
    asked = _question(house, actor, now - codes.TO_DECIDE, client_id, codes.digest(request_uri))
    _use_up(house, actor, now, asked, "refused", None)
    return asked.asked.answered(house.issuer, error="access_denied")


def _question(house: House, actor: Actor, since: datetime, client_id: str, digest: str) -> Question:
    with house.doors.read() as session:
        found = session.exec(
            select(PushedRequest, Partner, Organisation)
            .join(Partner, col(Partner.client_id) == col(PushedRequest.client_id))
            .join(Organisation, col(Organisation.id) == col(Partner.organisation_id))
            .where(PushedRequest.digest == digest, PushedRequest.client_id == client_id)
        ).first()
    if found is None:
        raise NotFound(client_id)
    pushed, partner, body = found
    ended = partner.suspended_at is not None and pushed.until - codes.PUSHED_LIVES <= partner.suspended_at
    live = partner.state == "active" and not pushed.used and pushed.until > since and not ended
    if not live or partner.organisation_id != actor.organisation_id:
        raise NotFound(client_id)
    asked = codes.Asked.of(pushed.asked)
    wanted = frozenset(asked.scopes)
    may_lend = wanted <= registry.may_grant(actor.duty, wanted & set(partner.scopes))
    return Question(digest, client_id, partner.name, body.name, asked, may_lend)


def _use_up(
    house: House, actor: Actor, now: datetime, asked: Question, decision: str, code: Code | None
) -> None:
    with house.doors.act() as session:
        used = session.exec(
            update(PushedRequest)
            .where(col(PushedRequest.digest) == asked.digest, col(PushedRequest.used).is_(False))
            .values(used=True)
        )
        if used.rowcount != 1:
            raise NotFound(asked.client_id)
        if code is not None:
            session.add(code)
        detail = {"sha256": asked.digest, "decision": decision, "scopes": list(asked.asked.scopes)}
        append(session, actor, now, "partner:consent:decided", detail)
