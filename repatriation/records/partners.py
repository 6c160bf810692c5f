"""The partners whose programs may call, and what their calls leave behind: what was seen once, codes, tokens
that count no more, answers already given.
"""

from typing import Any

from sqlalchemy import BigInteger, Index

from repatriation.records.columns import OWN_KEY, Moment, Row, choice, column, document, identifier, moment

STATES = ("pending", "active", "suspended")


class Partner(Row, table=True):
    """A partner's program. It acts for one organisation, and for nobody while it is not active.

    `described` is what it was registered with, in the names of RFC 7591; `keys` and `envelope_keys` are JWK
    sets; `scopes` is what was agreed. What it delivers has a chain of its own in the trail, which ends at
    `trail_seq` with `trail_head`. `suspended_at` is when it was last shut out: what was issued to it until
    then counts no more, also when it is let in again.
    """

    id: str = identifier()
    client_id: str = column("open", unique=True)
    organisation_id: str = column("open", refers="organisation.id", index=True)
    officer_id: str | None = column("open", None, refers="officer.id")
    state: str = choice("open", "state", *STATES, default="pending")
    name: str = column("open")
    described: dict[str, Any] = document("open", make=dict)
    scopes: list[str] = document("open", make=list)
    keys: dict[str, Any] = document("open", make=dict)
    envelope_keys: dict[str, Any] | None = document("open", None)
    envelope_issuer: str | None = column("open", None, unique=True)
    version: int = column("open", 1)
    registered_at: Moment = moment("open")
    registered_by: str | None = column("case", None, refers="officer.id")
    approved_by: str | None = column("case", None, refers="officer.id")
    approved_and: str | None = column("case", None, refers="officer.id")
    approved_at: Moment | None = moment("open", None)
    suspended_at: Moment | None = moment("open", None)
    trail_seq: int = column("open", 0)
    trail_head: str = column("open", "")
    sealed_seq: int = column("open", 0)


class CallBucket(Row, table=True):
    """How full a partner's bucket of calls is: `drained_at` is when it has drained, in microseconds.

    It changes at every call, and so stands apart from the partner's row, which is long.
    """

    __tablename__ = "call_bucket"
    __table_args__ = OWN_KEY

    client_id: str = column("open", key=True, refers="partner.client_id")
    drained_at: int = column("open", 0, kind=BigInteger())


class PartnerCard(Row, table=True):
    """A card that a partner gave us. Only ever added: the row says what came of it."""

    __tablename__ = "partner_card"
    __table_args__ = (Index(None, "client_id", "at"),)

    id: str = identifier()
    client_id: str = column("open")
    at: Moment = moment("open")
    outcome: str = choice("open", "outcome", "registered", "keys_changed", "quarantined", "discarded")
    digest: str = column("open")
    card: str = column("open")
    officer_id: str | None = column("case", None)


class UsedOnce(Row, table=True):
    """Something that may come once: the digest of an assertion's or a proof's number. Who inserts it first
    was first.
    """

    __tablename__ = "used_once"

    digest: str = column("open", key=True)
    until: Moment = moment("open", index=True)


class PushedRequest(Row, table=True):
    """An authorization request that a partner's program pushed (RFC 9126), before anybody is asked."""

    __tablename__ = "pushed_request"

    digest: str = column("open", key=True)  # of the request_uri
    client_id: str = column("open", refers="partner.client_id")
    asked: dict[str, Any] = document("open", make=dict)
    until: Moment = moment("open", index=True)
    used: bool = column("open", False)


class Code(Row, table=True):
    """A code that an officer's consent gave to a partner's program, and the token it was redeemed for."""

    digest: str = column("open", key=True)
    client_id: str = column("open", refers="partner.client_id")
    officer_id: str = column("case", refers="officer.id")
    asked: dict[str, Any] = document("open", make=dict)
    auth_time: int = column("open", kind=BigInteger())
    until: Moment = moment("open", index=True)
    used: bool = column("open", False)
    token_id: str | None = column("open", None)


class RevokedToken(Row, table=True):
    """An access token that counts no more before its time is over."""

    __tablename__ = "revoked_token"

    id: str = column("open", key=True)
    until: Moment = moment("open", index=True)


class KeptAnswer(Row, table=True):
    """A request of a partner's that came under an idempotency key, and the answer once there is one.

    `digest` is of partner and key, `fingerprint` of the request. While there is no `status` the request is
    being carried out, until `held_until` at most: by then whoever began it has died. `version` is the version
    of the case that it was begun on, where the request itself named none.
    """

    __tablename__ = "kept_answer"

    digest: str = column("open", key=True)
    fingerprint: str = column("open")
    until: Moment = moment("open", index=True)
    held_until: Moment = moment("open")
    version: int | None = column("case", None)
    status: int | None = column("open", None)
    headers: dict[str, Any] = document("case", make=dict)
    body: str = column("case", "")
