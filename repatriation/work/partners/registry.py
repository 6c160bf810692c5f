"""Who a partner's program is: looked up at every call, so that suspending it works at the next one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, String, bindparam, func, select

from partners import jose, scopes
from repatriation.records.lean import Lean
from repatriation.records.organisations import SYSTEM, Officer, Organisation
from repatriation.records.partners import Partner, RevokedToken
from repatriation.work.actors import READ_ONLY, Actor
from repatriation.work.house import House
from repatriation.work.permissions import Permission, may

_PARTNER = Partner.metadata.tables["partner"]
_BODY = Organisation.metadata.tables["organisation"]
_OFFICER = Officer.metadata.tables["officer"]
_REVOKED = RevokedToken.metadata.tables["revoked_token"]

FIND: Final[Select[Any]] = (
    select(
        *(
            _PARTNER.c[name]
            for name in (
                *("id", "client_id", "state", "scopes", "keys", "described", "version"),
                *("envelope_issuer", "envelope_keys", "suspended_at"),
            )
        ),
        _PARTNER.c.organisation_id,
        _BODY.c.code,
        _BODY.c.country,
        _BODY.c.functions,
        _OFFICER.c.id.label("officer_id"),
        _OFFICER.c.organisation_id.label("officer_of"),
        _OFFICER.c.duty,
        _OFFICER.c.language,
        _OFFICER.c.username,
        _OFFICER.c.active,
        _REVOKED.c.id.label("revoked"),
    )
    .select_from(
        _PARTNER.join(_BODY, _BODY.c.id == _PARTNER.c.organisation_id)
        .outerjoin(
            _OFFICER,
            _OFFICER.c.id == func.coalesce(bindparam("subject", type_=String()), _PARTNER.c.officer_id),
        )
        .outerjoin(_REVOKED, _REVOKED.c.id == bindparam("token_id", type_=String()))
    )
    .where(_PARTNER.c.client_id == bindparam("client_id"))
)
"""All that a call needs to know. Given: client_id; subject, an officer's id or None for the program itself;
token_id, the token to look for among those revoked, or None.
"""

# What an officer may let a program do in their place is never more than they may do themselves.
NEEDED: Final[Mapping[str, Permission]] = {
    "handoff:send": Permission.TAKE_STEP,
    "handoff:receive": Permission.READ_CASE,
    "handoff:decide": Permission.TAKE_STEP,
    "receipts:read": Permission.READ_CASE,
    "cases:read": Permission.READ_CASE,
    "identity:read": Permission.READ_IDENTITY,
    "cases:open": Permission.OPEN_CASE,
    "cases:act": Permission.TAKE_STEP,
    "visits:read": Permission.LIST_VISITS,
    "visits:write": Permission.RECORD_VISIT,
    "documents:read": Permission.READ_CASE,
}


class Sender(NamedTuple):
    """A partner as the author of envelopes: the name that stands in them, and the keys that sign them."""

    partner_id: str
    issuer: str | None
    jwks: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Program:
    """A partner's program as it is registered now. `actor` is itself, or the officer it acts for."""

    partner_id: str
    client_id: str
    active: bool
    organisation: str
    organisation_id: str
    scopes: frozenset[str]
    described: Mapping[str, Any] = field(repr=False)
    jwks: Mapping[str, Any] = field(repr=False)
    sender: Sender = field(repr=False)
    actor: Actor | None = None
    revoked: bool = False
    suspended_at: datetime | None = None

    def cut_off(self, issued: datetime) -> bool:
        """Whether what was issued then ended when the partner was last suspended. A token says its moment in
        whole seconds, so one of the very second of the suspension has ended too.
        """
        return self.suspended_at is not None and issued <= self.suspended_at

    @property
    def keys(self) -> tuple[jose.PublicKey, ...]:
        """The keys by which it proves who it is. Raises jose.BadKey."""
        return jose.public_keys(self.jwks)


def find(
    house: House, client_id: str, subject: str | None = None, token_id: str | None = None
) -> Program | None:
    """The program of this name, with the officer it acts for, or None when there is none."""
    return house.doors.look(lambda lean: read(lean, client_id, subject, token_id))


def read(lean: Lean, client_id: str, subject: str | None, token_id: str | None) -> Program | None:
    """As `find`, inside a step."""
    return program(
        lean.all(FIND, {"client_id": client_id, "subject": subject, "token_id": token_id}), subject
    )


def program(rows: Sequence[Any], subject: str | None) -> Program | None:
    """The program of the row that FIND gives, or None when it gives none."""
    return _program(rows[0], subject) if rows else None


def may_grant(duty: str, asked: frozenset[str]) -> frozenset[str]:
    """Those of the scopes that an officer of this duty may let a program use in their place."""
    held = frozenset(scope for scope in asked if may(duty, NEEDED[scope]))
    return scopes.reading(held) if duty in READ_ONLY else held


def _program(row: Any, subject: str | None) -> Program:
    agreed = scopes.known(row.scopes)
    actor = None
    if row.officer_id is not None and row.active and row.officer_of == row.organisation_id:
        actor = Actor(
            officer_id=row.officer_id,
            organisation_id=row.organisation_id,
            organisation=row.code,
            country=row.country,
            functions=frozenset(row.functions),
            duty=row.duty,
            language=row.language,
            username=row.username,
        )
        if subject is not None:
            agreed = frozenset() if row.duty == SYSTEM else may_grant(row.duty, agreed)
    return Program(
        partner_id=row.id,
        client_id=row.client_id,
        active=row.state == "active",
        organisation=row.code,
        organisation_id=row.organisation_id,
        scopes=agreed,
        described=row.described,
        jwks=row.keys,
        sender=Sender(row.id, row.envelope_issuer, row.envelope_keys),
        actor=actor,
        revoked=row.revoked is not None,
        suspended_at=row.suspended_at,
    )
