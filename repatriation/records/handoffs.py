"""What passed between this installation and its partners: handoffs, receipts, and who answers since when.

What a handoff says is sealed under a key of its own, so that what arrives is no case until somebody accepts
it, and what is taken back can be made unreadable for good.
"""

from sqlalchemy import Index, LargeBinary, UniqueConstraint, Update, bindparam, text, update

from repatriation.records.columns import Moment, Row, choice, column, document, identifier, moment, sealed

DIRECTIONS = ("sent", "received")
KINDS = ("referral", "transfer", "update", "withdrawal", "decision")
STATES = (
    "draft",  # being looked at by the officer who may send it
    "queued",  # on its way
    "received",  # the receiver's machine has it; a person has still to decide
    "accepted",
    "declined",
    "withdrawn",
    "expired",  # nobody decided in time
)
RECEIPTS = ("received", "accepted", "declined")

_SENT = text("direction = 'sent'")
_WAITING = text("waiting")
_TOLD = text("attention IS NOT NULL")


class Handoff(Row, table=True):
    """One envelope, sent or received.

    `waiting` is whether a decision is still awaited; `standing` whether what was sent may lie with the
    receiver under the consent it left under. `about` is the jti of the handoff that a message is about.
    `attention` says why a person must look, until one has.
    """

    __table_args__ = (
        UniqueConstraint("issuer", "jti"),
        Index(None, "organisation_id", "direction", "at"),
        Index(None, "partner_id", "about"),
        Index("ix_handoff_case_id", "case_id", sqlite_where=_SENT, postgresql_where=_SENT),
        Index("ix_handoff_waiting", "expires_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_handoff_attention", "organisation_id", sqlite_where=_TOLD, postgresql_where=_TOLD),
    )

    id: str = identifier()
    direction: str = choice("open", "direction", *DIRECTIONS)
    kind: str = choice("open", "kind", *KINDS)
    partner_id: str = column("open", refers="partner.id")
    issuer: str = column("open")
    jti: str = column("open")
    about: str | None = column("open", None)
    what: str | None = column("case", None)  # what an update is: a question, an answer, a correction
    case_id: str | None = column("open", None, refers="case_file.id")
    organisation_id: str | None = column("open", None, refers="organisation.id")  # ours
    officer_id: str | None = column("case", None, refers="officer.id")  # who sent it, or decided
    role: str | None = column("case", None)
    route: str | None = column("case", None)
    purpose: str | None = column("case", None)
    consent: str | None = column("case", None)
    step: str | None = column("case", None)
    state: str = choice("case", "state", *STATES)
    waiting: bool = column("open", False)
    standing: bool = column("open", False)
    handling: list[str] = document("case", make=list)  # what its sender asks of whoever handles it
    reason: str | None = column("case", None)
    attention: str | None = column("case", None)
    digest: str | None = column("open", None)  # of what was signed
    prev: str | None = column("open", None)
    at: Moment = moment("open")
    expires_at: Moment = moment("open")
    decided_at: Moment | None = moment("case", None)
    signed: bytes | None = sealed()
    draft: bytes | None = sealed()
    note: bytes | None = sealed()
    wrapped_key: bytes = column("identity", b"", kind=LargeBinary())
    key_epoch: int = column("open", 0, index=True)
    version: int = column("case", 1)
    shredded_at: Moment | None = moment("case", None)  # what it said was destroyed, long after its end
    onward: bytes | None = sealed()  # who agreed that a case is passed on that was not to be


class HandoffReceipt(Row, table=True):
    """A receipt, given or got. Only ever added: it must stay provable for ever."""

    __tablename__ = "handoff_receipt"
    __table_args__ = (UniqueConstraint("handoff_id", "state"),)

    id: str = identifier()
    handoff_id: str = column("open", refers="handoff.id")
    issuer: str = column("open")
    state: str = choice("open", "state", *RECEIPTS)
    at: Moment = moment("open")
    text: str = column("open")


class HandoffFile(Row, table=True):
    """A file of a handoff, encrypted under its own key as it travels; the key is sealed with the handoff."""

    __tablename__ = "handoff_file"
    __table_args__ = (UniqueConstraint("handoff_id", "number"),)

    id: str = identifier()
    handoff_id: str = column("open", refers="handoff.id")
    number: int = column("open")
    media_type: str = column("case")
    size: int = column("open")
    sha256: str = column("open")
    name: bytes | None = sealed()
    key: bytes | None = sealed()
    href: str | None = column("case", None)  # where the sender keeps it
    content: bytes | None = sealed()


class Exchange(Row, table=True):
    """The log of all that passed between us and one partner, in the order in which it did here. Only ever
    added. `linked` is whether what an envelope names as the one before it had come.
    """

    __table_args__ = (UniqueConstraint("partner_id", "number"), Index(None, "partner_id", "digest"))

    id: str = identifier()
    partner_id: str = column("open", refers="partner.id")
    number: int = column("open")
    direction: str = choice("open", "direction", *DIRECTIONS)
    jti: str = column("open")
    digest: str = column("open")
    prev: str | None = column("open", None)
    linked: bool = column("open", True)
    at: Moment = moment("open")


class Responsibility(Row, table=True):
    """Who answers for the person of a handoff, from when on and why. Only ever added: the newest row counts,
    and there is one from the beginning, so that somebody always does.
    """

    __table_args__ = (UniqueConstraint("handoff_id", "number"),)

    id: str = identifier()
    handoff_id: str = column("open", refers="handoff.id")
    number: int = column("open")
    issuer: str = column("open")  # the installation whose agency answers
    organisation_id: str | None = column("case", None, refers="organisation.id")
    because: str = choice("open", "because", "sent", "received", "accepted", "withdrawn")
    at: Moment = moment("open")


_TABLE = Handoff.metadata.tables["handoff"]

TAKE_BACK: Update = update(_TABLE).where(
    _TABLE.c.case_id == bindparam("of_case_id"),
    _TABLE.c.direction == "sent",
    _TABLE.c.consent == bindparam("of_consent"),
    _TABLE.c.standing.is_(True),
)
"""All that left a case under one consent. Given: of_case_id, of_consent, and the columns to set."""

TAKEN_BACK = "handoff:withdraw"
"""The kind of an outbox row that says that a consent ended under which something may have left."""
