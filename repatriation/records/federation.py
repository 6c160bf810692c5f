"""Cases that are carried on together with another installation: how far the order of their steps is here, and
the steps that were taken on either side.

A step's form holds codes and moments, and never who the case is about.
"""

from typing import Any

from sqlalchemy import Index, Insert, UniqueConstraint, insert, text

from repatriation.records.columns import Moment, Row, choice, column, document, identifier, moment

SIDES = ("host", "home")
STATES = (
    "offered",  # the other side has not accepted yet
    "live",
    "stuck",  # one engine refuses what the other counts: people must find a way on
    "ended",  # nothing more of it is shared
)
STANDINGS = (
    "taken",  # here, and not sent yet
    "waiting",  # for its place in the order
    "counted",
    "refused",
)

_UNDECIDED = text("state IN ('taken', 'waiting')")


class Mirror(Row, table=True):
    """A case that another installation has as well. `there` is its reference with them.

    `number` steps have their place in the order, and `view` is what they made; `taken` and `heard` count
    those of ours and of theirs. `moved` is the number of the step by which answering for the person last went
    from one side to the other, `reached` how far the other is known to be: until that is as far as `moved`,
    whoever answered goes on doing so.
    """

    case_id: str = column("open", key=True, refers="case_file.id")
    partner_id: str = column("open", refers="partner.id", index=True)
    handoff_id: str = column("open", refers="handoff.id")
    side: str = choice("open", "side", *SIDES)
    state: str = choice("open", "state", *STATES)
    there: str | None = column("case", None)
    number: int = column("open", 0)
    view: dict[str, Any] = document("case", make=dict)
    taken: int = column("open", 0)
    heard: int = column("open", 0)
    moved: int = column("open", 0)
    reached: int = column("open", 0)
    since: Moment = moment("open")
    heard_at: Moment | None = moment("open", None)


class MirrorStep(Row, table=True):
    """A step of a case that two installations have, taken here (`ours`) or there.

    `number` is its place in the order, `reasons` why it does not count. `handoff_id` is the newest message
    that carried it, `version` the case's here after a step of ours.
    """

    __tablename__ = "mirror_step"
    __table_args__ = (
        UniqueConstraint("case_id", "ours", "key"),
        Index("ix_mirror_step_undecided", "case_id", sqlite_where=_UNDECIDED, postgresql_where=_UNDECIDED),
    )

    id: str = identifier()
    case_id: str = column("open", refers="case_file.id")
    key: str = column("open")
    ours: bool = column("open")
    seq: int | None = column("open", None)
    number: int | None = column("open", None)
    version: int = column("case", 0)
    state: str = choice("open", "state", *STANDINGS)
    form: dict[str, Any] = document("case", make=dict)
    reasons: list[str] = document("case", make=list)
    handoff_id: str | None = column("open", None, refers="handoff.id")
    at: Moment = moment("open")


TAKEN: Insert = insert(MirrorStep.metadata.tables["mirror_step"])
"""A step of ours, written down with the step itself."""

SETTLE = "federation:settle"
"""The kind of an outbox row that says that something was taken or came in a case that is mirrored."""
