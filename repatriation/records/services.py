"""What organisations offer to people who came home, who was referred to whom, where they were placed, and
what was lacking.
"""

import datetime
from typing import Any

from sqlalchemy import Index, text

from repatriation.records.columns import Moment, Row, choice, column, document, identifier, moment

OFFER_STATES = ("open", "withdrawn")
REFERRAL_STATES = ("offered", "accepted", "declined", "withdrawn")
PLACEMENT_KINDS = ("family", "community", "shelter", "foster", "other")
ENDINGS = ("moved", "left", "breakdown", "crossed", "closed")

_OPEN_NEED = text("ended_at IS NULL")
_OPEN = text("state IN ('offered', 'accepted')")
_LIVE = text("to_on IS NULL")


class ServiceOffer(Row, table=True):
    """One entry of the directory. `taken` counts the places that people have who are in no case here; those
    of cases are counted from their placements."""

    __tablename__ = "service_offer"

    id: str = identifier()
    organisation_id: str | None = column("open", None, refers="organisation.id", index=True)
    name: str = column("open")
    services: list[str] = document("open", make=list)
    place: str = column("open")  # a code of the gazetteer
    women: bool = column("open", False)
    men: bool = column("open", False)
    trans: bool = column("open", False)
    children: bool = column("open", False)
    min_age: int | None = column("open", None)
    max_age: int | None = column("open", None)
    languages: list[str] = document("open", make=list)
    accessible: bool = column("open", False)
    capacity: int | None = column("open", None)  # none: the service has no places to be counted
    taken: int = column("open", 0)
    registered_until: datetime.date | None = column("open", None)
    checked_on: datetime.date | None = column("open", None)
    checked_by: str | None = column("case", None, refers="officer.id")
    state: str = choice("open", "state", *OFFER_STATES, default="open")
    version: int = column("open", 1)
    demonstration: bool = column("open", False)


class Referral(Row, table=True):
    """One organisation asked to take somebody on. Never rubbed out: who declined, and why, is kept."""

    __table_args__ = (
        Index(None, "case_id", "offered_at"),
        Index(None, "organisation_id", "state", "offered_at"),
        # A step ends one and begins the next in a single statement, so it is the case's version that keeps
        # them apart, and not a rule of the table.
        Index("ix_referral_open", "case_id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: str = identifier()
    case_id: str = column("open", refers="case_file.id")
    organisation_id: str = column("case", refers="organisation.id")
    offer_id: str | None = column("case", None, refers="service_offer.id")
    service: str | None = column("case", None)
    state: str = choice("case", "state", *REFERRAL_STATES)
    reason: str | None = column("case", None)
    offered_at: Moment = moment("case")
    offered_by: str | None = column("case", None, refers="officer.id")
    answered_at: Moment | None = moment("case", None)
    answered_by: str | None = column("case", None, refers="officer.id")


class Placement(Row, table=True):
    """Where somebody lives by decision of the body that signs it off. One is live at a time."""

    __table_args__ = (
        Index("ix_placement_live", "case_id", sqlite_where=_LIVE, postgresql_where=_LIVE),
        Index("ix_placement_offer_id", "offer_id", sqlite_where=_LIVE, postgresql_where=_LIVE),
    )

    id: str = identifier()
    case_id: str = column("open", refers="case_file.id", index=True)
    offer_id: str | None = column("case", None, refers="service_offer.id")
    organisation_id: str | None = column("case", None, refers="organisation.id")
    kind: str = choice("case", "kind", *PLACEMENT_KINDS)
    place: str | None = column("case", None)
    custody_basis: str | None = column("case", None)
    signed_by: str | None = column("case", None, refers="officer.id")
    signed_for: str | None = column("case", None, refers="organisation.id")
    from_on: datetime.date = column("case")
    to_on: datetime.date | None = column("case", None)
    ended: str | None = column("case", None)


class UnmetNeed(Row, table=True):
    """A service that somebody needs and nobody gives, for whoever has to see to it that there is one."""

    __tablename__ = "unmet_need"
    __table_args__ = (
        Index("uq_unmet_need_open", "case_id", "service", unique=True, sqlite_where=_OPEN_NEED,
              postgresql_where=_OPEN_NEED),
        Index(None, "province", "service"),
    )  # fmt: skip

    id: str = identifier()
    case_id: str = column("open", refers="case_file.id")
    organisation_id: str = column("case", refers="organisation.id")
    service: str = column("case")
    province: str = column("case")
    profile: dict[str, Any] = document("case", make=dict)
    reason: str = column("case")
    at: Moment = moment("case")
    ended_at: Moment | None = moment("case", None)
    ended: str | None = column("case", None)
