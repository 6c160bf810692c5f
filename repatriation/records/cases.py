"""A case, the organisations with a part in it, and the facts recorded in it."""

import datetime
import secrets
from typing import Any

from sqlalchemy import CheckConstraint, Index, text

from repatriation.records.columns import (
    OWN_KEY,
    Moment,
    Row,
    choice,
    column,
    document,
    identifier,
    moment,
    new_id,
    sealed,
)

AGE_GROUPS = ("adult", "child", "unknown")
"""Somebody whose age is unknown is treated as a child."""

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""For references that are read out over a telephone: no 0 or 1, no I or O."""


_GOING = text("closed_at IS NULL")
_UNSEALED = text("unsealed")


class CaseFile(Row, table=True):
    """One person's return on one route. `state` is the engine's view: the facts and consents as
    they stand."""

    __tablename__ = "case_file"
    __table_args__ = (
        # A mark, and not the numbers themselves: those change with every step, and the index with them.
        CheckConstraint("unsealed = (trail_seq > sealed_seq)", name="waits"),
        Index("ix_case_file_unsealed", "id", sqlite_where=_UNSEALED, postgresql_where=_UNSEALED),
        Index(None, "expected_on", "gate"),
        Index("ix_case_file_turn_at", "turn_at", sqlite_where=text("turn_at IS NOT NULL"),
              postgresql_where=text("turn_at IS NOT NULL")),
        Index("ix_case_file_open", "stage", "route", "entered_at",
              sqlite_where=_GOING, postgresql_where=_GOING),
        {"postgresql_with": {"fillfactor": 80}},  # room for a changed row beside the old one
    )  # fmt: skip

    id: str = identifier()
    reference: str = column("open", unique=True)
    route: str = column("case")
    edition: str = column("case")
    digest: str = column("case")
    stage: str = column("case")
    entered_at: Moment = moment("case")
    holder_id: str = column("case", refers="organisation.id")
    age_group: str = choice("case", "age_group", *AGE_GROUPS, default="unknown")
    state: dict[str, Any] = document("case", make=dict)
    expected_on: datetime.date | None = column("case", None)  # day of handover, for the list of arrivals
    gate: str | None = column("case", None)
    version: int = column("case", 1)
    trail_seq: int = column("open", 0)
    trail_head: str = column("open", "")
    sealed_seq: int = column("open", 0)
    opened_at: Moment = moment("case")
    updated_at: Moment = moment("case")
    closed_at: Moment | None = moment("case", None)
    reopens_id: str | None = column("case", None, refers="case_file.id")
    wrapped_key: bytes = column("identity")
    key_epoch: int = column("open", index=True)
    demonstration: bool = column("open", False)
    turn_at: Moment | None = moment("case", None)  # when one of the clocks on it turns next: see sop.turns
    side: str | None = column("case", None)  # that we play where another installation plays the other one
    unsealed: bool = column("open", False)  # whether events in its chain wait for a seal


_LIVE = text("until IS NULL")
_LISTED = text("stage IS NOT NULL")
"""Says the same, for an index that has the stage: a page is read from it without looking up any row."""

_DATED = text("stage IS NOT NULL AND due_on IS NOT NULL")
_ALONG = ("case_id", "role", "route")


class Party(Row, table=True):
    """An organisation's role in a case. A live row (no `until`) is what gives access; the sort keys of lists
    sit here.
    """

    __table_args__ = (
        # One for each order of a list, with all that a page is chosen by, so that no row need be looked up.
        CheckConstraint("(until IS NULL) = (stage IS NOT NULL)", name="live"),
        # Without the parts that are over: what an organisation handed on would lie in the way of its lists.
        # Few cases have a time limit, and the others stand in one index only: each step moves them in it.
        Index("ix_party_updated_at", "organisation_id", "stage", "updated_at", *_ALONG, "due_on",
              sqlite_where=_LISTED, postgresql_where=_LISTED),
        Index("ix_party_due_on", "organisation_id", "stage", "due_on", *_ALONG,
              sqlite_where=_DATED, postgresql_where=_DATED),
        Index("uq_party_live", "case_id", "organisation_id", "role", unique=True,
              sqlite_where=_LIVE, postgresql_where=_LIVE),
    )  # fmt: skip

    id: str = identifier()
    case_id: str = column("open", refers="case_file.id")
    role: str = column("case")
    organisation_id: str = column("case", refers="organisation.id")
    since: Moment = moment("case")
    until: Moment | None = moment("case", None)
    updated_at: Moment = moment("case")
    stage: str | None = column("case")  # the case's, as long as the part is live
    due_on: datetime.date | None = column("case", None)
    route: str = column("case")


class Fact(Row, table=True):
    """Something recorded or cleared in a case. Only ever added."""

    __table_args__ = OWN_KEY

    id: str = column("open", make=new_id)  # to which a note is bound
    case_id: str = column("open", key=True, refers="case_file.id")
    seq: int = column("open", key=True)  # the case's version after the step that recorded it
    name: str = column("case", key=True)
    event: str = choice("case", "event", "recorded", "cleared")
    at: Moment = moment("case")
    until: Moment | None = moment("case", None)
    on_date: datetime.date | None = column("case", None)
    action: str = column("case")
    officer_id: str | None = column("case", None)
    organisation_id: str | None = column("case", None)
    note: bytes | None = sealed("case")


def new_reference(route: str) -> str:
    """A reference such as TK-7F3K-92QM for the route tha-khm: random, so that it says nothing about other
    cases.
    """
    host, home = route.split("-")
    return f"{host[0]}{home[0]}-{drawn()}".upper()


def drawn() -> str:
    """Eight letters drawn at random, all at once, in two groups of four."""
    number, letters = secrets.randbelow(len(LETTERS) ** 8), ""
    while len(letters) < 8:
        number, place = divmod(number, len(LETTERS))
        letters += LETTERS[place]
    return f"{letters[:4]}-{letters[4:]}"
