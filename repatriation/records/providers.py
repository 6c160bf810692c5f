"""Organisations' own sign-in: who may vouch for whom, and which account is whose."""

from typing import Any

from sqlalchemy import Index, UniqueConstraint

from repatriation.records.columns import Moment, Row, column, document, identifier, moment, sealed


class Provider(Row, table=True):
    """An OpenID provider of one organisation. It vouches for that organisation's people and nobody else."""

    __table_args__ = (Index(None, "organisation_id"),)

    id: str = identifier()
    code: str = column("open", unique=True)  # stands in the address that the provider answers to
    issuer: str = column("open", unique=True)
    organisation_id: str = column("open", refers="organisation.id")
    name: str = column("open")
    settings: dict[str, Any] = document("case", make=dict)
    secret: bytes | None = sealed()
    suspended: bool = column("open", False)
    entered_at: Moment = moment("open")


class Vouched(Row, table=True):
    """Whose account a subject of a provider is. There is no other way to an account than the two together."""

    __table_args__ = (UniqueConstraint("provider_id", "subject"),)

    id: str = identifier()
    provider_id: str = column("open", refers="provider.id")
    subject: str = column("identity")
    officer_id: str = column("case", refers="officer.id", unique=True)
    since: Moment = moment("case")


class Newcomer(Row, table=True):
    """Somebody for whom a provider vouched and who has no account here yet. They wait for a duty.

    `number` is what they tell their coordinator, so that the right one is let in.
    """

    __table_args__ = (UniqueConstraint("provider_id", "subject"),)

    id: str = identifier()
    provider_id: str = column("open", refers="provider.id")
    subject: str = column("identity")
    number: str = column("case", unique=True)
    since: Moment = moment("case")
    seen_at: Moment = moment("case")
