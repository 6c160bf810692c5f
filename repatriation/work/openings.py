"""Opens a case from a form that may be sent twice: the same form under the same key opens one case."""

import hmac
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from repatriation.records.outbox import Idempotency
from repatriation.work.actors import Actor
from repatriation.work.casepage import Body
from repatriation.work.cases import Opener, every_body
from repatriation.work.choices import organisations
from repatriation.work.folder import Sheaf
from repatriation.work.house import House
from repatriation.work.newcase import NewCase
from repatriation.work.refusals import KeyReused
from sop.procedure import Procedure, Stage

AT_THE_GATE = "received"


def open_once(house: House, actor: Actor, now: datetime, new: NewCase, key: str) -> str:
    """Opens a case, or gives the reference of the one that the same form opened before.

    Raises:
        KeyReused: the key came before with another form.
        ReadOnly, Invalid, NotAllowed: as `work.cases.open_case`.
    """
    # Under a key of our own, since the digest of a name alone could be guessed back.
    said = new.model_dump_json().encode()
    request = hmac.digest(house.keyring.digest_key("openings"), said, "sha256").hex()
    try:
        with house.doors.act() as session:
            before = _given(session, actor, key)
            if before is None:
                return _open(session, house, actor, now, new, key, request)
    except IntegrityError:
        # The same form, sent at the same moment: the other one was first.
        with house.doors.read() as session:
            before = _given(session, actor, key)
        if before is None:
            raise
    if before.fingerprint != request or before.reference is None:
        raise KeyReused
    return before.reference


def _open(
    session: Session, house: House, actor: Actor, now: datetime, new: NewCase, key: str, request: str
) -> str:
    sheaf = Sheaf()
    reference = Opener(house, actor, now, every_body(session)).put(sheaf, new)
    sheaf.write(session)
    session.add(
        Idempotency(
            officer_id=actor.officer_id,
            key=key,
            fingerprint=request,
            reference=reference,
            answer={},
            at=now,
        )
    )
    return reference


def _given(session: Session, actor: Actor, key: str) -> Idempotency | None:
    return session.get(Idempotency, (actor.officer_id, key))


def who_may_answer(house: House, actor: Actor, procedure: Procedure, stage: Stage) -> tuple[Body, ...]:
    """The organisations of which the officer must name the one that answers for the case; none where it is
    plain. A case of the gate is answered for by the centre there.
    """
    if stage.name == AT_THE_GATE:
        return ()
    found = organisations(house, procedure, (stage.responsible,))[stage.responsible]
    own = any(body.id == actor.organisation_id for body in found)
    return () if own or len(found) < 2 else found
